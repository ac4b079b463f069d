"""Several molecules at once: their reasons are drawn atoms, which a table has no place for."""

from collections.abc import Callable

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
    assert "Every value is the usual one." not in shown
