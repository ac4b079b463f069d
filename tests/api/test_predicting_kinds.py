"""Programs ask models of every kind; what makes no sense is refused with the row and the field."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.registry.models import ModelVersion
from tests.factories.kinds import KINDS, PICTURE, publish_kind
from tests.factories.nodes import make_node
from tests.hub.jobs.conftest import job, ours, theirs

__all__ = ["job", "ours", "theirs"]

Ask = Callable[..., Any]


@pytest.fixture
def ask(token_for: Callable[..., str], bob: User, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Ask:
    """`ask(version, rows, answer)`: the hub's answer, and what came to the worker."""
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"

    def asked(version: ModelVersion, rows: list[Any], answer: dict[str, Any]) -> Any:
        came: list[Any] = []

        def exchange(_version: ModelVersion, question: dict[str, Any]) -> dict[str, Any]:
            came.extend(question["rows"])
            return {"predictions": [answer for _row in question["rows"]]}

        monkeypatch.setattr(serving, "_exchange", exchange)
        client = Client(headers={"authorization": f"Bearer {token_for(bob, 'download')}"})
        model = version.model
        address = f"/api/v1/models/{model.organization.slug}/{model.slug}/versions/{version.number}/predict/"
        return client.post(address, {"rows": rows}, content_type="application/json"), came

    return asked


@pytest.mark.parametrize("kind", KINDS)
def test_a_program_is_answered_as_the_model_said(ask: Ask, job: TrainingJob, kind: str) -> None:
    told = KINDS[kind]
    answer, came = ask(publish_kind(job, kind), [told["row"]], told["answer"])
    assert came == [told["row"]]
    assert answer.json() == {"predictions": [told["answer"]]}


def test_a_consultation_says_what_must_be_said_beside_every_answer(ask: Ask, job: TrainingJob) -> None:
    Collaboration.objects.filter(pk=job.collaboration_id).update(scenario="medical-consultation")
    version = publish_kind(job, "question")
    answer, _came = ask(version, [{"text": "I feel hot"}], KINDS["question"]["answer"])
    assert answer.json()["notice"].startswith("Not medical advice.")


def test_pictures_that_are_too_many_bytes_together_are_refused(ask: Ask, job: TrainingJob) -> None:
    """Each may pass, all of them are more than the line to the worker takes at once."""
    version, found = publish_kind(job, "boxes"), KINDS["boxes"]["answer"]
    picture = base64.b64encode(bytes(4 * 2**20)).decode()
    answer, came = ask(version, [{"image": picture}] * 6, found)
    assert not came
    assert (answer.status_code, answer["Content-Type"]) == (413, "application/problem+json")
    assert answer.json()["errors"]["rows"] == [
        "At most 28 MB are asked at a time, all rows together, which is 20 MB of pictures; send fewer rows, or smaller "
        "pictures."
    ]
    answer, came = ask(version, [{"image": picture}] * 5, found)
    assert answer.status_code == 200
    assert len(came) == 5


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("boxes", {"pixels": [1]}, "rows.1.pixels"),
        ("boxes", {"image": "§"}, "rows.1.image"),
        ("boxes", {"image": PICTURE, "noise": 3}, "rows.1.noise"),
        ("restore", {}, "rows.1.image"),
        ("create", {"number": 3}, "rows.1.number"),
        ("series", {"values": "1 2 3"}, "rows.1.values"),
        ("series", {"values": [1, None]}, "rows.1.values"),
        ("series", {"values": []}, "rows.1.values"),
        ("series", {"price": [1]}, "rows.1.values"),
        ("series", {"values": [1, 2, 3, 4], "price": [True]}, "rows.1.price"),
        ("series", {"values": [1], "colour": [1]}, "rows.1.colour"),
        ("molecule", {"smiles": "", "sequence": "M"}, "rows.1.structure"),
        ("molecule", {"smiles": "CCO"}, "rows.1.protein"),
        ("molecule", {"smiles": "C" * 2001, "sequence": "M"}, "rows.1.structure"),
        ("question", {"text": "why", "length": 3}, "rows.1.length"),
        ("question", {"text": 3}, "rows.1.text"),
        ("question", 3, "rows"),
    ],
)
def test_what_makes_no_sense_is_named(ask: Ask, job: TrainingJob, kind: str, row: Any, field: str) -> None:
    answer, came = ask(publish_kind(job, kind), [row], {})
    assert answer.status_code == 422
    assert [name for name in answer.json()["errors"] if name.startswith(field)]
    assert came == []


def test_the_moment_of_a_forecast_is_a_text(ask: Ask, job: TrainingJob) -> None:
    version = publish_kind(job, "series")
    version.preprocessing["fields"].append({"name": "day", "kind": "moment", "waves": {"week": 3}})
    version.save()
    row = {"values": [1, 2, 3, 4], "day": "2026-01-31"}
    answer, came = ask(version, [row], KINDS["series"]["answer"])
    assert (answer.status_code, came) == (200, [row])
    for wrong in (20260131, ["2026-01-31"], "2" * 51):
        assert list(ask(version, [row | {"day": wrong}], {})[0].json()["errors"]) == ["rows.1.day"]


def test_a_node_is_not_asked_for_more_than_it_can_answer_in_time(ask: Ask, job: TrainingJob) -> None:
    answer, came = ask(publish_kind(job, "restore"), [{"image": PICTURE}] * 6, {})
    assert answer.status_code == 413
    assert came == []
