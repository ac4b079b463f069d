"""How complete a dataset's card is, in words."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chainhub.datasets.cardparts import OF_A_CARD, missing_parts
from chainhub.datasets.models import Dataset

LACKING: dict[str, str | Promise] = {
    "summary": _("One sentence that says what it is"),
    "about": _("What a row stands for"),
    "collection": _("How it was collected"),
    "limits": _("What is missing, and what it must not be used for"),
    "citation": _("How to cite it"),
    "licence": _("A licence"),
    "source": _("Where it comes from"),
    "en": _("The card in English"),
    "zh": _("The card in Chinese"),
}


def completeness(dataset: Dataset) -> dict[str, Any]:
    """For who may edit it: what is missing, and how much of the whole is there."""
    missing = [LACKING[name] for name in missing_parts(dataset)]
    done = OF_A_CARD - len(missing)
    return {"missing": missing, "card_done": done, "card_total": OF_A_CARD, "card_share": done / OF_A_CARD}
