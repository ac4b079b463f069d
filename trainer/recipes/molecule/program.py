"""Molecules, and proteins beside them where they are: read, prepared, and the networks that take them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from trainer.contract import JobSpec
from trainer.data.columns import Ints
from trainer.data.feed import Feed
from trainer.data.reading import Party
from trainer.data.target import Target, target_of
from trainer.evaluation.examples import viewable
from trainer.layers import dense
from trainer.module import ModuleNetwork
from trainer.network import Network, Trainable
from trainer.recipes.molecule import encoding
from trainer.recipes.molecule.answering import Answering
from trainer.recipes.molecule.encoding import Array, Joined, Prints, Scaling
from trainer.recipes.molecule.network import Letters, Shape, described, initialise
from trainer.recipes.molecule.network import read as read_letters
from trainer.recipes.molecule.reading import Molecules
from trainer.recipes.molecule.reading import read as read_molecules
from trainer.recipes.molecule.schema import BEHIND, PRINTED, Parameters
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Source, Tell
from trainer.serving import Served

SAMPLES = 5  # molecules that may be tried with one click
SNIPPET = """\
import sys
sys.path.insert(0, "reproduce/trainer.zip")  # molecules are read there, in trainer/recipes/molecule
from trainer.predict import Predictor
answer = Predictor(".").predict([{example!r}])[0]
answer.pop("picture", None)  # the molecule drawn, as SVG
print(answer)
"""


@dataclass(frozen=True)
class MoleculeSource:
    """Every row with a target, a structure and, for affinities, a protein."""

    parties: list[Party]
    owner: Ints
    target: Target
    read: Molecules
    parameters: Parameters
    spec: JobSpec

    @property
    def together(self) -> Ints:
        """A molecule that was measured twice, with the same protein, is never on both sides of a split."""
        return self.read.structure * max(1, len(self.read.proteins)) + self.read.protein

    def group_of(self, field: str) -> tuple[Ints, list[str]] | None:
        """The same molecule is the same however it is written."""
        if field == self.read.smiles:
            return self.read.structure, self.read.structures
        return (self.read.protein, self.read.proteins) if field and field == self.read.sequence else None

    @property
    def file_rows(self) -> Ints:
        """Which rows of the files these are."""
        return self.read.known.rows[self.read.kept]

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row."""
        found = {self.read.smiles: self.read.structures[self.read.structure[row]]}
        if self.read.sequence:
            found[self.read.sequence] = self.read.proteins[self.read.protein[row]][:100]
        return found

    def texts(self) -> list[tuple[list[str], Ints]]:
        """What the networks read: different texts, and of every row the place of its own."""
        found = [(self.read.structures, self.read.structure)]
        return [*found, (self.read.proteins, self.read.protein)] if self.read.sequence else found

    @cached_property
    def raw(self) -> list[Array]:
        """Fingerprints and descriptors of every molecule; of every protein what it is made of."""
        p = self.parameters
        found = [Prints(p.radius, p.bits).of(self.read.structures)]
        return [*found, encoding.compositions(self.read.proteins)] if self.read.sequence else found

    def prepare(self, rows: Ints) -> Preparation:
        own = [np.unique(places[rows]) for _, places in self.texts()]
        if self.parameters.network == PRINTED:
            unscaled = (self.parameters.bits, 0)
            learnt = [Scaling.learnt(raw[some], n) for raw, some, n in zip(self.raw, own, unscaled, strict=False)]
            return Printed(self, self._samples(rows), learnt)
        letters = [
            encoding.letters_of([texts[one] for one in some])
            for (texts, _), some in zip(self.texts(), own, strict=True)
        ]
        return Lettered(self, self._samples(rows), letters)

    def _samples(self, rows: Ints) -> list[dict[str, Any]]:
        """Of organizations whose rows everyone may see; none where a field is masked."""
        if set(self.spec.masked) & {self.read.smiles, self.read.sequence}:
            return []
        open_to_all = rows[viewable(self.spec, cast("Source", self))[self.owner[rows]]]
        places = np.linspace(0, len(open_to_all) - 1, SAMPLES if len(open_to_all) else 0).astype(np.int64)
        whole = [
            {"smiles": self.read.structures[self.read.structure[row]]}
            | ({"sequence": self.read.proteins[self.read.protein[row]]} if self.read.sequence else {})
            for row in open_to_all[places].tolist()
        ]
        return [one for place, one in enumerate(whole) if one not in whole[:place]]


@dataclass(frozen=True)
class Prepared(Preparation):
    """What both networks have in common."""

    source: MoleculeSource
    samples: list[dict[str, Any]]

    @abstractmethod
    def tables(self) -> Sequence[Tensor]:
        """What the network reads of each different molecule, and of each different protein."""

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """What was learnt, for `preprocessing.json`."""

    def feed(self, device: torch.device) -> Feed:
        places = [torch.from_numpy(own).to(device) for _, own in self.source.texts()]
        return Joined([table.to(device) for table in self.tables()], places)

    def to_json(self) -> dict[str, Any]:
        known = self.source.read
        fields = [{"name": known.smiles, "kind": "smiles"}]
        fields += [{"name": known.sequence, "kind": "sequence"}] if known.sequence else []
        return {"kind": "molecule", "fields": fields, **self.told(), "samples": self.samples}

    def snippet(self, config: dict[str, Any]) -> str:
        other = {"sequence": "MGSSHHHHHHSSGLVPRGSH"} if self.source.read.sequence else {}
        return SNIPPET.format(example={"smiles": "CCO", **other})


@dataclass(frozen=True)
class Printed(Prepared):
    """Fingerprints as learnt from the training part: which places ever vary, and how descriptors are scaled."""

    learnt: list[Scaling]

    def tables(self) -> Sequence[Tensor]:
        return [torch.from_numpy(scale(raw)) for scale, raw in zip(self.learnt, self.source.raw, strict=True)]

    def network(self, outputs: int, device: torch.device) -> Trainable:
        p, width = self.source.parameters, sum(len(scale.columns) for scale in self.learnt)
        return Network(*dense(width, p.hidden_layers, outputs, p.activation, p.dropout), device=device)

    def told(self) -> dict[str, Any]:
        p = self.source.parameters
        made = {"radius": p.radius, "bits": p.bits, "rdkit": encoding.chemistry().VERSION}
        return {"network": p.network, **made, "scaling": [scale.to_json() for scale in self.learnt]}


@dataclass(frozen=True)
class Lettered(Prepared):
    """Letters that the training part has."""

    letters: list[str]

    @property
    def lengths(self) -> list[int]:
        p = self.source.parameters
        return [p.smiles_length, p.sequence_length][: len(self.letters)]

    def tables(self) -> Sequence[Tensor]:
        parts = zip(self.source.texts(), self.letters, self.lengths, strict=True)
        return [encoding.tokens(texts, letters, length) for (texts, _), letters, length in parts]

    def network(self, outputs: int, device: torch.device) -> Trainable:
        p = self.source.parameters
        shape = Shape(
            [len(letters) + 1 for letters in self.letters], [length + BEHIND for length in self.lengths],
            p.vector_size, p.filters, p.hidden_layers, outputs, p.activation, p.dropout,
        )  # fmt: skip
        return ModuleNetwork(
            Letters(shape), read_letters, device=device, described=described(shape), tokens=sum(self.lengths),
            initialise=initialise,
        )  # fmt: skip

    def told(self) -> dict[str, Any]:
        return {"network": self.source.parameters.network, "letters": self.letters, "lengths": self.lengths}


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> MoleculeSource:
    """The rows whose structure can be read; what is left out is told."""
    p = cast("Parameters", parameters)
    found = read_molecules(spec, p, tell)
    target = target_of(found.known.column.take(found.kept), p.task, None)
    return MoleculeSource(found.parties, found.known.owner[found.kept], target, found, p, spec)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A molecule as “smiles”, and a protein as “sequence” where the model reads one."""
    return Answering(folder, config, preprocessing)
