"""What an owner corrects holds everywhere: rows are asked by the corrected type, and the profile is counted anew."""

import pytest
from django.http import QueryDict

from chainhub.accounts.models import User
from chainhub.datasets import services
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.services.inspecting import ClaimLostError
from chainhub.datasets.services.profiling import claim_profile, send_unprofiled
from chainhub.datasets.viewing.questions import read_question
from chainhub.datasets.viewing.sheet import Page, opened
from chainhub.organizations.models import Organization
from tests.factories import datasets

pytestmark = pytest.mark.django_db
ROWS = [["plant", "batch", "level", "result"]] + [
    [10 + n % 3, n, "yes" if n % 2 else "no", n % 2] for n in range(60)
]  # fmt: skip


@pytest.fixture
def plants(alice: User, anvil: Organization) -> Dataset:
    dataset = datasets.registered_csv(alice, anvil, ROWS, name="Plants", target="result")
    datasets.profiled(dataset.versions.get())
    return dataset


def version_of(dataset: Dataset) -> DatasetVersion:
    return dataset.versions.select_related("dataset").get()


def asked(dataset: Dataset, user: User, query: str) -> Page:
    with opened(version_of(dataset), user) as sheet:
        return sheet.page(read_question(QueryDict(query), sheet.columns, size=5))


def field(dataset: Dataset, name: str) -> dict[str, object]:
    told = version_of(dataset).profile["fields"]
    return next(one for one in told if one["name"] == name)


def test_rows_are_shown_and_asked_by_the_corrected_type(plants: Dataset, alice: User):
    assert asked(plants, alice, "sort=-batch").rows[0].values["batch"] == 59
    services.set_field(plants, "batch", actor=alice, type="category")
    page = asked(plants, alice, "sort=-batch")
    assert [row.values["batch"] for row in page.rows] == ["9", "8", "7", "6", "59"]
    assert asked(plants, alice, "filter=batch:has:5").total == 15
    with opened(version_of(plants), alice, to_take_along=True) as sheet:
        text = b"".join(sheet.csv(read_question(QueryDict("filter=batch:is:7"), sheet.columns))).decode()
        assert {one.name: one.form for one in sheet.columns}["batch"] == "text"
    assert text.splitlines()[1] == '11,"7","yes",1'


def test_a_corrected_type_has_the_profile_counted_anew(plants: Dataset, alice: User):
    assert field(plants, "plant")["type"] == "integer"
    services.set_field(plants, "plant", actor=alice, type="category")
    assert version_of(plants).profile == {}
    assert claim_profile(version_of(plants).pk) is not None
    DatasetVersion.objects.update(profile={})
    services.profile_version(version_of(plants).pk)  # in a child, as the queue does it
    plant = field(plants, "plant")
    assert (plant["type"], plant["kind"], plant["corrected"]) == ("text", "category", True)
    assert plant["values"] == [{"value": name, "count": 20} for name in ("10", "11", "12")]
    assert "mean" not in plant
    services.set_field(plants, "level", actor=alice, type="boolean")
    datasets.profiled(version_of(plants))
    assert field(plants, "level")["type"] == "boolean"
    services.set_field(plants, "plant", actor=alice, type="")
    datasets.profiled(version_of(plants))
    assert field(plants, "plant")["mean"] == 11.0


def test_a_corrected_role_has_the_profile_counted_anew(plants: Dataset, alice: User):
    assert version_of(plants).profile["target"] == "result"
    assert version_of(plants).profile["duplicates"]["beside_identifiers"] == 54
    services.set_field(plants, "plant", actor=alice, role="target")
    datasets.profiled(version_of(plants))
    profile = version_of(plants).profile
    assert profile["target"] == "plant"
    assert [one["value"] for one in profile["classes"]] == [10, 11, 12]
    services.set_roles(plants, actor=alice, target="level", identifiers=["plant", "batch"])
    datasets.profiled(version_of(plants))
    assert version_of(plants).profile["target"] == "level"
    assert version_of(plants).profile["duplicates"]["beside_identifiers"] == 58


def test_what_changes_no_number_leaves_the_profile(plants: Dataset, alice: User):
    before = version_of(plants).profile
    services.set_field(plants, "plant", actor=alice, unit="km", about="Where it was made", sensitive=True)
    services.set_field(plants, "plant", actor=alice, role="entity")
    assert version_of(plants).profile == before
    assert send_unprofiled() == 0


def test_who_counts_with_the_old_word_is_stopped(plants: Dataset, alice: User):
    DatasetVersion.objects.update(profile={})
    version = version_of(plants)
    claim = claim_profile(version.pk)
    assert claim is not None
    services.set_field(plants, "plant", actor=alice, type="category")
    with pytest.raises(ClaimLostError):
        claim.put({"state": "ready", "fields": []})
    datasets.profiled(version)
    assert field(plants, "plant")["kind"] == "category"
