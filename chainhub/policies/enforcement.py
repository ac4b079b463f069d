"""The one place that says whether terms permit a use: plain data in, refusals out.

It knows no row of the database. Whoever launches, starts, resumes or publishes a job, offers data to choose from, or
hands out a model describes what is about to happen as a `Use` and asks here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_FEDERATED, TRAIN_POOLED, VIEW_ROWS, Terms

EXPORT = "export-model"
TRAINING = {TRAIN_POOLED, TRAIN_FEDERATED}
JOBS = {*TRAINING, EVALUATE}


@dataclass(frozen=True, kw_only=True)
class Use:
    """What somebody is about to do with one dataset. None stands for what is not settled yet and is asked later."""

    act: str  # a use of the terms, or EXPORT
    organization: str  # slug, in whose name
    owner: str  # slug
    at: datetime
    collaboration: str = ""
    purpose: str = ""  # slug of the collaboration's scenario; empty where it has none
    recipe: str = ""
    jobs_before: int = 0  # that count under the same agreement, renewals of its grant included
    organizations: int | None = None  # whose data is in the pool
    fewest_rows: int | None = None  # rows of the smallest class; None also where the target has no classes
    countable: bool = True  # False where nobody can tell the rows of each class
    epsilon: float | None = None  # privacy budget that the recipe keeps to; None where it keeps to none
    approved: bool = True  # by the owner, or will be before it starts


@dataclass(frozen=True)
class Refusal:
    """Which term forbids it, why, and the way out."""

    term: str
    reason: Sentence
    way_out: Sentence


def refusals(use: Use, terms: Terms) -> list[Refusal]:
    """Every term that forbids the use; none where all permit it.

    What a model may be used for is asked before it is made: once it is there, only its leaving the hub is a question.
    """
    rules = (_leaving,) if use.act == EXPORT else RULES
    return [refusal for rule in rules if (refusal := rule(use, terms)) is not None]


def _refusal(term: str, reason: str, way_out: str, **params: object) -> Refusal:
    return Refusal(term, sentence(reason, **params), sentence(way_out))


def _who(use: Use, terms: Terms) -> Refusal | None:
    if not terms.organizations or use.organization in {use.owner, *terms.organizations}:
        return None
    reason = gettext_noop("Its terms name the organizations that may use it, and yours is not among them.")
    return _refusal("organizations", reason, ASK_ACCESS)


def _where(use: Use, terms: Terms) -> Refusal | None:
    if not terms.collaborations or use.collaboration in terms.collaborations:
        return None
    reason = gettext_noop("Its terms permit it only in other collaborations.")
    return _refusal("collaborations", reason, ASK_ACCESS)


def _purpose(use: Use, terms: Terms) -> Refusal | None:
    if not terms.purposes or use.purpose in terms.purposes:
        return None
    reason = gettext_noop("Its terms permit other purposes than the scenario of this collaboration.")
    way_out = gettext_noop("Ask its owner to permit this purpose, or work in a collaboration with a permitted one.")
    return _refusal("purposes", reason, way_out)


def _act(use: Use, terms: Terms) -> Refusal | None:
    own_rows = use.organization == use.owner and use.act in {VIEW_ROWS, DOWNLOAD}
    if use.act in terms.uses or own_rows:
        return None
    return _refusal("uses", *_forbidden(use.act, terms))


def _forbidden(act: str, terms: Terms) -> tuple[str, str]:
    if act == TRAIN_POOLED and TRAIN_FEDERATED in terms.uses:
        return ONLY_FEDERATED
    if act in TRAINING:
        return ONLY_EVALUATION if EVALUATE in terms.uses else NO_TRAINING
    return FORBIDDEN[act]


def _recipe(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in JOBS or not terms.recipes or use.recipe in terms.recipes:
        return None
    reason = gettext_noop("Its terms do not permit this training recipe.")
    return _refusal("recipes", reason, gettext_noop("Choose a permitted recipe, or ask its owner to permit this one."))


def _until(use: Use, terms: Terms) -> Refusal | None:
    if terms.until is None or terms.ends_at is None or use.at < terms.ends_at:
        return None
    reason = gettext_noop("Its terms ended with %(day)s.")
    return _refusal("until", reason, RENEW, day=terms.until.isoformat())


def _jobs(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in JOBS or terms.max_jobs is None or use.jobs_before < terms.max_jobs:
        return None
    reason = gettext_noop("Its terms permit %(number)s jobs, and all have been launched.")
    if terms.max_jobs == 1:
        reason = gettext_noop("Its terms permit one job, and that has been launched.")
    return _refusal("max_jobs", reason, MORE_JOBS, number=terms.max_jobs)


def _pool(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in JOBS or use.organizations is None or use.organizations >= terms.min_organizations:
        return None
    reason = gettext_noop("Its terms ask for the data of %(number)s organizations in a job; this one has %(here)s.")
    way_out = gettext_noop("Add datasets of other organizations.")
    return _refusal("min_organizations", reason, way_out, number=terms.min_organizations, here=use.organizations)


def _classes(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in JOBS or not terms.min_rows_per_class:
        return None
    if not use.countable:
        said = UNCOUNTABLE if terms.min_rows_per_class > 1 else ONE_UNCOUNTABLE
        return _refusal("min_rows_per_class", *said, number=terms.min_rows_per_class)
    if use.fewest_rows is None or use.fewest_rows >= terms.min_rows_per_class:
        return None
    # How many it has is not told: whoever may choose where classes part could ask until the values are known.
    reason = gettext_noop("Its terms ask for %(number)s rows of each class; its smallest class has fewer.")
    if terms.min_rows_per_class == 1:
        reason = gettext_noop("Its terms ask for a row of each class; one class has none.")
    way_out = gettext_noop("Predict another field, leave this dataset out, or ask its owner for more rows.")
    return _refusal("min_rows_per_class", reason, way_out, number=terms.min_rows_per_class)


def _privacy(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in TRAINING or terms.max_epsilon is None:
        return None
    if use.epsilon is None:
        reason = gettext_noop("Its terms ask for differentially private training, which this recipe does not offer.")
        return _refusal("max_epsilon", reason, WITHOUT_PRIVACY)
    if use.epsilon <= terms.max_epsilon:
        return None
    reason = gettext_noop("Its terms permit a privacy budget of ε = %(number)s; this job would spend %(here)s.")
    return _refusal("max_epsilon", reason, LESS_BUDGET, number=terms.max_epsilon, here=use.epsilon)


def _leaving(use: Use, terms: Terms) -> Refusal | None:
    if terms.models_may_leave or use.organization == use.owner:
        return None
    reason = gettext_noop("Its terms keep models that were trained on it on the hub.")
    way_out = gettext_noop("Use the model here, or ask its owner to permit downloads.")
    return _refusal("models_may_leave", reason, way_out)


def _approval(use: Use, terms: Terms) -> Refusal | None:
    if use.act not in JOBS or not terms.ask_each_job or use.approved or use.organization == use.owner:
        return None
    reason = gettext_noop("Its owner approves each job, and has not approved this one as it stands.")
    return _refusal("ask_each_job", reason, gettext_noop("Launch it anew as a clone, and wait for the approval."))


ASK_ACCESS = gettext_noop("Request access on the dataset's page.")
MORE_JOBS = gettext_noop("Ask its owner to permit more jobs, or request access anew on the dataset's page.")
RENEW = gettext_noop("Ask its owner to renew the grant, or request access anew on the dataset's page.")
WITHOUT_PRIVACY = gettext_noop("Leave this dataset out, or ask its owner for other terms.")
LESS_BUDGET = gettext_noop("Lower the budget of the job, or ask its owner for other terms.")
UNCOUNTABLE = (
    gettext_noop("Its terms ask for %(number)s rows of each class, and how many there are cannot be checked here."),
    gettext_noop("Predict another field, leave this dataset out, or ask its owner for other terms."),
)
ONE_UNCOUNTABLE = (
    gettext_noop("Its terms ask for a row of each class, and whether there is one cannot be checked here."),
    UNCOUNTABLE[1],
)
ONLY_EVALUATION = (
    gettext_noop("Its terms permit evaluating models with it, not training."),
    gettext_noop("Leave this dataset out, or request access for training on its page."),
)
ONLY_FEDERATED = (
    gettext_noop("Its terms permit federated training only, and this job would pool the rows."),
    gettext_noop("Leave this dataset out, or request access for pooled training on its page."),
)
NO_TRAINING = (gettext_noop("Its terms permit no training."), ASK_ACCESS)
FORBIDDEN = {
    EVALUATE: (gettext_noop("Its terms permit no evaluation."), ASK_ACCESS),
    VIEW_ROWS: (gettext_noop("Its terms keep its rows with the owner."), ASK_ACCESS),
    DOWNLOAD: (gettext_noop("Its terms keep its files with the owner."), ASK_ACCESS),
}
RULES: tuple[Callable[[Use, Terms], Refusal | None], ...] = (
    _who, _where, _purpose, _act, _recipe, _until, _jobs, _pool, _classes, _privacy, _approval,
)  # fmt: skip
