"""`python -m chainhub.datasets.profile SOURCE REPORT WORK TARGET`: progress on stdout, the outcome in a file.

A process of its own, as for inspection: what a stranger's numbers do to their reader stays here.
"""

import json
import sys
from pathlib import Path

from chainhub.datasets.child import Teller, bounded, leave
from chainhub.datasets.profile.describe import profile_file


def main(source: Path, report: Path, work: Path, target: str) -> None:
    """Profile and write `outcome.json`; a crash writes nothing."""
    bounded()
    leave(work, profile_file(source, json.loads(report.read_text()), work, Teller(), target=target))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4])
