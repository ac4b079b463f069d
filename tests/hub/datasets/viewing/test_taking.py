"""Rows taken along as CSV: written before they are read, refused before the answer begins, and nothing stays behind."""

import errno
import gc
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import QueryDict
from django.test import Client
from PIL import Image

from chainhub.accounts.models import User
from chainhub.activity.models import AuditEvent
from chainhub.core.errors import DomainError
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.viewing import finding, pictures, sheet, taking
from chainhub.datasets.viewing.questions import read_question
from chainhub.organizations.models import Organization
from chainhub.repositories.storage import scratch_folder
from tests.factories import datasets
from tests.hub.datasets.packing import zipped

pytestmark = pytest.mark.django_db
Browse = Callable[[User | None], Client]
SEVERAL = finding.AT_ONCE + 2


@pytest.fixture
def version(alice: User, anvil: Organization) -> DatasetVersion:
    return datasets.registered_csv(alice, anvil).versions.select_related("dataset__organization").get()


@pytest.fixture
def csv(version: DatasetVersion) -> str:
    return version.dataset.get_absolute_url() + "versions/1/rows.csv"


def close(answer: Any) -> None:
    """As a server does; only the connection stays, which a request gives back and a test still needs."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def exports() -> int:
    return AuditEvent.objects.filter(verb="dataset.rows_downloaded").count()


def told(browser: Client, csv: str) -> str:
    """The page on which a person is told why nothing was taken."""
    before = csv.removesuffix("versions/1/rows.csv")
    answer = browser.get(csv, headers={"Referer": f"http://testserver{before}"})
    assert (answer.status_code, answer["Location"]) == (302, f"http://testserver{before}")
    return browser.get(before).content.decode()


def held() -> int:
    """Bytes that wait to be taken; answers that a test forgot are gone."""
    gc.collect()
    return taking._Held._of_all


def test_readers_who_do_not_read_keep_nobody_waiting(csv: str, alice: User, browse: Browse):
    slow = [browse(alice).get(csv) for _reader in range(SEVERAL)]
    last = browse(alice).get(csv + "?filter=age:max:21")
    assert b"".join(last.streaming_content).splitlines()[1:] == [b'20,100,"A",0', b'21,101,"B",1']
    assert [int(one["Content-Length"]) for one in slow] == [held() // SEVERAL] * SEVERAL
    assert b"".join(slow[0].streaming_content).count(b"\n") == 61
    for one in slow:
        close(one)
    assert held() == 0
    assert not list(scratch_folder().iterdir())
    assert exports() == SEVERAL + 1


def test_who_finds_no_turn_is_told_so_and_took_nothing(
    csv: str, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(finding, "SECONDS", 0.01)
    for _turn in range(finding.AT_ONCE):
        finding._exporting.acquire()
    try:
        assert "Others are looking through rows right now" in told(browse(alice), csv)
    finally:
        finding._exporting.release(finding.AT_ONCE)
    assert exports() == 0
    assert browse(alice).get(csv).status_code == 200


class _Endless(finding._Sql):
    """Its condition is never decided."""

    def __init__(self, columns: Any, question: Any) -> None:
        super().__init__(columns, question)
        self.where = "(SELECT count(*) FROM range(100000000000)) > 0"


def test_an_export_that_takes_too_long_is_refused_and_gives_its_turn_back(
    csv: str, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as slowly:
        slowly.setattr(finding, "_Sql", _Endless)
        slowly.setattr(sheet, "EXPORT_SECONDS", 0.2)
        for _try in range(SEVERAL):
            assert "took too long" in told(browse(alice), csv)
    assert (held(), exports()) == (0, 0)
    assert browse(alice).get(csv).status_code == 200


@pytest.mark.parametrize(
    ("limit", "said"),
    [("MOST", "Filter for fewer rows"), ("MOST_HELD", "Others are taking rows along right now")],
)
def test_room_for_exports_is_bounded(
    limit: str, said: str, csv: str, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(taking, limit, 200)
    assert said in told(browse(alice), csv)
    assert (held(), exports()) == (0, 0)
    small = browse(alice).get(csv + "?filter=age:max:20")
    assert b"".join(small.streaming_content).count(b"\n") == 2
    small.close()


def _no_room(*_args: Any, **_more: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_once_there_is_room_all_goes_on(
    csv: str, version: DatasetVersion, alice: User, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    with sheet.opened(version, alice) as rows:
        question = read_question(QueryDict("sort=-age"), rows.columns)
        for place, name in ((finding.tempfile, "TemporaryDirectory"), (finding.duckdb, "connect")):
            with monkeypatch.context() as full:
                full.setattr(place, name, _no_room)
                for _try in range(SEVERAL):
                    with pytest.raises(finding.NoRoomError, match="page by page"):
                        rows.page(question)
                assert rows.page(read_question(QueryDict(""), rows.columns)).total == 60
            assert rows.page(question).total == 60

    def some() -> Any:
        yield b"age\n"
        _no_room()

    for _try in range(SEVERAL):
        with pytest.raises(DomainError, match="no room for a file"):
            taking.TakenRows(some())
    with monkeypatch.context() as full:
        full.setattr(taking.tempfile, "TemporaryFile", _no_room)
        with pytest.raises(DomainError, match="no room for a file"):
            taking.TakenRows([b"age\n"])
    assert held() == 0
    assert browse(alice).get(csv).status_code == 200


def test_rows_that_nobody_took_give_their_room_back():
    rows = taking.TakenRows([b"a\n", b"1\n"])
    assert (held(), rows.size, b"".join(rows), b"".join(rows)) == (4, 4, b"a\n1\n", b"a\n1\n")
    del rows
    assert held() == 0


def test_a_page_of_photos_is_bounded_and_decodes_no_more_than_it_shows(
    alice: User, anvil: Organization, browse: Browse, monkeypatch: pytest.MonkeyPatch
):
    photo = io.BytesIO()
    Image.effect_mandelbrot((2400, 1600), (-2, -1, 1, 1), 30).convert("RGB").save(photo, "JPEG")
    members = {f"{'ab'[number % 2]}/{number}.jpg": photo.getvalue() for number in range(4)}
    members |= {f"a/{number}.png": _dot() for number in range(60)}
    scans = datasets.registered_file(alice, anvil, zipped(members), filename="photos.zip", name="Photos")
    sizes: list[tuple[int, int]] = []
    load = Image.Image.convert

    def convert(image: Image.Image, *args: Any) -> Image.Image:
        sizes.append(image.size)
        return load(image, *args)

    monkeypatch.setattr(Image.Image, "convert", convert)
    html = browse(alice).get(scans.get_absolute_url(), {"tab": "rows", "page_size": "200"}).content.decode()
    assert html.count("data:image/") == 48
    assert max(sizes) == (600, 400)  # the least eighth that is no smaller than what is shown
    with sheet.opened(scans.versions.get(), alice) as rows:
        whole = rows.picture(
            next(n for n in range(rows.count) if rows.rows([n], ["path"])[0].values["path"] == "b/1.jpg")
        )
    assert Image.open(io.BytesIO(whole or b"")).size == (2400, 1600)
    assert pictures.small_picture(photo.getvalue()).startswith("data:image/jpeg;base64,")


def _dot() -> bytes:
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG")
    return buffer.getvalue()
