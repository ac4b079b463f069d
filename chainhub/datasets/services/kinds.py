"""What a dataset is: told by its first file or by its owner, and kept by every file after that."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import InvalidInputError
from chainhub.core.sentences import Sentence, sentence
from chainhub.datasets import permissions
from chainhub.datasets.inspection.findings import Findings
from chainhub.datasets.inspection.kinds import COLUMNAR, fits
from chainhub.datasets.models import Dataset, Kind
from chainhub.datasets.services.cards import field_names
from chainhub.datasets.services.history import remember

NAMES: dict[str, str] = {
    Kind.TABLE: gettext_noop("a table"),
    Kind.SERIES: gettext_noop("a time series"),
    Kind.IMAGES: gettext_noop("a collection of images"),
    Kind.TEXT: gettext_noop("labelled texts"),
    Kind.PAIRS: gettext_noop("text pairs"),
    Kind.CORPUS: gettext_noop("plain text"),
    Kind.CHAT: gettext_noop("instructions and chats"),
    Kind.ANSWERS: gettext_noop("questions and answers"),
    Kind.MOLECULES: gettext_noop("molecules"),
}


@transaction.atomic
def set_kind(dataset: Dataset, *, actor: User, kind: str) -> Dataset:
    """Correct what kind of data a table is. Raises `InvalidInputError` where its fields do not allow that."""
    if not permissions.may_edit(actor, dataset):
        raise PermissionDenied
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)
    version = dataset.latest_version
    if kind == dataset.kind:
        return dataset
    fields = version.inspection.get("fields", []) if version else []
    if kind not in COLUMNAR or dataset.kind not in COLUMNAR or not fits(kind, fields):
        raise InvalidInputError(
            gettext_noop("The data cannot be used as %(kind)s: its fields do not allow that."),
            field="kind",
            kind=sentence(NAMES.get(kind, kind)),
        )
    dataset.kind = Kind(kind)
    dataset.save(update_fields=["kind"])
    text = gettext_noop("“%(dataset)s” is now used as %(kind)s.")
    remember(dataset, "kind_changed", text, actor=actor, kind=sentence(NAMES[kind]))
    return dataset


def mismatch(dataset: Dataset, findings: Findings) -> Sentence | None:
    """Why a file cannot be the next version of the dataset; the owner's word on tables is kept."""
    if not dataset.kind or dataset.kind == findings.kind:
        return None
    if dataset.kind in COLUMNAR and findings.kind in COLUMNAR and fits(dataset.kind, findings.report["fields"]):
        return None
    return sentence(
        gettext_noop(
            "The dataset holds %(expected)s, but this file holds %(found)s; register it as a dataset of its own."
        ),
        expected=sentence(NAMES[dataset.kind]),
        found=sentence(NAMES[findings.kind]),
    )


def settle(dataset: Dataset, findings: Findings) -> None:
    """Keep what the owner chose where it still exists; else take the likeliest."""
    names, report = field_names(findings.report), findings.report
    if dataset.target and dataset.target not in names:
        report["repairs"].append(_gone(dataset.target))
        dataset.target = ""
    dataset.kind = dataset.kind or Kind(findings.kind)
    dataset.target = dataset.target or next(iter(report.get("targets", [])), "")
    chosen: list[Any] = [name for name in dataset.identifiers if name in names] or report.get("identifiers", [])
    dataset.identifiers = [name for name in chosen if name != dataset.target]
    _mask_suspects(dataset, report)
    dataset.save(update_fields=["kind", "target", "identifiers", "field_settings"])


def _mask_suspects(dataset: Dataset, report: dict[str, Any]) -> None:
    """What looks like personal data is masked until the owner says otherwise; what the owner said stays."""
    settings = dict(dataset.field_settings)
    fresh = [
        field["name"]
        for field in report.get("fields", [])
        if field.get("sensitive") and "sensitive" not in settings.get(field["name"], {})
    ]
    for name in fresh:
        settings[name] = {**settings.get(name, {}), "sensitive": True}
    dataset.field_settings = settings
    if fresh:
        report["repairs"].append(
            sentence(
                gettext_noop("Looks like personal data, and is masked for others until you decide: %(names)s."),
                names=", ".join(f"“{name}”" for name in fresh[:8]) + (" …" if len(fresh) > 8 else ""),  # noqa: PLR2004
            )
        )


def _gone(target: str) -> Sentence:
    return sentence(gettext_noop("The target field “%(name)s” is not in this version; choose another."), name=target)
