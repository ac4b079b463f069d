"""What programs do with a model: commands that run as they stand, with what they need beside them."""

import base64
import json
import subprocess
from pathlib import Path

import pytest

from chainhub.jobs.models import TrainingJob
from chainhub.registry import wording
from chainhub.web.snippets import snippets
from tests.factories.kinds import publish_kind


@pytest.mark.parametrize("kind", ["boxes", "restore"])
def test_the_command_sends_a_picture_of_ones_own(job: TrainingJob, kind: str, tmp_path: Path) -> None:
    asking = snippets(publish_kind(job, kind), example="", address="http://hub.example")[-1]
    picture = bytes(range(256)) * 2000  # more than an argument of a command may hold
    (tmp_path / "picture.png").write_bytes(picture)
    script = "curl() { cat; }\n" + asking.text
    sent = subprocess.run(["bash", "-c", script], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    (row,) = json.loads(sent)["rows"]
    assert base64.b64decode(row["image"]) == picture
    assert "picture.png" in asking.about


def test_molecules_are_not_said_to_run_with_torch_alone(job: TrainingJob) -> None:
    version = publish_kind(job, "molecule")
    version.config["layers"] = []  # as networks of fingerprints have them
    _download, bare, _ask = snippets(version, example="print()", address="")
    assert "reproduce/requirements.txt" in bare.about
    assert "reproduce/trainer.zip" in wording.files(version)
