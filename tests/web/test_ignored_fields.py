"""What an owner says to ignore is offered for nothing in a launch; a clone of a job that used it keeps it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.services.fields import set_field
from chainhub.jobs.models import TrainingJob
from tests.factories import jobs as make

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"
IGNORED = "branch"


@pytest.fixture
def version(anvil: Any, alice: Any, alliance: Any) -> DatasetVersion:
    columns = make.table(seed=1) | {name: ["north", "south"] * 40 for name in (IGNORED, "region")}
    made = make.make_version(anvil, alice, name="Loans", columns=columns)
    make.grant(made, alliance, alice)
    return made


@pytest.fixture
def said(alliance: Any, version: DatasetVersion) -> dict[str, Any]:
    return {
        "collaboration": alliance.slug, "recipe": "tabular", "versions": [version.pk], "target": "label",
        "choice": "all", "kind": "group", "group": IGNORED, "test_fraction": "30", "validation_fraction": "10",
        "seed": "7", "p-epochs": "3", "p-hidden_layers": "8", "p-group_field": IGNORED, "device": "cpu",
        "name": "Who repays", "seen": ["goal", "recipe", "data", "fields", "parameters-tabular", "compute", "review"],
    }  # fmt: skip


def options(client: Client, said: dict[str, Any], step: str, control: str) -> set[str]:
    """What a person who comes to the step for the first time may choose."""
    seen = said["seen"][: 3 if step == "fields" else 4]
    asked = {name: value for name, value in said.items() if name != control}
    page = client.post(LAUNCH, {**asked, "seen": seen, "step": seen[-1]}).content.decode()
    (choices,) = re.findall(rf'<select name="{control}".*?</select>', page, flags=re.DOTALL)
    return set(re.findall(r'<option value="([^"]+)"', choices))


def test_it_is_no_target_no_group_and_no_parameter(
    browse: Browse, alice: Any, version: DatasetVersion, said: dict[str, Any]
) -> None:
    places = [("fields", "target"), ("fields", "group"), ("parameters", "p-group_field")]
    for step, control in places:
        assert {IGNORED, "region"} <= options(browse(alice), said, step, control), control
    set_field(version.dataset, IGNORED, actor=alice, role="ignore")
    for step, control in places:
        offered = options(browse(alice), said, step, control)
        assert IGNORED not in offered, control
        assert "region" in offered, control


def test_a_clone_keeps_what_was_chosen_before(
    browse: Browse, alice: Any, version: DatasetVersion, said: dict[str, Any]
) -> None:
    assert browse(alice).post(LAUNCH, {**said, "step": "review", "go": "launch"}).status_code == 302
    job = TrainingJob.objects.get()
    assert (job.split["group"], job.parameters["group_field"]) == (IGNORED, IGNORED)
    set_field(version.dataset, IGNORED, actor=alice, role="ignore")
    page = browse(alice).get(f"{LAUNCH}?clone={job.pk}")
    assert "Name it" in page.content.decode(), "the last step: nothing before it is refused"
