"""The training, read from top to bottom: read, divide, train together and alone, evaluate, explain, export."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from trainer import best, catalogue
from trainer.contract import Finished, JobSpec, Limits, Metric, Started
from trainer.data.columns import Categories, Ints
from trainer.devices import choose_device, choose_threads, slot_threads
from trainer.distributed import ALONE, Ranks
from trainer.evaluate import TOGETHER, evaluate, finite
from trainer.evaluation.findings import importance_of, of_model, of_predictions
from trainer.evaluation.groups import group_of
from trainer.evaluation.others import of_another, telling_fold, with_pictures
from trainer.evaluation.seen import Seen
from trainer.evaluation.written import answered
from trainer.explain import by_organization, probabilities, summary
from trainer.export import export
from trainer.journal import Journal, fingerprint_of
from trainer.learner import Learner
from trainer.metrics import Judged
from trainer.objectives import objective_for
from trainer.placing import network_of, restore, sharded
from trainer.plan import Fit, plan
from trainer.precision import Precision, short_format
from trainer.pulse import Pulse
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Source, program_of
from trainer.reporter import Emit
from trainer.seeding import derive
from trainer.tasks import main_metric, plain

POINTS_OF_CURVES = 300  # per fit, in events and in history


@dataclass
class Job:
    """Everything that stays the same while a job trains."""

    spec: JobSpec
    parameters: TrainingParameters
    source: Source
    fits: list[Fit]
    device: torch.device
    short: torch.dtype | None  # in which the layers compute, where it is not float32
    metric: str
    group: Categories | None  # by which the evaluation tells rows apart, of every row
    journal: Journal
    best: best.Best
    emit: Emit
    ranks: Ranks


def train(spec: JobSpec, emit: Emit, stop: threading.Event, ranks: Ranks = ALONE) -> None:
    """One job from its specification to its artifacts; raises TrainingError, SpecError or Stopped."""
    job = open_job(spec, emit, ranks)
    first = learner_for(job, job.journal.position) if job.journal.position < len(job.fits) else None
    watched = spec if ranks.leads else spec.model_copy(update={"limits": Limits()})  # one alone looks at the clock
    pulse = Pulse(watched, emit, stop, total=sum(steps_of(job, fit) for fit in job.fits))
    pulse.save = lambda learner: keep(job, learner) if writes(job, learner) else ""
    pulse.decide = (lambda due: ranks.agreed(due, job.device)) if sharded(job.parameters, ranks) else pulse.decide
    tell_start(job, first, pulse.total)
    for place in range(job.journal.position, len(job.fits)):
        pulse.phase = "train" if job.fits[place].series == "together" else "alone"
        pulse.offset = sum(steps_of(job, fit) for fit in job.fits[:place])
        learner = first or learner_for(job, place)
        first = None
        train_one(job, place, learner, pulse)
        conclude(job, place, learner)
        del learner  # gone before another takes memory
    pulse.offset = pulse.total
    pulse.keep(None)
    pulse.enter("evaluate")
    evaluation = judge(job)
    pulse.enter("export")
    if ranks.leads:
        publish(job, evaluation, pulse.total)


def open_job(spec: JobSpec, emit: Emit, ranks: Ranks) -> Job:
    """Read the data, make the plan, and take up the checkpoint if there is one."""
    recipe = catalogue.recipe(spec.recipe)
    parameters = recipe.check(spec.parameters)
    device = choose_device(spec)
    if parameters.deterministic != torch.are_deterministic_algorithms_enabled():  # asking is free
        torch.use_deterministic_algorithms(parameters.deterministic)
    source = program_of(spec.recipe).read(spec, parameters, emit)
    spec = spec.model_copy(update={"split": getattr(source, "split", spec.split)})  # series are divided by time alone
    fits = plan(source, spec, parameters)
    Path(spec.output).mkdir(parents=True, exist_ok=True)
    fingerprint = fingerprint_of(spec, np.bincount(source.owner).tolist(), source.target.values)
    journal = Journal.resume(Path(spec.resume_from), fingerprint) if spec.resume_from else Journal(fingerprint)
    metric = main_metric(source.target, parameters.main_metric)
    group = group_of(spec, getattr(parameters, "group_field", ""))
    kept, short = best.Best(spec.output, leads=ranks.leads), short_format(parameters.precision, device, emit)
    return Job(spec, parameters, source, fits, device, short, metric, group, journal, kept, emit, ranks)


def epochs_of(job: Job, fit: Fit) -> int:
    """As asked; the final model of a k-fold, which has nothing to stop early on, trains as long as its folds did."""
    epochs = min(job.parameters.epochs, job.spec.limits.epochs or job.parameters.epochs)
    if fit.published and fit.fold is None and not len(fit.validation) and job.journal.best_epochs:
        return max(1, round(float(np.median(job.journal.best_epochs))))
    return epochs


def steps_of(job: Job, fit: Fit) -> int:
    return epochs_of(job, fit) * -(-len(fit.train) // job.parameters.batch_size)


def learner_for(job: Job, place: int) -> Learner:
    """A model ready for its next step: fresh, or as the checkpoint has it."""
    fit = job.fits[place]
    preparation = job.source.prepare(fit.train)
    learner = Learner(
        network_of(preparation, job.source.target.outputs, job.device, job.parameters, job.ranks),
        objective_for(job.source, fit.train, job.parameters, job.device),
        preparation.feed(job.device),
        torch.from_numpy(fit.train).to(job.device),
        job.parameters,
        epochs=epochs_of(job, fit),
        seed=derive(job.spec.seed, fit.key),
        precision=Precision(job.device, job.short),
        ranks=job.ranks,
        tell=job.emit,
    )
    set_threads(job, learner)
    if job.journal.learner is not None:
        restore(learner, *job.journal.learner, Path(job.spec.resume_from or ""))
        job.journal.learner = None
    return learner


def writes(job: Job, learner: Learner | None) -> bool:
    """Whether this process has a part in a checkpoint: where weights are in shards, all have."""
    return job.ranks.leads or (learner is not None and learner.network.sharded)


def keep(job: Job, learner: Learner | None) -> str:
    """The checkpoint, and beside it the best weights of the model that will be published; the checkpoint's name."""
    if learner is not None and job.fits[job.journal.position].published:
        job.best.keep(learner)
    return job.journal.write(Path(job.spec.output), learner).name


def set_threads(job: Job, learner: Learner) -> None:
    """Chosen once per job, on its first model; a resumed job keeps its number so that it computes the same."""
    if not job.journal.threads:
        rows = learner.batch(0)
        most = min(slot_threads(), job.spec.threads or slot_threads())
        cost = 3 * learner.network.multiplications * len(rows)
        chosen = 1 if job.device.type == "cuda" else job.spec.threads and most
        job.journal.threads = chosen or most
        if job.ranks.count == 1 and not chosen:
            state = learner.state()
            job.journal.threads = choose_threads(lambda: learner.descend(rows), cost, most=most)
            learner.restore(*state)
    torch.set_num_threads(min(job.journal.threads, slot_threads()))


def tell_start(job: Job, learner: Learner | None, total: int) -> None:
    published = job.journal.published
    weights = (0 if published is None else published.numel()) if learner is None else learner.network.count
    counts = np.bincount(job.source.owner, minlength=len(job.source.parties)).tolist()
    job.emit(
        Started(
            recipe=job.spec.recipe,
            rows={party.slug: count for party, count in zip(job.source.parties, counts, strict=True)},
            parameters_count=weights,
            steps_total=total,
            device=job.spec.device,
            threads=job.journal.threads,
        )
    )


def train_one(job: Job, place: int, learner: Learner, pulse: Pulse) -> None:
    """Epoch by epoch, step by step, until the epochs are done or validation says enough."""
    fit = job.fits[place]
    validation = torch.from_numpy(fit.validation).to(job.device)
    while not learner.finished:
        while learner.step < learner.steps_per_epoch:
            learner.learn()
            pulse.beat(learner)
        point: dict[str, Any] = {"epoch": learner.epoch + 1, "train_loss": learner.end_epoch()}
        if len(validation):
            with learner.averaged():
                outputs = learner.outputs(validation)
            point["validation_loss"] = learner.loss_of(outputs, validation)
            point["validation_metric"] = plain(job.metric, judged_rows(job, outputs, fit.validation))
            learner.judge(point["validation_loss"])
        record(job, fit, learner, point)
    learner.settle()


def record(job: Job, fit: Fit, learner: Learner, point: dict[str, Any]) -> None:
    """One point of the curves. Of a k-fold people see the first fold and the final model; the others look alike."""
    if (fit.fold or 1) > 1 or (
        learner.epoch % max(1, learner.epochs // POINTS_OF_CURVES) not in (0, 1) and not learner.finished
    ):
        return
    slug = None if fit.organization is None else job.source.parties[fit.organization].slug
    where: dict[str, Any] = {"series": fit.series, "organization": slug, "fold": fit.fold}
    job.journal.history.append({**where, **point})
    shown = [
        ("loss", "train", "train_loss"),
        ("loss", "validation", "validation_loss"),
        (job.metric, "validation", "validation_metric"),
    ]
    for name, split, key in shown:
        if key in point:
            values = {"name": name, "step": learner.steps, "epoch": learner.epoch, "value": point[key], "split": split}
            job.emit(Metric(**values, **where))


def conclude(job: Job, place: int, learner: Learner) -> None:
    """Keep what is needed of a finished model; the rest of it may go."""
    fit, journal = job.fits[place], job.journal
    if len(fit.test):
        journal.outputs[place] = finite(learner.outputs(torch.from_numpy(fit.test).to(job.device)))
        if fit.series == "together":
            explain(job, fit, learner)
    if fit.series == "together" and learner.best_epoch and job.parameters.early_stopping:
        journal.best_epochs.append(learner.best_epoch)
    if fit.published:
        journal.published, journal.validated = learner.network.whole(), learner.best_epoch > 0
        journal.best = learner.network.whole(learner.best) if best.others(learner) else None
        if writes(job, learner):
            job.best.keep(learner)
    journal.position = place + 1


def explain(job: Job, fit: Fit, learner: Learner) -> None:
    """What the model together does with the rows held out from it; of a k-fold the first fold's tells enough."""
    preparation: Preparation = job.source.prepare(fit.train)
    seen = Seen(job.spec, job.source, learner, preparation, preparation.feed(job.device), fit.test, job.metric)
    important = importance_of(seen) if getattr(job.parameters, "importance", False) else {}
    if important:
        job.journal.importance.append(important)
    telling = fit.fold in (None, telling_fold(job.source, job.spec, job.fits))
    found = of_model(seen, fit, important, job.parameters, job.emit) if telling else of_another(seen)
    job.journal.findings = with_pictures(job.journal.findings, found)


def judged_rows(job: Job, outputs: torch.Tensor, rows: Ints) -> Judged:
    target = job.source.target
    return Judged(target.values[rows], probabilities(outputs, target), target.task)


def judge(job: Job) -> dict[str, Any]:
    """Out-of-sample predictions of every series, in the order of the rows, and what they are worth."""
    judged: dict[str, Judged] = {}
    held_out: dict[str, Ints] = {}
    for organization in (None, *range(len(job.source.parties))):
        places = [place for place in job.journal.outputs if job.fits[place].organization == organization]
        if not places:
            continue
        rows = np.concatenate([job.fits[place].test for place in places])
        order = np.argsort(rows)
        name = "together" if organization is None else job.source.parties[organization].slug
        held_out[name] = rows[order]
        judged[name] = judged_rows(job, torch.cat([job.journal.outputs[place] for place in places])[order], rows[order])
    found = of_predictions(judged[TOGETHER], job.source, job.spec, job.parameters, held_out[TOGETHER], job.group)
    runs = job.journal.importance
    return {
        **evaluate(job.source, job.spec, job.parameters, judged, held_out), **found, **job.journal.findings,
        "importance": summary([run.get("", {}) for run in runs]),
        "importance_by_organization": by_organization(runs),
        "history": job.journal.history,
    }  # fmt: skip


def publish(job: Job, evaluation: dict[str, Any], steps: int) -> None:
    """Write the artifacts, tell the scores, and finish."""
    published = next(fit for fit in job.fits if fit.published)
    preparation = job.source.prepare(published.train)
    device = torch.device("cpu") if sharded(job.parameters, job.ranks) else job.device  # it would fit no device
    network = preparation.network(job.source.target.outputs, device)
    assert job.journal.published is not None  # noqa: S101 - every plan publishes one model
    objective = objective_for(job.source, published.train, job.parameters, job.device)
    vectors = best.files(job.journal.published, job.journal.best)
    target, more = job.source.target, partial(answered, job.source, job.spec, published.test, job.parameters)
    export(job.spec, target, preparation, network, objective, vectors, evaluation, job.emit, asked=more)
    if job.journal.validated and job.journal.best is None:
        job.best.is_published()
    for item in evaluation["organizations"]:
        for series, own in item["own"].items():
            value = own[job.metric]["value"]
            where: dict[str, Any] = {"series": series, "organization": item["organization"], "split": "test"}
            job.emit(Metric(name=job.metric, step=steps, epoch=epochs_of(job, published), value=value, **where))
    metrics = {name: entry["value"] for name, entry in evaluation["overall"]["metrics"].items()}
    job.emit(Finished(primary_metric=job.metric, value=metrics[job.metric], metrics=metrics))
