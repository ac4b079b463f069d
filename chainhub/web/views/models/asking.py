"""The "try it" tab: what a model is asked, by the kind of its input, and what one click tries."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from chainhub.registry import rows, serving
from chainhub.registry.inputs.common import DELIMITERS
from chainhub.registry.inputs.molecules import molecule_names
from chainhub.registry.inputs.samples import samples_of
from chainhub.registry.models import Model, ModelVersion
from chainhub.registry.wording import TRANSLATES
from chainhub.scenarios.notices import notice_beside
from chainhub.web.forms.models import PasteForm, RowForm
from chainhub.web.forms.trying import asking_form, filled, picture_form
from chainhub.web.http import SignedInRequest

LARGEST_DRAWN = 64  # pixels a side: what is drawn by hand has no more to show
SHOWN = 40  # letters of an example
PARTS = {*DELIMITERS, '"', "\n", "\r"}
SILENT = ("restore", "create", "series", "hidden")  # kinds whose answers have no reasons
SMALL = {
    "prompt": ("length", "temperature"),
    "create": ("count", "seed", "label"),
    "boxes": ("threshold",),
    "restore": ("noise",),
}


def trying(_request: SignedInRequest, _model: Model, version: ModelVersion, _versions: list[ModelVersion]) -> Any:
    """Forms, examples, and the notice that stands beside every answer."""
    kind = rows.kind_of(version)
    common = {"samples": _samples(version, kind), "duty": notice_beside(version.model.collaboration.scenario)}
    if kind in ("image", "boxes", "restore"):
        drawn = kind == "image" and _drawn(version)
        return common | {"ask": _ask(version, kind), "form": picture_form(version)} | (drawn or {})
    if kind in ("text", "prompt", "create", "series", "question", "hidden"):
        # A translation is the likeliest one, unless somebody asks for more daring.
        translates = version.model.recipe == TRANSLATES
        form = asking_form(version, **({"initial": {"temperature": 0}} if translates else {}))
        if translates:
            form.fields["text"].help_text = _("The model translates it, or rewrites it as it has learnt to.")
        return common | {"ask": _ask(version, kind), "form": form}
    if kind == "molecule":
        return common | {"ask": _ask(version, kind), "form": asking_form(version), **_several(version)}
    form = RowForm(version=version, initial=RowForm.typical(version))
    return common | {"form": form, **_several(version), "explains_several": True}


def _drawn(version: ModelVersion) -> dict[str, Any]:
    channels, side, _width = version.preprocessing.get("shape") or [1, 28, 28]
    return {"is_drawn": channels == 1 and side <= LARGEST_DRAWN, "side": side}


def _several(version: ModelVersion) -> dict[str, Any]:
    """Many at once, as a table."""
    fields = rows.fields_of(version)
    sample: dict[str, Any] = next(iter(samples_of(version)), {})
    kinds = {name: kind for kind, name in molecule_names(version.preprocessing).items()}
    typical = [field.typical or str(sample.get(kinds.get(field.name, field.name)) or "") for field in fields]
    example = "\n".join(",".join(map(_cell, line)) for line in ([field.name for field in fields], typical))
    return {
        "paste": PasteForm(initial={"text": example}),
        "most": rows.MOST_ROWS,
        "most_explained": serving.MOST_EXPLAINED,
    }


def _cell(value: str) -> str:
    """As it is pasted: between quotes where what it holds would part cells or lines."""
    return '"{}"'.format(value.replace('"', '""')) if PARTS & set(value) else value


def _ask(version: ModelVersion, kind: str) -> dict[str, Any]:
    said = {
        "image": (_("A picture file"), _("Predict")),
        "boxes": (_("A picture file"), _("Find")),
        "restore": (_("A picture file"), _("Take the noise out")),
        "create": (_("New pictures"), _("Draw them")),
        "series": (_("The past"), _("Foresee")),
        "molecule": (_("A molecule"), _("Predict")),
        "question": (_("Ask it"), _("Ask")),
        "prompt": (_("Ask it"), _("Write")),
        "hidden": (_("Words to guess"), _("Guess")),
        "text": (_("A text"), _("Predict")),
    }
    title, button = said[kind]
    files = kind in ("image", "boxes", "restore")
    name = "web:model-predict-file" if files else "web:model-predict"
    where = [version.model.organization.slug, version.model.slug, version.number]
    return {
        "title": title,
        "button": button,
        "files": files,
        "address": reverse(name, args=where),
        "small": SMALL.get(kind, ()),
        "explains": kind not in SILENT,
    }


def _samples(version: ModelVersion, kind: str) -> list[dict[str, Any]]:
    """Pictures are tried by their number; of all else a click fills the form."""
    found = samples_of(version)
    if kind in ("image", "boxes", "restore"):
        return [{"picture": one["image"]} for one in found if isinstance(one.get("image"), str)]
    return [{"fill": filled(version, one), "text": _named(one)} for one in found if one]


def _named(row: dict[str, Any]) -> str:
    """What stands on an example's button: short, for the form shows it whole."""
    said = (", ".join(map(_brief, one)) if isinstance(one, list) else _brief(one) for one in row.values())
    return " · ".join(filter(None, said))[:SHOWN]


def _brief(value: Any) -> str:
    return "" if value is None else rows.in_four_digits(value) if isinstance(value, float) else str(value)
