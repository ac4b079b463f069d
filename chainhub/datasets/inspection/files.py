"""The way in: any uploaded file, by its content. Its name only tells prose from tables and names what is in it."""

from collections.abc import Callable
from pathlib import Path

from django.utils.translation import gettext_noop
from PIL import Image

from chainhub.datasets.inspection.archives import Archive, Member, Reading, shown
from chainhub.datasets.inspection.arrows import inspect_arrow
from chainhub.datasets.inspection.corpora import count_lines, inspect_corpus, inspect_parallel
from chainhub.datasets.inspection.decoding import decode
from chainhub.datasets.inspection.excel import WORKBOOK, inspect_excel
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of, quiet
from chainhub.datasets.inspection.images import images_of, inspect_images
from chainhub.datasets.inspection.limits import MAX_PIXELS
from chainhub.datasets.inspection.lines import ZeroScan
from chainhub.datasets.inspection.parquet import inspect_parquet
from chainhub.datasets.inspection.records import inspect_json
from chainhub.datasets.inspection.settling import settle
from chainhub.datasets.inspection.sniffing import OFFICE, foreign, sniff
from chainhub.datasets.inspection.tables import PROSE, inspect_text
from chainhub.datasets.inspection.unpacking import unpack_gzip

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ARCHIVES = {"zip": "ZIP", "tar": "tar"}
TABLES = (
    *(".csv", ".tsv", ".txt", ".parquet", ".pq", ".gz", ".json", ".jsonl", ".ndjson", ".arrow", ".arrows", ".feather"),
    *(".xlsx", ".xlsm"),
)


def inspect_file(source: Path, work: Path, tell: Tell = quiet, *, name: str = "", kind: str = "") -> Findings:
    """Find out what `source` is and bring it into the canonical form under `work`. Raises `RefusedFileError`.

    `name` is what its owner called it, `kind` what its owner says it is.
    """
    repairs = Repairs()
    findings = _inspect(source, work, repairs, tell, name=name, packed=False)
    return settle(findings, work, repairs, wanted=kind)


def _inspect(source: Path, work: Path, repairs: Repairs, tell: Tell, *, name: str, packed: bool) -> Findings:
    form = sniff(source)
    if reader := _plain_reader(form, name):
        return reader(source, work, repairs, tell)
    archive = Archive(source, ARCHIVES[form]) if form in ARCHIVES else None
    if archive and any(member.name == WORKBOOK for member in archive.members):
        return inspect_excel(source, archive, work, repairs, tell)
    if packed and not (form == "tar" and source.name == "unpacked"):
        raise RefusedFileError(gettext_noop("The file is packed more than once; unpack it and pack it once."))
    if archive:
        return _inspect_archive(archive, work, repairs, tell, packed=packed)
    inside = work / "unpacked"
    unpack_gzip(source, inside, part_of(tell, 0.0, 0.1))
    return _inspect_inside(inside, work, repairs, tell, name=name.removesuffix(".gz"))


def _plain_reader(form: str, name: str) -> Callable[[Path, Path, Repairs, Tell], Findings] | None:
    """Reader of what is not packed."""
    return {
        "text": lambda *given: inspect_text(*given, name=name),
        "json": inspect_json,
        "parquet": inspect_parquet,
        "arrow": lambda *given: inspect_arrow(*given, form="arrow"),
        "arrow-stream": lambda *given: inspect_arrow(*given, form="arrow-stream"),
    }.get(form)


def _inspect_inside(inside: Path, work: Path, repairs: Repairs, tell: Tell, *, name: str) -> Findings:
    if sniff(inside) != "tar":
        repairs.tell(gettext_noop("The file was packed; what is inside was read."))
    findings = _inspect(inside, work, repairs, part_of(tell, 0.1, 1.0), name=name, packed=True)
    inside.unlink()
    return findings


def _inspect_archive(archive: Archive, work: Path, repairs: Repairs, tell: Tell, *, packed: bool) -> Findings:
    names = {member.name for member in archive.members}
    for mark, kind in OFFICE.items():
        if mark in names:
            raise foreign(kind)
    if images_of(archive):
        return inspect_images(archive, work, repairs, tell)
    texts = [member for member in archive.members if member.suffix in PROSE or _is_side(member)]
    if len(texts) > 1:
        return _inspect_texts(archive, texts, work, repairs, tell)
    if len(archive.members) == 1 and archive.members[0].name.lower().endswith(TABLES):
        member, inside = archive.members[0], work / "member"
        with archive.reading() as reading:
            reading.extract(member, inside, part_of(tell, 0.0, 0.1))
        return _inspect_inside(inside, work, repairs, tell, name=member.path.name)
    raise RefusedFileError(
        gettext_noop(
            "The %(form)s holds “%(path)s” but no images (PNG, JPEG, BMP, GIF, TIFF, WebP), no texts and no lone table."
        ),
        form=archive.form,
        path=shown(archive.members[0].name),
    )


def _is_side(member: Member) -> bool:
    """`train.en` and `train.zh`: texts that are called after their language."""
    return member.suffix in {".en", ".zh", ".de", ".fr", ".es", ".ja", ".ru", ".ko", ".it", ".pt", ".ar", ".cn"}


def _inspect_texts(archive: Archive, texts: list[Member], work: Path, repairs: Repairs, tell: Tell) -> Findings:
    taken = {member.name for member in texts}
    others = [member.name for member in archive.members if member.name not in taken]
    if others:
        repairs.tell(
            gettext_noop("Files that are no texts were left out (%(count)s, such as “%(path)s”)."),
            count=len(others),
            path=shown(others[0]),
        )
    with archive.reading() as reading:
        if len(texts) == 2:  # noqa: PLR2004 - one may translate the other
            two = [(member.name, _decoded(reading, member, work, number)) for number, member in enumerate(texts)]
            if count_lines(two[0][1]) == count_lines(two[1][1]) > 1:
                return inspect_parallel(two, work, repairs, tell, encoding="UTF-8")
        every = (
            (shown(member.name), _decoded(reading, member, work, 0, part_of(tell, number / len(texts) / 2, 0.5)))
            for number, member in enumerate(texts)
        )
        return inspect_corpus(every, work, repairs, tell, encoding="UTF-8")


def _decoded(reading: Reading, member: Member, work: Path, number: int, tell: Tell = quiet) -> Path:
    raw, text = work / "raw", work / f"text-{number}"
    reading.extract(member, raw, tell)
    decode(raw, text, Repairs(), quiet, ZeroScan)
    raw.unlink()
    return text
