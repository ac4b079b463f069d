"""Licences by their SPDX names, as people choose them and as programs read them."""

import re

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

# Those that data comes under, the usual ones first.
LICENCES: dict[str, Text] = {
    "CC-BY-4.0": _("Creative Commons Attribution 4.0"),
    "CC-BY-SA-4.0": _("Creative Commons Attribution, share alike 4.0"),
    "CC-BY-NC-4.0": _("Creative Commons Attribution, not commercial 4.0"),
    "CC-BY-ND-4.0": _("Creative Commons Attribution, no derivatives 4.0"),
    "CC-BY-NC-SA-4.0": _("Creative Commons Attribution, not commercial, share alike 4.0"),
    "CC0-1.0": _("Creative Commons Zero: public domain"),
    "CC-BY-3.0": _("Creative Commons Attribution 3.0"),
    "CC-BY-SA-3.0": _("Creative Commons Attribution, share alike 3.0"),
    "ODC-By-1.0": _("Open Data Commons Attribution 1.0"),
    "ODbL-1.0": _("Open Database License 1.0"),
    "PDDL-1.0": _("Public Domain Dedication 1.0"),
    "CDLA-Permissive-2.0": _("Community Data License, permissive 2.0"),
    "CDLA-Sharing-1.0": _("Community Data License, sharing 1.0"),
    "MulanPSL-2.0": _("Mulan Permissive Software License 2.0"),
    "Apache-2.0": _("Apache License 2.0"),
    "MIT": _("MIT License"),
    "BSD-3-Clause": _("BSD 3-Clause License"),
}
BY_PLAIN_NAME = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in LICENCES}
REMARK = re.compile(r"\([^()]*\)")


def spdx_names(text: str) -> list[str]:
    """The licences that a text names: `CC BY 4.0 (images); MIT (code)` is `["CC-BY-4.0", "MIT"]`; none for others."""
    parts = [REMARK.sub("", part) for part in re.split(r"[;,，；]| and | AND ", text)]
    names = [BY_PLAIN_NAME.get(re.sub(r"[^a-z0-9]", "", part.lower())) for part in parts]
    return [name for name in names if name] if all(names) else []


def spdx_address(name: str) -> str:
    """Where the licence can be read."""
    return f"https://spdx.org/licenses/{name}.html"
