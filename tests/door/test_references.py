"""A job on data that stays with its owner: the node reads it where it lies, and notices when it has changed."""

import hashlib
from pathlib import Path
from typing import Any

import pytest

from chainhub.core.sentences import render
from chainhub.datasets.canonical import TRAINING_FILE
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import Status, TrainingJob
from chainhub.jobs.supervisor import ForkServer
from chainhub.repositories.models import CommitFile
from chainhub.repositories.storage import open_blob
from tests.door.test_attempts import Attempting

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def at_the_owner(job: TrainingJob, settings: Any, tmp_path: Path) -> Path:
    """Anvil's file lies in a folder of the node, and nowhere on the hub."""
    version = DatasetVersion.objects.get(job_inputs__job=job, dataset__organization__slug="anvil")
    entry = CommitFile.objects.select_related("blob").get(commit=version.commit, path=TRAINING_FILE)
    folder = tmp_path / "anvil"
    folder.mkdir()
    file = folder / "bearings.parquet"
    with open_blob(entry.blob) as stored:
        file.write_bytes(stored.read())
    entry.delete()
    settings.REFERENCE_FOLDERS = {"anvil": [str(folder)]}
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    version.reference = {"kind": "path", "address": str(file), "sha256": sha256}
    version.save()
    return file


def test_a_job_trains_where_the_data_lies(
    at_the_owner: Path, job: TrainingJob, server: ForkServer, settings: Any
) -> None:
    done = Attempting(job, server).end(60)
    assert (done.status, done.failure) == (Status.SUCCEEDED, None)
    kept = list(Path(settings.NODE_CACHE).rglob("*.parquet"))
    assert not kept, "nothing of it stays on the node"


def test_a_job_on_changed_data_fails_with_the_datasets_name(
    at_the_owner: Path, job: TrainingJob, server: ForkServer
) -> None:
    at_the_owner.write_bytes(at_the_owner.read_bytes() + b"\0")
    done = Attempting(job, server).end(60)
    assert done.status == Status.FAILED
    assert done.failure is not None
    said = render({"text": done.failure["text"], "params": done.failure["params"]})
    dataset = DatasetVersion.objects.get(reference__isnull=False).dataset
    assert f"“{dataset.name}” v1 is not the one that was registered" in said
    assert done.failure["kind"] == "data"
