"""What people see of rows, profiles and versions on a dataset's pages."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration, Participant, ParticipantStatus
from chainhub.datasets import services
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories import datasets

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], Client]
SECRET = "Secret patient"
ROWS = [["age", "name", "sick"]] + [[20 + number, f"{SECRET} {number}", number % 2] for number in range(60)]


@pytest.fixture
def patients(alice: User, anvil: Organization, alliance: Collaboration) -> Dataset:
    """Alice's table; her partners may see rows, but not names."""
    dataset = datasets.registered_csv(alice, anvil, ROWS, name="Patients", target="sick")
    grant = datasets.granted(dataset, alliance, alice)
    grant.allows_rows = grant.allows_download = True
    grant.save()
    Dataset.objects.filter(pk=dataset.pk).update(field_settings={"name": {"sensitive": True}})
    datasets.profiled(dataset.versions.get())
    dataset.refresh_from_db()
    return dataset


def page(browser: Client, dataset: Dataset, rest: str = "") -> str:
    answer = browser.get(dataset.get_absolute_url() + rest)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_person_filters_sorts_and_opens_a_row(patients: Dataset, alice: User, browse: Browse):
    browser = browse(alice)
    html = page(browser, patients, "?tab=rows&sort=-age&field=age&op=max&value=30")
    assert "11 rows" in html
    assert html.index(">30<") < html.index(">29<")
    assert "filter=age%3Amax%3A30" in html  # in the links that sort
    assert f"{SECRET} 7" in browser.get(patients.get_absolute_url() + "versions/1/rows/7/").content.decode()
    assert browser.get(patients.get_absolute_url() + "versions/1/rows/60/").status_code == 404
    assert AuditEvent.objects.filter(verb="dataset.rows_viewed", actor=alice).count() == 1


def test_a_senseless_filter_is_told_and_nothing_breaks(patients: Dataset, alice: User, browse: Browse):
    html = page(browse(alice), patients, "?tab=rows&field=age&op=min&value=old")
    assert "holds numbers" in html


@pytest.mark.parametrize(
    "rest",
    [
        "?tab=rows", "?tab=rows&q=Secret", "?tab=data", "?tab=data&field=name", "?tab=about", "?tab=versions",
        "?tab=rows&sort=name", "?tab=rows&filter=name:has:Secret", "versions/1/rows/7/", "versions/1/rows.csv",
        "compare/",
    ],
)  # fmt: skip
def test_a_masked_field_is_nowhere(rest: str, patients: Dataset, bob: User, alice: User, browse: Browse):
    answer = browse(bob).get(patients.get_absolute_url() + rest)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code == 200
    assert f"{SECRET} " not in body.decode()


@pytest.mark.parametrize("wrong", ["²", "9" * 40, "-1", "x"])
def test_numbers_that_are_none_break_nothing(wrong: str, patients: Dataset, bob: User, browse: Browse):
    assert browse(bob).get(patients.get_absolute_url() + "compare/", {"to": wrong, "from": wrong}).status_code == 200
    api = f"/api/v1{patients.get_absolute_url()}versions/1/differences/"
    assert browse(bob).get(api, {"with": wrong}).status_code == 404
    for form in ("is", "min", "max"):
        rows = browse(bob).get(patients.get_absolute_url(), {"tab": "rows", "filter": f"age:{form}:{wrong}"})
        assert rows.status_code == 200
    assert browse(bob).get(patients.get_absolute_url(), {"tab": "rows", "q": wrong}).status_code == 200


def test_a_table_of_which_all_is_masked_is_exported_without_a_value(patients: Dataset, bob: User, browse: Browse):
    everything = {name: {"sensitive": True} for name in ("age", "name", "sick")}
    Dataset.objects.filter(pk=patients.pk).update(field_settings=everything)
    answer = browse(bob).get(patients.get_absolute_url() + "versions/1/rows.csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 61
    assert {line.replace('"', "") for line in lines[1:]} == {"***,***,***"}


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ({"organizations": ["anvil", "borealis"]}, 200),
        ({"organizations": ["cobalt"]}, 403),
        ({"collaborations": ["another"]}, 403),
        ({"purposes": ["another"]}, 403),
    ],
)
def test_terms_that_name_others_show_no_rows(
    said: dict[str, Any], seen: int, patients: Dataset, bob: User, browse: Browse
):
    patients.grants.update(terms={"uses": ["train-pooled", "view-rows", "download"], **said})
    for rest in ("versions/1/rows/7/", "versions/1/rows.csv"):
        assert browse(bob).get(patients.get_absolute_url() + rest).status_code == seen


def test_its_owner_sees_it(patients: Dataset, alice: User, browse: Browse):
    assert f"{SECRET} 3" in page(browse(alice), patients, "?tab=rows")
    text = b"".join(browse(alice).get(patients.get_absolute_url() + "versions/1/rows.csv").streaming_content)
    assert text.decode().count(SECRET) == 60


def test_a_masked_field_is_nowhere_in_the_api(patients: Dataset, bob: User, browse: Browse):
    base = "/api/v1" + patients.get_absolute_url() + "versions/"
    for rest in ("", "1/", "1/fields/", "1/preview/", "1/rows/", "1/rows/?q=Secret", "1/rows/5/", "1/profile/"):
        answer = browse(bob).get(base + rest)
        assert answer.status_code == 200, rest
        assert f"{SECRET} " not in answer.content.decode(), rest
    assert browse(bob).get(base + "1/rows/?sort=name").status_code == 422
    assert browse(bob).get(base + "1/files/data.csv").status_code == 403
    assert browse(bob).get(base + "1/files/training/data.parquet").status_code == 403


def test_repairs_quote_no_value_to_others(
    alice: User, anvil: Organization, alliance: Collaboration, bob: User, browse: Browse
):
    rows = [["n", "y"]] + [[number, number % 2] for number in range(300)] + [["Zacharias", 1]]
    dataset = datasets.registered_csv(alice, anvil, rows, name="Mended")
    grant = datasets.granted(dataset, alliance, alice)
    assert "Zacharias" in page(browse(alice), dataset, "?tab=data")
    assert "Zacharias" not in page(browse(bob), dataset, "?tab=data")
    api = "/api/v1" + dataset.get_absolute_url() + "versions/1/"
    assert "Zacharias" in browse(alice).get(api).content.decode()
    assert "Zacharias" not in browse(bob).get(api).content.decode()
    grant.allows_rows = True
    grant.save()
    Dataset.objects.filter(pk=dataset.pk).update(field_settings={"n": {"sensitive": True}})
    assert "Zacharias" not in page(browse(bob), dataset, "?tab=data")


def test_others_see_no_rows_without_terms(
    alice: User, anvil: Organization, alliance: Collaboration, bob: User, carol: User, browse: Browse
):
    dataset = datasets.registered_csv(alice, anvil, ROWS, name="Patients")
    datasets.granted(dataset, alliance, alice)
    base = dataset.get_absolute_url()
    assert SECRET not in page(browse(bob), dataset, "?tab=rows")
    for rest in ("versions/1/rows/0/", "versions/1/rows.csv"):
        assert browse(bob).get(base + rest).status_code == 403
        assert browse(carol).get(base + rest).status_code == 404


def test_the_profile_is_drawn(patients: Dataset, alice: User, browse: Browse):
    html = page(browse(alice), patients, "?tab=data&field=age")
    assert "What goes with sick" in html
    assert "Distribution of age" in html
    assert "Repeated rows" in html
    fresh = datasets.registered_csv(alice, patients.organization, ROWS, name="Fresh")
    assert "Counting the values" in page(browse(alice), fresh, "?tab=data")
    fragment = browse(alice).get(fresh.get_absolute_url() + "versions/1/profiling/")
    assert "HX-Refresh" not in fragment
    datasets.profiled(fresh.versions.get())
    assert browse(alice).get(fresh.get_absolute_url() + "versions/1/profiling/")["HX-Refresh"] == "true"


def test_versions_are_compared_restored_and_advised_against(patients: Dataset, alice: User, bob: User, browse: Browse):
    moved = [["age", "sick", "new"]] + [[60 + number, number % 2, "x"] for number in range(60)]
    datasets.profiled(datasets.next_version(patients, alice, moved))
    base, browser = patients.get_absolute_url(), browse(alice)
    html = page(browser, patients, "compare/?from=1&to=2")
    assert "Only in the second" in html
    assert "badge is-bad" in html
    assert browser.post(base + "versions/1/deprecate/", {"reason": "Wrong unit."}).status_code == 302
    assert "Wrong unit." in page(browse(bob), patients, "?tab=versions")
    assert browser.post(base + "versions/1/restore/").status_code == 302
    third = patients.versions.get(number=3)
    first = patients.versions.get(number=1)
    assert third.restored_from == first
    assert [entry.blob for entry in third.commit.files.all()] == [entry.blob for entry in first.commit.files.all()]
    assert third.profile == first.profile
    assert browser.post(base + "versions/1/undeprecate/").status_code == 302
    assert "Wrong unit." not in page(browser, patients, "?tab=versions")
    assert browse(bob).post(base + "versions/1/restore/").status_code == 403


def test_data_of_partners_is_compared_by_summaries(
    patients: Dataset, alliance: Collaboration, dora: User, alice: User, carol: User, borealis: Organization,
    browse: Browse,
):  # fmt: skip
    theirs = datasets.registered_csv(dora, borealis, ROWS, name="Rotors")
    datasets.profiled(theirs.versions.get())
    assert "Rotors" not in page(browse(alice), patients, "compare/")
    datasets.granted(theirs, alliance, dora)
    html = page(browse(alice), patients, "compare/?with=borealis/rotors")
    assert "Rotors v1" in html
    assert SECRET not in html


def test_data_granted_to_another_participant_is_not_compared(
    patients: Dataset, alliance: Collaboration, dora: User, alice: User, carol: User, borealis: Organization,
    cobalt: Organization, browse: Browse,
):  # fmt: skip
    Participant.objects.create(
        collaboration=alliance, organization=cobalt, status=ParticipantStatus.ACCEPTED, invited_by=alice
    )
    theirs = datasets.registered_csv(dora, borealis, ROWS, name="Rotors", visibility="hub")
    datasets.profiled(theirs.versions.get())
    services.grant_use(theirs, alliance, actor=dora, organization=cobalt)
    assert "Rotors" not in page(browse(alice), patients, "compare/")
    assert "Rotors" in page(browse(carol), patients, "compare/")


def test_a_version_advised_against_is_told_at_the_launch(patients: Dataset, alliance: Collaboration, alice: User):
    from chainhub.jobs.candidates import candidates
    from chainhub.jobs.catalogue import find_recipe

    datasets.next_version(patients, alice, ROWS)
    services.deprecate_version(patients.versions.get(number=2), actor=alice, reason="Half of it.")
    found = candidates(alice, alliance, find_recipe("tabular"))[0]
    assert found.usual.number == 1
    assert {version.deprecated_reason for version in found.versions} == {"", "Half of it."}


def test_versions_through_the_api(patients: Dataset, alice: User, bob: User, browse: Browse):
    base, browser = "/api/v1" + patients.get_absolute_url() + "versions/", browse(alice)
    datasets.profiled(datasets.next_version(patients, alice, ROWS[:30]))
    found: dict[str, Any] = browser.get(base + "2/differences/?with=1").json()
    assert found["rows"] == [60, 29]
    assert {field["name"] for field in found["fields"]} == {"age", "name", "sick"}
    rows = browser.get(base + "2/rows/?filter=age:min:40&sort=-age&page_size=5").json()
    assert [row["values"]["age"] for row in rows["rows"]] == [48, 47, 46, 45, 44]
    assert (rows["count"], rows["pages"]) == (9, 2)
    assert browser.get(base + "2/rows/?filter=age:like:4").status_code == 422
    answer = browser.post(base + "1/deprecate/", {"reason": "Old."}, content_type="application/json")
    assert answer.json()["deprecated_reason"] == "Old."
    assert browser.post(base + "1/undeprecate/").json()["deprecated_at"] is None
    assert browser.post(base + "1/restore/", {}, content_type="application/json").json()["restored_from"] == 1
    assert browse(bob).post(base + "1/restore/", {}, content_type="application/json").status_code == 403


def test_a_corrected_type_is_what_the_pages_show(patients: Dataset, alice: User, browse: Browse):
    base, browser = patients.get_absolute_url(), browse(alice)
    assert "Distribution of age" in page(browser, patients, "?tab=data")
    services.set_field(patients, "age", actor=alice, type="category")
    html = page(browser, patients, "?tab=data")
    assert "Counting the values" in html
    assert "Distribution of age" not in html  # that of the numbers says nothing any more
    datasets.profiled(patients.versions.get())
    assert "Longest text" in page(browser, patients, "?tab=data&field=age")
    columns = browser.get(f"/api/v1{base}versions/1/rows/").json()["columns"]
    assert next(one for one in columns if one["name"] == "age")["form"] == "text"


def test_a_profile_that_failed_says_why(patients: Dataset, alice: User, browse: Browse):
    reason = {"text": "Counting the values took more room on disk than a profile may take, so it was stopped."}
    patients.versions.update(profile={"state": "failed", "reason": reason | {"params": {}}})
    html = page(browse(alice), patients, "?tab=data")
    assert "The values could not be counted" in html
    assert "more room on disk" in html
