"""A published model of molecules that answers, draws the molecule and says which atoms speak for the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from trainer.contract import N_
from trainer.evaluation.attribution import likelihood
from trainer.network import Network
from trainer.recipes.molecule import encoding, proteins
from trainer.recipes.molecule.encoding import Prints, Scaling
from trainer.recipes.molecule.network import Letters, Shape
from trainer.recipes.molecule.schema import PRINTED
from trainer.serving import Row, answers, refusal, weights_in

STRANGE = 0.3  # share of a molecule's own places that training never saw
FEWEST = 5  # places of a molecule of which a share says something
MOST_DRAWN = 100  # molecules of one request
MOST_ATOMS = 200


class Answering:
    """Rows with a molecule as “smiles”, and a protein as “sequence” where the model reads one."""

    def __init__(self, folder: Path, config: Row, preprocessing: Row) -> None:
        self.config, self._known = config, preprocessing
        self._names = {field["kind"]: field["name"] for field in preprocessing["fields"]}
        weights = weights_in(folder)
        self._network: Callable[[Tensor], Tensor]
        self._printed = preprocessing["network"] == PRINTED
        if self._printed:
            network = Network(config["layers"], {}, frozen=weights)
            self._network = lambda inputs: network((inputs, None))
            self._prints = Prints(preprocessing["radius"], preprocessing["bits"])
            self._scaling = [Scaling(**one) for one in preprocessing["scaling"]]
        else:
            module = Letters(Shape(**config["shape"]))
            module.load_state_dict(weights)
            self._network = module.eval()

    def predict(self, rows: list[Row]) -> list[Row]:
        molecules, sequences = self._read(rows)
        outputs = self._network(self._inputs(molecules, sequences))
        found = answers(self.config, outputs)
        for answer, molecule in zip(found[:MOST_DRAWN], molecules, strict=False):
            if picture := encoding.chemistry().drawing(molecule):
                answer["picture"] = picture
        return found

    def explain(self, rows: list[Row]) -> list[Any]:
        """Of fingerprints: how the answer changes without what each atom is part of, in words and as a drawing."""
        if not self._printed:
            return [None] * len(rows)
        return [self._reasons(*one) for one in zip(*self._read(rows), strict=True)]

    def warn(self, rows: list[Row]) -> list[list[Row]]:
        text = N_("Much of this molecule is unlike all that the model learnt from.")
        if not self._printed:
            return [[] for _ in rows]
        return [[{"text": text, "params": {}}] if self._strange(one) else [] for one in self._read(rows)[0]]

    def _read(self, rows: list[Row]) -> tuple[list[Any], list[str]]:
        molecules = [self._molecule(row, number) for number, row in enumerate(rows, start=1)]
        paired = "sequence" in self._names
        return molecules, [self._sequence(row, number) if paired else "" for number, row in enumerate(rows, start=1)]

    def _molecule(self, row: Row, number: int) -> Any:
        text = row.get(self._names["smiles"], row.get("smiles"))
        if not isinstance(text, str) or not text.strip():
            raise refusal(N_("A molecule is given as “smiles”, such as CCO for ethanol."), field="smiles", row=number)
        molecule = encoding.chemistry().molecule_of(text)
        if molecule is None:
            said, text = N_("“%(written)s” is no molecule that can be read."), text.strip()[:80]
            raise refusal(said, field="smiles", row=number, written=text)
        return encoding.chemistry().molecule_of(encoding.chemistry().canonical(text)) or molecule

    def _sequence(self, row: Row, number: int) -> str:
        text = row.get(self._names["sequence"], row.get("sequence"))
        letters = proteins.cleaned(text) if isinstance(text, str) else None
        if letters is None:
            said = N_("A protein is given as “sequence”, in letters of amino acids.")
            raise refusal(said, field="sequence", row=number)
        return letters

    def _inputs(self, molecules: list[Any], sequences: list[str]) -> Tensor:
        if self._printed:
            parts = [np.stack([self._prints.of_one(one) for one in molecules])]
            parts += [encoding.compositions(sequences)] if "sequence" in self._names else []
            scaled = [scale(raw) for scale, raw in zip(self._scaling, parts, strict=True)]
            return torch.from_numpy(np.concatenate(scaled, 1))
        texts = [[encoding.chemistry().written(one) for one in molecules], sequences]
        pairs = zip(texts, self._known["letters"], self._known["lengths"], strict=False)
        return torch.cat([encoding.tokens(*pair) for pair in pairs], 1)

    def _strange(self, molecule: Any) -> bool:
        """Whether many of its surroundings of atoms stand at places that the network does not read."""
        own = np.flatnonzero(encoding.chemistry().fingerprint(molecule, self._prints.radius, self._prints.bits))
        return len(own) >= FEWEST and float((~np.isin(own, self._scaling[0].columns)).mean()) > STRANGE

    def _reasons(self, molecule: Any, sequence: str) -> Row | None:
        known, prints = encoding.chemistry(), self._prints
        if molecule.GetNumAtoms() > MOST_ATOMS:
            return None
        without = known.without_each_atom(molecule, prints.radius, prints.bits)
        whole = prints.of_one(molecule)
        rows = np.repeat(whole[None], len(without) + 1, 0)
        rows[1:, : prints.bits] = without
        inputs = self._scaling[0](rows)
        if len(self._scaling) > 1:
            protein = self._scaling[1](encoding.compositions([sequence]))
            inputs = np.concatenate([inputs, np.repeat(protein, len(inputs), 0)], 1)
        outputs = self._network(torch.from_numpy(inputs))
        told = likelihood(outputs, outputs[:1].argmax(1).expand(len(outputs))).double()
        weights = (told[0] - told[1:]).tolist()
        words = [{"text": text, "weight": weight} for text, weight in zip(known.atoms(molecule), weights, strict=True)]
        picture = known.drawing(molecule, weights)
        return {"tokens": words} | ({"picture": picture} if picture else {})
