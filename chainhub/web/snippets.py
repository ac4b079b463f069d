"""Code that runs as pasted: fetching a version's files with a token, running it without the hub, asking the hub."""

import json
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chainhub.registry.inputs.molecules import molecule_names
from chainhub.registry.inputs.series import series_fields
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import USUAL_LENGTH, USUAL_TEMPERATURE
from chainhub.registry.rows import Field, fields_of, kind_of
from chainhub.registry.wording import TRANSLATES, opens_in_transformers, runs_bare

PICTURE = "picture.png in letters"  # its place in a question; the command puts the file there
HEADER = '-H "Authorization: Bearer $CHAINHUB_TOKEN"'


@dataclass(frozen=True)
class Snippet:
    """One step."""

    title: str
    about: str
    language: str
    text: str


def snippets(version: ModelVersion, *, example: str, address: str) -> list[Snippet]:
    """In the order in which they are needed; `address` is the hub's own, without a slash at the end."""
    bare = Snippet(
        _("Run it without ChainHub"),
        _needs(version),
        "python",
        example.strip(),
    )
    return [
        Snippet(
            _("Download"),
            _("Every file of this version, by a program. The token needs the scope “download”."),
            "bash",
            _download(version, address),
        ),
        *([bare] if example else []),
        Snippet(
            _("Ask the hub"),
            _asked(version),
            "bash",
            _ask(version, address),
        ),
    ]


def _needs(version: ModelVersion) -> str:
    if opens_in_transformers(version):
        return _("In the folder of the files; it takes PyTorch and transformers (pip install torch transformers).")
    if runs_bare(version):
        return _("In the folder of the files; PyTorch and safetensors suffice (pip install torch safetensors).")
    return _("In the folder of the files; it takes what is listed there (pip install -r reproduce/requirements.txt).")


def _asked(version: ModelVersion) -> str:
    if PICTURE in _question(version):
        return _("The model answers on a compute node of the hub, and keeps nothing. “picture.png” is your picture.")
    return _("The model answers on a compute node of the hub. The rows are not kept.")


def _download(version: ModelVersion, address: str) -> str:
    folder = f"{version.model.slug}-v{version.number}"
    archive = f"{address}{reverse('api:model-archive', args=_where(version))}"
    lines = [
        "export CHAINHUB_TOKEN=chh_…",
        f'curl --fail --location {HEADER} -o {folder}.zip "{archive}"',
        f"python3 -m zipfile -e {folder}.zip . && cd {folder}",
    ]
    return "\n".join(lines)


def _ask(version: ModelVersion, address: str) -> str:
    question = _shell(_question(version))
    before, pictured, after = question.partition(PICTURE)
    given = "@-" if pictured else f"'{question}'"
    lines = [
        *([f"(printf '{before}'; base64 < picture.png | tr -d '\\n'; printf '{after}') | \\"] if pictured else []),
        f'curl --fail {HEADER} -H "Content-Type: application/json" \\',
        f"  -d {given} \\",
        f'  "{address}{reverse("api:model-predict", args=_where(version))}"',
    ]
    return "\n".join(lines)


def _where(version: ModelVersion) -> list[str | int]:
    return [version.model.organization.slug, version.model.slug, version.number]


def _question(version: ModelVersion) -> str:
    asked = {
        "image": {"image": PICTURE},
        "boxes": {"image": PICTURE, "threshold": 0.2},
        "restore": {"image": PICTURE},
        "prompt": {"text": "…", "length": USUAL_LENGTH, "temperature": _temperature(version)},
        "create": {"count": 16, "seed": 1},
        "question": {"text": "…"},
        "hidden": {"text": "… ___ …"},
    }
    row = asked.get(kind_of(version)) or _row(version)
    return json.dumps({"rows": [row]}, ensure_ascii=False)


def _temperature(version: ModelVersion) -> float:
    return 0 if version.model.recipe == TRANSLATES else USUAL_TEMPERATURE


def _row(version: ModelVersion) -> dict[str, Any]:
    """What differs from model to model."""
    kind = kind_of(version)
    if kind == "series":
        fields = series_fields(version.preprocessing)
        steps = fields.window + (fields.horizon if fields.known_ahead else 0)
        others = {name: list(range(1, steps + 1)) for name in fields.others}
        moment = {fields.moment: "2026-01-31"} if fields.moment else {}
        return {"values": list(range(1, fields.window + 1)), **others, **moment}
    if kind == "molecule":
        usual = {"smiles": "CCO", "sequence": "MGSSHHHHHHSSGLVPRGSH"}
        return {one: usual[one] for one in molecule_names(version.preprocessing)}
    return {field.name: "…" if field.kind == "text" else _typical(field) for field in fields_of(version)}


def _typical(field: Field) -> float | int | str | None:
    if field.masked:
        return None
    return _value(field.typical) if field.is_number else field.typical


def _value(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _shell(text: str) -> str:
    return text.replace("'", "'\\''")
