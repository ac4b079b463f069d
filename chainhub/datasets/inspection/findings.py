"""What inspection gives back, or the refusal it ends with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chainhub.core.errors import DomainError
from chainhub.core.sentences import Sentence, sentence

Tell = Callable[[float], None]  # share of the work that is done, 0 to 1


class RefusedFileError(DomainError):
    """The file cannot be used; the sentence says where and why."""

    code = "file-refused"
    status = 422


@dataclass
class Findings:
    """A readable file: its canonical form and the report that goes into `DatasetVersion.inspection`."""

    kind: str  # table or images
    rows: int
    training: Path
    report: dict[str, Any]


@dataclass
class Repairs:
    """What was mended on the way, in the order in which it was found."""

    told: list[Sentence] = field(default_factory=list)

    def tell(self, text: str, **params: Any) -> None:
        """Keep one sentence; the same one is kept once."""
        new = sentence(text, **params)
        if new not in self.told:
            self.told.append(new)


def quiet(share: float) -> None:
    """Progress that nobody watches."""


def part_of(tell: Tell, start: float, end: float) -> Tell:
    """Progress of one stretch of the work."""
    return lambda share: tell(start + (end - start) * min(max(share, 0.0), 1.0))
