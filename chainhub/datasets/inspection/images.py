"""Archives of images: a folder or a file names the label; every image is decoded before it is believed."""

import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from chainhub.datasets.canonical import COMPRESSION, IMAGES_PER_GROUP
from chainhub.datasets.inspection.annotations import Notes, find_notes
from chainhub.datasets.inspection.archives import DAMAGE, Archive, Member, Reading, shown
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell
from chainhub.datasets.inspection.limits import FEW, MAX_IMAGE_BYTES, MAX_IMAGES, MAX_PIXELS, SMALL_SHARE
from chainhub.datasets.inspection.pixels import as_png
from chainhub.datasets.inspection.values import plain_text

KEPT = ("PNG", "JPEG")  # stored byte for byte
TURNED = ("BMP", "GIF", "TIFF", "WEBP")  # stored as PNG
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
SCHEMA = pa.schema([("image", pa.binary()), ("label", pa.string()), ("path", pa.string())])
SHOWN = 32
SHOWN_SIDE = 72
HELD = 64 * 2**20  # bytes of images in memory


class Gallery:
    """What was found in the images so far."""

    def __init__(self, classes: int, form: str, notes: Notes | None) -> None:
        self.form, self.noted = form, notes is not None
        self.boxed = notes is not None and notes.boxes is not None
        self.shown_of_each = -(-SHOWN // max(classes, 1))
        self.labels: Counter[str] = Counter()
        self.sizes: Counter[tuple[int, int]] = Counter()
        self.formats: Counter[str] = Counter()
        self.modes: Counter[str] = Counter()
        self.shown: list[dict[str, str]] = []
        self.broken: list[str] = []
        self.turned = 0

    @property
    def images(self) -> int:
        """How many could be read."""
        return sum(self.labels.values())

    def add(self, data: bytes, label: str) -> bytes | None:
        """The image as it will be kept; None when it cannot be decoded whole."""
        try:
            with Image.open(io.BytesIO(data), formats=[*KEPT, *TURNED]) as image:
                if image.width * image.height > MAX_PIXELS:
                    return None
                image.load()
                self._count(image, label)
                if image.format in KEPT:
                    return data
                self.turned += 1
                return _as_png_bytes(image)
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError, EOFError):
            return None

    def _count(self, image: Image.Image, label: str) -> None:
        self.labels[label] += 1
        self.sizes[image.size] += 1
        self.formats[image.format or "?"] += 1
        self.modes[image.mode] += 1
        if len(self.shown) < SHOWN and self.labels[label] <= self.shown_of_each:
            small = image.convert("L" if image.mode in {"1", "L", "I", "I;16"} else "RGB")
            small.thumbnail((SHOWN_SIDE, SHOWN_SIDE))
            self.shown.append({"label": label, "png": as_png(small)})


def inspect_images(archive: Archive, work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """An archive with a folder per class, or with a file that says what each image shows. Raises `RefusedFileError`."""
    images = images_of(archive)
    notes = find_notes(archive, images, work, repairs)
    _tell_of_others(archive, notes, repairs)
    if notes is None:
        _refuse_without_folders(images)
    elif notes.boxes is None:
        images = _noted(images, notes, repairs)
    labels = {_label(member, notes) for member in images}
    training, gallery = work / "training.parquet", Gallery(len(labels), archive.form, notes)
    schema = SCHEMA.append(pa.field("boxes", pa.string())) if notes and notes.boxes is not None else SCHEMA
    with archive.reading() as reading, pq.ParquetWriter(training, schema, compression=COMPRESSION) as writer:
        for group in _groups(_rows(images, reading, gallery, notes, tell)):
            writer.write_table(pa.Table.from_pylist(group, schema=schema))
    _judge(gallery, len(images), repairs=repairs, final=True)
    return Findings(kind="images", rows=gallery.images, training=training, report=_report(gallery, repairs, notes))


def images_of(archive: Archive) -> list[Member]:
    """Those that are called so. Raises `RefusedFileError` for too many."""
    images = [member for member in archive.members if member.suffix in SUFFIXES]
    if len(images) > MAX_IMAGES:
        raise RefusedFileError(
            gettext_noop("The %(form)s holds more than %(limit)s images."), form=archive.form, limit=MAX_IMAGES
        )
    return images


def _refuse_without_folders(images: list[Member]) -> None:
    if all(len(member.path.parts) == 1 for member in images):
        raise RefusedFileError(
            gettext_noop(
                "The images lie in no folder. Put the images of each class into a folder named after it, or add a "
                "CSV with the columns file and label."
            )
        )


def _noted(images: list[Member], notes: Notes, repairs: Repairs) -> list[Member]:
    known = [member for member in images if member.name in notes.labels]
    left_out = [member.name for member in images if member.name not in notes.labels]
    if left_out:
        repairs.tell(
            gettext_noop("Images of which “%(file)s” says nothing were left out (%(count)s, such as “%(path)s”)."),
            file=notes.file,
            count=len(left_out),
            path=shown(left_out[0]),
        )
    return known


def _tell_of_others(archive: Archive, notes: Notes | None, repairs: Repairs) -> None:
    others = [one.name for one in archive.members if one.suffix not in SUFFIXES]
    others = [name for name in others if notes is None or shown(name) != notes.file]
    if others:
        repairs.tell(
            gettext_noop("Files that are no images were left out (%(count)s, such as “%(path)s”)."),
            count=len(others),
            path=shown(others[0]),
        )


def _label(member: Member, notes: Notes | None) -> str:
    return plain_text((notes.labels.get(member.name) or "") if notes else member.path.parent.name)


def _rows(
    images: list[Member], reading: Reading, gallery: Gallery, notes: Notes | None, tell: Tell
) -> Iterator[dict[str, Any]]:
    for number, member in enumerate(images, 1):
        if row := _row(reading, member, gallery, notes):
            yield row
        if number % 32 == 0:
            _judge(gallery, number)
            tell(number / len(images))


def _groups(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """As many as belong together, or fewer large ones: memory has to hold them."""
    group: list[dict[str, Any]] = []
    held = 0
    for row in rows:
        group.append(row)
        held += len(row["image"])
        if len(group) == IMAGES_PER_GROUP or held > HELD:
            yield group
            group, held = [], 0
    if group:
        yield group


def _row(reading: Reading, member: Member, gallery: Gallery, notes: Notes | None) -> dict[str, Any] | None:
    label, data = _label(member, notes), None
    if (label or notes) and member.size <= MAX_IMAGE_BYTES:
        try:
            data = gallery.add(reading.read(member), label)
        except DAMAGE:
            data = None
    if data is None:
        gallery.broken.append(member.name)
        return None
    row = {"image": data, "label": label or None, "path": plain_text(member.name)}
    return {**row, "boxes": notes.about(member)[1]} if notes else row


def _judge(gallery: Gallery, seen: int, *, repairs: Repairs | None = None, final: bool = False) -> None:
    """A few broken images are left out and told; many refuse the file."""
    broken = len(gallery.broken)
    if (broken > FEW and broken > SMALL_SHARE * seen) or (final and not gallery.images):
        raise RefusedFileError(
            gettext_noop("Images cannot be decoded (%(count)s, the first is “%(path)s”); pack them again."),
            count=broken,
            path=shown(gallery.broken[0]),
        )
    if not final or repairs is None:
        return
    if broken:
        repairs.tell(
            gettext_noop(
                "Images that cannot be decoded or lie in no folder were left out (%(count)s, such as “%(path)s”)."
            ),
            count=broken,
            path=shown(gallery.broken[0]),
        )
    if gallery.turned:
        repairs.tell(gettext_noop("Images of other formats were turned into PNG (%(count)s)."), count=gallery.turned)
    if len(gallery.labels) == 1 and not gallery.boxed:  # boxes of a single kind are found, not told apart
        repairs.tell(
            gettext_noop("All images have the same label; to tell classes apart, there must be two or more.")
            if gallery.noted
            else gettext_noop("All images lie in one folder; to tell classes apart, there must be two or more.")
        )


def _report(gallery: Gallery, repairs: Repairs, notes: Notes | None) -> dict[str, Any]:
    top = [(name, count) for name, count in gallery.labels.most_common() if name]
    missing = gallery.labels[""]
    label = {
        "name": "label", "type": "text", "kind": "category", "role": "target", "missing": missing,
        "missing_share": round(missing / gallery.images, 6), "distinct": len(top),
        "examples": [name for name, _count in top[:5]],
        "distribution": {
            "kind": "values",
            "values": [{"value": name, "count": count} for name, count in top[:20]],
            "other": sum(count for _name, count in top[20:]),
        },
    }  # fmt: skip
    image = _plain_field("image", "image", "image")
    boxes = [_plain_field("boxes", "text", "ignore")] if notes and notes.boxes is not None else []
    sizes = [{"width": size[0], "height": size[1], "count": count} for size, count in gallery.sizes.most_common(8)]
    return {
        "format": gallery.form,
        "rows": gallery.images,
        "columns": 2 + len(boxes),
        "fields": [image, label, *boxes],
        "targets": ["label"],
        "identifiers": [],
        "classes": len(top),
        "sizes": sizes,
        "formats": dict(gallery.formats),
        "colours": dict(gallery.modes),
        "preview": {"columns": [], "rows": [], "hidden": 0, "images": gallery.shown},
        "repairs": repairs.told,
    } | ({"annotations": notes.file} if notes else {})


def _plain_field(name: str, kind: str, role: str) -> dict[str, Any]:
    return {
        "name": name, "type": kind, "kind": kind, "role": role, "missing": 0, "missing_share": 0.0, "distinct": None,
    }  # fmt: skip


def _as_png_bytes(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("L" if image.mode in {"1", "L", "I", "I;16"} else "RGB").save(buffer, "PNG")
    return buffer.getvalue()
