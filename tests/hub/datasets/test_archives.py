"""Archives as Chinese and careless programs write them, and archives of very many files."""

import json
import tarfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings, RefusedFileError
from chainhub.datasets.inspection.limits import MAX_NOTES_TRIED
from chainhub.datasets.inspection.values import plain_json
from chainhub.datasets.models import DatasetVersion, VersionStatus
from chainhub.datasets.services import outcome
from chainhub.datasets.services.inspecting import claim_version
from chainhub.organizations.models import Organization
from tests.factories import datasets as make
from tests.hub.datasets.packing import picture, tarred, zipped

Pack = Callable[[dict[str, bytes]], bytes]
BARE = {f"{label}/{n}.png": picture(n) for label in ("AAAA", "BBBB") for n in range(2)}
HALF = "\ud800"


def named(one: bytes, other: bytes, *, broken: bytes = b"") -> bytes:
    """A tar whose folders have these names, of four bytes each, as they stand; checksums are made anew."""
    data = bytearray(tarred({**BARE, "AAAA/x.png": broken} if broken else BARE))
    for start in range(0, len(data), 512):
        head = data[start : start + 512]
        if head[257:262] == b"ustar":
            head = head.replace(b"AAAA/", one + b"/").replace(b"BBBB/", other + b"/")
            head[148:156] = b" " * 8
            head[148:156] = b"%06o\0 " % sum(head)
            data[start : start + 512] = head
    return bytes(data)


def look(data: bytes, folder: Path) -> Findings:
    (folder / "source").write_bytes(data)
    (folder / "work").mkdir()
    return inspect_file(folder / "source", folder / "work")


def labels(findings: Findings) -> list[str]:
    return sorted(one["value"] for one in findings.report["fields"][1]["distribution"]["values"])


def told(findings: Findings) -> list[str]:
    return [render(one) for one in findings.report["repairs"]]


def test_a_tar_of_chinese_windows_gets_its_labels(tmp_path: Path) -> None:
    assert labels(look(named("轴承".encode("gbk"), "螺栓".encode("gbk")), tmp_path)) == sorted(["轴承", "螺栓"])


def test_a_tar_in_utf_8_keeps_its_labels(tmp_path: Path) -> None:
    data = tarred({f"{label}/{n}.png": picture(n) for label in ("轴承", "螺栓") for n in range(2)})
    assert labels(look(data, tmp_path)) == sorted(["轴承", "螺栓"])


def test_names_in_no_encoding_stay_apart_and_can_be_kept(tmp_path: Path, alice: User, anvil: Organization) -> None:
    data = named(b"ab\xff\xfe", b"ab\xff\xfd", broken=b"no image")
    findings = look(data, tmp_path)
    assert len(labels(findings)) == 2
    json.dumps(findings.report, ensure_ascii=False).encode()
    version = make.registered_file(alice, anvil, data, filename="set.tar").versions.get()
    assert version.status == VersionStatus.READY
    assert any("cannot be decoded" in render(one) for one in version.inspection["repairs"])


def test_a_refusal_names_the_broken_image_as_it_can_be_shown(tmp_path: Path) -> None:
    with pytest.raises(RefusedFileError, match="cannot be decoded") as refused:
        look(zipped({f"a\u202e/{n}.png": b"no image" for n in range(3)}), tmp_path)
    assert refused.value.params["path"] == "a�/0.png"


def test_a_category_that_is_half_a_letter_does_not_stop_the_reading(tmp_path: Path) -> None:
    notes = {
        "images": [{"id": 1, "file_name": "AAAA/0.png"}, {"id": 2, "file_name": "AAAA/1.png"}],
        "annotations": [{"image_id": 1, "category_id": HALF}, {"image_id": 2, "category_id": "b\x00"}],
    }
    findings = look(zipped({**BARE, "notes.json": json.dumps(notes).encode()}), tmp_path)
    assert labels(findings) == ["b�", "�"]


def test_what_no_database_can_hold_does_not_reach_it(alice: User, anvil: Organization) -> None:
    dataset = make.registered_csv(alice, anvil)
    version = DatasetVersion.objects.create(dataset=dataset, number=2, created_by=alice)
    claim = claim_version(version.pk)
    assert claim is not None
    outcome.refuse(claim.version, {"text": "no: %(why)s", "params": {"why": f"\x00{HALF}"}}, claimed_at=claim.at)
    version.refresh_from_db()
    assert render(version.refusal) == "no: ��"
    assert plain_json({f"a{HALF}": [1, None, ("\x00", {"b": 0.5})]}) == {"a�": [1, None, ["�", {"b": 0.5}]]}


@pytest.fixture
def openings(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often archives are opened: each time costs as much as they have members."""
    counted: Counter[str] = Counter()
    open_tar = tarfile.open

    class Zip(zipfile.ZipFile):
        def __init__(self, *given: Any, **named: Any) -> None:
            counted["ZIP"] += 1
            super().__init__(*given, **named)

    def tar(*given: Any, **named: Any) -> Any:
        counted["tar"] += 1
        return open_tar(*given, **named)

    monkeypatch.setattr(zipfile, "ZipFile", Zip)
    monkeypatch.setattr(tarfile, "open", tar)
    return counted


def many_texts(count: int) -> dict[str, bytes]:
    return {f"{n:04}.txt": b"so it was" for n in range(count)}


def beside_each(count: int) -> dict[str, bytes]:
    """Images with a file of remarks each."""
    files = {f"{'ab'[n % 2]}/{n:04}": n for n in range(count)}
    remarks = {f"{name}.json": json.dumps({"made": n}).encode() for name, n in files.items()}
    return {**{f"{name}.png": picture(n % 256) for name, n in files.items()}, **remarks}


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("files", [many_texts, beside_each])
def test_an_archive_is_opened_as_often_for_many_files_as_for_few(
    pack: Pack, files: Callable[[int], dict[str, bytes]], openings: Counter[str], tmp_path: Path
) -> None:
    few, many = pack(files(4)), pack(files(400))
    openings.clear()
    counts = []
    for name, data in (("few", few), ("many", many)):
        (tmp_path / name).mkdir()
        look(data, tmp_path / name)
        counts.append(openings.total())
        openings.clear()
    assert counts[0] == counts[1] <= 4


def test_of_very_many_files_beside_images_the_largest_are_looked_at(tmp_path: Path) -> None:
    members = beside_each(MAX_NOTES_TRIED + 20)
    findings = look(zipped(members), tmp_path)
    assert f"Of {MAX_NOTES_TRIED + 20} files that may say what the images show" in " ".join(told(findings))
    table = "file,label\n" + "".join(f"{name},{'xy'[n % 2]}\n" for n, name in enumerate(members) if ".png" in name)
    (tmp_path / "with").mkdir()
    findings = look(zipped({**members, "z/notes.csv": table.encode()}), tmp_path / "with")
    assert findings.report["annotations"] == "z/notes.csv"
    assert labels(findings) == ["x", "y"]
