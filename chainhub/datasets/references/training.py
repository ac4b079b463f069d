"""The canonical form of a version whose bytes stay with their owner: made where it is needed, kept nowhere."""

import shutil
import tempfile
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Tell
from chainhub.datasets.isolation import inspect_isolated
from chainhub.datasets.models import DatasetVersion
from chainhub.datasets.references.faults import ChangedReferenceError, NoRoomHereError, UnreachableError
from chainhub.datasets.references.fetching import fetch_reference, name_of


def lay_out_reference(version: DatasetVersion, place: Path, tell: Tell, *, isolated: bool = True) -> None:
    """Write the version's canonical Parquet to `place`; nothing else stays on this machine.

    Raises `UnreachableError` where the bytes cannot be had, `ChangedReferenceError` where they are others than were
    registered (both name the dataset), and `NoRoomHereError` where this machine cannot hold them.
    """
    dataset, reference = version.dataset, version.reference or {}
    work = Path(tempfile.mkdtemp(dir=place.parent))
    try:
        source = work / "source"
        found = fetch_reference(reference, source, tell, organization=dataset.organization)
        if found["sha256"] != reference["sha256"]:
            raise _changed(version)
        read = inspect_isolated if isolated else inspect_file
        inside = work / "read"
        inside.mkdir()
        findings = read(source, inside, tell, name=name_of(reference), kind=dataset.kind)
        findings.training.replace(place)
    except (ChangedReferenceError, NoRoomHereError):
        raise
    except DomainError as error:
        raise _away(version) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _changed(version: DatasetVersion) -> ChangedReferenceError:
    return ChangedReferenceError(
        gettext_noop(
            "The file of “%(dataset)s” v%(version)s is not the one that was registered: its owner has changed it. "
            "Register the new file as the next version."
        ),
        dataset=version.dataset.name,
        version=version.number,
    )


def _away(version: DatasetVersion) -> UnreachableError:
    return UnreachableError(
        # Not why: all participants read this, and the address is the owner's own business.
        gettext_noop("“%(dataset)s” v%(version)s lies with its owner, and this node could not read it."),
        dataset=version.dataset.name,
        version=version.number,
    )
