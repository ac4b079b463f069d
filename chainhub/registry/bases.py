"""A base model at work: one that writes answers a text, others tell how much alike texts or pictures are."""

from typing import Any

from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel, Task
from chainhub.core.errors import InvalidInputError, NotAllowedError
from chainhub.registry import serving
from chainhub.registry.inputs.common import Row
from chainhub.registry.inputs.pictures import picture_and
from chainhub.registry.models import ModelVersion
from chainhub.registry.prompts import checked_prompt
from chainhub.registry.rows import checked_rows, listed

LEAST_COMPARED, MOST = 2, 20  # texts or pictures of a question
TOO_FEW = {
    Task.CLASSIFICATION: gettext_noop("Give at least two texts, so that there is something to compare."),
    Task.VISION: gettext_noop("Give at least two pictures, so that there is something to compare."),
}
NOT_RECEIVED = gettext_noop(
    "“%(name)s” was made on this hub, and your organizations have not received the model, so they cannot try it."
)


def ask_base(base: BaseModel, given: Any, *, actor: User, explain: bool = False) -> list[Row]:
    """Of a base model that writes `{"text"}` for each text; else `{"likeness": […]}`, of each row to all in order.

    What was made here answers as the model that it is, to those who received it. Raises `NotAllowedError`,
    `InvalidInputError` with the row at fault, or as `serving.ask` does.
    """
    if base.collaboration_id is None:
        return serving.ask(base, checked_for(base, given), explain=explain)
    version = ModelVersion.objects.visible_to(actor).filter(job__made=base).select_related("model", "commit").first()
    if version is None:
        raise NotAllowedError(NOT_RECEIVED, name=base.name)
    return serving.ask(version, checked_rows(version, given), explain=explain)


def checked_for(base: BaseModel, given: Any) -> list[Row]:
    """The rows as the base model takes them; InvalidInputError names what is at fault."""
    rows = listed(given, most=MOST)
    if base.task == Task.LANGUAGE:
        return [checked_prompt(number, row) for number, row in enumerate(rows, start=1)]
    if len(rows) < LEAST_COMPARED:
        raise InvalidInputError(TOO_FEW[Task(base.task)], field="rows")
    if base.task == Task.VISION:
        return [picture_and(())(number, row) for number, row in enumerate(rows, start=1)]
    return [checked_prompt(number, row, known=("text",)) for number, row in enumerate(rows, start=1)]
