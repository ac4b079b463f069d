"""What people send to a model: texts, numbers, pictures."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from trainer.contract import N_
from trainer.serving import Row, refusal

T = TypeVar("T")


def text_in(row: Row, names: Sequence[str]) -> str:
    """The texts of those fields, one after the other, or what stands in “text”; a refusal where there is none.

    Half a letter, which JSON can say and no tokenizer can read, becomes “?”.
    """
    cells = [row.get(name) for name in names]
    if all(cell is None for cell in cells):
        cells = [row.get("text")]
    if not any(isinstance(cell, str) and cell.strip() for cell in cells):
        raise refusal(N_("A text is given as “%(field)s”."), field=next(iter(names), "text"))
    return "\n".join(str(cell) for cell in cells if cell is not None).encode(errors="replace").decode()


def number_in(row: Row, name: str, usual: float, least: float, most: float) -> float:
    """A number between two others; a refusal where it is none."""
    value: Any = row.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        params: dict[str, Any] = {"field": name, "least": least, "most": most}
        raise refusal(N_("“%(field)s” is a number from %(least)s to %(most)s."), **params)
    return float(value)


def picture_in(row: Row, read: Callable[[bytes], T], missing: str = N_("A picture is given as “image” (base64).")) -> T:
    """What `read` makes of the picture file in “image”, base64 with or without a data URL's head."""
    try:
        content = str(row["image"])
        return read(base64.b64decode(content.partition("base64,")[2] or content, validate=True))
    except KeyError:
        raise refusal(missing, field="image") from None
    except (ValueError, binascii.Error):
        raise refusal(N_("The picture cannot be read; send a PNG or JPEG file."), field="image") from None
