"""Rows seen page by page: in order, filtered, searched, masked, and never more than may be seen."""

import io
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.utils import timezone
from PIL import Image

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets import permissions, services
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.datasets.viewing import finding
from chainhub.datasets.viewing.questions import read_question
from chainhub.datasets.viewing.sheet import Page, opened
from chainhub.organizations.models import Organization
from tests.factories import datasets

pytestmark = pytest.mark.django_db
PEOPLE = [["age", "city", "note", "born", "member"]] + [
    [
        20 + number,
        "Ulm" if number % 2 else "北京",
        f"Note {number}",
        f"2024-01-{number + 1:02}",
        "yes" if number < 5 else "no",
    ]
    for number in range(30)
]


@pytest.fixture
def people(alice: User, anvil: Organization) -> DatasetVersion:
    return datasets.registered_csv(alice, anvil, PEOPLE, name="People").versions.select_related("dataset").get()


def asked(version: DatasetVersion, user: User, query: str = "") -> Page:
    with opened(version, user) as sheet:
        return sheet.page(read_question(QueryDict(query), sheet.columns, size=10))


def ages(page: Page) -> list[Any]:
    return [row.values["age"] for row in page.rows]


def masked(dataset: Dataset, *names: str) -> Dataset:
    dataset.field_settings = {name: {"sensitive": True} for name in names}
    dataset.save(update_fields=["field_settings"])
    return dataset


def let_in(version: DatasetVersion, alliance: Collaboration, alice: User, **allows: Any) -> Any:
    grant = datasets.granted(version.dataset, alliance, alice)
    for name, value in allows.items():
        setattr(grant, name, value)
    grant.save()
    return grant


def test_pages_follow_the_file(people: DatasetVersion, alice: User):
    page = asked(people, alice, "page=2")
    assert ages(page) == list(range(30, 40))
    assert (page.total, page.pages, page.number) == (30, 3, 2)
    assert asked(people, alice, "page=99").number == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("sort=-age", [49, 48, 47]),
        ("filter=age:min:45", [45, 46, 47]),
        ("filter=age:min:22&filter=age:max:23", [22, 23]),
        ("filter=city:is:北京&sort=age", [20, 22, 24]),
        ("filter=city:not:北京", [21, 23, 25]),
        ("filter=note:has:NOTE 29", [49]),
        ("filter=born:min:2024-01-29", [48, 49]),
        ("q=note 17", [37]),
        ("q=北京&sort=-age", [48, 46, 44]),
        ("q=25", [25, 44, 45]),
        ("filter=age:missing", []),
        ("filter=note:has:100%25", []),
        ("filter=note:has:' OR 1=1 --", []),
    ],
)
def test_questions(people: DatasetVersion, alice: User, query: str, expected: list[int]):
    assert ages(asked(people, alice, query))[:3] == expected


@pytest.mark.parametrize(
    "query",
    ["sort=nothing", "filter=nothing:is:1", "filter=age:has:1", "filter=age:is:many", "filter=age:is:", "filter=age"],
)
def test_senseless_questions_are_refused(people: DatasetVersion, alice: User, query: str):
    with pytest.raises(InvalidInputError):
        asked(people, alice, query)


def test_a_question_survives_its_address(people: DatasetVersion, alice: User):
    query = "q=note&sort=-age&filter=city:is:北京&filter=age:min:30"
    with opened(people, alice) as sheet:
        question = read_question(QueryDict(query), sheet.columns)
        assert read_question(QueryDict(question.query), sheet.columns) == question


def test_outsiders_and_partners_without_terms_see_no_rows(
    people: DatasetVersion, alliance: Collaboration, alice: User, bob: User, carol: User
):
    datasets.granted(people.dataset, alliance, alice)
    for user in (bob, carol):
        with pytest.raises(PermissionDenied):
            asked(people, user)


def test_a_grant_opens_rows_while_it_lasts(
    people: DatasetVersion, alliance: Collaboration, alice: User, bob: User, carol: User
):
    grant = let_in(people, alliance, alice, allows_rows=True)
    assert asked(people, bob).total == 30
    assert not permissions.may_see_rows(carol, people.dataset)
    assert not permissions.may_download(bob, people.dataset)
    grant.until = timezone.now()
    grant.save()
    assert not permissions.may_see_rows(bob, people.dataset)
    grant.until = None
    grant.organization = Organization.objects.get(slug="anvil")
    grant.save()
    assert not permissions.may_see_rows(bob, people.dataset)
    grant.organization = Organization.objects.get(slug="borealis")
    grant.save()
    assert permissions.may_see_rows(bob, people.dataset)
    services.revoke_grant(grant, actor=alice)
    assert not permissions.may_see_rows(bob, people.dataset)


def test_masked_fields_are_never_read_nor_asked(
    people: DatasetVersion, alliance: Collaboration, alice: User, bob: User
):
    let_in(people, alliance, alice, allows_rows=True, allows_download=True)
    masked(people.dataset, "note")
    page = asked(people, bob)
    assert {row.values["note"] for row in page.rows} == {None}
    assert page.rows[0].values["age"] == 20
    for query in ("sort=note", "filter=note:has:Note 1", "filter=note:missing"):
        with pytest.raises(InvalidInputError, match="masked"):
            asked(people, bob, query)
    assert asked(people, bob, "q=Note").total == 0
    assert asked(people, alice, "q=Note").total == 30
    with opened(people, bob, to_take_along=True) as sheet:
        text = b"".join(sheet.csv(read_question(QueryDict("filter=age:max:21"), sheet.columns))).decode()
    assert text.splitlines() == [
        '"age","city","note","born","member"',
        '20,"北京","***","2024-01-01","yes"',
        '21,"Ulm","***","2024-01-02","yes"',
    ]
    assert not permissions.may_take_files(bob, people.dataset)


def test_files_are_taken_along_only_where_nothing_is_masked(
    people: DatasetVersion, alliance: Collaboration, alice: User, bob: User
):
    let_in(people, alliance, alice, allows_download=True)
    assert permissions.may_take_files(bob, people.dataset)
    masked(people.dataset, "age")
    assert not permissions.may_take_files(bob, people.dataset)
    assert permissions.may_take_files(alice, people.dataset)


def test_looking_is_written_down_once_an_hour(people: DatasetVersion, alice: User, erin: User):
    assert services.record_view(people, actor=alice)
    assert not services.record_view(people, actor=alice)
    assert services.record_view(people, actor=erin)
    assert AuditEvent.objects.filter(verb="dataset.rows_viewed").count() == 2


def test_a_question_that_takes_too_long_is_stopped(
    people: DatasetVersion, alice: User, monkeypatch: pytest.MonkeyPatch
):
    with opened(people, alice) as sheet:
        question = read_question(QueryDict("sort=-age"), sheet.columns)
        rows = sheet._rows
        monkeypatch.setattr(finding, "_Sql", _Endless)
        with pytest.raises(DomainError, match="took too long"):
            finding.find(rows, sheet.columns, question, seconds=0.2)


class _Endless:
    """A condition that DuckDB never finishes looking at."""

    values: tuple[Any, ...] = ()
    where = "(SELECT count(*) FROM range(100000000000)) > 0"

    def __init__(self, columns: list[Any], _question: Any) -> None:
        self.columns = columns


def test_long_texts_and_empty_ones(alice: User, anvil: Organization):
    rows = [["id", "text"], *([number, "x" * 200_000 if number == 3 else ""] for number in range(5))]
    version = datasets.registered_csv(alice, anvil, rows).versions.select_related("dataset").get()
    page = asked(version, alice)
    assert len(page.rows[3].values["text"]) == 200_000
    assert page.rows[0].values["text"] is None


def test_pictures_out_of_files_and_out_of_pixels(alice: User, anvil: Organization):
    names = [f"pixel_{number}" for number in range(64)]
    rows = [[*names, "label"]] + [[(place * number) % 256 for place in range(64)] + [number % 3] for number in range(9)]
    version = datasets.registered_csv(alice, anvil, rows).versions.select_related("dataset").get()
    with opened(version, alice) as sheet:
        assert sheet.has_pictures
        assert [one.name for one in sheet.cells] == ["label"]
        assert sheet.pictures([1, 5])[5].startswith("data:image/png;base64,")
    masked(version.dataset, "pixel_3")
    with opened(version, alice) as sheet:
        assert sheet.has_pictures  # of one's own nothing is masked


def test_a_gallery(alice: User, anvil: Organization, alliance: Collaboration, bob: User):
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(6):
            picture = io.BytesIO()
            Image.new("RGB", (300, 200), (40 * number, 0, 0)).save(picture, "PNG")
            archive.writestr(f"{'ab'[number % 2]}/{number}.png", picture.getvalue())
    dataset = datasets.registered_file(alice, anvil, buffer.getvalue(), filename="pictures.zip")
    version = dataset.versions.select_related("dataset").get()
    let_in(version, alliance, alice, allows_rows=True)
    with opened(version, bob) as sheet:
        question = read_question(QueryDict("filter=label:is:b"), sheet.columns)
        page = sheet.page(question, ["label"])
        assert [row.values["label"] for row in page.rows] == ["b"] * 3
        assert len(sheet.pictures([row.number for row in page.rows])) == 3
        whole = sheet.picture(page.rows[0].number)
        assert whole is not None
        assert Image.open(io.BytesIO(whole)).size == (300, 200)
    masked(dataset, "image")
    version.dataset.refresh_from_db()
    with opened(version, bob) as sheet:
        assert not sheet.has_pictures
        assert sheet.picture(0) is None
