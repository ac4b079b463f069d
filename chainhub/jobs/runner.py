"""THE door to the trainer: a run's files and specification on the way in, its numbered events on the way out."""

import contextlib
import logging
import os
import select
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from chainhub.bases.models import BaseModel
from chainhub.core.queue import send
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.permissions import everyone_may_see_rows
from chainhub.datasets.recasting import rewrite
from chainhub.datasets.references import ChangedReferenceError, UnreachableError, lay_out_reference
from chainhub.datasets.roles import corrected_types, sensitive_fields
from chainhub.jobs.cache import cached
from chainhub.jobs.catalogue import find_recipe
from chainhub.jobs.fields import feature_names
from chainhub.jobs.models import JobInput, Run
from chainhub.jobs.texts import task_of
from chainhub.repositories.models import Blob, CommitFile
from chainhub.repositories.storage import fetch_blob
from trainer.contract import BaseModel as SpecBase
from trainer.contract import Event, InputFile, JobSpec, Limits, Split

logger = logging.getLogger(__name__)

Said = Event

# What a model of this hub has beside its weights, its shape and its tokenizer.
FOR_PEOPLE = {"README.md", "README.zh.md", "BASE.md", "evaluation.json", "preprocessing.json", "example.py"}
FOR_PEOPLE |= {"best.safetensors"}
AT_ONCE = 500  # events of one batch
GATHER = 0.15  # seconds in which events are gathered to a batch
PIECE = 1 << 16


@dataclass(frozen=True)
class Layout:
    """A run's folder on this machine."""

    folder: Path
    spec: Path
    output: Path

    def clear(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def runs_folder() -> Path:
    """Where the runs of this machine work."""
    folder = Path(settings.NODE_CACHE) / "runs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def lay_out(run: Run) -> Layout:
    """Everything that the trainer needs, in a folder of its own; inputs come out of this machine's cache."""
    folder = runs_folder() / f"{run.pk}-{run.lease.hex[:12]}"
    layout = Layout(folder, folder / "spec.json", folder / "output")
    layout.output.mkdir(parents=True)
    (folder / "inputs").mkdir()
    inputs = list(_inputs(run))
    files = [_input_file(run, one, number, folder / "inputs") for number, one in enumerate(inputs)]
    layout.spec.write_text(_spec(run, layout, inputs, files).model_dump_json())
    return layout


def events(fd: int) -> Iterator[list[Said]]:
    """What the child says, in batches, until it closes the pipe; an empty batch whenever it is silent for a while."""
    os.set_blocking(fd, False)
    pending, batch, since, open_ = b"", list[Said](), 0.0, True
    while open_:
        if select.select([fd], [], [], GATHER)[0]:
            data = os.read(fd, PIECE)
            open_ = bool(data)
            *lines, pending = (pending + data).split(b"\n")
            since = since if batch else time.monotonic()
            batch += [said for line in lines if (said := _parsed(line))]
        if batch and open_ and len(batch) < AT_ONCE and time.monotonic() - since < GATHER:
            continue
        yield batch
        batch = []


def _parsed(line: bytes) -> Said | None:
    try:
        said = Said.from_line(line)
        said.checked()
    except ValueError:
        logger.warning("the trainer said what is not in the contract: %r", line[:200])
        return None
    return said


def _inputs(run: Run) -> Iterator[JobInput]:
    inputs = run.job.inputs.select_related("version__dataset__organization", "version__commit")
    yield from inputs.order_by("version__dataset__organization__slug", "version__dataset__slug")


def _input_file(run: Run, one: JobInput, number: int, folder: Path) -> InputFile:
    dataset, place = one.version.dataset, folder / f"{number}.parquet"
    types = corrected_types(dataset, one.version.inspection)
    if one.version.reference is not None:
        _lay_out_referred(one.version, place, types)
    elif types:
        rewrite(cached(_training_blob(one.version)), place, types)
    else:
        _link(cached(_training_blob(one.version)), place)
    return InputFile(
        organization=dataset.organization.slug,
        organization_name=dataset.organization.name,
        path=str(place),
        dataset=f"{dataset.organization.slug}/{dataset.slug} v{one.version.number}",
        viewable=everyone_may_see_rows(dataset, run.job.collaboration),
    )


def _training_blob(version: DatasetVersion) -> Blob:
    return CommitFile.objects.select_related("blob").get(commit=version.commit, path=TRAINING_FILE).blob


def _lay_out_referred(version: DatasetVersion, place: Path, types: dict[str, str]) -> None:
    """Out of its owner's hands into the run's folder, and with that away again: the cache gets nothing of it.

    What is not as it was registered is checked at once, so that its page says so and its owner is told.
    """
    as_read = place.with_suffix(".read") if types else place
    try:
        lay_out_reference(version, as_read, lambda _share: None)
    except (UnreachableError, ChangedReferenceError):
        send("datasets.check_reference", version.pk)
        raise
    if types:
        rewrite(as_read, place, types)
        as_read.unlink()


def masked_fields(inputs: list[JobInput]) -> tuple[str, ...]:
    """Fields that one of the owners masks; what a run says is read by all participants."""
    return tuple(sorted(set().union(*(sensitive_fields(one.version.dataset) for one in inputs))))


def _spec(run: Run, layout: Layout, inputs: list[JobInput], files: list[InputFile]) -> JobSpec:
    job = run.job
    versions = [one.version for one in inputs]
    recipe = find_recipe(job.recipe)
    task = task_of(recipe, job.base)
    features = feature_names(versions, target=job.target, chosen=job.fields, recipe=recipe, task=task)
    return JobSpec(
        job=str(job.pk),
        run=run.number,
        recipe=job.recipe,
        recipe_version=job.recipe_version,
        parameters=job.parameters,
        inputs=tuple(files),
        base=_base(job.base, layout),
        target=job.target,
        fields=tuple(features) if features else None,
        masked=masked_fields(inputs),
        split=Split.model_validate(job.split),
        seed=job.seed,
        device=job.device,
        processes=job.processes,
        limits=Limits.model_validate(job.limits),
        output=str(layout.output),
        resume_from=_checkpoint(run, layout),
    )


def _base(base: BaseModel | None, layout: Layout) -> SpecBase | None:
    """Its files in a folder of the run's, out of this machine's cache."""
    if base is None:
        return None
    folder = layout.folder / "base"
    folder.mkdir()
    for entry in base.commit.files.select_related("blob"):
        if entry.path not in FOR_PEOPLE and "/" not in entry.path:
            _link(cached(entry.blob), folder / entry.path)
    return SpecBase(path=str(folder), label=base.address)


def _checkpoint(run: Run, layout: Layout) -> str | None:
    if run.resumed_from is None:
        return None
    place = layout.folder / "resumed-from"
    fetch_blob(run.resumed_from, place)
    return str(place)


def _link(source: Path, target: Path) -> None:
    """A second name for the same bytes; a copy where the file system has no such thing."""
    with contextlib.suppress(OSError):
        target.hardlink_to(source)
        return
    shutil.copyfile(source, target)
