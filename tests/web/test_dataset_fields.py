"""The page on which an owner corrects what was detected about fields."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories import datasets as make

Browse = Callable[[User | None], Client]


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return make.registered_csv(alice, anvil)


def test_the_owner_sees_what_was_detected_and_corrects_it(alice: User, bearings: Dataset, browse: Browse) -> None:
    address = "/datasets/anvil/bearings/fields/"
    page = browse(alice).get(address).content.decode()
    assert "sick" in page
    assert "Choose a field" in page
    form = {"role": "weight", "type": "category", "unit": "kPa", "sensitive": "on", "about": "At the valve"}
    answer = browse(alice).post(f"{address}?field=pressure", form)
    assert answer.status_code == 302
    bearings.refresh_from_db()
    assert bearings.field_settings["pressure"] == {
        "role": "weight", "type": "category", "unit": "kPa", "sensitive": True, "about": "At the valve",
    }  # fmt: skip
    page = browse(alice).get(answer["Location"]).content.decode()
    assert "kPa" in page
    assert "At the valve" in page
    page = browse(alice).get("/datasets/anvil/bearings/?tab=data").content.decode()
    assert "sensitive" in page


def test_a_type_that_the_values_forbid_keeps_what_was_typed(alice: User, bearings: Dataset, browse: Browse) -> None:
    form = {"role": "feature", "type": "number", "unit": "", "about": "Where it was made"}
    answer = browse(alice).post("/datasets/anvil/bearings/fields/?field=site", form)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "“site” cannot be read so: row 2 holds “A”." in page
    assert "Where it was made" in page
    chinese = {"accept-language": "zh-hans"}
    in_chinese = browse(alice).post("/datasets/anvil/bearings/fields/?field=site", form, headers=chinese)
    assert "第 2 行的值为“A”" in in_chinese.content.decode()


def test_the_kind_is_corrected_where_the_fields_allow_it(alice: User, bearings: Dataset, browse: Browse) -> None:
    browse(alice).post("/datasets/anvil/bearings/kind/", {"kind": "series"})
    bearings.refresh_from_db()
    assert bearings.kind == "series"
    page = browse(alice).post("/datasets/anvil/bearings/kind/", {"kind": "answers"}, follow=True).content.decode()
    assert "cannot be used as questions and answers" in page


def test_partners_see_fields_but_correct_none(
    alice: User, bob: User, carol: User, bearings: Dataset, alliance: Collaboration, browse: Browse
) -> None:
    make.granted(bearings, alliance, alice)
    for address in ("/datasets/anvil/bearings/fields/", "/datasets/anvil/bearings/kind/"):
        assert browse(bob).post(address, {"kind": "series"}).status_code == 403
        assert browse(carol).post(address, {"kind": "series"}).status_code == 404
    assert browse(alice).get("/datasets/anvil/bearings/fields/?field=nowhere").status_code == 404
