"""Molecules, and the proteins beside them: names are the data's own, or “smiles” and “sequence”."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.registry.inputs.common import Check, Row, known_only

LONGEST = {"smiles": 2_000, "sequence": 20_000}  # letters; what is longer is no drug and no single protein


def molecule_names(preprocessing: Mapping[str, Any]) -> dict[str, str]:
    """Kind to the field's own name: “smiles”, and “sequence” where the model reads a protein."""
    return {
        str(one["kind"]): str(one["name"]) for one in preprocessing.get("fields") or () if one.get("kind") in LONGEST
    }


def checked_molecule(preprocessing: Mapping[str, Any]) -> Check:
    """`{"smiles": "CCO"}`, with a protein's `"sequence"` where the model reads one; all else the trainer judges."""
    names = molecule_names(preprocessing)
    known = tuple(dict.fromkeys((*names, *names.values())))

    def check(number: int, row: Any) -> Row:
        known_only(number, row, known)
        return {kind: _text(number, kind, name, row.get(name, row.get(kind))) for kind, name in names.items()}

    return check


def _text(number: int, kind: str, name: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInputError(
            gettext_noop("Row %(row)s: give a molecule as “smiles”, such as CCO for ethanol.")
            if kind == "smiles"
            else gettext_noop("Row %(row)s: give a protein as “sequence”, in letters of amino acids."),
            field=f"rows.{number}.{name}",
            row=number,
        )
    if len(value) > LONGEST[kind]:
        raise InvalidInputError(
            gettext_noop("Row %(row)s: the text is longer than %(most)s letters."),
            field=f"rows.{number}.{name}",
            row=number,
            most=LONGEST[kind],
        )
    return value.strip()
