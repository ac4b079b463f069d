"""Where a model version came from and where it went, as a drawing: data → job → version → receivers."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.registry.ingredients import Ingredient, ingredients_below, ingredients_of
from chainhub.registry.models import ModelVersion
from chainhub.web import formats

Data = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """An ingredient, and whether its page is open to the reader."""

    ingredient: Ingredient
    leads: bool
    by_base: bool = False  # only what the base model learnt from


def known_ingredients(version: ModelVersion, *, reader: User) -> list[Known]:
    """What the version was made of, as the reader may see it."""
    own, below = ingredients_of(version.job, reader=reader), ingredients_below(version.job, reader=reader)
    used = [one.dataset.pk for one in (*own, *below)]
    visible = set(Dataset.objects.visible_to(reader).filter(pk__in=used).values_list("pk", flat=True))
    return [
        Known(one, one.dataset.pk in visible, by_base)
        for by_base, found in ((False, own), (True, below))
        for one in found
    ]


def lineage(version: ModelVersion, known: list[Known], *, reader: User) -> Data:
    """Nodes in four columns, and what flows between them; what the base model had learnt from stands in the table."""
    known = [one for one in known if not one.by_base]
    receivers = Organization.objects.filter(received_models__version=version).order_by("name")
    nodes = [
        *(_dataset(one.ingredient, leads=one.leads) for one in known),
        *_base(version, reader),
        *_jobs(version),
        _version(version),
        *(_receiver(one) for one in receivers),
    ]
    links = [
        *(_given(one.ingredient) for one in known),
        *([{"from": "origin", "to": "job", "label": _("cloned from")}] if version.job.cloned_from else []),
        *([{"from": "base", "to": "job", "label": _("base model")}] if version.job.base else []),
        {"from": "job", "to": "version"},
        *({"from": "version", "to": f"o{one.pk}"} for one in receivers),
    ]
    columns = [_("Data"), _("Training job"), _("Model version"), _("Received by")]
    return {"columns": columns, "nodes": nodes, "links": links}


def _given(one: Ingredient) -> Data:
    return {"from": f"d{one.dataset.pk}", "to": "job", "value": one.rows, "label": _rows(one.rows)}


def _dataset(one: Ingredient, *, leads: bool) -> Data:
    return {
        "id": f"d{one.dataset.pk}",
        "label": _label(one),
        "sub": f"{one.organization.short_name} · {'–' if one.rows is None else formats.count(one.rows)}",
        "colour": one.organization.colour,
        "column": 0,
        **({"href": one.dataset.get_absolute_url()} if leads else {}),
    }


def _base(version: ModelVersion, reader: User) -> list[Data]:
    base = version.job.base
    if base is None:
        return []
    node = {"id": "base", "label": base.name, "sub": base.licence_name, "column": 0}
    leads = BaseModel.objects.visible_to(reader).filter(pk=base.pk).exists()
    return [{**node, "href": base.get_absolute_url()} if leads else node]


def _label(one: Ingredient) -> str:
    return f"{one.name} v{one.number}" if one.known else one.name


def _jobs(version: ModelVersion) -> list[Data]:
    job = version.job
    node = {"id": "job", "label": f"#{job.pk}", "sub": job.title, "column": 1}
    made = {**node, "colour": job.organization.colour, "href": job.get_absolute_url()}
    origin = job.cloned_from
    if origin is None:
        return [made]
    before = {"id": "origin", "label": f"#{origin.pk}", "sub": _("cloned from"), "column": 0}
    return [{**before, "href": origin.get_absolute_url()}, made]


def _version(version: ModelVersion) -> Data:
    return {
        "id": "version",
        "label": f"v{version.number}",
        "sub": version.model.name,
        "colour": version.model.organization.colour,
        "column": 2,
        "href": version.get_absolute_url(),
        "here": True,
    }


def _receiver(one: Organization) -> Data:
    return {
        "id": f"o{one.pk}",
        "label": one.short_name,
        "sub": one.get_stage_display(),
        "colour": one.colour,
        "column": 3,
        "href": one.get_absolute_url(),
    }


def _rows(count: int | None) -> str:
    return "" if count is None else ngettext("%(n)s row", "%(n)s rows", count) % {"n": count}
