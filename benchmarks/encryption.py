"""What encryption at rest costs: storing and reading a file with and without it, in the same run.

The hub's own doors (`adopt_file` behind an upload, `store_file`, `fetch_blob`, `read_range`) on a folder, one file in
the page cache; besides, AES-256-GCM of `cryptography` alone in memory, and the file read, hashed and copied, which is
what any store that verifies must do. Rounds alternate, so that what else the machine does falls on all alike.

    python benchmarks/encryption.py [megabytes] [rounds]

On by default holds where storing and reading keep more than half of the throughput that they have without.
"""

# ruff: noqa: PLC0415 (Django reads its settings once, and they are made here first)
import hashlib
import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = 0.5
PIECE = 2**20


def main(megabytes: int, rounds: int) -> int:
    """Print MB/s of each, the two ratios, and whether the default holds."""
    with tempfile.TemporaryDirectory(prefix="encryption-") as folder:
        open_hub(Path(folder))
        steps = prepare(Path(folder), megabytes * 2**20)
        speeds: dict[str, list[float]] = {name: [] for name in steps}
        for _round in range(rounds):
            for name, step in steps.items():
                speeds[name].append(megabytes / taken(step))
        ranges = {name: range_times(encrypted=encrypted) for name, encrypted in (("plain", False), ("encrypted", True))}
    return report({name: statistics.median(each) for name, each in speeds.items()}, ranges)


def open_hub(folder: Path) -> None:
    """A database and a storage folder of their own."""
    sys.path.insert(0, str(ROOT))
    os.environ.update({
        "CHAINHUB_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "chainhub.settings", "LOG_LEVEL": "ERROR",
        "MASTER_KEY": "only for this benchmark, and nothing else at all", "DATABASE_URL": f"sqlite:///{folder}/hub.sqlite3",
        "STORAGE_URL": f"file://{folder}/blobs",
    })  # fmt: skip
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


class Doors:
    """The hub's own ways in and out, with and without encryption."""

    def __init__(self, folder: Path, size: int) -> None:
        from chainhub.organizations.models import Organization, Stage

        self.folder, self.source = folder, folder / "source"
        with self.source.open("wb") as file:
            for _piece in range(size // PIECE):
                file.write(os.urandom(PIECE))
        self.owner = Organization.objects.create(name="Owner", short_name="Owner", slug="owner", stage=Stage.UPSTREAM)

    def upload(self, *, encrypted: bool) -> None:
        """As one arrives: hashed as it is written, then handed to the storage, which need not hash it again."""
        from chainhub.repositories.storage import adopt_file

        forget(encrypted=encrypted)
        digest, arrived = hashlib.sha256(), self.folder / "arrived"
        with self.source.open("rb") as sent, arrived.open("wb") as file:
            while piece := sent.read(PIECE):
                digest.update(piece)
                file.write(piece)
        with switched(encrypted=encrypted):
            adopt_file(arrived, known_hash=digest.hexdigest(), owner=self.owner)
        arrived.unlink()

    def store(self, *, encrypted: bool) -> None:
        """A file that is here already, such as an artifact."""
        from chainhub.repositories.storage import store_file

        forget(encrypted=encrypted)
        with switched(encrypted=encrypted):
            store_file(self.source, owner=self.owner)

    def read(self, *, encrypted: bool) -> None:
        """The whole, verified, as a node fetches an input."""
        from chainhub.repositories.storage import fetch_blob

        fetch_blob(blob_of(encrypted=encrypted), self.folder / "copy")

    def copy_and_hash(self) -> None:
        """What any store that verifies must do."""
        with self.source.open("rb") as file:
            hashlib.file_digest(file, "sha256")
        shutil.copyfile(self.source, self.folder / "copy")
        with (self.folder / "copy").open("rb") as file:
            os.fsync(file.fileno())


def prepare(folder: Path, size: int) -> dict[str, Callable[[], object]]:
    """What is measured, by name."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from chainhub.repositories.sealed import CHUNK_BITS

    doors, cipher, chunk = Doors(folder, size), AESGCM(os.urandom(32)), os.urandom(2**CHUNK_BITS)
    sealed, turns = cipher.encrypt(bytes(12), chunk, None), range(size // len(chunk))
    steps: dict[str, Callable[[], object]] = {
        "AES-256-GCM alone, encrypting": lambda: [len(cipher.encrypt(bytes(12), chunk, None)) for _turn in turns],
        "AES-256-GCM alone, decrypting": lambda: [len(cipher.decrypt(bytes(12), sealed, None)) for _turn in turns],
        "copy and SHA-256": doors.copy_and_hash,
    }
    for name, door in (("upload", doors.upload), ("store", doors.store), ("read", doors.read)):
        steps[f"{name}, plain"] = partial(door, encrypted=False)
        steps[f"{name}, encrypted"] = partial(door, encrypted=True)
    return steps


def switched(*, encrypted: bool):
    """`ENCRYPT_BLOBS` as it is asked for, for a while."""
    from django.test import override_settings

    return override_settings(ENCRYPT_BLOBS=encrypted)


def forget(*, encrypted: bool) -> None:
    """Nothing is stored, so that the next store writes; the other kind's blob is out of the way meanwhile."""
    from chainhub.repositories.models import Blob
    from chainhub.repositories.raw import remove

    for blob in Blob.objects.filter(key__isnull=not encrypted):
        remove(blob.storage_name)
        blob.delete()
    Blob.objects.update(lost=True)


def blob_of(*, encrypted: bool):
    """What the last store of this kind left."""
    from chainhub.repositories.models import Blob

    blob = Blob.objects.get(key__isnull=not encrypted)
    blob.lost = False
    return blob


def range_times(*, encrypted: bool) -> list[float]:
    """Milliseconds of reading 100 bytes at random places, as a viewer or a broken download asks for them."""
    from chainhub.repositories.storage import read_range

    chance, blob, times = random.Random(1), blob_of(encrypted=encrypted), []
    for _turn in range(200):
        at = chance.randrange(blob.size - 100)
        times.append(1000 * taken(lambda at=at: list(read_range(blob, at, at + 100))))
    return times


def taken(step: Callable[[], object]) -> float:
    begun = time.perf_counter()
    step()
    return time.perf_counter() - begun


def report(speeds: dict[str, float], ranges: dict[str, list[float]]) -> int:
    """The table, and the verdict."""
    base = speeds["copy and SHA-256"]
    for name, speed in speeds.items():
        print(f"{name:32}{speed:9.0f} MB/s{speed / base:8.2f} × copy and SHA-256")
    for name, times in ranges.items():
        print(f"100 bytes somewhere, {name:12}{statistics.median(times):8.2f} ms")
    kept = {step: speeds[f"{step}, encrypted"] / speeds[f"{step}, plain"] for step in ("upload", "store", "read")}
    for step, ratio in kept.items():
        print(f"{step}: {ratio:.0%} of the plain throughput is kept")
    holds = min(kept.values()) > KEPT
    print(f"on by default {'holds' if holds else 'does NOT hold'}: it may cost less than {1 - KEPT:.0%}")
    return 0 if holds else 1


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    sys.exit(main(*given, *(256, 5)[len(given) :]))
