"""Alice tries base models that Anvil imported: a real worker, real weights of a few thousand numbers."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from chainhub.bases.services import Origin, import_base
from chainhub.core.valkey import EmbeddedValkey
from tests.process.conftest import WorkerProcess, until

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

MARK = "quaggabird"  # a word that stands nowhere else


def test_base_models_answer_on_a_worker_and_nothing_of_it_is_kept(
    valkey: EmbeddedValkey, start_worker: Callable[..., WorkerProcess], browse: Callable[..., Client],
    token_for: Callable[..., str], alice: Any, anvil: Any, tmp_path: Path,
) -> None:  # fmt: skip
    subprocess.run([sys.executable, "-m", "tests.factories.bases", str(tmp_path)], check=True, capture_output=True)
    for name in ("reader", "writer"):
        origin = Origin(slug=name, name=f"Small {name}", source="This test", licence="CC0-1.0")
        import_base(tmp_path / name, origin, organization=anvil, actor=alice)
    start_worker("one", "--slots", "1", "--beat")
    browser, headers = browse(alice), {"authorization": f"Bearer {token_for(alice, 'download')}"}

    def ask(name: str, *rows: dict[str, Any]) -> Any:
        address = f"/api/v1/bases/anvil/{name}/predict/"
        return Client().post(address, {"rows": rows}, content_type="application/json", headers=headers)

    def compared() -> Any:
        answer = ask("reader", {"text": "a warm film"}, {"text": "a warm film"}, {"text": "cat meow"})
        return answer.json()["predictions"] if answer.status_code == 200 else None

    near = [one["likeness"] for one in until(compared, 60, what="a compute node that answers")]
    assert near[0][1] == pytest.approx(1.0)
    assert near[0][2] == pytest.approx(near[2][0])
    assert near[0][2] < near[0][1]
    refused = ask("reader", {"text": "a warm film"}, {"text": MARK})
    assert refused.status_code == 422
    assert refused.json()["detail"] == f"The model knows none of the words in “{MARK}”."
    page = browser.post("/bases/anvil/reader/predict/", {"texts": "good fun\ngood fun " + "fun " * 90})
    assert "Only the first 64 of the text's 92 tokens were read" in page.content.decode().replace("&#x27;", "'")

    asked = {"text": "what does the cat say", "length": 4, "temperature": 0}
    (written,) = ask("writer", asked).json()["predictions"]
    assert isinstance(written["text"], str)
    assert ask("writer", asked).json()["predictions"] == [written]
    page = browser.post("/bases/anvil/writer/predict/", {**asked, "explain": "on"})
    assert "Written by the model" in page.content.decode()
    kept = b"".join(path.read_bytes() for path in valkey.folder.rglob("*") if path.is_file())
    assert MARK.encode() not in kept
