"""Main reasons against an applicant, in words and in points, as whoever is refused must be told them."""

import math
from typing import Any

from django.utils.translation import gettext as _

from chainhub.registry.models import ModelVersion
from chainhub.registry.scores import Json

MOST = 4  # as the Equal Credit Opportunity Act's Regulation B advises
LONGEST = 40  # letters of a value


def reason_codes(version: ModelVersion, prediction: Json) -> list[dict[str, Any]]:
    """The four fields that cost most points, `{field, value, points, text}`; empty for a model without a score card.

    Points are the field's share in the log-odds of being bad (Integrated Gradients against a row of usual values), in
    the scale of the card. Usual values cost none.
    """
    card = version.evaluation.get("scorecard") or {}
    labels: list[str] = version.config.get("labels") or []
    reasons = prediction.get("reasons")
    if not card or card.get("bad") not in labels or not isinstance(reasons, list):
        return []
    side = 1 if labels[1] == card["bad"] else -1
    factor = -side * card["pdo"] / math.log(2)
    fields = {one["name"]: one for one in version.preprocessing.get("fields") or ()}
    found = [
        {"field": one["field"], "value": one["value"], "points": points, "text": _said(fields, one)}
        for one in reasons
        if (points := round(factor * one.get("log_odds", 0.0))) < 0
    ]
    return sorted(found, key=lambda one: one["points"])[:MOST]


def _said(fields: dict[str, Json], reason: Json) -> str:
    """“Income is low”: beside what is usual in the data that was learnt from."""
    name, value = reason["field"], reason["value"]
    told = {"field": name, "value": str(value)[:LONGEST]}
    learnt = fields.get(name, {})
    if value is None or value == "":
        return _("%(field)s is not known") % told
    if learnt.get("kind") != "number" or learnt.get("masked"):  # what is usual of a masked field is nobody's to know
        return _("%(field)s is “%(value)s”") % told
    usual = learnt.get("fill", learnt.get("center", 0.0))
    return (_("%(field)s is low") if float(value) < usual else _("%(field)s is high")) % told
