"""Who used a dataset, as its owner's people read it on its page."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.jobs.services.running import claim_job, give_back
from chainhub.organizations.models import Organization
from tests.factories import jobs
from tests.factories.datasets import granted, registered_csv

Browse = Callable[[User | None], Client]
PAGE = "/datasets/anvil/bearings/"


@pytest.fixture
def used(
    alice: User, bob: User, anvil: Organization, borealis: Organization, alliance: Collaboration, browse: Browse
) -> Dataset:  # fmt: skip
    """Alice downloaded a file, Bob downloaded it too, and a job of Borealis ran twice on it."""
    dataset = registered_csv(alice, anvil, visibility="granted")
    grant = granted(dataset, alliance, alice)
    grant.allows_download = grant.allows_rows = True
    grant.save()
    for person in (alice, bob):
        answer = browse(person).get(f"{PAGE}versions/1/files/data.csv")
        assert answer.status_code == 200
        b"".join(answer.streaming_content)
    job = jobs.make_job(bob, borealis, alliance, [dataset.versions.get()], target="sick", title="First try")
    for _time in range(2):
        run = claim_job(job.pk, node=None)
        assert run is not None
        give_back(run)
    return dataset


def told(answer: object) -> str:
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def exported(browser: Client, asked: str = "") -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(told(browser.get(f"{PAGE}reads/export.json{asked}")))
    return found


def test_every_read_stands_on_the_page(used: Dataset, alice: User, browse: Browse) -> None:
    page = browse(alice).get(f"{PAGE}?tab=reads").content.decode()
    assert page.count("Downloaded “data.csv” of version 1") == 2
    assert page.count("“First try” began to learn from “Bearings” version 1.") == 2
    assert "Borealis" in page


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 4),
        ("?read=download", 2),
        ("?read=training", 2),
        ("?read=view", 0),
        ("?organization=borealis", 3),
        ("?organization=anvil", 1),
        ("?organization=borealis&read=download", 1),
        ("?organization=cobalt", 0),
        ("?organization=nobody", 0),
        ("?since=2020-01-01&until=2020-12-31", 0),
        ("?since=2020-01-01", 4),
        ("?since=nonsense&read=nonsense", 4),
    ],
)
def test_the_owner_filters_and_exports(used: Dataset, alice: User, browse: Browse, asked: str, count: int) -> None:
    assert len(exported(browse(alice), asked)) == count


def test_the_export_names_organization_person_and_hash(used: Dataset, alice: User, browse: Browse) -> None:
    answer = browse(alice).get(f"{PAGE}reads/export.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="bearings-reads.csv"'
    rows = list(csv.DictReader(io.StringIO(told(answer).removeprefix("\ufeff"))))
    assert [(row["kind"], row["organization"], row["person"]) for row in rows] == [
        ("download", "Anvil Steel", "Alice"),
        ("download", "Borealis Motors", "Bob"),
        ("training", "Borealis Motors", "Bob"),
        ("training", "Borealis Motors", "Bob"),
    ]
    assert rows[0]["hash"] == AuditEvent.objects.get(pk=rows[0]["number"]).hash
    assert browse(alice).get(f"{PAGE}reads/export.xml").status_code == 404


def test_viewers_of_the_owner_see_it_and_partners_do_not(
    used: Dataset, erin: User, bob: User, carol: User, browse: Browse
) -> None:  # fmt: skip
    assert len(exported(browse(erin))) == 4
    assert "Who used it" in browse(erin).get(PAGE).content.decode()
    partner = browse(bob).get(f"{PAGE}?tab=reads").content.decode()
    assert "Who used it" not in partner
    assert "Downloaded “data.csv”" not in partner
    assert browse(bob).get(f"{PAGE}reads/export.json").status_code == 403
    assert browse(carol).get(f"{PAGE}reads/export.json").status_code == 404


def test_who_read_finds_it_in_their_own_audit_log(used: Dataset, bob: User, browse: Browse) -> None:
    assert "Downloaded “data.csv” of version 1" in browse(bob).get("/audit/").content.decode()


API = "/api/v1/datasets/anvil/bearings/reads/"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("", 4),
        ("?read=download", 2),
        ("?read=view", 0),
        ("?organization=borealis&read=training", 2),
        ("?organization=nobody", 0),
        ("?since=2020-01-01&until=2020-12-31", 0),
        ("?since=nonsense&read=nonsense", 4),
    ],
)
def test_a_program_of_the_owner_filters_them(
    used: Dataset, alice: User, browse: Browse, asked: str, count: int
) -> None:  # fmt: skip
    assert browse(alice).get(API + asked).json()["count"] == count


def test_a_program_of_the_owner_reads_them_in_pages(used: Dataset, alice: User, erin: User, browse: Browse) -> None:
    first = browse(alice).get(f"{API}?page_size=3").json()
    assert [(one["kind"], one["organization"], one["person"]) for one in first["results"]] == [
        ("training", "borealis", "Bob"),
        ("training", "borealis", "Bob"),
        ("download", "borealis", "Bob"),
    ]
    rest = browse(erin).get(first["next"]).json()
    assert [(one["kind"], one["organization"]) for one in rest["results"]] == [("download", "anvil")]
    assert rest["results"][0]["text"].startswith("Downloaded “data.csv” of version 1")
    event = AuditEvent.objects.get(pk=rest["results"][0]["id"])
    assert rest["results"][0]["hash"] == event.hash


def test_for_programs_of_all_others_there_are_none(used: Dataset, bob: User, carol: User, browse: Browse) -> None:
    """Bob sees the dataset and took part in its reads; even to him it is not told."""
    assert browse(bob).get("/api/v1/datasets/anvil/bearings/").status_code == 200
    for person in (bob, carol):
        assert browse(person).get(API).status_code == 404
    assert browse(None).get(API).status_code in {401, 403}


def test_reads_stand_in_the_document(browse: Browse, alice: User) -> None:
    document = browse(alice).get("/api/v1/schema/").json()
    told = document["paths"]["/api/v1/datasets/{org}/{slug}/reads/"]["get"]
    assert {one["name"] for one in told["parameters"]} >= {"read", "organization", "since", "until", "page"}
