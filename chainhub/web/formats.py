"""Numbers, sizes and times as people read them, in the reader's language."""

import math
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
MINUTE, HOUR, DAY = 60, 3600, 86400
TEN_THOUSAND = 10_000
SHORT_SECONDS = 10  # below this, tenths of a second matter
JUST_NOW = 45
MOST_PLACES = 8
ATTACHED, SPACE = ("%", "°", "‰"), "\u00a0"
ALMOST_A_THOUSAND = 999.5


def number(value: float | None, digits: int = 3) -> str:
    """A measured value with so many significant digits; a dash for what was not measured."""
    if value is None or not math.isfinite(value):
        return "–"
    if float(value).is_integer():
        return number_format(int(value), use_l10n=True, force_grouping=True)
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    if places > MOST_PLACES:
        return f"{value:.{digits - 1}e}"
    return number_format(round(value, places), decimal_pos=places, force_grouping=True)


def in_unit(said: str, unit: str) -> str:
    """A number that is written already, with its unit, from which no line parts it; what is not known has none."""
    if not unit or said == "–":
        return said
    return f"{said}{'' if unit in ATTACHED else SPACE}{unit}"


def percent(value: float | None, places: int = 1) -> str:
    """A share of one, as per cent."""
    if value is None or not math.isfinite(value):
        return "–"
    return f"{number_format(round(value * 100, places), decimal_pos=places)}%"


def count(value: int) -> str:
    """A count, shortened from ten thousand on: 12,345 is 12.3k, in Chinese 1.23万."""
    if abs(value) < TEN_THOUSAND:
        return number_format(value, force_grouping=True)
    # Chinese counts by ten thousands and hundred millions: the unit's size is part of the translation.
    small, large = _("%(n)sk|1000"), _("%(n)sM|1000000")
    for text in (large, small):
        pattern, _bar, unit = text.partition("|")
        if abs(value) >= int(unit):
            return pattern % {"n": number(float(f"{value / int(unit):.3g}"), 3)}
    return number_format(value, force_grouping=True)


def size(value: int) -> str:
    """Bytes in the largest fitting unit."""
    amount, unit = float(value), 0
    while amount >= ALMOST_A_THOUSAND and unit < len(UNITS) - 1:
        amount, unit = amount / 1000, unit + 1
    return f"{number(amount, 3) if unit else number_format(int(amount))} {UNITS[unit]}"


def duration(seconds: float | None) -> str:
    """A span of time: 0.4 s, 12 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    if seconds is None:
        return "–"
    if seconds < SHORT_SECONDS:
        return _("%(n)s s") % {"n": number(round(seconds, 1), 2)}
    whole = round(seconds)
    if whole < MINUTE:
        return _("%(n)s s") % {"n": whole}
    if whole < HOUR:
        return _("%(a)s min %(b)s s") % {"a": whole // MINUTE, "b": whole % MINUTE}
    if whole < DAY:
        return _("%(a)s h %(b)s min") % {"a": whole // HOUR, "b": whole % HOUR // MINUTE}
    return _("%(a)s d %(b)s h") % {"a": whole // DAY, "b": whole % DAY // HOUR}


def relative(moment: datetime) -> str:
    """How long ago, or how far ahead, in one unit; the browser keeps it current."""
    seconds = (timezone.now() - moment).total_seconds()
    span = abs(seconds)
    if span < JUST_NOW:
        return _("just now") if seconds >= 0 else _("in a moment")
    if span < 45 * MINUTE:
        return _ahead_or_ago(seconds, round(span / MINUTE) or 1, "minute")
    if span < 22 * HOUR:
        return _ahead_or_ago(seconds, round(span / HOUR) or 1, "hour")
    if span < 26 * DAY:
        return _ahead_or_ago(seconds, round(span / DAY) or 1, "day")
    return date_format(timezone.localtime(moment), "DATE_FORMAT")


def _ahead_or_ago(seconds: float, n: int, unit: str) -> str:
    ago = {
        "minute": ngettext("%(n)d minute ago", "%(n)d minutes ago", n),
        "hour": ngettext("%(n)d hour ago", "%(n)d hours ago", n),
        "day": ngettext("%(n)d day ago", "%(n)d days ago", n),
    }
    ahead = {
        "minute": ngettext("in %(n)d minute", "in %(n)d minutes", n),
        "hour": ngettext("in %(n)d hour", "in %(n)d hours", n),
        "day": ngettext("in %(n)d day", "in %(n)d days", n),
    }
    return (ago if seconds >= 0 else ahead)[unit] % {"n": n}
