"""Texts from a launch to an answer: told apart and written; real worker, real files, transformers without a hub."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.bases.services import Origin, import_base
from chainhub.collaborations.models import Collaboration
from chainhub.core.valkey import EmbeddedValkey
from chainhub.datasets.models import Kind
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services import propose_job
from chainhub.organizations.models import Organization
from chainhub.registry import scores
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from tests.process.test_models import Caller, published

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

GOOD, BAD = (
    ("wonderful and kind", "a lovely warm film", "good good fun"),
    ("dull and cold", "a sad waste", "bad bad bore"),
)


def reviews(seed: int) -> dict[str, list[Any]]:
    """Texts whose words tell the label."""
    texts = [(GOOD if number % 2 else BAD)[(number // 2 + seed) % 3] for number in range(80)]
    return {"review": texts, "label": ["good" if number % 2 else "bad" for number in range(80)]}


def prose(seed: int) -> dict[str, list[Any]]:
    """Sentences that repeat, so that a small model learns them."""
    return {"text": [f"The {('cat', 'dog', 'hen')[(n + seed) % 3]} sat on the mat and slept." for n in range(200)]}


@pytest.fixture
def launch(
    alice: User, dora: User, anvil: Organization, borealis: Organization, alliance: Collaboration
) -> Callable[..., TrainingJob]:
    """A job of Alice's on both partners' texts."""

    def launch(kind: str, columns: Callable[[int], dict[str, list[Any]]], **asked: Any) -> TrainingJob:
        versions = [
            make.make_version(anvil, alice, name=f"{kind} A", columns=columns(0)),
            make.make_version(borealis, dora, name=f"{kind} B", columns=columns(1)),
        ]
        for version, owner in zip(versions, (alice, dora), strict=True):
            version.dataset.kind = kind
            version.dataset.save(update_fields=["kind"])
            make.grant(version, alliance, owner)
        return propose_job(
            actor=alice, organization=anvil, collaboration=alliance, title=kind, versions=versions, **asked
        )

    return launch


def test_texts_are_told_apart_and_written(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], launch: Callable[..., TrainingJob], bob: User,
    token_for: Callable[..., str], tmp_path: Path,
) -> None:  # fmt: skip
    start_worker("one", "--slots", "1")
    caller = Caller(token_for(bob, "download"))
    told = launch(
        Kind.TEXT, reviews, recipe="text-classification", target="label",
        parameters={"epochs": 5, "bootstrap_samples": 100, "rare_below": 1, "vector_size": 8},
    )  # fmt: skip
    written = launch(
        Kind.CORPUS, prose, recipe="language-model", target="text",
        parameters={
            "epochs": 2, "bootstrap_samples": 100, "layers": 1, "width": 32, "heads": 2, "context": 16,
            "vocabulary": 300,
        },
    )  # fmt: skip

    first = until(lambda: published(told), 90, what="publishing the kinds")
    answered = caller.predict(first, {"review": "a lovely good film"})
    assert answered["label"] == "good"

    second = until(lambda: published(written), 90, what="publishing the writer")
    assert second.primary_metric == "bits_per_byte"
    assert not scores.higher_is_better("bits_per_byte")
    answered = caller.predict(second, {"text": "The cat", "length": 5, "temperature": 0})
    assert isinstance(answered["text"], str)
    assert answered["text"]
    assert answered == caller.predict(second, {"text": "The cat", "length": 5, "temperature": 0})

    folder = caller.fetch(second, tmp_path)
    assert {"tokenizer.json", "tokenizer_config.json"} <= {path.name for path in folder.iterdir()}
    bare = subprocess.run(
        [sys.executable, "-I", "example.py"], cwd=folder, capture_output=True, text=True, check=True,
        env={"HF_HUB_OFFLINE": "1", "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
    )  # fmt: skip
    assert bare.stdout.startswith("The")
    card = (folder / "README.md").read_text()
    assert 'pipeline_tag: "text-generation"' in card
    assert "opens in the library transformers" in card
    assert "list of calls" not in card
    assert "no rows of the data" not in card


@pytest.fixture(scope="module")
def small_bases(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A reader and a writer as `transformers` publishes them, of a few thousand weights each."""
    folder = tmp_path_factory.mktemp("bases")
    subprocess.run([sys.executable, "-m", "tests.factories.bases", str(folder)], check=True, capture_output=True)
    return {"reader": folder / "reader", "writer": folder / "writer"}


def answers(seed: int) -> dict[str, list[Any]]:
    """Questions with their answers."""
    asked = [f"what does the {('cat', 'dog', 'hen')[(n + seed) % 3]} say" for n in range(60)]
    return {"question": asked, "answer": [("meow", "woof", "cluck")[(n + seed) % 3] for n in range(60)]}


def chats(seed: int) -> dict[str, list[Any]]:
    """The same as conversations, as the hub writes them down."""
    both = answers(seed)
    return {
        "messages": [
            json.dumps([{"role": "user", "content": asked}, {"role": "assistant", "content": told}])
            for asked, told in zip(both["question"], both["answer"], strict=True)
        ]
    }


def test_base_models_go_on_learning(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], launch: Callable[..., TrainingJob], bob: User,
    alice: User, anvil: Organization, token_for: Callable[..., str], tmp_path: Path, small_bases: dict[str, Path],
) -> None:  # fmt: skip
    reader, writer = (
        import_base(
            small_bases[name], Origin(slug=name, name=f"Small {name}", source="This test", licence="CC0-1.0"),
            organization=anvil, actor=alice,
        )
        for name in ("reader", "writer")
    )  # fmt: skip
    assert (reader.task, writer.task) == ("classification", "language")
    start_worker("one", "--slots", "1")
    caller = Caller(token_for(bob, "download"))
    few = {"epochs": 2, "bootstrap_samples": 100, "length": 16}
    told = launch(
        Kind.TEXT, reviews, recipe="fine-tune", target="label", base=reader,
        parameters={**few, "method": "full", "learning_rate": 0.01, "epochs": 6},
    )  # fmt: skip
    written = launch(Kind.ANSWERS, answers, recipe="fine-tune", target="answer", base=writer, parameters=few)

    chatted = launch(
        Kind.CHAT, chats, recipe="fine-tune", target="messages", base=writer,
        parameters={**few, "method": "full", "learning_rate": 0.02, "epochs": 10, "batch_size": 8},
    )  # fmt: skip

    first = until(lambda: published(told), 150, what="publishing the kinds")
    assert first.preprocessing["fields"] == [{"name": "review", "kind": "text"}]
    assert caller.predict(first, {"review": "wonderful and kind"})["label"] == "good"

    second = until(lambda: published(written), 150, what="publishing the writer")
    assert [field["name"] for field in second.preprocessing["fields"]] == ["question"]
    assert isinstance(caller.predict(second, {"text": "what does the cat say", "length": 3})["text"], str)
    card = (caller.fetch(second, tmp_path) / "README.md").read_text()
    assert "Small writer" in card
    assert "CC0-1.0" in card

    third = until(lambda: published(chatted), 150, what="publishing the one that chats")
    assert caller.predict(third, {"text": "what does the dog say", "length": 3})["text"] == "woof"
