"""`python3 manage.py quickstart`: from a prepared environment to an open hub with a demo that trains by itself."""

import argparse
import fcntl
import os
import signal
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NoReturn

from chainhub.core.errors import DomainError
from chainhub.core.translations import compile_if_stale
from chainhub.core.valkey import ValkeyError
from chainhub.quickstart.hub import Hub, HubError
from chainhub.quickstart.voice import UNHEARD, say, say_if_heard

if TYPE_CHECKING:
    from chainhub.quickstart.demo import Demo

ROOT = Path(__file__).resolve().parent.parent.parent
LOOK = 0.5  # seconds between two looks at processes and jobs


def quickstart(arguments: list[str]) -> int:
    """Run until Ctrl-C, or with --once until the demo is through; the exit code tells whether all went well."""
    options = _options(arguments)
    data = Path(options.data or os.environ.get("CHAINHUB_DATA") or ROOT / "var").expanduser().resolve()
    os.environ["CHAINHUB_DATA"] = str(data)
    end_when_asked()
    try:
        with alone(data) as note:
            return _run(options, data, note)
    except (HubError, ValkeyError, DomainError) as error:
        say_if_heard(str(error))
        return 1
    except KeyboardInterrupt:
        return 0 if not options.once else 130
    except OSError as error:
        if error.errno not in UNHEARD:
            raise
        say_if_heard(str(error))  # nobody reads any more, as after `| head`; all was stopped in order
        return 130


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="manage.py quickstart",
        description="Start the whole hub here, with a demo that trains by itself.",
    )
    parser.add_argument("--once", action="store_true", help="end when the demo's jobs have ended; the exit code tells")
    parser.add_argument("--port", type=int, default=8000, help="the port to try first (default: 8000)")
    parser.add_argument("--data", metavar="DIR", help="where database, files and keys are kept (default: var/)")
    parser.add_argument("--no-demo", action="store_true", help="start with what is there, and launch nothing")
    parser.add_argument("--open", action="store_true", help="open the browser")
    return parser.parse_args(arguments)


def _run(options: argparse.Namespace, data: Path, note: Path) -> int:
    started = time.monotonic()
    say("Starting ChainHub", "正在启动 ChainHub")
    hub = Hub(data, port=options.port)
    try:
        hub.start_broker()
        migrate()
        hub.start_processes()
        demo = None if options.no_demo else _demo(hub)
        hub.wait_until_it_answers()
        note.write_text(hub.address)
        _welcome(hub, seconds=time.monotonic() - started)
        if demo:
            demo.introduce()
        if options.open:
            webbrowser.open(hub.address)
        well = demo.follow(hub.look_after, every=LOOK) if demo else True
        return (0 if well else 1) if options.once else _stay(hub)
    finally:
        stop(hub)


def migrate() -> None:
    """Settings, translations and tables; the broker must run by now."""
    import django  # noqa: PLC0415 (reads the settings, so the environment comes first)
    from django.core.management import call_command  # noqa: PLC0415

    compile_if_stale()
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def _demo(hub: Hub) -> "Demo":
    from chainhub.quickstart.demo import Demo  # noqa: PLC0415 (needs Django's models, and so the settings)

    demo = Demo(hub.address)
    demo.load()
    return demo


def _welcome(hub: Hub, *, seconds: float) -> None:
    say()
    say(f"ChainHub is open after {seconds:.0f} s:  {hub.address}", "已就绪")


def _stay(hub: Hub) -> int:
    say()
    say(f"Still open at {hub.address}  Ctrl-C stops everything.", "按 Ctrl-C 停止")
    while True:
        hub.look_after()
        time.sleep(LOOK)


def stop(hub: Hub) -> None:
    """In order; a second Ctrl-C ends everything at once."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    say_if_heard()
    say_if_heard("Stopping … (Ctrl-C again: at once)", "正在停止 …（再按一次 Ctrl-C 立即结束）")
    try:
        hub.stop()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        hub.kill()
    say_if_heard("Stopped; everything is kept.", "已停止，数据均已保留。")


def end_when_asked() -> None:
    """Whatever asks this process to end is an interruption, also where a shell's background job begins deaf to it."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def alone(data: Path) -> Iterator[Path]:
    """One quickstart per data folder; a second one is told where the first is."""
    folder = data / "run"
    folder.mkdir(parents=True, exist_ok=True)
    note = folder / "address"
    with (folder / "quickstart.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            where = note.read_text() if note.exists() else "…"
            raise HubError(f"ChainHub is already running at {where}  ChainHub 已在运行。") from None
        try:
            yield note
        finally:
            note.unlink(missing_ok=True)
