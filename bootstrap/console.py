"""What a person sees during the set-up: one calm line per step in English and Chinese, the details in a log file."""

import os
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from bootstrap.places import LOG, ROOT


class SetupError(Exception):
    """The set-up cannot go on; the message tells a person what to do."""

    def __init__(self, message: str, *, details: str = "") -> None:
        """Keep the sentence and, apart from it, the last lines of what failed."""
        super().__init__(message)
        self.details = details


def speak_any_language() -> None:
    """A terminal that cannot write Chinese shows question marks instead of an exception."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def say(line: str = "") -> None:
    """Write a line at once, also through a pipe."""
    print(line, flush=True)


@contextmanager
def step(english: str, chinese: str) -> Iterator[None]:
    """Announce a step, and tick it off with the seconds it took."""
    started = time.monotonic()
    label = f"{english} / {chinese}"
    live = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    print(f"  … {label}", end="" if live else "\n", flush=True)
    stop = threading.Event()
    ticker = threading.Thread(target=_tick, args=(label, started, stop), daemon=True)
    if live:
        ticker.start()
    mark = "✗"
    try:
        yield
        mark = "✓"
    finally:
        stop.set()
        if live:
            ticker.join()
        print(f"{chr(13) if live else ''}  {mark} {label}  {time.monotonic() - started:.1f} s", flush=True)


def _tick(label: str, started: float, stop: threading.Event) -> None:
    while not stop.wait(1):
        print(f"\r  … {label}  {time.monotonic() - started:.0f} s", end="", flush=True)


def run(
    command: Sequence[str | Path], *, environment: Mapping[str, str], folder: Path = ROOT, advice: str = ""
) -> None:
    """Run a command quietly; when it fails, raise what it said last and what to do."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    line = shlex.join(str(part) for part in command)
    with LOG.open("a+b") as log:
        log.write(f"\n$ {line}\n".encode())
        log.flush()
        begin = log.seek(0, os.SEEK_END)
        try:
            code = subprocess.call(
                [str(part) for part in command],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        except OSError as error:
            raise SetupError(f"Cannot start {command[0]}: {error}") from error
        log.seek(begin)
        said = log.read().decode(errors="replace")
    if code:
        raise SetupError(advice or f"This command ended with code {code}: {line}", details=last_lines(said))


def last_lines(text: str, count: int = 15) -> str:
    """The end of an output, where the reason usually stands."""
    return "\n".join(f"    {line}" for line in text.strip().splitlines()[-count:])


def explain(error: SetupError) -> None:
    """Tell what went wrong, what was said last, and where the rest is."""
    say()
    if error.details:
        say(error.details)
        say()
    say(str(error))
    if LOG.exists():
        say(f"Details / 详细日志: {LOG}")
