"""Which model and which version an address means, for this reader."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from chainhub.accounts.models import User
from chainhub.registry.models import Model, ModelVersion
from chainhub.registry.services import CHAMPION


def visible_model(user: User, organization: str, slug: str) -> Model:
    """The model, or 404."""
    return get_object_or_404(Model.objects.visible_to(user).at(organization, slug))


def visible_versions(user: User, model: Model) -> QuerySet[ModelVersion]:
    """Those that the reader's organizations received, newest first."""
    return ModelVersion.objects.visible_to(user).filter(model=model).order_by("-number")


def with_everything(versions: QuerySet[ModelVersion], chosen: ModelVersion) -> ModelVersion:
    """The chosen one with its scores, settings, job and files' commit."""
    whole = versions.select_related(
        "commit",
        "model__organization",
        "model__collaboration",
        "job__agreement",
        "job__organization",
        "job__collaboration",
        "job__cloned_from",
        "job__base",
    )
    return whole.get(pk=chosen.pk)


def visible_version(user: User, organization: str, slug: str, number: int) -> ModelVersion:
    """The version, or 404."""
    return get_object_or_404(ModelVersion.objects.visible_to(user).at(organization, slug, number))


def chosen_version(versions: list[ModelVersion], asked: str, aliases: dict[str, int]) -> ModelVersion | None:
    """The one asked for by number or alias; else the champion; else the newest."""
    if asked:
        wanted: Any = int(asked.removeprefix("v")) if asked.removeprefix("v").isdecimal() else aliases.get(asked)
        return next((one for one in versions if one.number == wanted), None)
    champion = next((one for one in versions if one.number == aliases.get(CHAMPION)), None)
    return champion or versions[0]
