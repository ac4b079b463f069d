"""Each term as a stored sentence: people read terms in their own language, and agreements hold them in both."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.organizations.models import Organization
from chainhub.policies.names import Known, named
from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_FEDERATED, TRAIN_POOLED, VIEW_ROWS, Terms

ANYBODY = gettext_noop("Every participant of the collaboration may use the data.")
ONLY_ONE = gettext_noop("Only %(name)s may use the data.")
ONLY_ORGANIZATIONS = gettext_noop("Only these organizations may use the data: %(names)s.")
ONLY_COLLABORATIONS = gettext_noop("It may be used only in: %(names)s.")
ANY_PURPOSE = gettext_noop("It may serve any goal that the collaboration has.")
ONLY_PURPOSES = gettext_noop("It may serve only this purpose: %(names)s.")
POOLED = gettext_noop("Models may be trained on it together with other organizations' data on the hub's compute nodes.")
FEDERATED = gettext_noop(
    "Models may be trained on it only in federated training, where its rows stay with their owner."
)
ONLY_EVALUATE = gettext_noop("It may only serve to evaluate models; none may be trained on it.")
NO_TRAINING = gettext_noop("No model may be trained on it or evaluated with it.")
ROWS = gettext_noop("Its rows may be viewed, but its files not downloaded.")
ROWS_AND_FILES = gettext_noop("Its rows may be viewed and its files downloaded.")
NO_ROWS = gettext_noop("Nobody but the owner sees its rows or downloads its files.")
RECIPES = gettext_noop("Only these training recipes may be used: %(names)s.")
UNTIL = gettext_noop("It may be used up to and including %(day)s (UTC).")
NO_END = gettext_noop("The permission ends only when the owner takes it back.")
JOBS = gettext_noop(
    "At most %(number)s training jobs may use it, however often the permission is renewed; only a new agreement of "
    "both sides begins a new count."
)
ONE_JOB = gettext_noop(
    "At most one training job may use it, however often the permission is renewed; only a new agreement of both sides "
    "begins a new count."
)
POOL = gettext_noop("A job must join the data of at least %(number)s organizations.")
CLASSES = gettext_noop("Each class of the target must have at least %(number)s rows in it.")
ONE_ROW = gettext_noop("Each class of the target must have at least one row in it.")
PRIVATE = gettext_noop("Training must be differentially private and spend a budget of at most ε = %(number)s.")
STAYS = gettext_noop("Models trained on it are used on the hub; only its owner may download them.")
LEAVES = gettext_noop("Models trained on it may be downloaded by every organization that receives them.")
ASK = gettext_noop("The owner approves each job before it starts.")
NO_ASK = gettext_noop("Jobs within these terms start without asking the owner again.")
NAME = gettext_noop("Whoever publishes or presents results names the owner as the source.")
DELETE = gettext_noop("Downloaded copies of the data and of its models are deleted after %(number)s days.")
ONE_DAY = gettext_noop("Downloaded copies of the data and of its models are deleted after one day.")


@dataclass(frozen=True)
class TermSentence:
    """What one field of the terms says."""

    field: str
    sentence: Sentence


def sentences_of(terms: Terms, *, known: Known = None, user: Organization | None = None) -> list[TermSentence]:
    """Everything that the terms say, in the order in which people ask: who, what for, what, how, until when.

    `known` are the collaborations that the reader may see; the others are not named. `user` is the one organization
    to whom the permission is given, where it is given to one: whomever else the terms name, this lets nobody else.
    """
    told = [TermSentence(field, said) for field in SAYING if (said := sentence_of(field, terms, known)) is not None]
    if user is None or (terms.organizations and user.slug not in terms.organizations):
        return told
    return [TermSentence("organizations", sentence(ONLY_ONE, name=user.name)), *told[1:]]


def sentence_of(field: str, terms: Terms, known: Known = None) -> Sentence | None:
    """What one field says; None where it limits nothing that is worth a word."""
    if field == "collaborations" and terms.collaborations:
        return sentence(ONLY_COLLABORATIONS, names=named(field, terms.collaborations, known))
    return SAYING[field](terms)


def _names(field: str, only: str, anything: str = "") -> Callable[[Terms], Sentence | None]:
    def say(terms: Terms) -> Sentence | None:
        if slugs := getattr(terms, field):
            return sentence(only, names=named(field, slugs))
        return sentence(anything) if anything else None

    return say


def _training(terms: Terms) -> Sentence:
    if TRAIN_POOLED in terms.uses:
        return sentence(POOLED)
    if TRAIN_FEDERATED in terms.uses:
        return sentence(FEDERATED)
    return sentence(ONLY_EVALUATE if EVALUATE in terms.uses else NO_TRAINING)


def _uses(terms: Terms) -> Sentence:
    rows = ROWS_AND_FILES if DOWNLOAD in terms.uses else ROWS if VIEW_ROWS in terms.uses else NO_ROWS
    return sentence(gettext_noop("%(training)s %(rows)s"), training=_training(terms), rows=sentence(rows))


def _number(
    field: str, text: str, *, one: str = "", nothing: int | None = None
) -> Callable[[Terms], Sentence | None]:  # fmt: skip
    """`one` is said of a single thing, where English says it otherwise."""

    def say(terms: Terms) -> Sentence | None:
        value = getattr(terms, field)
        said = one if one and value == 1 else text
        return None if value is None or value == nothing else sentence(said, number=_plain(value))

    return say


def _plain(value: float) -> float | int:
    return int(value) if float(value).is_integer() else value


def _switch(field: str, on: str, off: str = "") -> Callable[[Terms], Sentence | None]:
    def say(terms: Terms) -> Sentence | None:
        text = on if getattr(terms, field) else off
        return sentence(text) if text else None

    return say


def _until(terms: Terms) -> Sentence:
    return sentence(UNTIL, day=terms.until.isoformat()) if terms.until else sentence(NO_END)


SAYING: dict[str, Callable[[Terms], Sentence | None]] = {
    "organizations": _names("organizations", ONLY_ORGANIZATIONS, ANYBODY),
    "collaborations": lambda _terms: None,  # who may be told which is for `sentence_of` to say
    "purposes": _names("purposes", ONLY_PURPOSES, ANY_PURPOSE),
    "uses": _uses,
    "recipes": _names("recipes", RECIPES),
    "until": _until,
    "max_jobs": _number("max_jobs", JOBS, one=ONE_JOB),
    "min_organizations": _number("min_organizations", POOL, nothing=1),
    "min_rows_per_class": _number("min_rows_per_class", CLASSES, one=ONE_ROW, nothing=0),
    "max_epsilon": _number("max_epsilon", PRIVATE),
    "models_may_leave": _switch("models_may_leave", LEAVES, STAYS),
    "ask_each_job": _switch("ask_each_job", ASK, NO_ASK),
    "name_source": _switch("name_source", NAME),
    "delete_after_days": _number("delete_after_days", DELETE, one=ONE_DAY),
}
