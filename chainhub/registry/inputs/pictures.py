"""Pictures that are to be looked at, searched or cleaned; opened by the trainer, in a process of its own."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.errors import InvalidInputError
from chainhub.registry.inputs.common import Check, Row, given, known_only


def checked_picture(number: int, row: Any) -> Row:
    """A picture for a model that tells kinds apart."""
    if isinstance(row, Mapping) and set(row) == {"pixels"} and isinstance(row["pixels"], list):
        return {"pixels": row["pixels"]}
    if isinstance(row, Mapping) and set(row) == {"image"} and (content := _base64(row["image"])):
        return {"image": content}
    raise InvalidInputError(
        gettext_noop("Row %(row)s: a picture is given as “image” (a PNG or JPEG in base64) or as “pixels” (numbers)."),
        field=f"rows.{number}",
        row=number,
    )


def picture_and(settings: Sequence[str]) -> Check:
    """A picture file, and numbers that the model takes beside it."""

    def check(number: int, row: Any) -> Row:
        known_only(number, row, ("image", *settings))
        if content := _base64(row.get("image")):
            return {"image": content, **given(row, settings)}
        raise InvalidInputError(
            gettext_noop("Row %(row)s: a picture is given as “image” (a PNG or JPEG in base64)."),
            field=f"rows.{number}.image",
            row=number,
        )

    return check


def _base64(said: Any) -> str:
    """The bare letters without a data URL's head; empty where these are none."""
    if not isinstance(said, str):
        return ""
    content = said.partition("base64,")[2] or said
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return content
