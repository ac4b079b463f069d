"""What goes on from models made here: how such a base is called, what programs read of it, and how it is followed."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from chainhub.bases.models import BaseModel
from chainhub.jobs.ancestry import heirs_of, with_heirs
from chainhub.registry.continuing import _named
from chainhub.registry.losing import tell_who_received
from chainhub.registry.models import Model
from tests.factories.bases import make_base
from tests.factories.models import evaluation, publish
from tests.hub.registry.test_going_on import go_on, left, made, written

__all__ = ["go_on", "written"]


def test_versions_of_a_model_with_a_long_name_are_told_apart(written: Any, alice: Any) -> None:
    version = written()
    assert made(version).name == "Writer v1"
    BaseModel.objects.all().update(name="")
    Model.objects.filter(pk=version.model_id).update(name="W" * 140)
    version.model.refresh_from_db()
    for number, expected in ((1, "W" * 136 + "… v1"), (120, "W" * 134 + "… v120")):
        version.number = number
        assert _named(version) == expected
        assert len(expected) <= 140
    version.model.name, version.number = "W" * 137, 1
    assert _named(version) == "W" * 137 + " v1"


def test_programs_read_where_a_base_made_here_comes_from(
    written: Any, alice: Any, anvil: Any, token_for: Callable[..., str]
) -> None:
    base = made(written())
    make_base(anvil, alice)
    client = Client(headers={"authorization": f"Bearer {token_for(alice, 'read')}", "accept-language": "zh-hans"})
    found = {one["slug"]: one for one in client.get("/api/v1/bases/").json()["results"]}
    own = found[base.slug]
    assert own["source"].startswith("“")
    assert own["source"] == client.get(f"/api/v1/bases/{base.address}/").json()["source"]
    assert "Training job" not in own["source"]
    assert (own["licence"], own["licence_name"]) == ("usage-agreement", "依照使用协议")
    assert [one["licence_name"] for one in found.values() if one is not own] == ["CC0-1.0"]


def test_heirs_of_many_jobs_are_found_step_by_step(
    written: Any, go_on: Any, borealis: Any, django_assert_num_queries: Any
) -> None:
    first = written()
    found = {**evaluation({"anvil": (0.7, 0.9)}), "task": "language"}
    second = publish(go_on(made(first)), leave=left(found), found=found)
    third = go_on(made(second))
    with django_assert_num_queries(2):
        heirs = heirs_of([first.job_id, second.job_id])
    assert heirs == {
        first.job_id: {first.job_id, second.job_id, third.pk},
        second.job_id: {second.job_id, third.pk},
    }
    assert with_heirs([second.job_id]) == heirs[second.job_id]
    assert with_heirs([]) == set()


def test_telling_of_lost_data_asks_no_more_for_more_jobs(written: Any, go_on: Any, anvil: Any) -> None:
    version = written()
    counts = []
    for _ in range(2):
        go_on(made(version))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            tell_who_received(anvil)
        counts.append(len(asked))
    assert counts[0] == counts[1]
