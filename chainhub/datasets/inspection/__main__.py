"""`python -m chainhub.datasets.inspection SOURCE WORK KIND NAME`: shares of progress on stdout, a file in the end."""

import sys
import traceback
from pathlib import Path
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.core.sentences import sentence
from chainhub.datasets.child import EXHAUSTED, Teller, bounded, leave
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import RefusedFileError

UNREADABLE = gettext_noop("The file cannot be read as a table or as images (%(reason)s).")


def main(source: Path, work: Path, kind: str = "", name: str = "") -> None:
    """Inspect and write `outcome.json`; a crash writes nothing."""
    bounded()
    try:
        outcome = _outcome(source, work, kind, name)
    except MemoryError:
        traceback.print_exc()
        sys.exit(EXHAUSTED)
    leave(work, outcome)


def _outcome(source: Path, work: Path, kind: str, name: str) -> dict[str, Any]:
    try:
        findings = inspect_file(source, work, Teller(), name=name, kind=kind)
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


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:5])
