"""A blob as an HTTP answer."""

from typing import Any

import pytest
from django.test import RequestFactory

from chainhub.repositories.models import Blob
from chainhub.repositories.serving import answer_blob
from chainhub.repositories.storage import store_bytes

pytestmark = pytest.mark.django_db
DATA = b"0123456789"


@pytest.fixture
def blob() -> Blob:
    return store_bytes(DATA)


def asked(rf: RequestFactory, blob: Blob, method: str = "get", filename: str = "x.csv", **headers: str) -> Any:
    return answer_blob(getattr(rf, method)("/", headers=headers), blob, filename=filename)


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize(
    ("asked_for", "given", "told"),
    [
        ("bytes=0-", DATA, "bytes 0-9/10"),
        ("bytes=2-4", b"234", "bytes 2-4/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", DATA, "bytes 0-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_part_is_given(rf: RequestFactory, blob: Blob, asked_for: str, given: bytes, told: str) -> None:
    answer = asked(rf, blob, Range=asked_for)
    assert (answer.status_code, body(answer), answer["Content-Range"]) == (206, given, told)
    assert answer["Content-Length"] == str(len(given))


@pytest.mark.parametrize("asked_for", ["bytes=10-", "bytes=99-", "bytes=5-2", "bytes=-0"])
def test_what_is_not_there_cannot_be_given(rf: RequestFactory, blob: Blob, asked_for: str) -> None:
    answer = asked(rf, blob, Range=asked_for)
    assert (answer.status_code, answer["Content-Range"]) == (416, "bytes */10")


@pytest.mark.parametrize("asked_for", ["bytes=0-1,4-5", "lines=1-2", "bytes=a-b", "bytes=-"])
def test_other_ranges_get_the_whole(rf: RequestFactory, blob: Blob, asked_for: str) -> None:
    answer = asked(rf, blob, Range=asked_for)
    assert body(answer) == DATA
    assert "Content-Range" not in answer


def test_a_known_file_is_not_sent_again(rf: RequestFactory, blob: Blob) -> None:
    etag = asked(rf, blob)["ETag"]
    assert etag == f'"{blob.sha256}"'
    for known in (etag, f'"other", W/{etag}', "*"):
        assert asked(rf, blob, **{"If-None-Match": known}).status_code == 304
    assert asked(rf, blob, **{"If-None-Match": '"other"'}).status_code == 200
    assert body(asked(rf, blob, Range="bytes=0-1", **{"If-Range": '"older"'})) == DATA


def test_the_head_says_how_much_and_sends_nothing(rf: RequestFactory, blob: Blob) -> None:
    answer = asked(rf, blob, "head")
    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, "10", b"")


@pytest.mark.parametrize("name", ["x.html", "数据.svg", 'a"b\r\nX: y.csv', "100%.csv"])
def test_no_name_makes_a_file_active(rf: RequestFactory, blob: Blob, name: str) -> None:
    answer = asked(rf, blob, filename=name)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Disposition"].count('"') == 2
    assert "\n" not in answer["Content-Disposition"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_an_empty_file_is_given_whole(rf: RequestFactory) -> None:
    answer = asked(rf, store_bytes(b""))
    assert (answer.status_code, body(answer), answer["Content-Length"]) == (200, b"", "0")
