"""What a job has done so far: results of finished models, and how to write and take up a checkpoint."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from torch import Tensor

from trainer import checkpoint
from trainer.contract import N_, JobSpec, SpecError
from trainer.learner import Learner


@dataclass
class Journal:
    """Finished fits by their place in the plan; the fit under way is the learner's own matter."""

    fingerprint: str
    threads: int = 0
    position: int = 0  # fits that are finished
    outputs: dict[int, Tensor] = field(default_factory=dict)  # of each finished fit, for its test rows
    published: Tensor | None = None  # the weights that the job will publish
    best: Tensor | None = None  # those that did best on the validation rows, where they are others
    validated: bool = False  # whether the published weights' model was judged by validation rows
    best_epochs: list[int] = field(default_factory=list)
    importance: list[dict[str, dict[str, list[float]]]] = field(default_factory=list)  # by organization; "" is all
    findings: dict[str, Any] = field(default_factory=dict)  # what the first model together showed of itself
    history: list[dict[str, Any]] = field(default_factory=list)
    learner: tuple[dict[str, Tensor], dict[str, Any]] | None = None  # taken up from a checkpoint, not yet used

    def write(self, folder: Path, learner: Learner | None) -> Path:
        tensors = {f"outputs.{place}": value for place, value in self.outputs.items()}
        if self.published is not None:
            tensors["published"] = self.published
        if self.best is not None:
            tensors["best"] = self.best
        kept = ("fingerprint", "threads", "position", "validated", "best_epochs", "importance", "findings", "history")
        state: dict[str, Any] = {name: getattr(self, name) for name in kept}
        if learner is not None:
            own, state["learner"] = learner.state()
            tensors |= {f"learner.{name}": value for name, value in own.items()}
        if learner is not None and learner.network.sharded:
            from trainer import spreading  # noqa: PLC0415 - imports torch's compiler, which few jobs need

            return spreading.write(folder, tensors, state, learner.network)
        return checkpoint.write(folder, tensors, state)

    @classmethod
    def resume(cls, path: Path, fingerprint: str) -> Journal:
        tensors, state = checkpoint.read(path)
        if state.get("fingerprint") != fingerprint:
            raise SpecError(N_("The checkpoint belongs to another job or to other data."), field="resume_from")
        learner = state.pop("learner", None)
        outputs = {int(name.split(".")[1]): value for name, value in tensors.items() if name.startswith("outputs.")}
        own = {name.removeprefix("learner."): value for name, value in tensors.items() if name.startswith("learner.")}
        journal = cls(**state, outputs=outputs, published=tensors.get("published"), best=tensors.get("best"))
        journal.learner = None if learner is None else (own, learner)
        return journal


def fingerprint_of(spec: JobSpec, rows: list[int], targets: Any) -> str:
    """What must be the same for a checkpoint to be taken up: all but the run, its paths and its limits."""
    free = {"run", "output", "resume_from", "limits", "inputs", "threads", "processes", "base", "job"}
    said = spec.model_dump(mode="json", exclude=free)
    said["inputs"] = [[item.organization, item.dataset] for item in spec.inputs]
    said["rows"] = rows
    if spec.split.by_organization:
        said["open"] = spec.is_open  # which rows are learnt from follows from it, and it may change meanwhile
    found = sha256(json.dumps(said, sort_keys=True).encode())
    own = targets.dtype == object  # of each row an array
    for one in targets if own else [targets]:
        found.update((b"%d " % len(one) if own else b"") + one.tobytes())
    return found.hexdigest()
