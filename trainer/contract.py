"""The door between the hub and the trainer: what a job is (`JobSpec`) and what it tells while it runs (`Event`).

Both sides import this module, so it needs neither torch nor Django. A specification that could be built is
complete: nonsense is refused here, with a sentence, before a machine is taken. Sentences are English msgids with
`%(name)s` placeholders, marked with `N_`, and the hub renders them in the reader's language.
"""

from __future__ import annotations

import operator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel as Pydantic
from pydantic import ConfigDict, Field, JsonValue, StringConstraints, model_validator

CONTRACT = 1

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=100)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Fraction = Annotated[float, Field(ge=0.0, lt=1.0)]
Params = dict[str, JsonValue]

FINISHED, FAILED, STOPPED = 0, 1, 3  # the exit codes of `python -m trainer run`


def N_(text: str) -> str:  # noqa: N802 - the customary name of a marker for translators
    """Mark a sentence for translation; the hub's extractor looks for this name."""
    return text


class SpecError(ValueError):
    """A specification or its parameters make no sense; `text % params` is the sentence for a person."""

    def __init__(self, text: str, params: Params | None = None, *, field: str = "") -> None:
        self.text, self.params, self.field = text, params or {}, field
        super().__init__(text % self.params if self.params else text)


class Frozen(Pydantic):
    """Values that say what they are, never change, and refuse what they do not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class InputFile(Frozen):
    """One file of one organization; several files of the same organization are read one after the other."""

    organization: Slug
    organization_name: Text
    path: Text  # a local .parquet (the canonical form) or .csv
    dataset: str = ""  # label of the dataset and version, for people
    viewable: bool = False  # whether rows of it may be shown to all who read the evaluation

    @model_validator(mode="after")
    def _known_form(self) -> Self:
        if not self.path.lower().endswith((".parquet", ".csv")):
            raise ValueError("an input file is a .parquet or a .csv")
        return self


class BaseModel(Frozen):
    """A model that goes on learning: a folder as `transformers` reads it, or as `trainer.importing` wrote it."""

    path: Text
    label: str = ""  # of the model and version, for people


class Split(Frozen):
    """How rows are held out: per organization, stratified for classification, from the seed and the row order.

    By time, what is later than one moment is held out, the same moment for everyone: a model may learn from nobody's
    future. Walk-forward does so again and again: the latest part is cut into `folds` that follow each other, each
    judged by a model of all that was before. By group, all rows with one value of a field stay on one side; so they do
    in each fold of a group k-fold, in which every group is held out once. By organization, each is held out once,
    whole, to try a model of all others on it: how good it is where it has never been.
    """

    kind: Literal["holdout", "k-fold", "time", "walk-forward", "group", "group-k-fold", "organization"] = "holdout"
    test_fraction: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.2  # of everyone's rows; by time or group, of all
    validation_fraction: Fraction = 0.1  # of the training part; 0 = none, and no early stopping
    folds: Annotated[int, Field(ge=2, le=20)] = 5  # (k-fold, walk-forward, group-k-fold); one for each organization
    time: Annotated[str, Field(max_length=1000, exclude_if=operator.not_)] = ""  # the field of the moment (by time)
    group: Annotated[str, Field(max_length=1000, exclude_if=operator.not_)] = ""  # the field whose values stay together

    @property
    def timed(self) -> bool:
        """Whether what is judged is later than what was learnt from."""
        return self.kind in ("time", "walk-forward")

    @property
    def folded(self) -> bool:
        """Whether several models are judged, and one of all rows is published."""
        return self.kind in ("k-fold", "walk-forward", "group-k-fold", "organization")

    @property
    def by_organization(self) -> bool:
        """Whether a model of all others is tried on each organization."""
        return self.kind == "organization"

    @property
    def grouped(self) -> bool:
        """Whether groups are judged of which nothing was learnt."""
        return self.kind in ("group", "group-k-fold")

    @model_validator(mode="after")
    def _has_its_field(self) -> Self:
        if self.timed != bool(self.time):
            raise ValueError("a split by time names the field of the time, and no other split does")
        if self.grouped != bool(self.group):
            raise ValueError("a split by group names the field of the group, and no other split does")
        return self


class Limits(Frozen):
    """What a run may use; None means no limit beyond what the recipe and the machine set."""

    epochs: Annotated[int, Field(ge=1)] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None
    memory_mb: Annotated[int, Field(ge=64)] | None = None


class JobSpec(Frozen):
    """One job, whole: `trainer.catalogue.checked(spec)` also checks the parameters against the recipe's schema."""

    contract: Literal[1] = 1
    job: Text
    run: Annotated[int, Field(ge=1)] = 1
    recipe: Slug
    recipe_version: Annotated[int, Field(ge=1)] | None = None  # None = the one that is here
    parameters: dict[str, Any] = Field(default_factory=dict)
    inputs: Annotated[tuple[InputFile, ...], Field(min_length=1)]
    base: BaseModel | None = None  # for recipes that go on with one
    target: Text
    fields: tuple[Text, ...] | None = None  # None = every field but the target
    masked: tuple[Text, ...] = ()  # fields of which nobody may read a value: in no log, failure or example
    split: Split = Split()
    seed: Annotated[int, Field(ge=0, lt=2**63)] = 0
    device: Literal["cpu", "gpu"] = "cpu"
    threads: Annotated[int, Field(ge=1)] | None = None  # None = the trainer chooses, within the slot
    processes: Annotated[int, Field(ge=1, le=1024)] = 1  # of this job, each with its share of every batch
    limits: Limits = Limits()
    output: Text
    resume_from: str | None = None  # path of a checkpoint of the same job

    @property
    def is_open(self) -> bool:
        """Whether everyone who learns of the job may see all rows whole: what one holds may then be told by counts."""
        return not self.masked and all(item.viewable for item in self.inputs)

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.fields is not None and (not self.fields or self.target in self.fields):
            raise ValueError("fields are one or more names, and the target is not among them")
        names: dict[str, str] = {}
        for item in self.inputs:
            if names.setdefault(item.organization, item.organization_name) != item.organization_name:
                raise ValueError("one organization has one name")
        return self


class Started(Frozen):
    """Data is read, the first step follows."""

    recipe: str
    rows: dict[str, int]  # organization -> rows used
    parameters_count: int
    steps_total: int  # an upper bound: early stopping may need fewer
    device: str
    threads: int


class Progress(Frozen):
    """How far the whole job is, in steps."""

    done: int
    total: int
    phase: Literal["train", "alone", "evaluate", "explain", "export"]
    epoch: int = 0
    epochs: int = 0
    seconds_left: float | None = None


class Metric(Frozen):
    """One point of a curve."""

    name: str
    step: int
    epoch: int
    value: float | None
    split: Literal["train", "validation", "test"]
    organization: str | None = None  # slug; None = all of them together
    series: Literal["together", "alone"] = "together"
    fold: int | None = None  # k-fold: 1..k; None for a holdout and for the final, published fit


class Log(Frozen):
    """A line for people."""

    level: Literal["debug", "info", "warning", "error"]
    text: str
    params: Params = Field(default_factory=dict)


class Checkpoint(Frozen):
    """A run may go on from here, on any machine."""

    path: str  # relative to the output folder; one file, replaced atomically
    step: int
    epoch: int


class Artifact(Frozen):
    """A file that the run leaves behind."""

    path: str  # relative to the output folder
    sha256: str
    size: int


class Finished(Frozen):
    """The last event of a run that succeeded."""

    primary_metric: str
    value: float | None
    metrics: dict[str, float | None]


FailureKind = Literal["data", "spec", "device", "numeric", "memory", "time", "internal"]


class Failed(Frozen):
    """The last event of a run that failed: what kind, a sentence, and what to do about it."""

    failure: FailureKind
    text: str
    hint: str = ""
    params: Params = Field(default_factory=dict)


Kind = Literal["started", "progress", "metric", "log", "checkpoint", "artifact", "finished", "failed"]
Payload = Started | Progress | Metric | Log | Checkpoint | Artifact | Finished | Failed

PAYLOADS: dict[str, type[Payload]] = {
    "started": Started,
    "progress": Progress,
    "metric": Metric,
    "log": Log,
    "checkpoint": Checkpoint,
    "artifact": Artifact,
    "finished": Finished,
    "failed": Failed,
}
KINDS: dict[type[Payload], Kind] = {payload: kind for kind, payload in PAYLOADS.items()}  # type: ignore[misc]


class Event(Frozen):
    """One line of the pipe: `{"seq": 7, "at": "…Z", "kind": "metric", "payload": {…}}`."""

    seq: Annotated[int, Field(ge=1)]
    at: datetime
    kind: Kind
    payload: dict[str, Any]

    @classmethod
    def of(cls, seq: int, payload: Payload) -> Event:
        return cls(seq=seq, at=datetime.now(UTC), kind=KINDS[type(payload)], payload=payload.model_dump(mode="json"))

    def checked(self) -> Payload:
        """The payload as its own type; raises pydantic's error when it is not what the kind says."""
        return PAYLOADS[self.kind].model_validate(self.payload)

    def to_line(self) -> bytes:
        return self.model_dump_json().encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes | str) -> Event:
        return cls.model_validate_json(line)
