"""Why a model answered one row as it did, and what is doubtful about the answer, as "try it" shows them."""

import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from chainhub.core.sentences import render
from chainhub.datasets.search.words import IDEOGRAPHS
from chainhub.registry.rows import in_four_digits
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data
from chainhub.web.explaining.looking import heat_chart

LEVELS = 4  # shades of a coloured word
FAINT = 0.05  # of the heaviest word's weight; less is not coloured
TELLING = 2  # places of a picture that are named
LONGEST = 24  # letters of a value beside its bar
# The last letter of a piece and the first of the next, where they stand together.
JOINED = re.compile(rf"[\s{IDEOGRAPHS}].?|.[\s{IDEOGRAPHS}.,;:!?)]|.", re.DOTALL)


def warnings_of(prediction: Json) -> list[str]:
    """What lies outside of what training saw, in the reader's language."""
    return [render(one) for one in prediction.get("warnings") or ()]


def reasons_of(prediction: Json) -> Data:
    """`bars` (a chart) of a row, `heat` and `where` of a picture, `words` of a text; empty where none was asked for."""
    reasons = prediction.get("reasons")
    if isinstance(reasons, list):
        # Where a value is the usual one, it moves nothing: a bar of length zero would only take room.
        bars = [_bar(one) for one in reasons if one["weight"]]
        return {"bars": {"items": bars, "top": 12}} if bars else {"usual": True}
    if heat := (reasons or {}).get("heat"):
        return {"heat": heat, "where": _where(heat)}
    if tokens := (reasons or {}).get("tokens"):
        return {"words": words_of(tokens)}
    return {}


def _bar(one: Json) -> Data:
    value = one.get("value")
    said = _("not known") if value is None else in_four_digits(value) if isinstance(value, float) else str(value)
    return {"name": f"{one['field']}: {said[:LONGEST]}", "value": one["weight"]}


def _where(heat: list[list[float]]) -> str:
    chart = heat_chart([("", heat)])
    weights = sorted(zip(chart["numbers"][0][1:], chart["columns"][1:], strict=True), reverse=True)
    places = [place for weight, place in weights[:TELLING] if weight > 0]
    named = pgettext("between names", ", ").join(places)
    return _("Most of the weight lies here: %(places)s.") % {"places": named} if named else ""


def words_of(tokens: list[Json]) -> list[Data]:
    """A text's words as the page colours them."""
    return list(_words(tokens))


def _words(tokens: list[Json]) -> Iterator[dict[str, Any]]:
    """Each piece with its shade: 4 speaks most for the answer, 0 not at all; `gap`: a space stands before it."""
    most = max((abs(one["weight"]) for one in tokens), default=0.0) or 1.0
    last = " "
    for one in tokens:
        share = abs(one["weight"]) / most
        level = 0 if share < FAINT else max(1, round(share * LEVELS))
        gap = JOINED.fullmatch(last + one["text"][:1]) is None
        last = one["text"][-1:] or last
        yield {**one, "level": level, "side": "for" if one["weight"] > 0 else "against", "gap": gap}
