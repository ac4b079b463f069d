"""What uploading one large file costs: the web process's memory, and its speed beside `sha256sum` plus `cp`.

    .venv/bin/python benchmarks/upload.py [--megabytes 5000] [--plain]

A file goes over HTTP into a real web process (`manage.py serve`) for an organization, so that it ends encrypted under
the organization's key: by tus in pieces of 16 MiB as the browser sends them, and in one request as `curl -T` does. The
same bytes through `sha256sum` plus a copy are timed before and after, in the same run, with and without waiting until
the copy has reached the disk. Limits: 200 MB more memory, and 60 % of the speed without that wait, although the hub
always waits. `--plain` measures without encryption. Nothing is left behind.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
PIECE = 16 * 2**20
LIMIT_MB = 200
LEAST_SHARE = 0.6
SETUP = """
import json, datetime
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from chainhub.accounts.models import User
from chainhub.accounts.services import issue_token
user = User.objects.create_user("bench@example.test", "a long password", name="Bench")
from chainhub.organizations.models import Organization
one = Organization.objects.create(name="Bench", short_name="Bench", slug="bench", stage="upstream")
one.memberships.create(user=user, role="owner")
token, key = issue_token(user, name="b", scopes=["read", "write"], expires_at=timezone.now() + datetime.timedelta(1))
print(key)
"""


class Memory:
    """The largest resident size of a process while something runs, above what it was before."""

    def __init__(self, pid: int) -> None:
        self.process = psutil.Process(pid)
        self.before = self.most = self.process.memory_info().rss
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def _watch(self) -> None:
        while not self._end.wait(0.02):
            self.most = max(self.most, self.process.memory_info().rss)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end.set()
        self._thread.join()

    @property
    def growth_mb(self) -> float:
        return (self.most - self.before) / 1e6


def make_file(path: Path, megabytes: int) -> str:
    """Bytes that no file system shortens; their SHA-256."""
    block = os.urandom(2**20)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(megabytes):
            piece = number.to_bytes(8, "little") + block[8:]
            file.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def by_tus(port: int, key: str, path: Path) -> str:
    """Pieces as the browser sends them; the stored file's SHA-256."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    told = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {key}"}
    size = path.stat().st_size
    line.request("POST", "/uploads/", headers={**told, "Upload-Length": str(size)})
    where = answer(line, 201).headers["Location"]
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            headers = {
                **told,
                "Upload-Offset": str(file.tell() - len(piece)),
                "Content-Type": "application/offset+octet-stream",
            }
            line.request("PATCH", where, body=piece, headers=headers)
            answer(line, 204)
    line.request("GET", where, headers=told)
    return str(json.loads(answer(line, 200).body)["sha256"])


def in_one_request(port: int, key: str, path: Path) -> str:
    """As `curl -T` does; the stored file's SHA-256."""
    line = http.client.HTTPConnection("127.0.0.1", port)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}
    with path.open("rb") as file:
        headers["Content-Length"] = str(path.stat().st_size)
        line.request("POST", "/api/v1/uploads/?filename=x.csv", body=file, headers=headers)
        return str(json.loads(answer(line, 201).body)["sha256"])


class Answer:
    def __init__(self, got: http.client.HTTPResponse) -> None:
        self.body, self.headers, self.status = got.read(), got.headers, got.status


def answer(line: http.client.HTTPConnection, status: int) -> Answer:
    got = Answer(line.getresponse())
    if got.status != status:
        raise SystemExit(f"{got.status} instead of {status}: {got.body[:300]!r}")
    return got


def start_web(environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], int]:
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    argv = [sys.executable, str(ROOT / "manage.py"), "serve", "--fd", str(listening.fileno())]
    web = subprocess.Popen(argv, env=environment, pass_fds=[listening.fileno()])
    for _try in range(300):
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            line.request("GET", "/health")
            if line.getresponse().status == 200:
                return web, port
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the web process does not answer")


class Bench:
    """One hub, one file, and what the same bytes cost without a hub."""

    def __init__(self, folder: Path, megabytes: int, *, plain: bool) -> None:
        self.source, self.copy = folder / "source.bin", folder / "copy.bin"
        self.expected = make_file(self.source, megabytes)
        self.size = self.source.stat().st_size
        self.data = folder / "data"
        self.environment = {**os.environ, "CHAINHUB_DATA": str(self.data), "LOG_LEVEL": "ERROR"}
        self.environment["ENCRYPT_BLOBS"] = "false" if plain else "true"
        self.environment.pop("DATABASE_URL", None)
        shell = [sys.executable, str(ROOT / "manage.py"), "shell", "-v", "0", "-c", SETUP]
        done = subprocess.run(shell, env=self.environment, check=True, capture_output=True, text=True)
        self.key = done.stdout.split()[-1]

    def without_hub(self) -> tuple[float, float]:
        """Seconds for `sha256sum` plus a copy: until `cp` ends, and until the copy has reached the disk."""
        begun = time.perf_counter()
        subprocess.run(["sha256sum", str(self.source)], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["cp", "--reflink=never", str(self.source), str(self.copy)], check=True)
        copied = time.perf_counter() - begun
        with self.copy.open("rb") as file:
            os.fsync(file.fileno())
        flushed = time.perf_counter() - begun
        self.copy.unlink()
        for name, seconds in (("sha256sum + cp", copied), ("… + fsync", flushed)):
            print(f"{name:18} {seconds:6.2f} s  {self.size / seconds / 1e6:6.0f} MB/s")
        return copied, flushed

    def measure(self, name: str, send: Callable[[int, str, Path], str]) -> bool:
        """Whether memory and speed are within their limits."""
        before = self.without_hub()
        web, port = start_web(self.environment)
        try:
            with Memory(web.pid) as memory:
                begun = time.perf_counter()
                if send(port, self.key, self.source) != self.expected:
                    raise SystemExit(f"{name}: another hash was stored")
                seconds = time.perf_counter() - begun
        finally:
            web.kill()
            web.wait()
        kept = sum(path.stat().st_size for path in (self.data / "blobs").rglob("*") if path.is_file())
        print(f"{'':18} {kept / 1e6:.0f} MB are stored")
        shutil.rmtree(self.data / "blobs")
        after = self.without_hub()
        share, of_flushed = ((one + other) / 2 / seconds for one, other in zip(before, after, strict=True))
        good = memory.growth_mb < LIMIT_MB and share >= LEAST_SHARE
        print(
            f"{name:18} {seconds:6.2f} s  {self.size / seconds / 1e6:6.0f} MB/s, {share:.2f} of the speed without "
            f"fsync (least {LEAST_SHARE}), {of_flushed:.2f} of that with it   memory +{memory.growth_mb:.0f} MB "
            f"(limit {LIMIT_MB})   {'ok' if good else 'NOT GOOD'}   load {os.getloadavg()[0]:.1f}"
        )
        return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=5000)
    parser.add_argument("--plain", action="store_true")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="upload-"))
    try:
        bench = Bench(folder, asked.megabytes, plain=asked.plain)
        good = bench.measure("tus, 16 MiB pieces", by_tus)
        good &= bench.measure("one request", in_one_request)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
