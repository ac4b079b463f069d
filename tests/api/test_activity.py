"""Notices and the audit log for programs."""

import json
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


def test_unread_notices_are_filtered(alice: User, browse: Browse) -> None:
    first, _second = (notify([alice], kind, sentence("News."))[0] for kind in ("model.published", "job.failed"))
    client = browse(alice)
    client.post("/api/v1/notices/read/", {"notices": [first.pk]}, content_type="application/json")
    kinds = {ask: [one["kind"] for one in client.get(f"/api/v1/notices/{ask}").json()["results"]]
             for ask in ("?unread=true", "?unread=false", "?kind=job.failed")}  # fmt: skip
    assert kinds == {"?unread=true": ["job.failed"], "?unread=false": ["model.published"],
                     "?kind=job.failed": ["job.failed"]}  # fmt: skip


def test_the_log_is_exported_and_verified(alice: User, carol: User, anvil: Organization, browse: Browse) -> None:
    """Alice takes the log of her organization as a file and has the chain checked; Carol's file has none of it."""
    event = record("test.done", sentence("Done."), actor=alice, topics=[anvil.topic])
    client = browse(alice)
    rows = json.loads(b"".join(client.get("/api/v1/audit/export/?verb=test").streaming_content))
    assert [(row["verb"], row["hash"]) for row in rows] == [("test.done", event.hash)]
    lines = b"".join(client.get("/api/v1/audit/export/?as=csv").streaming_content).decode()
    assert lines.lstrip("\ufeff").startswith("number,at,person,verb")
    assert json.loads(b"".join(browse(carol).get("/api/v1/audit/export/").streaming_content)) == []
    checked = client.post("/api/v1/audit/verify/").json()
    assert (checked["unbroken"], checked["head"], checked["breach"]) == (True, event.hash, None)
    assert client.get("/api/v1/audit/").json()["results"][0]["act"] == "test.done"
