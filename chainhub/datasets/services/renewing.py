"""Profiles that rest on what an owner has corrected since: which those are, and having them counted anew."""

from collections.abc import Mapping
from typing import Any

from chainhub.core.queue import send_on_commit
from chainhub.datasets.models import Dataset, DatasetVersion, VersionStatus
from chainhub.datasets.roles import types_of


def basis_of(dataset: Dataset, inspection: Mapping[str, Any]) -> dict[str, Any]:
    """What of the owner's word a profile rests on: `{target, identifiers, types}`."""
    detected = {field["name"]: field.get("type") for field in inspection.get("fields", [])}
    return {
        "target": dataset.target if dataset.target in detected else "",
        "identifiers": [name for name in dataset.identifiers if name in detected],
        "types": {name: kind for name, kind in types_of(dataset, inspection).items() if kind != detected[name]},
    }


def renew_profiles(dataset: Dataset) -> int:
    """Have those versions counted anew whose profile rests on another word of the owner; how many."""
    ready = dataset.versions.filter(status=VersionStatus.READY, profile__state__isnull=False).exclude(commit=None)
    outdated = [one.pk for one in ready if one.profile.get("basis") != basis_of(dataset, one.inspection)]
    # Who counts one of them right now finds its claim gone.
    DatasetVersion.objects.filter(pk__in=outdated).update(profile={})
    for pk in outdated:
        send_on_commit("datasets.profile_version", pk)
    return len(outdated)
