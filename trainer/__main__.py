"""`python -m trainer run SPEC`, `predict FOLDER`, `import-base SOURCE FOLDER` and `serve`."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

from trainer.preload import calm
from trainer.stopping import stop_on

calm()


def run(spec: str) -> int:
    """Train; events on standard output and nothing else, whatever libraries print."""
    events = os.dup(1)
    os.dup2(2, 1)
    from trainer.main import run_file  # noqa: PLC0415 - seconds of imports that `--help` need not pay

    stop = threading.Event()
    stop_on(stop, signal.SIGTERM, signal.SIGINT)
    return run_file(Path(spec), events=events, stop=stop)


def predict(folder: str) -> int:
    """JSON lines of rows (or of {"rows": [...]}) from standard input, JSON lines of predictions to standard output."""
    from trainer.failures import TrainingError  # noqa: PLC0415 - as above
    from trainer.predict import Predictor, answer  # noqa: PLC0415 - as above

    try:
        predictor = Predictor(folder)
    except TrainingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for line in sys.stdin:
        if line.strip():
            sys.stdout.write(json.dumps(answer(predictor, line), ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return 0


def import_base(source: str, folder: str) -> int:
    """Rewrite a base model into the folder; on standard output what it can learn, as JSON."""
    out = os.dup(1)
    os.dup2(2, 1)  # libraries print as well
    from trainer.failures import TrainingError  # noqa: PLC0415 - as above
    from trainer.importing import import_base as rewrite  # noqa: PLC0415 - as above

    try:
        told = rewrite(Path(source), Path(folder))
    except TrainingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    os.write(out, json.dumps(told).encode())
    return 0


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m trainer", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="train the job that a specification file describes").add_argument("spec")
    commands.add_parser("predict", help="predict with the model in a folder").add_argument("folder")
    importing = commands.add_parser("import-base", help="rewrite a base model as plain files")
    importing.add_argument("source", help="a folder as transformers reads it, or a GGUF file")
    importing.add_argument("folder", help="where to write it")
    serving = commands.add_parser("serve", help="fork a child per job, for a supervisor")
    serving.add_argument("--fd", type=int, default=3, help="inherited connected Unix socket")
    serving.add_argument("--path", help="Unix socket to listen on instead")
    chosen = parser.parse_args(arguments)
    if chosen.command == "run":
        return run(chosen.spec)
    if chosen.command == "predict":
        return predict(chosen.folder)
    if chosen.command == "import-base":
        return import_base(chosen.source, chosen.folder)
    from trainer.forkserver import serve  # noqa: PLC0415 - as above

    return serve(fd=chosen.fd, path=chosen.path)


if __name__ == "__main__":
    sys.exit(main())
