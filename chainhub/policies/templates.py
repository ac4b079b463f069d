"""Terms for the usual cases, to begin with."""

from dataclasses import dataclass

from django.utils.translation import gettext_noop

from chainhub.policies.terms import DOWNLOAD, EVALUATE, TRAIN_FEDERATED, TRAIN_POOLED, Terms


@dataclass(frozen=True)
class Template:
    """`title` and `about` are msgids."""

    name: str
    title: str
    about: str
    terms: Terms


TEMPLATES = (
    Template(
        "collaboration",
        gettext_noop("Train within the collaboration"),
        gettext_noop("Jobs train on pooled rows; nobody sees rows; everybody receives the models."),
        Terms(),
    ),
    Template(
        "ask",
        gettext_noop("Ask me each time"),
        gettext_noop("As above, but every job waits for your approval."),
        Terms(ask_each_job=True),
    ),
    Template(
        "careful",
        gettext_noop("Careful start"),
        gettext_noop("At least three organizations in the pool, 20 rows per class, ten jobs, models stay here."),
        Terms(min_organizations=3, min_rows_per_class=20, max_jobs=10, models_may_leave=False, ask_each_job=True),
    ),
    Template(
        "evaluate",
        gettext_noop("Evaluate only"),
        gettext_noop("Others measure their models against it; nobody trains on it."),
        Terms(uses=(EVALUATE,)),
    ),
    Template(
        "federated",
        gettext_noop("Federated only"),
        gettext_noop("Rows never leave your machine; only updates of the model do."),
        Terms(uses=(TRAIN_FEDERATED,)),
    ),
    Template(
        "private",
        gettext_noop("With differential privacy"),
        gettext_noop("Only training that provably tells little about any single row."),
        Terms(max_epsilon=8.0),
    ),
    Template(
        "attribution",
        gettext_noop("Open, naming the source"),
        gettext_noop("Rows may be viewed and downloaded; results name you as the source."),
        Terms(uses=(TRAIN_POOLED, DOWNLOAD), name_source=True),
    ),
)


def templates() -> tuple[Template, ...]:
    """Every template, the most common first."""
    return TEMPLATES


def template(name: str) -> Template | None:
    """The template of that name, if there is one."""
    return next((one for one in templates() if one.name == name), None)
