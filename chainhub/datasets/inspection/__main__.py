"""`python -m chainhub.datasets.inspection SOURCE WORK`: shares of progress on stdout, the outcome in a file."""

import json
import os
import resource
import sys
import threading
import time
import traceback
from pathlib import Path

from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import RefusedFileError

MEMORY = 8 * 2**30
SECONDS = 2 * 3600
TOLD_EVERY = 0.2
UNREADABLE = gettext_noop("The file cannot be read as a table or as images (%(reason)s).")


def main(source: Path, work: Path) -> None:
    """Inspect and write `outcome.json`; a crash writes nothing."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    outcome = _outcome(source, work)
    unfinished = work / "outcome.part"
    unfinished.write_text(json.dumps(outcome))
    unfinished.replace(work / "outcome.json")


def _outcome(source: Path, work: Path) -> dict[str, object]:
    try:
        findings = inspect_file(source, work, _Teller())
    except RefusedFileError as refusal:
        return {"refusal": refusal.sentence}
    except MemoryError:
        raise
    except Exception as error:
        # A file that no reader foresaw: its owner gets a sentence, the log gets the rest.
        traceback.print_exc()
        return {"refusal": sentence(UNREADABLE, reason=f"{type(error).__name__}: {error}"[:200])}
    return {
        "kind": findings.kind,
        "rows": findings.rows,
        "training": findings.training.name,
        "report": findings.report,
    }


class _Teller:
    """Writes shares, not more often than anyone can see."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, share: float) -> None:
        now = time.monotonic()
        if now - self.last > TOLD_EVERY:
            self.last = now
            sys.stdout.write(f"{share:.3f}\n")
            sys.stdout.flush()


def _end_with_parent() -> None:
    """The parent holds the other end of stdin; it closes when the parent ends, however that ended."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
