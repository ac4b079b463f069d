"""Code that runs as pasted: fetching a version's files with a token, running it without the hub, asking the hub."""

import json
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import USUAL_LENGTH, USUAL_TEMPERATURE
from chainhub.registry.rows import Field, fields_of, is_image, writes
from chainhub.registry.wording import opens_in_transformers

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
        _("In the folder of the files; it takes PyTorch and transformers (pip install torch transformers).")
        if opens_in_transformers(version)
        else _("In the folder of the files; PyTorch and safetensors suffice (pip install torch safetensors)."),
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
            _("The model answers on a compute node of the hub. The rows are not kept."),
            "bash",
            _ask(version, address),
        ),
    ]


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
    lines = [
        f'curl --fail {HEADER} -H "Content-Type: application/json" \\',
        f"  -d '{_shell(_question(version))}' \\",
        f'  "{address}{reverse("api:model-predict", args=_where(version))}"',
    ]
    return "\n".join(lines)


def _where(version: ModelVersion) -> list[str | int]:
    return [version.model.organization.slug, version.model.slug, version.number]


def _question(version: ModelVersion) -> str:
    if is_image(version):
        return '{"rows": [{"image": "…"}]}'
    if writes(version):
        return json.dumps(
            {"rows": [{"text": "…", "length": USUAL_LENGTH, "temperature": USUAL_TEMPERATURE}]}, ensure_ascii=False
        )
    row = {field.name: "…" if field.kind == "text" else _typical(field) for field in fields_of(version)}
    return json.dumps({"rows": [row]}, ensure_ascii=False)


def _typical(field: Field) -> float | int | str | None:
    if field.masked:
        return None
    return _value(field.typical) if field.is_number else field.typical


def _value(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _shell(text: str) -> str:
    return text.replace("'", "'\\''")
