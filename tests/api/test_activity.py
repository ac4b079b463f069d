"""Notices and the audit log for programs."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]


def test_notices_are_read(alice: User, bob: User, browse: Browse) -> None:
    notify([alice, bob], "test.news", sentence("News."))
    notify([alice], "test.news", sentence("More."))
    browser = browse(alice)
    page = browser.get("/api/v1/notices/").json()
    assert [one["text"] for one in page["results"]] == ["More.", "News."]
    first = {"notices": [page["results"][0]["id"]]}
    assert browser.post("/api/v1/notices/read/", first, content_type="application/json").json() == {"marked": 1}
    assert browser.post("/api/v1/notices/read/", {}, content_type="application/json").json() == {"marked": 1}


def test_audit_log_is_filtered_and_ones_own(alice: User, carol: User, anvil: Organization, browse: Browse) -> None:
    record("test.done", sentence("%(n)s done.", n=3), actor=alice, topics=[anvil.topic])
    rows = browse(alice).get(f"/api/v1/audit/?verb=test&person={alice.pk}&topic={anvil.topic}").json()["results"]
    assert [(row["person"], row["text"]) for row in rows] == [("Alice", "3 done.")]
    assert browse(alice).get("/api/v1/audit/?since=2100-01-01").json()["count"] == 0
    assert browse(carol).get("/api/v1/audit/").json()["count"] == 0
    assert browse(carol).get(f"/api/v1/audit/{rows[0]['id']}/").status_code == 404
