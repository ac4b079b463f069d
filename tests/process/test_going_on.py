"""What jobs made goes on learning in others: a language model made here, and one that tells more kinds than before."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.bases.services import Origin, import_base
from chainhub.core.valkey import EmbeddedValkey
from chainhub.datasets.models import Kind
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from tests.process.conftest import WorkerProcess, until
from tests.process.test_models import Caller, published
from tests.process.test_texts import launch, prose, reviews, small_bases

__all__ = ["launch", "small_bases"]

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TINY = {
    "epochs": 2, "bootstrap_samples": 100, "layers": 1, "width": 32, "heads": 2, "context": 16, "vocabulary": 300,
}  # fmt: skip
FEW = {"epochs": 2, "bootstrap_samples": 100, "length": 16, "written_samples": 0}


def three(seed: int) -> dict[str, list[Any]]:
    """The same words with a third kind."""
    told = reviews(seed)
    kinds = ("bad", "good", "strange")
    texts = [*told["review"][:40], *["the hen says cluck"] * 20]
    return {"review": texts, "label": [*told["label"][:40], *[kinds[2]] * 20]}


def base_of(job: TrainingJob) -> Any:
    return TrainingJob.objects.select_related("made").get(pk=job.pk).made


def test_what_was_made_here_goes_on_learning(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], launch: Callable[..., TrainingJob], bob: User,
    alice: User, anvil: Organization, token_for: Callable[..., str], tmp_path: Path, small_bases: dict[str, Path],
) -> None:  # fmt: skip
    start_worker("one", "--slots", "1")
    caller = Caller(token_for(bob, "download"))
    reader = import_base(
        small_bases["reader"], Origin(slug="reader", name="Reader", source="This test", licence="CC0-1.0"),
        organization=anvil, actor=alice,
    )  # fmt: skip
    writes = launch(Kind.CORPUS, prose, recipe="language-model", target="text", parameters=TINY)
    tells = launch(Kind.TEXT, reviews, recipe="fine-tune", target="label", base=reader, parameters=FEW)
    for job in (writes, tells):
        until(lambda job=job: published(job), 150, what="publishing the first")
    assert (base_of(writes).task, base_of(tells).task) == ("language", "classification")

    more = launch(Kind.CORPUS, prose, recipe="fine-tune", target="text", base=base_of(writes), parameters=FEW)
    kinds = launch(Kind.TEXT, three, recipe="fine-tune", target="label", base=base_of(tells), parameters=FEW)
    written = until(lambda: published(more), 150, what="publishing the writer")
    told = until(lambda: published(kinds), 150, what="publishing the kinds")
    assert isinstance(caller.predict(written, {"text": "The cat", "length": 3})["text"], str)
    assert set(caller.predict(told, {"review": "good fun"})["probabilities"]) == {"bad", "good", "strange"}
    card = (caller.fetch(written, tmp_path) / "README.md").read_text()
    assert f"Base model: **{base_of(writes).name}**" in card
    assert "What the base model had learnt from before" in card
