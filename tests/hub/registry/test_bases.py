"""A base model that was made here answers as the model that it is, and only to those who received that."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Participant, ParticipantStatus
from chainhub.core.errors import InvalidInputError, NotAllowedError
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.registry.bases import ask_base
from chainhub.registry.continuing import not_offered
from chainhub.registry.finding import search_everything
from chainhub.registry.models import ModelVersion
from tests.factories.bases import make_base
from tests.factories.nodes import make_node
from tests.hub.registry.test_going_on import made, written

__all__ = ["written"]

ASKED = [{"text": "a text"}]


def later(alliance: Any, organization: Any, invited_by: Any, person: Any) -> None:
    """The organization takes part after the model was published, so it did not receive it."""
    Participant.objects.create(
        collaboration=alliance, organization=organization, status=ParticipantStatus.ACCEPTED, invited_by=invited_by,
        decided_by=person, decided_at=timezone.now(),
    )  # fmt: skip


def test_who_received_it_is_answered_and_who_came_later_is_not(
    written: Callable[..., ModelVersion], dora: Any, carol: Any, cobalt: Any, alliance: Any, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    version = written()
    base = made(version)
    later(alliance, cobalt, dora, carol)
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    asked: list[Any] = []
    monkeypatch.setattr(
        serving, "_exchange", lambda model, question: asked.append(model) or {"predictions": [{"text": "so"}]}
    )
    assert ask_base(base, ASKED, actor=dora) == [{"text": "so"}]
    assert asked == [version]
    with pytest.raises(InvalidInputError, match="the model takes no field"):
        ask_base(base, [{"words": "a text"}], actor=dora)
    assert BaseModel.objects.visible_to(carol).contains(base)
    with pytest.raises(NotAllowedError, match="have not received the model"):
        ask_base(base, ASKED, actor=carol)
    assert asked == [version]


def test_it_is_found_once_as_a_model_by_who_received_it_else_as_a_base_model(
    written: Callable[..., ModelVersion], dora: Any, carol: Any, cobalt: Any, alliance: Any
) -> None:
    base = made(written())
    later(alliance, cobalt, dora, carol)
    found = {one.kind: one.things for one in search_everything(carol, "writer", most=5)}
    assert found["bases"] == [base]
    assert "models" not in found
    found = {one.kind: one.things for one in search_everything(dora, "writer", most=5)}
    assert "models" in found
    assert "bases" not in found


def test_a_version_of_before_says_why_it_cannot_be_chosen(
    written: Callable[..., ModelVersion], dora: Any, carol: Any, alliance: Any, browse: Callable[..., Any]
) -> None:
    version = written()
    said = {"collaboration": alliance.slug, "organization": "borealis", "seen": ["goal"], "step": "recipe"}
    assert not_offered(alliance, reader=dora) == []
    assert "Not in the list" not in browse(dora).post("/jobs/new/", said).content.decode()
    TrainingJob.objects.filter(pk=version.job_id).update(made=None)
    BaseModel.objects.all().delete()
    assert not_offered(alliance, reader=dora) == [f"{version.model.name} v1"]
    assert not_offered(alliance, reader=carol) == []
    page = browse(dora).post("/jobs/new/", said).content.decode()
    assert f"published before the hub could go on from its own models: {version.model.name} v1" in page
    make_base(version.job.organization, dora)
    page = browse(dora).post("/jobs/new/", said).content.decode()
    assert page.count("published before the hub could go on from its own models") == 1
