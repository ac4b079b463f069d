"""Two people launch at the same instant, each in a process of their own: only one of them gets the last job."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.models import TrainingJob
from chainhub.policies.services import grant_on_terms
from chainhub.policies.terms import Terms
from tests.factories import jobs as make
from tests.running import hub_environment

__all__ = ["hub_environment"]

pytestmark = [pytest.mark.process, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parent.parent.parent
ROUNDS, PEOPLE = 10, 3


@pytest.fixture
def theirs(hub_environment: dict[str, str], borealis: Any, dora: Any) -> DatasetVersion:
    return make.make_version(borealis, dora, name="Theirs")


@pytest.fixture
def people(theirs: DatasetVersion, alice: Any, anvil: Any, alliance: Any) -> Iterator[list[subprocess.Popen[str]]]:
    """Alice in three windows."""
    keys = [str(row.pk) for row in (alice, anvil, alliance, theirs)]
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.process.launching", *keys], cwd=ROOT, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, "DJANGO_SETTINGS_MODULE": "chainhub.settings"},
        )
        for _ in range(PEOPLE)
    ]  # fmt: skip
    assert [said(one) for one in started] == ["ready"] * PEOPLE
    yield started
    for one in started:
        one.communicate(timeout=30)
    connection.close()


def said(one: subprocess.Popen[str]) -> str:
    assert one.stdout is not None
    return one.stdout.readline().strip()


def all_at_once(people: list[subprocess.Popen[str]]) -> list[str]:
    for one in people:
        assert one.stdin is not None
        one.stdin.write("launch\n")
        one.stdin.flush()
    return [said(one) for one in people]


def test_of_launches_at_the_same_instant_one_gets_the_last_job(
    people: list[subprocess.Popen[str]], theirs: DatasetVersion, alliance: Any, dora: Any
) -> None:
    for permitted in range(1, ROUNDS + 1):
        # The owner permits one more each time: of three that want it, one has it.
        grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(max_jobs=permitted))
        found = sorted(all_at_once(people))
        assert [one.split()[0] for one in found] == ["launched", "refused", "refused"], found
        assert {one for one in found if one.startswith("refused")} == {"refused max_jobs"}
        assert TrainingJob.objects.count() == permitted


def test_where_two_are_left_two_get_them(
    people: list[subprocess.Popen[str]], theirs: DatasetVersion, alliance: Any, dora: Any
) -> None:
    grant_on_terms(theirs.dataset, alliance, actor=dora, terms=Terms(max_jobs=2))
    assert [one.split()[0] for one in sorted(all_at_once(people))] == ["launched", "launched", "refused"]
