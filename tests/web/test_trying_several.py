"""Several molecules at once, whose reasons are drawn atoms; and what is pasted or asked for that is no such thing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.models import TrainingJob
from tests.factories.kinds import KINDS, publish_kind
from tests.hub.jobs.conftest import job, ours, theirs
from tests.web.test_trying_kinds import Model, ask, model, page

__all__ = ["job", "model", "ours", "theirs"]

Browse = Callable[[User | None], Client]
PASTED = "structure,protein\nCCO,MGSS\nCC,MGSS"


def test_reasons_are_offered_for_one_molecule_and_not_for_a_table_of_them(
    browse: Browse, bob: User, job: TrainingJob
) -> None:
    shown = page(browse(bob), publish_kind(job, "molecule"), "try")
    assert shown.count('name="explain"') == 1
    assert "Reasons for at most" not in shown


def test_a_table_of_molecules_does_not_call_them_usual(
    browse: Browse, bob: User, job: TrainingJob, model: Model
) -> None:
    version = publish_kind(job, "molecule")
    model.answer = {**KINDS["molecule"]["answer"], "reasons": {"picture": "<svg/>", "tokens": []}}
    shown = ask(browse(bob), version, {"text": PASTED, "explain": "on"}, "rows/")
    assert shown.count("7.250") == 2
    assert "No value moved the answer." not in shown


@pytest.mark.parametrize(
    ("kind", "rest", "posted", "said"),
    [
        ("series", "", {"values": 'price\n"' + "x" * 200_000}, "The pasted text cannot be read as CSV"),
        (
            "molecule",
            "rows/",
            {"text": 'structure,protein\n"' + "C" * 200_000},
            "The pasted text cannot be read as CSV",
        ),
        ("restore", "file/", {"sample": "9" * 5000}, "There is no such example."),
        ("restore", "file/", {"sample": "-1"}, "There is no such example."),
    ],
)
def test_what_is_no_table_and_no_example_is_refused_in_a_sentence(
    browse: Browse, bob: User, job: TrainingJob, model: Model, kind: str, rest: str, posted: Any, said: str
) -> None:
    assert said in ask(browse(bob), publish_kind(job, kind), posted, rest)
    assert model.asked == []
