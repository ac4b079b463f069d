"""Bob asks models why: in the pages and by program, a text, a file of rows, too many rows; a real child answers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.core.valkey import EmbeddedValkey
from chainhub.datasets.models import Kind
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import ModelVersion
from tests.factories import jobs as make
from tests.process.conftest import WorkerProcess, until
from tests.process.test_models import published
from tests.process.test_texts import launch, prose, reviews

__all__ = ["launch"]

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FEW = {"epochs": 5, "bootstrap_samples": 100, "baselines": False, "explained": False}
TINY = {**FEW, "layers": 1, "width": 32, "heads": 2, "context": 16, "vocabulary": 300}


def address(version: ModelVersion) -> str:
    return f"{version.model.organization.slug}/{version.model.slug}"


def asked_on_page(browser: Client, version: ModelVersion, **said: str) -> str:
    answer = browser.post(f"/models/{address(version)}/v{version.number}/predict/", {**said, "explain": "on"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_answers_say_why(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], launch: Callable[..., TrainingJob],
    browse: Callable[..., Client], token_for: Callable[..., str], alice: Any, bob: Any, anvil: Any, alliance: Any,
    ours: Any, theirs: Any,
) -> None:  # fmt: skip
    start_worker("one", "--slots", "1", "--beat")
    rows = make.make_job(alice, anvil, alliance, [ours, theirs], title="Rows", parameters=FEW)
    told = launch(
        Kind.TEXT, reviews, recipe="text-classification", target="label",
        parameters={**FEW, "rare_below": 1, "vector_size": 8},
    )  # fmt: skip
    written = launch(Kind.CORPUS, prose, recipe="language-model", target="text", parameters=TINY)
    by_rows, tells, writes = (
        until(lambda job=job: published(job), 120, what="publishing") for job in (rows, told, written)
    )

    browser = browse(bob)
    page = asked_on_page(browser, tells, **{"field-review": "a lovely warm film"})
    assert "Why this answer" in page
    assert "lovely" in page
    page = asked_on_page(browser, writes, text="The cat sat", length="3", temperature="0")
    assert "Why this answer" in page
    page = asked_on_page(browser, by_rows, **{"field-x0": "2", "field-x1": "0", "field-x2": "0"})
    assert "Why this answer" in page

    def ask(version: ModelVersion, given: list[dict[str, Any]]) -> Any:
        return Client().post(
            f"/api/v1/models/{address(version)}/versions/{version.number}/predict/", {"rows": given, "explain": True},
            content_type="application/json", headers={"authorization": f"Bearer {token_for(bob, 'download')}"},
        )  # fmt: skip

    file = [{"x0": float(number - 3), "x1": 0.5, "x2": -0.5} for number in range(6)]
    answers = ask(by_rows, file).json()["predictions"]
    assert len(answers) == len(file)
    for given, answer in zip(file, answers, strict=True):
        reasons = {one["field"]: one for one in answer["reasons"]}
        assert set(reasons) == {"x0", "x1", "x2"}
        assert float(reasons["x0"]["value"]) == given["x0"]
    assert answers[0]["reasons"] != answers[-1]["reasons"]

    tokens = ask(tells, [{"review": "a sad waste"}]).json()["predictions"][0]["reasons"]["tokens"]
    assert {"sad", "waste"} <= {word for one in tokens for word in one["text"].split()}
    refused = ask(by_rows, file * 4)
    assert refused.status_code == 422
    assert "at most 20 rows" in refused.json()["detail"]
