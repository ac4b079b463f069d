"""Which fields hold structures and proteins, and which rows can be read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trainer.contract import N_, JobSpec, Log, SpecError
from trainer.data.columns import Ints
from trainer.data.reading import Party, read_parties
from trainer.data.rows import Labelled, labelled
from trainer.data.texts import text_fields, texts_at
from trainer.failures import TrainingError
from trainer.recipes.molecule import proteins
from trainer.recipes.molecule.encoding import chemistry, unique
from trainer.recipes.molecule.schema import Parameters
from trainer.recipes.program import Tell

TRIED, ENOUGH = 50, 0.8  # texts that are looked at to tell what a field holds; the share that must be of a kind


@dataclass(frozen=True)
class Molecules:
    """Every row that has a target and a structure (and a protein, where one is asked for)."""

    parties: list[Party]
    known: Labelled
    kept: Ints  # of the rows with a target
    structures: list[str]  # different ones, each written in one way
    structure: Ints  # of every kept row its place among them
    proteins: list[str]
    protein: Ints
    smiles: str
    sequence: str  # the field's name, or nothing


def read(spec: JobSpec, p: Parameters, tell: Tell) -> Molecules:
    fields = (
        None if spec.fields is None else tuple(dict.fromkeys((*spec.fields, *filter(None, (p.smiles, p.sequence)))))
    )
    if spec.target in (p.smiles, p.sequence):
        raise SpecError(N_("The target cannot be what it is predicted from."), field="smiles")
    parties = read_parties(spec.model_copy(update={"fields": fields}))
    known = labelled(parties, spec.target, tell)
    names = text_fields(parties, [spec.target])
    smiles, sequence = _chosen(parties, known.rows, names, p)
    texts = texts_at(parties, [smiles], known.rows)
    structures, structure = unique([one for (one,) in texts], chemistry().canonical)
    _check(structure, smiles, tell, N_("%(count)s rows are left out: their “%(field)s” is no molecule."))
    sequences, protein = list[str](), np.zeros(len(structure), np.int64)
    if sequence:
        texts = texts_at(parties, [sequence], known.rows)
        sequences, protein = unique([one for (one,) in texts], proteins.cleaned)
        _check(protein, sequence, tell, N_("%(count)s rows are left out: their “%(field)s” is no protein."))
    kept = np.flatnonzero((structure >= 0) & (protein >= 0))
    for place, party in enumerate(parties):
        if not (known.owner[kept] == place).any():
            raise TrainingError(
                "data",
                N_("No row of %(organization)s has a structure that can be read."),
                N_("Structures are written as SMILES, such as CCO for ethanol."),
                organization=party.name,
            )
    return Molecules(
        parties, known, kept, structures, structure[kept], sequences, protein[kept], smiles, sequence
    )  # fmt: skip


def _chosen(parties: list[Party], rows: Ints, names: list[str], p: Parameters) -> tuple[str, str]:
    """The two fields: as asked for, or by what stands in them."""
    some = rows[:: max(1, len(rows) // TRIED)][:TRIED]
    kinds: tuple[tuple[str, Callable[[str], bool]], ...] = (
        (p.smiles, lambda text: chemistry().canonical(text) is not None),
        (p.sequence, proteins.looks_like_one),
    )
    found = [asked or _first(parties, some, names, fits, taken=p.smiles) for asked, fits in kinds]
    if not found[0]:
        raise TrainingError(
            "data",
            N_("No field holds molecules."),
            N_("Structures are written as SMILES, such as CCO for ethanol."),
        )
    return found[0], found[1]


def _first(parties: list[Party], rows: Ints, names: list[str], fits: Callable[[str], bool], taken: str) -> str:
    """The first field of which nearly all texts that are looked at are of that kind."""
    for name in (name for name in names if name != taken):
        if any(name not in table.column_names for party in parties for table in party.tables):
            continue
        told = [fits(text) for (text,) in texts_at(parties, [name], rows) if text.strip()]
        if told and sum(told) >= ENOUGH * len(told):
            return name
    return ""


def _check(places: Ints, field: str, tell: Tell, text: str) -> None:
    if count := int((places < 0).sum()):
        tell(Log(level="warning", text=text, params={"field": field, "count": count}))
