"""ZIP and tar as one thing: the files inside, checked before any is read. Nothing is ever written by its name."""

import tarfile
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

from django.utils.translation import gettext_noop

from chainhub.datasets.inspection.findings import RefusedFileError, Tell
from chainhub.datasets.inspection.limits import MAX_MEMBERS
from chainhub.datasets.inspection.unpacking import copy_out, too_large
from chainhub.datasets.inspection.values import plain_text

# What reading an archive raises where its bytes lie about one another.
DAMAGE = (
    *(zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, tarfile.TarError),
    *(EOFError, NotImplementedError, OSError, ValueError, RuntimeError, OverflowError, IndexError),
)
DAMAGED = gettext_noop("The %(form)s is damaged or cut off; pack or upload it again.")
ENCRYPTED, UTF8 = 0x1, 0x800
DOS, ESCAPED = "cp437", "surrogateescape"  # how the libraries read names of which nothing is said: ZIP's, and tar's
FILE_TYPES = (0, 0o100000, 0o040000)  # none told, a file, a folder
CLUTTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
LONGEST_SHOWN = 120


@dataclass(frozen=True)
class Member:
    """One file inside."""

    name: str
    size: int
    packed: int
    raw: Any = field(repr=False, compare=False)  # what its library calls it

    @property
    def path(self) -> PurePosixPath:
        return PurePosixPath(self.name)

    @property
    def suffix(self) -> str:
        return self.path.suffix.lower()


class Archive:
    """The files of a ZIP or tar, in the order of their names."""

    def __init__(self, path: Path, form: str) -> None:
        """Raises `RefusedFileError` for one that is damaged or dangerous; `form` is "ZIP" or "tar"."""
        self.path, self.form = path, form
        try:
            with self._opened() as archive:
                found = list(_zip_members(archive) if form == "ZIP" else _tar_members(archive))
        except DAMAGE as error:
            raise self.damaged() from error
        self.members = sorted((one for one in found if not _is_clutter(one)), key=lambda one: one.name)
        self._check()

    def reading(self) -> "Reading":
        """A context in which many members are read one after the other."""
        return Reading(self)

    def damaged(self) -> RefusedFileError:
        """What is said where a member cannot be read."""
        return RefusedFileError(DAMAGED, form=self.form)

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        if self.form == "ZIP":
            with zipfile.ZipFile(self.path) as archive:
                yield archive
        else:
            with tarfile.open(self.path, "r:", encoding="utf-8", errors=ESCAPED) as archive:
                yield archive

    def _check(self) -> None:
        if not self.members:
            raise RefusedFileError(gettext_noop("The %(form)s holds no files."), form=self.form)
        if len(self.members) > MAX_MEMBERS:
            raise RefusedFileError(
                gettext_noop("The %(form)s holds more than %(limit)s files."), form=self.form, limit=MAX_MEMBERS
            )
        if too_large(sum(one.size for one in self.members), self.path.stat().st_size):
            raise RefusedFileError(
                gettext_noop("The %(form)s would unpack to far more than its size suggests; it is refused."),
                form=self.form,
            )
        _refuse_twins(self.members, self.form)


class Reading:
    """An open archive: to open it costs time for each member in it, so that is done once for all that are read."""

    def __init__(self, archive: Archive) -> None:
        self._whole = archive
        self._context = archive._opened()  # noqa: SLF001 - two halves of one thing

    def __enter__(self) -> "Reading":
        self._archive = self._context.__enter__()
        return self

    def __exit__(self, *failed: Any) -> None:
        self._context.__exit__(*failed)

    def read(self, member: Member) -> bytes:
        """Its bytes. Raises any of `DAMAGE`."""
        with _stream(self._archive, member) as source:
            return source.read(member.size + 1)[: member.size]

    def stream(self, member: Member) -> Any:
        """A context that gives a file to read from."""
        return _stream(self._archive, member)

    def extract(self, member: Member, target: Path, tell: Tell) -> None:
        """In pieces, to a name of our choosing. Raises `RefusedFileError`."""
        try:
            with self.stream(member) as source:
                copy_out(source, target, packed=member.packed, tell=lambda: tell(source.tell() / max(member.size, 1)))
        except DAMAGE as error:
            raise self._whole.damaged() from error


@contextmanager
def _stream(archive: Any, member: Member) -> Iterator[IO[bytes]]:
    source = archive.open(member.raw) if isinstance(archive, zipfile.ZipFile) else archive.extractfile(member.raw)
    with source:
        yield source


def _zip_members(archive: zipfile.ZipFile) -> Iterator[Member]:
    for info in archive.infolist():
        name = _zip_name(info)
        if info.flag_bits & ENCRYPTED:
            raise RefusedFileError(gettext_noop("The ZIP is protected by a password; pack it again without one."))
        _check_name(name, "ZIP", is_plain=(info.external_attr >> 16) & 0o170000 in FILE_TYPES)
        if not info.is_dir():
            yield Member(name, info.file_size, info.compress_size, info)


def _tar_members(archive: tarfile.TarFile) -> Iterator[Member]:
    for info in archive:
        name = plain_text(_decoded(info.name.encode("utf-8", ESCAPED)))
        _check_name(name, "tar", is_plain=(info.isreg() or info.isdir()) and not info.issparse())
        if info.isreg():
            yield Member(name.removeprefix("./"), info.size, info.size, info)


def _zip_name(info: zipfile.ZipInfo) -> str:
    if info.flag_bits & UTF8:
        return info.filename
    try:
        return _decoded(info.filename.encode(DOS))
    except UnicodeEncodeError:
        return info.filename


def _decoded(name: bytes) -> str:
    """Chinese Windows writes names in GBK and does not say so; the libraries then read them as something else."""
    for encoding in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return name.decode(encoding)
    return name.decode(DOS)


def _check_name(name: str, form: str, *, is_plain: bool) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    drive = len(path.parts) > 0 and path.parts[0].endswith(":")
    if path.is_absolute() or ".." in path.parts or drive or not is_plain:
        raise RefusedFileError(
            gettext_noop(
                "The %(form)s holds “%(path)s”, which points outside of it or is no plain file; it is refused."
            ),
            form=form,
            path=shown(name),
        )


def _refuse_twins(members: Iterable[Member], form: str) -> None:
    """Two files of one name: which of them is read would depend on who reads."""
    seen: dict[str, str] = {}
    for one in members:
        key = unicodedata.normalize("NFC", one.name).casefold()
        if key in seen:
            raise RefusedFileError(
                gettext_noop(
                    "The %(form)s holds “%(path)s” and “%(other)s”, which are one name to many systems; rename one of "
                    "them."
                ),
                form=form,
                path=shown(seen[key]),
                other=shown(one.name),
            )
        seen[key] = one.name


def _is_clutter(member: Member) -> bool:
    return any(part in CLUTTER or part.startswith("._") for part in member.path.parts)


def shown(name: str) -> str:
    """A name as it may stand in a sentence."""
    return "".join(letter if letter.isprintable() else "�" for letter in name[:LONGEST_SHOWN])
