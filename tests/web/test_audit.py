"""Reading, exporting and verifying the audit log."""

import csv
import hashlib
import io
import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity import guards
from chainhub.activity.models import AuditEvent
from chainhub.activity.services import record
from chainhub.collaborations import services
from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import sentence
from chainhub.core.spreadsheets import harmless
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]


@pytest.fixture
def unguarded(db: None) -> None:
    guards.remove(connection)


@pytest.fixture
def acts(alliance: Collaboration, alice: User, anvil: Organization) -> None:
    services.change_collaboration(alliance, actor=alice, name="Renamed", goal="G")
    record("test.formula", sentence("=1+1"), actor=alice, topics=[anvil.topic])


def body(answer: object) -> str:
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_members_read_what_concerns_them(acts: None, bob: User, carol: User, browse: Browse) -> None:
    assert "changed name or goal" in browse(bob).get("/audit/").content.decode()
    assert "changed name or goal" not in browse(carol).get("/audit/").content.decode()


def test_filters_stand_in_the_address(acts: None, alice: User, anvil: Organization, browse: Browse) -> None:
    page = browse(alice).get(f"/audit/?verb=test&topic={anvil.topic}&person={alice.pk}").content.decode()
    assert "=1+1" in page
    assert "changed name or goal" not in page


def test_acts_are_named_in_the_readers_language(acts: None, alice: User, browse: Browse) -> None:
    """Alice reads names in column and filter; the verb itself is there on hover and in the address only."""
    browser = browse(alice)
    page = browser.get("/audit/").content.decode()
    assert '<span class="tag" title="collaboration.changed">Collaboration changed</span>' in page
    assert '<option value="collaboration.changed">Collaboration changed</option>' in page
    assert ">collaboration.changed<" not in page
    page = browser.get("/audit/?verb=collaboration.changed", headers={"accept-language": "zh-hans"}).content.decode()
    assert '<option value="collaboration.changed" selected>修改协作项目</option>' in page


def test_csv_starts_no_formula(acts: None, alice: User, browse: Browse) -> None:
    answer = browse(alice).get("/audit/export.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="audit.csv"'
    rows = list(csv.DictReader(io.StringIO(body(answer).lstrip("\ufeff"))))
    assert [row["verb"] for row in rows] == ["collaboration.changed", "test.formula"]
    assert rows[1]["what"] == "'=1+1"


@pytest.mark.parametrize("text", ["=1", "+1+1", "-1+1", "@a", "\tx", "\rx"])
def test_harmless(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_json_holds_the_chain(acts: None, alice: User, carol: User, browse: Browse) -> None:
    rows = json.loads(body(browse(alice).get("/audit/export.json?verb=test")))
    assert rows[0]["hash"] == AuditEvent.objects.get(verb="test.formula").hash
    assert json.loads(body(browse(carol).get("/audit/export.json"))) == []
    assert browse(alice).get("/audit/export.xml").status_code == 404


@pytest.mark.parametrize("form", ["json", "csv"])
def test_whoever_has_the_file_computes_the_chain_anew(
    form: str, acts: None, alice: User, carol: User, anvil: Organization, browse: Browse
) -> None:
    """Alice exports, and checks with nothing but the file; between what she may read lies an entry that is not hers."""
    record("test.elsewhere", sentence("Not hers."), actor=carol, topics=["organization:0"])
    alice.name = "=Alice"  # what a spreadsheet would run stands changed in `person`, never in `hashed`
    record("test.last", sentence("%(what)s – 完.", what=7), actor=alice, topics=[anvil.topic, "job:3"])
    rows = read(body(browse(alice).get(f"/audit/export.{form}")), form)
    before = ""
    for row in rows:
        told = json.loads(row["hashed"])
        assert hashlib.sha256(row["hashed"].encode()).hexdigest() == row["hash"]
        assert told[:2] == [row["previous_hash"], row["at"]]
        assert (told[4], told[6]) == (row["verb"], row["address"])
        follows = row["previous_hash"] == before
        assert row["chain"].startswith(("The first entry", "Follows")) is follows
        before = row["hash"]
    assert [row["chain"].split(":")[0] for row in rows] == [
        "The first entry of the log.", "Follows the entry above.", "The entry before is not in this file",
    ]  # fmt: skip
    assert json.loads(rows[-1]["hashed"])[2:] == [
        alice.pk, "=Alice", "test.last", {"text": "%(what)s – 完.", "params": {"what": 7}}, "",
        sorted([anvil.topic, "job:3"]),
    ]  # fmt: skip


def test_a_file_that_ends_before_the_log_says_so(acts: None, alice: User, browse: Browse) -> None:
    some = read(body(browse(alice).get("/audit/export.json?verb=collaboration")), "json")
    assert "Later entries are not in this file" in some[-1]["chain"]
    whole = read(body(browse(alice).get("/audit/export.json")), "json")
    assert "Later entries" not in whole[-1]["chain"]
    chinese = body(browse(alice).get("/audit/export.json", headers={"accept-language": "zh-hans"}))
    assert read(chinese, "json")[0]["chain"] == "日志的第一条记录。"


def read(text: str, form: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = json.loads(text) if form == "json" else [*csv.DictReader(io.StringIO(text[1:]))]
    return rows


def test_button_verifies_the_chain(unguarded: None, acts: None, alice: User, browse: Browse) -> None:
    browser = browse(alice)
    assert "Unbroken" in browser.post("/audit/verify/").content.decode()
    AuditEvent.objects.filter(verb="test.formula").update(actor_label="Mallory")
    assert "is not what was written" in browser.post("/audit/verify/").content.decode()
