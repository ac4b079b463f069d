"""A full disk is told in a sentence with a way out, by pages and API, whoever ran into it."""

import errno
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import run
from typing import Any

import duckdb
import psycopg
import pytest
from django.db import OperationalError
from django.test import Client

from chainhub.accounts.models import User
from chainhub.core.disk import is_full
from chainhub.datasets.models import Dataset
from chainhub.datasets.viewing import finding
from chainhub.organizations.models import Organization
from chainhub.web.views.datasets import catalogue
from tests.factories import datasets

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], Client]
LONG = "x" * 300


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


SAID = [
    OSError(errno.ENOSPC, "No space left on device"),
    OperationalError("database or disk is full"),
    caused(OperationalError("could not extend file"), psycopg.errors.DiskFull("could not extend file")),
    duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
]


@pytest.mark.parametrize("error", SAID, ids=["system", "SQLite", "PostgreSQL", "DuckDB"])
def test_a_catalogue_without_room_to_sort_says_so(
    error: Exception, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> Any:
        raise error

    browser = browse(alice)
    monkeypatch.setattr(catalogue.catalogue, "in_order", full)
    monkeypatch.setattr("chainhub.api.catalogue.in_order", full)
    for language, said in (("en", "disk is full"), ("zh-hans", "磁盘已满")):
        for address in ("/datasets/?q=bearings", "/api/v1/datasets/?q=bearings"):
            answer = browser.get(address, headers={"accept-language": language})
            assert (answer.status_code, said in answer.content.decode()) == (507, True)
    assert browser.get("/datasets/", headers={"hx-request": "true"}).headers["HX-Reswap"] == "none"


def test_programs_are_told_in_json(
    alice: User, anvil: Organization, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address by commit, whose download cannot be written down."""

    def full(*_args: Any, **_more: Any) -> Any:
        raise OperationalError("database or disk is full")

    dataset = datasets.registered_csv(alice, anvil)
    commit = dataset.versions.get().commit
    assert commit is not None
    address, browser = f"{dataset.get_absolute_url()}resolve/{commit.oid}/data.csv", browse(alice)
    assert browser.get(address).status_code == 200
    monkeypatch.setattr("chainhub.policies.delivering.record_download", full)
    answer = browser.get(address)
    assert (answer.status_code, "disk is full" in answer.json()["error"]) == (507, True)


def test_other_faults_stay_faults(alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any, **_more: Any) -> Any:
        raise OSError(errno.EIO, "Input/output error")

    assert not is_full(ValueError("No space left on device"))
    monkeypatch.setattr(catalogue.catalogue, "in_order", broken)
    with pytest.raises(OSError, match="Input/output"):
        browse(alice).get("/datasets/?q=bearings")


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte, where one may be mounted."""
    place = tmp_path / "tiny"
    place.mkdir()
    if run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a disk")
    yield place
    run(["umount", place], check=True)


def test_rows_that_cannot_be_sorted_on_a_full_disk_can_be_read_on(
    tiny: Path, alice: User, anvil: Organization, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice sorts more than fits into the memory of a question while the disk has no room for the rest."""
    rows = [["name", "n"], *[[f"{number % 7}{LONG}{number}", number] for number in range(30_000)]]
    dataset: Dataset = datasets.registered_csv(alice, anvil, rows)
    monkeypatch.setattr(finding, "MEMORY", "4MB")
    monkeypatch.setattr(finding, "scratch_folder", lambda: tiny)
    browser, base = browse(alice), dataset.get_absolute_url()
    for language, said in (("en", "read them page by page"), ("zh-hans", "逐页")):
        answer = browser.get(f"{base}?tab=rows&sort=-name", headers={"accept-language": language})
        assert (answer.status_code, said in answer.content.decode()) == (200, True)
    refused = browser.get(f"/api/v1{base}versions/1/rows/?sort=-name")
    assert (refused.status_code, refused.json()["code"]) == (507, "no-room")
    assert "30,000" in browser.get(f"{base}?tab=rows").content.decode()
    assert not list(tiny.iterdir())
