"""Columns whose names a database takes for one another, or for its own: each is paged, asked and counted by itself."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.http import QueryDict

from chainhub.accounts.models import User
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.profile.describe import profile_file
from chainhub.datasets.viewing import finding
from chainhub.datasets.viewing.questions import read_question
from chainhub.datasets.viewing.sheet import Page, opened
from chainhub.organizations.models import Organization
from tests.factories import datasets

pytestmark = pytest.mark.django_db
NAMES = ["A", "a", "__row__", "number", "key", "c0", "a.b", 'x"y']
ROWS = [NAMES] + [
    [n, 100 - n, 50 + n, n % 3, f"k{n:02}", n % 2, f"note {n}", "left" if n < 4 else "right"] for n in range(20)
]


@pytest.fixture
def odd(alice: User, anvil: Organization) -> DatasetVersion:
    return datasets.registered_csv(alice, anvil, ROWS, name="Odd names").versions.select_related("dataset").get()


def asked(version: DatasetVersion, user: User, **query: str) -> Page:
    question = QueryDict(mutable=True)
    question.update(query)
    with opened(version, user) as sheet:
        return sheet.page(read_question(question, sheet.columns, size=5))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"page": "4"}, [15, 16, 17, 18, 19]),
        ({"sort": "A"}, [0, 1, 2, 3, 4]),
        ({"sort": "a"}, [19, 18, 17, 16, 15]),
        ({"sort": "-__row__"}, [19, 18, 17, 16, 15]),
        ({"sort": "-number"}, [2, 5, 8, 11, 14]),
        ({"sort": "-key"}, [19, 18, 17, 16, 15]),
        ({"filter": "a:min:99"}, [0, 1]),
        ({"filter": "A:min:19"}, [19]),
        ({"filter": "__row__:is:53"}, [3]),
        ({"filter": "c0:is:1"}, [1, 3, 5, 7, 9]),
        ({"filter": 'x"y:is:left'}, [0, 1, 2, 3]),
        ({"filter": "a.b:has:NOTE 7"}, [7]),
        ({"q": "note 11"}, [11]),
        ({"q": "69"}, [19]),
    ],
)
def test_each_column_answers_for_itself(
    odd: DatasetVersion, alice: User, query: dict[str, str], expected: list[int]
):  # fmt: skip
    page = asked(odd, alice, **query)
    assert [row.number for row in page.rows] == expected
    for row in page.rows:
        assert [row.values[name] for name in NAMES] == ROWS[row.number + 1]


def test_they_are_exported_whole(odd: DatasetVersion, alice: User):
    with opened(odd, alice, to_take_along=True) as sheet:
        text = b"".join(sheet.csv(read_question(QueryDict("filter=a:is:93"), sheet.columns))).decode()
    assert text.splitlines()[1] == '7,93,57,1,"k07",1,"note 7","right"'


def test_they_are_profiled_each_by_itself(odd: DatasetVersion):
    profile = datasets.profiled(odd).profile
    fields = {one["name"]: one for one in profile["fields"]}
    assert list(fields) == NAMES
    assert (fields["A"]["max"], fields["a"]["max"], fields["__row__"]["max"]) == (19, 100, 69)
    assert fields["number"]["distinct"] == 3
    assert [one["value"] for one in fields['x"y']["values"]] == ["right", "left"]


def test_a_name_with_a_point_brings_no_other_along(tmp_path: Path):
    source = tmp_path / "data.parquet"
    pq.write_table(pa.table({"a.b": ["x@example.org"] * 30, "a": ["plain"] * 30}), source)
    report = {"fields": [{"name": "a.b", "type": "text"}, {"name": "a", "type": "text"}]}
    fields = {one["name"]: one for one in profile_file(source, report, tmp_path)["fields"]}
    assert fields["a.b"]["personal"][0]["kind"] == "email"
    assert "personal" not in fields["a"]


def test_a_question_that_needs_too_much_room_is_told_so(
    alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
):
    rows = [["id", "text"], *([n, f"{n * 7919 % 100_003:06}" + "z" * 150] for n in range(100_000))]
    version = datasets.registered_csv(alice, anvil, rows).versions.select_related("dataset").get()
    assert asked(version, alice, sort="text").rows[0].number == 0
    monkeypatch.setattr(finding, "MEMORY", "8MB")
    monkeypatch.setattr(finding, "DISK", "1MB")
    with pytest.raises(finding.TooMuchError, match="more room than one question"):
        asked(version, alice, sort="text")


def test_a_profile_that_needs_too_much_room_is_told_so(tmp_path: Path):
    source = tmp_path / "data.parquet"
    texts = [f"{number}-{'z' * 60}" for number in range(400_000)]
    pq.write_table(pa.table({"t": texts}), source)
    report = {"fields": [{"name": "t", "type": "text"}]}
    told = profile_file(source, report, tmp_path, memory="60MB", disk="1MB")
    assert "more room on disk" in told["refusal"]["text"]
