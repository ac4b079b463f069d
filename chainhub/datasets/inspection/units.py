"""Units that stand in the names of fields: pressure (kPa), temp [°C], weight_kg, 压力（MPa）."""

import re

BRACKETED = re.compile(r"[(\[（【]\s*([^)\]）】]{1,20}?)\s*[)\]）】]\s*$")
KNOWN = (
    *("mm", "cm", "m", "km", "um", "nm", "mg", "g", "kg", "t", "ml", "l", "s", "ms", "min", "h", "days", "years"),
    *("hz", "khz", "mhz", "v", "mv", "kv", "a", "ma", "w", "kw", "mw", "kwh", "mwh", "pa", "kpa", "mpa", "bar", "psi"),
    *("n", "kn", "nm", "rpm", "degc", "celsius", "kelvin", "pct", "percent", "usd", "eur", "cny", "ppm", "mmhg", "bpm"),
)
LAST = re.compile(rf"_({'|'.join(KNOWN)})$", re.IGNORECASE)
# A single letter at the end is as often a mere letter (model_s, class_a).
LETTER = re.compile(r"_[a-z]$", re.IGNORECASE)


def unit_of(name: str) -> str:
    """The unit; empty where the name has none."""
    if found := BRACKETED.search(name):
        inside = found[1]
        return inside if re.search(r"[A-Za-z%°℃Ωµμ元/]", inside) and " " not in inside else ""
    found = None if LETTER.search(name) else LAST.search(name)
    return found[1] if found else ""
