"""An upload that is given up as its last byte is being stored, and what a client tells of its file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from chainhub.accounts.models import User
from chainhub.repositories import storage, uploads
from chainhub.repositories.models import Blob, Upload
from tests.web.test_uploads import DATA, TUS, Tus, encoded


@pytest.fixture
def tus(alice: User, browse: Callable[[User], Client]) -> Tus:
    return Tus(browse(alice))


def left() -> list[Path]:
    roots = (Path(settings.UPLOADS) / "incoming", Path(storage.blob_storage().path(".")))
    return [path for root in roots for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("when", ["before", "after"])
def test_giving_up_while_the_last_byte_is_stored_leaves_nothing(
    when: str, tus: Tus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alice gives up in one window just before, or just after, the other's bytes became a blob."""
    begun = str(tus.begin(len(DATA))["Location"])
    adopt = uploads.adopt_file

    def meanwhile(*given: Any, **named: Any) -> Blob:
        blob = adopt(*given, **named) if when == "after" else None
        assert tus.client.delete(begun, headers=TUS).status_code == 204
        return blob or adopt(*given, **named)

    monkeypatch.setattr(uploads, "adopt_file", meanwhile)
    assert tus.send(begun, DATA, 0).status_code == 410
    assert tus.client.head(begun, headers=TUS).status_code == 404
    assert (Upload.objects.count(), Blob.objects.count(), left()) == (0, 0, [])


def test_giving_up_as_a_question_finishes_the_upload_leaves_nothing(tus: Tus, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server was killed before it stored the whole file; the next HEAD would do that."""
    begun = str(tus.begin(len(DATA))["Location"])
    uploads.incoming_of(Upload.objects.get()).path.write_bytes(DATA)
    hold = uploads.hold_on

    def meanwhile(lock: int) -> None:
        hold(lock)
        assert tus.client.delete(begun, headers=TUS).status_code == 204

    monkeypatch.setattr(uploads, "hold_on", meanwhile)
    assert tus.client.head(begun, headers=TUS).status_code == 410
    assert (Upload.objects.count(), Blob.objects.count(), left()) == (0, 0, [])


def test_control_characters_in_the_type_are_not_kept(tus: Tus) -> None:
    told = {"Upload-Metadata": f"filename {encoded('a.csv')},filetype {encoded(chr(0) + 'text/' + chr(10) + 'csv')}"}
    assert tus.begin(4, **told).status_code == 201
    assert Upload.objects.get().content_type == "text/csv"
