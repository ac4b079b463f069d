"""Importing a base model out of a folder or a file, which a process of the trainer's reads and rewrites."""

import json
import logging
import math
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import record
from chainhub.bases.models import BaseModel
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.organizations.permissions import may_manage
from chainhub.repositories.models import Blob, Repository
from chainhub.repositories.services import commit_files, create_repository
from chainhub.repositories.storage import store_bytes, store_file

logger = logging.getLogger(__name__)

SECONDS = 900  # a GGUF file is put back into plain numbers first
WEIGHTS = "model.safetensors"
LONGEST_HEADER = 100 * 2**20


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What is said of a base model wherever it is named."""

    slug: str
    name: str
    source: str
    licence: str
    about: tuple[str, str] = ("", "")  # what people should know of it, in English and in Chinese
    notice: str = ""  # what its licence wants to go along with its files


def check_may_import(organization: Organization, *, actor: User) -> None:
    """Raises `NotAllowedError`."""
    if not may_manage(actor, organization):
        raise NotAllowedError(
            gettext_noop("Base models of %(organization)s are imported by its owners and administrators."),
            organization=organization.name,
        )


def import_base(source: Path, origin: Origin, *, organization: Organization, actor: User) -> BaseModel:
    """The base model of that name, imported if it is not there yet. `source`: a folder, a GGUF file, or one of torch's.

    Raises `NotAllowedError`, or `DomainError` where the files are no model.
    """
    check_may_import(organization, actor=actor)
    if found := BaseModel.objects.filter(organization=organization, slug=origin.slug).first():
        return found
    with tempfile.TemporaryDirectory(prefix="chainhub-base-") as scratch:
        folder = Path(scratch) / "model"
        task, parameters = _rewritten(source, folder), parameters_in(folder / WEIGHTS)
        # Large files are stored before the transaction, which then finds them there.
        files = {path.name: store_file(path, move=True, owner=organization) for path in sorted(folder.iterdir())}
    files["README.md"] = store_bytes(_card(origin), owner=organization)
    said = {"task": task, "parameters": parameters}
    return _kept(files, origin, said, organization=organization, actor=actor)


@transaction.atomic
def _kept(
    files: dict[str, Blob], origin: Origin, said: dict[str, Any], *, organization: Organization, actor: User
) -> BaseModel:
    Organization.objects.select_for_update().get(pk=organization.pk)
    if found := BaseModel.objects.filter(organization=organization, slug=origin.slug).first():
        return found  # two imports at once
    repository = create_repository(Repository.Kind.MODEL)
    base = BaseModel.objects.create(
        organization=organization, name=origin.name, slug=origin.slug, source=origin.source,
        licence=origin.licence, repository=repository, imported_by=actor, **said,
        commit=commit_files(repository, files, author=actor, title=f"Import {origin.name}"),
    )  # fmt: skip
    happened = sentence(
        gettext_noop("The base model “%(name)s” was imported (%(licence)s)."), name=origin.name, licence=origin.licence
    )
    record(
        "model.base-imported", happened, actor=actor, topics=[organization.topic], target_url=base.get_absolute_url()
    )
    return base


def _rewritten(source: Path, folder: Path) -> str:
    """What it can learn to do, as the trainer found; its files lie in `folder` then."""
    command = [sys.executable, "-m", "trainer", "import-base", str(source), str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise _unreadable(f"{SECONDS} s") from None
    if done.returncode:
        raise _unreadable(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "")
    return str(json.loads(done.stdout)["task"])


def parameters_in(weights: Path) -> int | None:
    """How many numbers a safetensors file holds, by its head; None for a file that is none."""
    with weights.open("rb") as file:
        return parameters_of(file)


def parameters_of(file: BinaryIO) -> int | None:
    """The same of a file that is open at its beginning."""
    length = int.from_bytes(file.read(8), "little")
    if length > LONGEST_HEADER:
        return None
    try:
        head = json.loads(file.read(length))
        return sum(math.prod(map(int, one["shape"])) for name, one in head.items() if name != "__metadata__")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _unreadable(reason: str) -> DomainError:
    return DomainError(gettext_noop("The base model cannot be read: %(reason)s"), reason=reason[:200])


def _card(origin: Origin) -> bytes:
    """In both languages, for it goes along with the files."""
    english, chinese = origin.about
    parts = [
        f"# {origin.name}", english, f"Source: {origin.source}", f"Licence: {origin.licence}",
        "---", chinese, f"来源：{origin.source}", f"许可证：{origin.licence}",
        *(["---", origin.notice] if origin.notice else []),
    ]  # fmt: skip
    return "\n\n".join(filter(None, parts)).encode() + b"\n"
