"""Files that say what images show: COCO JSON with boxes or with categories alone, or a table of file and label."""

import csv
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from heapq import nlargest
from pathlib import Path, PurePosixPath
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.archives import Archive, Member, Reading, shown
from chainhub.datasets.inspection.decoding import decode
from chainhub.datasets.inspection.dialect import dialect_of
from chainhub.datasets.inspection.faults import Faults
from chainhub.datasets.inspection.findings import RefusedFileError, Repairs, quiet
from chainhub.datasets.inspection.limits import MAX_NOTES_BYTES, MAX_NOTES_TRIED
from chainhub.datasets.inspection.lines import LineScan, ZeroScan
from chainhub.datasets.inspection.values import plain_text

FILES = frozenset(
    "file filename file_name path image image_path image_name img 文件 文件名 图片 图像 路径".split()  # noqa: SIM905 - shorter
)
LABELS = frozenset({"label", "class", "class_name", "category", "target", "diagnosis", "标签", "类别", "分类", "目标"})
NO_BOX = gettext_noop("it has no box of four numbers with a width and a height")
SEVERAL = gettext_noop("Images with several categories are labelled with the most frequent (%(count)s).")
SEVERAL_BOXED = gettext_noop("Images with boxes of several categories are labelled with the most frequent (%(count)s).")
NO_IMAGE = gettext_noop("it names an image that is not there")
NO_LABEL = gettext_noop("it names no file or no label")


@dataclass
class Notes:
    """What is said about each image; `boxes` are [{category, box: [left, top, width, height] in pixels}]."""

    file: str
    labels: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, list[dict[str, Any]]] | None = None
    categories: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def about(self, member: Member) -> tuple[str | None, str | None]:
        """Label and boxes (as JSON text) of one image."""
        boxes = json.dumps(self.boxes.get(member.name, []), ensure_ascii=False) if self.boxes is not None else None
        return self.labels.get(member.name), boxes


def find_notes(archive: Archive, images: list[Member], work: Path, repairs: Repairs) -> Notes | None:
    """The annotations in the archive, where there are some that fit. Raises `RefusedFileError`."""
    others = [one for one in archive.members if one.suffix in {".json", ".csv", ".tsv"}]
    tried = _likeliest(others)
    places = _Places(images if tried else ())
    with archive.reading() as reading:
        for member in tried:
            if member.size > MAX_NOTES_BYTES:
                raise RefusedFileError(
                    gettext_noop("The annotations in “%(path)s” are larger than %(limit)s MB, more than can be read."),
                    path=shown(member.name),
                    limit=MAX_NOTES_BYTES // 2**20,
                )
            notes = _coco if member.suffix == ".json" else _table
            if found := notes(_text_of(reading, member, work), member, places, repairs):
                return found
    if len(others) > len(tried):
        repairs.tell(
            gettext_noop(
                "Of %(count)s files that may say what the images show, only the %(most)s largest were looked at; none "
                "does."
            ),
            count=len(others),
            most=len(tried),
        )
    return None


def _likeliest(others: list[Member]) -> list[Member]:
    """All of a few; of many, which then lie beside an image each, the largest: what tells of all images is long."""
    if len(others) <= MAX_NOTES_TRIED:
        return others
    return sorted(nlargest(MAX_NOTES_TRIED, others, key=lambda one: one.size), key=lambda one: one.name)


class _Places:
    """Images by what annotations call them: the whole path, its end, or the bare name where that is unique."""

    def __init__(self, images: Iterable[Member]) -> None:
        self.found: dict[str, str] = {}
        self.bare: dict[str, set[str]] = defaultdict(set)
        for one in images:
            self.found[one.name] = one.name
            self.bare[one.path.name].add(one.name)

    def of(self, called: str, beside: PurePosixPath) -> str | None:
        path = PurePosixPath(called.replace("\\", "/").removeprefix("./"))
        for candidate in (str(path), str(beside / path)):
            if candidate in self.found:
                return candidate
        alike = self.bare.get(path.name, set())
        ending = [name for name in alike if name.endswith(f"/{path}")] or list(alike)
        return ending[0] if len(ending) == 1 else None


def _text_of(reading: Reading, member: Member, work: Path) -> Path:
    raw, text = work / "notes.raw", work / "notes.text"
    reading.extract(member, raw, quiet)
    decode(raw, text, Repairs(), quiet, ZeroScan)
    raw.unlink()
    return text


def _coco(text: Path, member: Member, places: _Places, repairs: Repairs) -> Notes | None:
    try:
        told = json.loads(text.read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict) or not all(isinstance(told.get(key), list) for key in ("images", "annotations")):
        return None
    notes, faults = Notes(shown(member.name), boxes={}), Faults()
    names = _by_id(told["images"], "file_name")
    categories = _by_id(told.get("categories") or [], "name")
    used = 0
    for number, one in enumerate(told["annotations"], 1):
        used += _add_annotation(notes, faults, number, one, names, categories, places, member.path.parent)
    faults.judge(used, repairs)
    _label(notes, repairs)
    notes.boxes = notes.boxes or None
    return notes


def _label(notes: Notes, repairs: Repairs) -> None:
    """Each image by its most frequent category, whether that came with boxes or without."""
    for name, counts in notes.categories.items():
        notes.labels[name] = counts.most_common(1)[0][0]
    if several := sum(len(counts) > 1 for counts in notes.categories.values()):
        # Told in two ways, for what is not there is not spoken of.
        text = SEVERAL_BOXED if notes.boxes else SEVERAL
        repairs.tell(text, count=several)


def _by_id(told: list[Any], key: str) -> dict[Any, str]:
    return {
        one["id"]: plain_text(str(one[key]))
        for one in told
        if isinstance(one, dict) and isinstance(one.get("id"), int | str) and one.get(key)
    }


def _add_annotation(
    notes: Notes,
    faults: Faults,
    number: int,
    one: Any,
    names: Mapping[Any, str],
    categories: Mapping[Any, str],
    places: _Places,
    beside: PurePosixPath,
) -> bool:
    """Whether the annotation could be used."""
    if not isinstance(one, dict) or not (_is_box(one.get("bbox")) or _is_category_alone(one)):
        faults.add(number, NO_BOX)
        return False
    called = names.get(_key(one.get("image_id")))
    place = places.of(called, beside) if called else None
    if place is None:
        faults.add(number, NO_IMAGE)
        return False
    told = one.get("category_id", "")
    category = categories.get(_key(told)) or plain_text(str(told))
    notes.categories[place][category] += 1
    if box := one.get("bbox"):
        assert notes.boxes is not None  # noqa: S101 - COCO has boxes
        notes.boxes.setdefault(place, []).append({"category": category, "box": [float(side) for side in box]})
    return True


def _is_category_alone(one: Mapping[str, Any]) -> bool:
    """Whether it says what an image shows, and not where."""
    return not one.get("bbox") and one.get("category_id") not in (None, "") and _key(one["category_id"]) is not None


def _key(value: Any) -> Any:
    return value if isinstance(value, int | str) else None


def _is_box(box: Any) -> bool:
    numbers = isinstance(box, list) and len(box) == 4 and all(_is_number(side) for side in box)  # noqa: PLR2004 - left, top, width, height
    return numbers and box[2] > 0 and box[3] > 0 and box[0] >= -1 and box[1] >= -1


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2**31 and math.isfinite(value)
    )


def _table(text: Path, member: Member, places: _Places, repairs: Repairs) -> Notes | None:
    try:
        LineScan.of(text)
        dialect = dialect_of(text, Repairs())
    except RefusedFileError:
        return None
    lower = [name.lower().strip() for name in dialect.names]
    file = next((place for place, name in enumerate(lower) if name in FILES), None)
    label = next((place for place, name in enumerate(lower) if name in LABELS), None)
    if file is None or label is None:
        return None
    notes, faults = Notes(shown(member.name)), Faults()
    with text.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter=dialect.delimiter)
        for number, row in enumerate(rows, 1):
            if number <= dialect.preamble + int(dialect.has_header) or not row:
                continue
            if len(row) <= max(file, label) or not row[file].strip() or not row[label].strip():
                faults.add(number, NO_LABEL)
            elif (place := places.of(row[file].strip(), member.path.parent)) is None:
                faults.add(number, NO_IMAGE)
            else:
                notes.labels[place] = plain_text(row[label].strip())
    faults.judge(len(notes.labels), repairs)
    return notes
