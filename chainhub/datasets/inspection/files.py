"""The way in: any uploaded file, by its content."""

from pathlib import Path

from django.utils.translation import gettext_noop
from PIL import Image

from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, Tell, part_of, quiet
from chainhub.datasets.inspection.images import inspect_images
from chainhub.datasets.inspection.limits import MAX_PIXELS
from chainhub.datasets.inspection.parquet import inspect_parquet
from chainhub.datasets.inspection.sniffing import sniff
from chainhub.datasets.inspection.tables import inspect_text
from chainhub.datasets.inspection.unpacking import lone_table, members_of, unpack_gzip, unpack_member

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


def inspect_file(source: Path, work: Path, tell: Tell = quiet) -> Findings:
    """Find out what `source` is and bring it into the canonical form under `work`. Raises `RefusedFileError`."""
    return _inspect(source, work, Repairs(), tell, packed=False)


def _inspect(source: Path, work: Path, repairs: Repairs, tell: Tell, *, packed: bool) -> Findings:
    form = sniff(source)
    if form == "text":
        return inspect_text(source, work, repairs, tell)
    if form == "parquet":
        return inspect_parquet(source, work, repairs, tell)
    if packed:
        raise RefusedFileError(gettext_noop("The file is packed more than once; unpack it and pack it once."))
    inside = work / "unpacked"
    if form == "gzip":
        unpack_gzip(source, inside, part_of(tell, 0.0, 0.1))
    else:
        files = members_of(source)
        table = lone_table(files)
        if table is None:
            return inspect_images(source, files, work, repairs, tell)
        unpack_member(source, table, inside, part_of(tell, 0.0, 0.1))
    repairs.tell(gettext_noop("The file was packed; what is inside was read."))
    findings = _inspect(inside, work, repairs, part_of(tell, 0.1, 1.0), packed=True)
    inside.unlink()
    return findings
