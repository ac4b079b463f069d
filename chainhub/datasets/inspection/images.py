"""ZIPs of images: the folder of an image is its label; every image is decoded before it is believed."""

import io
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop
from PIL import Image, UnidentifiedImageError

from chainhub.core.sentences import sentence
from chainhub.datasets.canonical import COMPRESSION, IMAGES_PER_GROUP
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell
from chainhub.datasets.inspection.limits import FEW, MAX_IMAGE_BYTES, MAX_IMAGES, MAX_PIXELS, SMALL_SHARE
from chainhub.datasets.inspection.pixels import as_png
from chainhub.datasets.inspection.unpacking import DAMAGE

KEPT = ("PNG", "JPEG")  # stored byte for byte
TURNED = ("BMP", "GIF", "TIFF", "WEBP")  # stored as PNG
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")
SCHEMA = pa.schema([("image", pa.binary()), ("label", pa.string()), ("path", pa.string())])
SHOWN = 32
SHOWN_SIDE = 72
FOREIGN_NAMES = {
    "[Content_Types].xml": gettext_noop("Excel or Word document"),
    "META-INF/MANIFEST.MF": gettext_noop("Java archive"),
}


class Gallery:
    """What was found in the images so far."""

    def __init__(self, classes: int) -> None:
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


def inspect_images(source: Path, files: list[zipfile.ZipInfo], work: Path, repairs: Repairs, tell: Tell) -> Findings:
    """A ZIP with a folder per class. Raises `RefusedFileError`."""
    images = _images(files, repairs)
    classes = {PurePosixPath(info.filename).parent.name for info in images}
    training, gallery = work / "training.parquet", Gallery(len(classes))
    with zipfile.ZipFile(source) as archive, pq.ParquetWriter(training, SCHEMA, compression=COMPRESSION) as writer:
        rows: list[dict[str, Any]] = []
        for number, info in enumerate(images, 1):
            if row := _row(archive, info, gallery):
                rows.append(row)
            if len(rows) == IMAGES_PER_GROUP:
                writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
                rows = []
            if number % 32 == 0:
                _judge(gallery, number)
                tell(number / len(images))
        if rows:
            writer.write_table(pa.Table.from_pylist(rows, schema=SCHEMA))
    _judge(gallery, len(images), repairs=repairs, final=True)
    return Findings(kind="images", rows=gallery.images, training=training, report=_report(gallery, repairs))


def _images(files: list[zipfile.ZipInfo], repairs: Repairs) -> list[zipfile.ZipInfo]:
    names = {info.filename for info in files}
    for mark, kind in FOREIGN_NAMES.items():
        if mark in names:
            raise RefusedFileError(
                gettext_noop(
                    "This is another kind of file (%(format)s). Upload a CSV or Parquet file, or a ZIP of images in "
                    "folders."
                ),
                format=sentence(kind),
            )
    images = [info for info in files if info.filename.lower().endswith(SUFFIXES)]
    others = [info.filename for info in files if not info.filename.lower().endswith(SUFFIXES)]
    if not images:
        raise RefusedFileError(
            gettext_noop("The ZIP holds “%(path)s” but no images (PNG, JPEG, BMP, GIF, TIFF, WebP) and no lone table."),
            path=others[0][:120],
        )
    if len(images) > MAX_IMAGES:
        raise RefusedFileError(gettext_noop("The ZIP holds more than %(limit)s images."), limit=MAX_IMAGES)
    if all(len(PurePosixPath(info.filename).parts) == 1 for info in images):
        raise RefusedFileError(
            gettext_noop("The images lie in no folder. Put the images of each class into a folder named after it.")
        )
    if others:
        repairs.tell(
            gettext_noop("Files that are no images were left out (%(count)s, such as “%(path)s”)."),
            count=len(others),
            path=others[0][:120],
        )
    return sorted(images, key=lambda info: info.filename)


def _row(archive: zipfile.ZipFile, info: zipfile.ZipInfo, gallery: Gallery) -> dict[str, Any] | None:
    path = PurePosixPath(info.filename)
    label = path.parent.name
    data = None
    if label and info.file_size <= MAX_IMAGE_BYTES:
        try:
            data = gallery.add(archive.read(info), label)
        except DAMAGE:
            data = None
    if data is None:
        gallery.broken.append(info.filename)
        return None
    return {"image": data, "label": label, "path": info.filename}


def _judge(gallery: Gallery, seen: int, *, repairs: Repairs | None = None, final: bool = False) -> None:
    """A few broken images are left out and told; many refuse the file."""
    broken = len(gallery.broken)
    if (broken > FEW and broken > SMALL_SHARE * seen) or (final and not gallery.images):
        raise RefusedFileError(
            gettext_noop("Images cannot be decoded (%(count)s, the first is “%(path)s”); pack them again."),
            count=broken,
            path=gallery.broken[0][:120],
        )
    if not final or repairs is None:
        return
    if broken:
        repairs.tell(
            gettext_noop(
                "Images that cannot be decoded or lie in no folder were left out (%(count)s, such as “%(path)s”)."
            ),
            count=broken,
            path=gallery.broken[0][:120],
        )
    if gallery.turned:
        repairs.tell(gettext_noop("Images of other formats were turned into PNG (%(count)s)."), count=gallery.turned)
    if len(gallery.labels) == 1:
        repairs.tell(gettext_noop("All images lie in one folder; to tell classes apart, there must be two or more."))


def _report(gallery: Gallery, repairs: Repairs) -> dict[str, Any]:
    top = gallery.labels.most_common()
    label = {
        "name": "label", "type": "text", "kind": "category", "missing": 0, "missing_share": 0.0,
        "distinct": len(top), "examples": [name for name, _count in top[:5]],
        "distribution": {
            "kind": "values",
            "values": [{"value": name, "count": count} for name, count in top[:20]],
            "other": sum(count for _name, count in top[20:]),
        },
    }  # fmt: skip
    image = {"name": "image", "type": "image", "kind": "image", "missing": 0, "missing_share": 0.0, "distinct": None}
    sizes = [{"width": size[0], "height": size[1], "count": count} for size, count in gallery.sizes.most_common(8)]
    return {
        "format": "ZIP",
        "rows": gallery.images,
        "columns": 2,
        "fields": [image, label],
        "targets": ["label"],
        "identifiers": [],
        "classes": len(top),
        "sizes": sizes,
        "formats": dict(gallery.formats),
        "colours": dict(gallery.modes),
        "preview": {"columns": [], "rows": [], "hidden": 0, "images": gallery.shown},
        "repairs": repairs.told,
    }


def _as_png_bytes(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.convert("L" if image.mode in {"1", "L", "I", "I;16"} else "RGB").save(buffer, "PNG")
    return buffer.getvalue()
