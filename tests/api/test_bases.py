"""Programs find base models, read where they come from, take their files where the licence lets them, and name one."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.activity.models import AuditEvent
from chainhub.jobs.models import TrainingJob
from chainhub.registry import serving
from chainhub.scenarios import importing
from tests.factories import jobs as make
from tests.factories.bases import make_base
from tests.factories.nodes import make_node

LIST = "/api/v1/bases/"
ONE = f"{LIST}anvil/small/"
FILE = f"{ONE}files/model.safetensors"


@pytest.fixture
def as_program(token_for: Callable[..., str]) -> Callable[..., Client]:
    def called(person: Any, *scopes: str) -> Client:
        return Client(headers={"authorization": f"Bearer {token_for(person, *scopes)}"})

    return called


def test_alice_finds_what_anvil_imported_and_dora_does_not(as_program: Any, alice: Any, dora: Any, anvil: Any) -> None:
    make_base(anvil, alice)
    make_base(anvil, alice, slug="writer", task="language")
    found = as_program(alice, "read").get(LIST).json()["results"]
    assert [one["base"] for one in found] == ["anvil/small", "anvil/writer"]
    assert found[0]["licence"] == "CC0-1.0"
    narrowed = as_program(alice, "read").get(f"{LIST}?task=language&q=writer").json()["results"]
    assert [one["slug"] for one in narrowed] == ["writer"]
    outside = as_program(dora, "read")
    assert outside.get(LIST).json()["results"] == []
    assert outside.get(ONE).status_code == 404


def test_one_tells_its_origin_and_the_fingerprint_of_each_file(as_program: Any, alice: Any, anvil: Any) -> None:
    base = make_base(anvil, alice)
    told = as_program(alice, "read").get(ONE).json()
    blob = base.commit.files.get().blob
    assert told["files"] == [{"path": "model.safetensors", "size": blob.size, "sha256": blob.sha256}]
    assert (told["source"], told["imported_by"], told["commit"]) == ("This test", "Alice", base.commit.oid)
    assert told["may_be_downloaded"] is True
    assert told["collaboration"] is None


def test_a_file_leaves_on_record_where_the_licence_lets_it(as_program: Any, alice: Any, anvil: Any) -> None:
    make_base(anvil, alice)
    answer = as_program(alice, "download").get(FILE)
    assert b"".join(answer.streaming_content) == b"weights"
    event = AuditEvent.objects.get(verb="model.base-downloaded")
    assert event.actor == alice
    assert as_program(alice, "read").get(FILE).status_code == 403


def test_a_file_under_an_unknown_licence_stays(as_program: Any, alice: Any, anvil: Any) -> None:
    make_base(anvil, alice, licence="research only")
    assert as_program(alice, "read").get(ONE).json()["may_be_downloaded"] is False
    answer = as_program(alice, "download").get(FILE)
    assert answer.status_code == 403
    assert "does not know that the licence" in answer.json()["detail"]


def test_a_launch_names_the_base_as_the_list_does(as_program: Any, alice: Any, anvil: Any, alliance: Any) -> None:
    make_base(anvil, alice)
    version = make.make_version(anvil, alice, columns={"text": ["one", "two"] * 20, "label": ["a", "b"] * 20})
    make.grant(version, alliance, alice)
    said = {
        "title": "Tell", "collaboration": alliance.slug, "organization": "anvil", "recipe": "fine-tune",
        "target": "label", "base": "anvil/small", "inputs": [{"dataset": f"anvil/{version.dataset.slug}"}],
    }  # fmt: skip
    program = as_program(alice)
    answer = program.post("/api/v1/jobs/", said, content_type="application/json")
    assert answer.status_code == 201
    assert answer.json()["base"] == "anvil/small"
    assert TrainingJob.objects.get().base.slug == "small"
    recipes = {one["name"]: one["needs_base"] for one in program.get("/api/v1/recipes/").json()}
    assert recipes["fine-tune"] is True
    assert recipes["tabular"] is False


def test_the_document_names_them(client: Client) -> None:
    paths = client.get("/api/v1/schema/", headers={"accept": "application/json"}).json()["paths"]
    assert {LIST, f"{LIST}{{organization}}/{{slug}}/"} <= set(paths)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[dict[str, Any]]:
    """What reaches the worker, which stands behind a message server: here the line to it ends."""
    questions: list[dict[str, Any]] = []

    def exchange(base: Any, question: dict[str, Any]) -> dict[str, Any]:
        questions.append(question)
        answer = {"text": "Paris"} if base.task == "language" else {"likeness": [1.0, 0.4]}
        return {"predictions": [answer for _row in question["rows"]]}

    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", exchange)
    return questions


def test_a_program_asks_a_base_model(as_program: Any, alice: Any, dora: Any, anvil: Any, asked: Any) -> None:
    make_base(anvil, alice)
    make_base(anvil, alice, slug="writer", task="language")
    texts = {"rows": [{"text": "late"}, {"text": "slow"}]}
    program = as_program(alice, "download")

    def post(client: Client, slug: str, question: Any) -> Any:
        return client.post(f"{LIST}anvil/{slug}/predict/", question, content_type="application/json")

    assert post(program, "small", texts).json()["predictions"] == [{"likeness": [1.0, 0.4]}] * 2
    assert post(program, "writer", {**texts, "explain": True}).json()["predictions"] == [{"text": "Paris"}] * 2
    assert asked == [texts, {**texts, "explain": True}]
    make_base(anvil, alice, slug="eye", task="vision")
    seen = {"rows": [{"image": "data:image/png;base64,YQ=="}, {"image": "Yg=="}]}
    assert post(program, "eye", seen).json()["predictions"] == [{"likeness": [1.0, 0.4]}] * 2
    assert asked[2] == {"rows": [{"image": "YQ=="}, {"image": "Yg=="}]}
    assert "rows.1.text" in post(program, "eye", texts).json()["errors"]
    assert "two pictures" in post(program, "eye", {"rows": seen["rows"][:1]}).json()["detail"]
    assert post(as_program(dora, "download"), "small", texts).status_code == 404
    assert post(as_program(alice, "read"), "small", texts).status_code == 403


@pytest.mark.parametrize(
    ("rows", "field", "sentence"),
    [
        ([], "rows", "Send a list of rows"),
        ("late", "rows", "Send a list of rows"),
        ([{"text": "late"}], "rows", "Give at least two texts"),
        ([{"text": "late"}] * 21, "rows", "At most 20 rows"),
        ([{"text": "late"}, "slow"], "rows.2", "Row 2 is not an object"),
        ([{"text": "late"}, {"text": 5}], "rows.2.text", "Row 2: give a text"),
        ([{"text": "late"}, {"text": "a", "length": 5}], "rows.2.length", "takes no field “length”. It takes: text."),
        ([{"text": "late"}, {"text": "a" * 20_001}], "rows.2.text", "longer than 20000 letters"),
    ],
)
def test_what_a_base_model_cannot_compare_is_refused_in_words(
    as_program: Any, alice: Any, anvil: Any, asked: Any, rows: Any, field: str, sentence: str
) -> None:
    make_base(anvil, alice)
    answer = as_program(alice, "download").post(f"{ONE}predict/", {"rows": rows}, content_type="application/json")
    assert answer.status_code in {413, 422}
    assert sentence in answer.json()["errors"][field][0]
    assert not asked


def test_who_manages_imports_one_by_a_program(
    as_program: Any, alice: Any, bob: Any, carol: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(importing, "send", lambda *what: asked.append(what) or True)

    def answer(client: Client, organization: str = "anvil") -> Any:
        return client.post(LIST, {"base": "minilm", "organization": organization}, content_type="application/json")

    assert answer(as_program(alice, "read", "write")).status_code == 202
    assert [one[1] for one in asked] == ["minilm"]
    refused = answer(as_program(bob, "read", "write"), "borealis")
    assert (refused.status_code, refused.json()["detail"]) == (
        403, "Base models of Borealis Motors are imported by its owners and administrators.",
    )  # fmt: skip
    assert answer(as_program(carol, "read", "write")).status_code == 400
    assert answer(as_program(alice, "read")).status_code == 403
    monkeypatch.setattr(importing, "send", lambda *_what: False)
    assert answer(as_program(alice, "read", "write")).status_code == 503
    assert len(asked) == 1
