"""Whoever received a model takes along what trains it again; terms that keep the model here keep that too."""

import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from chainhub.registry.models import Download, ModelVersion
from tests.factories.models import evaluation, files, publish
from tests.hub.jobs.conftest import job, ours, theirs
from tests.hub.registry.conftest import version

__all__ = ["job", "ours", "theirs", "version"]

Browse = Callable[[User | None], Client]
LEFT = {
    "reproduce/notebook.ipynb": b'{"cells": []}',
    "reproduce/reproduce.py": b"print('again')\n",
    "reproduce/trainer.zip": b"PK",
}


@pytest.fixture
def again(job: TrainingJob) -> ModelVersion:
    """A version whose run left what reproduces it."""
    return publish(job, leave=files(evaluation({"anvil": (0.7, 0.9), "borealis": (0.8, 0.9)})) | LEFT)


def archive(version: ModelVersion) -> str:
    return f"{version.model.get_absolute_url()}v{version.number}/download/?part=reproduce"


def test_bob_finds_the_button_and_takes_the_folder_alone(browse: Browse, bob: User, again: ModelVersion) -> None:
    page = browse(bob).get(f"{again.model.get_absolute_url()}?tab=use").content.decode()
    assert archive(again) in page
    answer = browse(bob).get(archive(again))
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.namelist() == [f"{again.model.slug}-v1/{path}" for path in sorted(LEFT)]
    assert answer["Content-Disposition"] == f'attachment; filename="{again.model.slug}-v1-reproduce.zip"'
    assert Download.objects.get().path == "reproduce/"


def test_an_outsider_takes_nothing(browse: Browse, carol: User, again: ModelVersion) -> None:
    assert browse(carol).get(archive(again)).status_code == 404
    assert not Download.objects.exists()


def test_a_version_from_before_has_no_button(browse: Browse, bob: User, version: ModelVersion) -> None:
    page = browse(bob).get(f"{version.model.get_absolute_url()}?tab=use").content.decode()
    assert "part=reproduce" not in page
    assert browse(bob).get(archive(version)).status_code == 404
