"""Terms out of a form, a request or a stored row; what makes no sense is refused with the field's name."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import sentence
from chainhub.policies.terms import FIELDS, USES, Terms

TITLES = {
    "organizations": gettext_noop("Organizations"),
    "collaborations": gettext_noop("Collaborations"),
    "purposes": gettext_noop("Purposes"),
    "uses": gettext_noop("Permitted uses"),
    "recipes": gettext_noop("Training recipes"),
    "until": gettext_noop("Last day"),
    "max_jobs": gettext_noop("Number of jobs"),
    "min_organizations": gettext_noop("Organizations in the pool, at least"),
    "min_rows_per_class": gettext_noop("Rows per class, at least"),
    "max_epsilon": gettext_noop("Privacy budget ε, at most"),
    "models_may_leave": gettext_noop("Models may be downloaded"),
    "ask_each_job": gettext_noop("Approval of each job"),
    "name_source": gettext_noop("Naming the source"),
    "delete_after_days": gettext_noop("Days until copies are deleted"),
}
WORD = re.compile(r"[-\w]{1,80}")
MOST_NAMES, LARGEST = 200, 1_000_000
WORDS = gettext_noop("“%(field)s” must be a list of short names.")
KNOWN_USES = gettext_noop("“%(field)s” knows no “%(value)s”.")
SOME_USE = gettext_noop("“%(field)s” must permit something.")
DAY = gettext_noop("“%(field)s” must be a day such as 2027-12-31.")
WHOLE = gettext_noop("“%(field)s” must be a whole number from %(least)s to %(most)s.")
POSITIVE = gettext_noop("“%(field)s” must be a number above 0.")
SWITCH = gettext_noop("“%(field)s” must be yes or no.")
UNKNOWN = gettext_noop("Terms have no field “%(value)s”.")


class TermsError(InvalidInputError):
    """A field of the terms makes no sense."""

    code = "invalid-terms"


def parse_terms(raw: Any) -> Terms:
    """The terms that these JSON values say; what is left out limits nothing. Raises `TermsError` with the field."""
    if not isinstance(raw, Mapping):
        raise TermsError(gettext_noop("Terms are an object of fields."), field="terms")
    for name in raw:
        if name not in FIELDS:
            raise TermsError(UNKNOWN, field="terms", value=str(name)[:80])
    return Terms(**{name: READERS[name](name, value) for name, value in raw.items()})


def _refused(name: str, text: str, **params: Any) -> TermsError:
    # `field` is also the name of the placeholder, hence not by keyword.
    refusal = TermsError(text, field=name)
    refusal.sentence["params"].update({"field": sentence(TITLES[name]), **params})
    return refusal


def _words(name: str, value: Any) -> tuple[str, ...]:
    fine = isinstance(value, list | tuple) and len(value) <= MOST_NAMES
    if not fine or not all(isinstance(one, str) and WORD.fullmatch(one) for one in value):
        raise _refused(name, WORDS)
    return tuple(value)


def _uses(name: str, value: Any) -> tuple[str, ...]:
    words = _words(name, value)
    for word in words:
        if word not in USES:
            raise _refused(name, KNOWN_USES, value=word)
    if not words:
        raise _refused(name, SOME_USE)
    return words


def _day(name: str, value: Any) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise _refused(name, DAY) from None


def _whole(least: int, *, none: bool = False) -> Callable[[str, Any], int | None]:
    def read(name: str, value: Any) -> int | None:
        if value is None and none:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= LARGEST:
            raise _refused(name, WHOLE, least=least, most=LARGEST)
        return value

    return read


def _positive(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value <= 0:
        raise _refused(name, POSITIVE)
    return float(value)


def _switch(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _refused(name, SWITCH)
    return value


READERS: dict[str, Callable[[str, Any], Any]] = {
    "organizations": _words,
    "collaborations": _words,
    "purposes": _words,
    "uses": _uses,
    "recipes": _words,
    "until": _day,
    "max_jobs": _whole(1, none=True),
    "min_organizations": _whole(1),
    "min_rows_per_class": _whole(0),
    "max_epsilon": _positive,
    "models_may_leave": _switch,
    "ask_each_job": _switch,
    "name_source": _switch,
    "delete_after_days": _whole(1, none=True),
}
