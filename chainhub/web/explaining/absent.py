"""Why a part of the explanation is not there, in words; an empty place that says nothing would be guessed at."""

from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chainhub.registry.models import ModelVersion
from chainhub.registry.scores import Json, judged_by_others, task_of

PARTS = (
    *("pr", "gain", "interval", "slices", "examples", "groups", "robustness", "partial_dependence"),
    *("importance_by_organization", "class_heat", "terms", "written", "surprise", "trading", "distances"),
    *("detections", "restored", "created", "generation", "forecasts", "horizon", "retrieved", "refusal"),
)
BY_ROW = ("classification", "regression")  # tasks in which each row has one answer, right or wrong
ASKED_FOR = ("robustness", "partial_dependence", "class_heat", "distances", "terms")  # by one parameter of the job
NO_GROUPS = gettext_noop("No field to compare groups by was chosen, or it has no two groups of 20 held-out rows.")
WORDS = gettext_noop("Words that speak for each class")
NO_WORDS = gettext_noop(
    "The terms of the data do not let every recipient read the texts, no word stands out, or the model is older than "
    "this part."
)
NO_HEAT = gettext_noop("Too few held-out pictures of each class, or they may be shown to nobody.")
TWO = 2
GOES_ON = "language-model"  # a recipe whose models go on with a text; nothing is expected of them to compare with


def has_any(evaluation: Json) -> bool:
    """Whether the trainer looked into this model at all."""
    return any(part in evaluation for part in PARTS)


def why_absent(version: ModelVersion) -> list[tuple[str, str]]:
    """(part, reason) of all that a reader may look for here in vain."""
    evaluation = version.evaluation
    kind = str(version.preprocessing.get("kind") or "")
    kind = "" if version.model.recipe == GOES_ON else kind
    task = task_of(evaluation, version.config)
    labels = version.config.get("labels") or ()
    parties = evaluation.get("organizations") or ()
    tuned = kind == "text" and version.job.base_id is not None
    found = [*_of_task(task, len(labels)), *_of_rows(task, kind)]
    found += _of_kind("tuned" if tuned else kind, len(parties))
    if version.job.parameters.get("returns"):
        few = _("Fewer than 20 moments with known returns were held out.")
        found.append(("trading", _("What its predictions would have earned"), few))
    if judged_by_others(evaluation):
        apart = _("Each model was tried on one organization's pictures only, so that none of it compares two.")
        found = [(part, title, apart if part == "distances" else reason) for part, title, reason in found]
    off = version.job.parameters.get("explained") is False
    unasked = _("“Explain the model” was switched off when the job was launched.")
    return [
        (title, unasked if off and part in ASKED_FOR else reason)
        for part, title, reason in found
        if not _holds(evaluation, part)
    ]


def _holds(evaluation: Json, part: str) -> bool:
    found = evaluation.get(part)
    return bool(found["groups"] if part == "groups" and found else found)


Reason = tuple[str, str, str]


def _of_task(task: str, labels: int) -> Iterator[Reason]:
    if task == "classification":
        yield "pr", _("Precision and recall"), _("The held-out rows hold none of the classes to be found.")
    if task == "classification" and labels == TWO:
        yield "gain", _("Gain and lift"), _("The held-out rows are all of one class: there is nothing to tell apart.")
    if task == "regression":
        yield "interval", _("Interval around the answer"), _("Too few rows were set aside for validation to learn it.")
    if task in {"language", "masked"}:
        yield "surprise", _("How hard the texts were to foresee"), _("No held-out text was long enough to measure.")
    yield from _of_new_task(task)


def _of_new_task(task: str) -> Iterator[Reason]:
    """Of what a model makes, examples are shown where they may be looked at."""
    hidden = _("The terms of the data do not let every recipient look at it.")
    if task == "detection":
        yield "pr", _("Precision and recall"), _("The held-out pictures hold nothing that is to be found.")
        yield "detections", _("What it finds"), hidden
    if task == "restoration":
        yield "restored", _("What it restores"), hidden
    if task == "generation":
        yield "created", _("What it draws"), hidden
    if task == "forecast":
        yield "forecasts", _("What it foresees, beside what came"), hidden
    if task == "retrieval":
        yield "retrieved", _("Questions and what was found"), hidden


def _of_rows(task: str, kind: str) -> Iterator[Reason]:
    if task not in BY_ROW:
        return
    if kind in {"table", "text"}:
        yield (
            "slices",
            _("Where it fails"),
            _("No kind of at least 20 held-out rows does worse than the rest, or the values may be shown to nobody."),
        )
    yield (
        "examples",
        _("Examples of its mistakes"),
        _("The terms of the data do not let every recipient view single rows, or it made no mistake."),
    )


def _of_kind(kind: str, parties: int) -> Iterator[Reason]:
    parts: dict[str, Callable[[int], Iterator[Reason]]] = {
        "table": _of_table,
        "image": _of_image,
        "text": _of_text,
        "tuned": _of_tuned,
        "prompt": _of_prompt,
    }
    if kind in parts:
        yield from parts[kind](parties)


def _of_table(parties: int) -> Iterator[Reason]:
    hidden = _("The values of the fields that count may be shown to nobody.")
    yield (
        "groups",
        _("Groups side by side"),
        _(NO_GROUPS),
    )
    yield "robustness", _("Noise and missing values"), _("There were too few held-out rows to try it on.")
    yield "partial_dependence", _("How the answer follows a field"), hidden
    if parties > 1:
        yield (
            "importance_by_organization",
            _("What counts at each organization"),
            _("Too few held-out rows of each organization to tell."),
        )


def _of_image(parties: int) -> Iterator[Reason]:
    if parties > 1:
        yield (
            "distances",
            _("How far apart the partners' pictures are"),
            _("No two organizations held out 40 pictures each, which is the least that tells something."),
        )
    yield (
        "class_heat",
        _("Where it looks"),
        _(NO_HEAT),
    )
    yield "robustness", _("Noise"), _("There were no held-out pictures to lay noise over.")


def _of_text(_parties: int) -> Iterator[Reason]:
    yield "terms", _(WORDS), _("The texts may be shown to nobody, or no word stands out.")
    yield _of_words()


def _of_tuned(_parties: int) -> Iterator[Reason]:
    # A base model brought its words along, so which of the data's words speak is told of texts that may be read.
    yield "terms", _(WORDS), _(NO_WORDS)
    yield _of_words()


def _of_words() -> Reason:
    return (
        "robustness",
        _("Words left out"),
        _("There were no held-out texts to leave words out of, or the model is older than this test."),
    )


def _of_prompt(_parties: int) -> Iterator[Reason]:
    yield "written", _("What it writes"), _("There were no held-out pairs of question and answer to write to.")
