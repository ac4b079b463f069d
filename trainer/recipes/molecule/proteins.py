"""Proteins as letters of amino acids."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

ACIDS = "ACDEFGHIKLMNPQRSTVWY"
# Amino acids alike in charge and volume of their side chains (Shen et al., PNAS 104, 2007, table 1).
CLASSES = ("AGV", "ILFP", "YMTS", "HNQW", "RK", "DE", "C")
TRIADS = len(CLASSES) ** 3
WIDTH = len(ACIDS) + TRIADS + 1
LONGEST, SHORTEST = 40_000, 20  # letters; fewer are no protein
OTHERS = "BJOUXZ"  # letters for acids that are not known for certain, or rare

_CLASS = {acid: place for place, acids in enumerate(CLASSES) for acid in acids}
_KNOWN = frozenset(ACIDS + OTHERS)


def cleaned(text: str) -> str | None:
    """The sequence in capital letters without blanks; None where it is none."""
    letters = "".join(text.split()).upper().rstrip("*")
    return letters if letters and len(letters) <= LONGEST and set(letters) <= _KNOWN else None


def looks_like_one(text: str) -> bool:
    letters = cleaned(text)
    return letters is not None and len(letters) >= SHORTEST


def composition(letters: str) -> npt.NDArray[np.float32]:
    """Shares of each acid, of each three neighbours by their classes, and how long it is."""
    found = np.zeros(WIDTH, np.float32)
    for place, acid in enumerate(ACIDS):
        found[place] = letters.count(acid) / len(letters)
    classes = [_CLASS.get(acid, -1) for acid in letters]
    for one, two, three in zip(classes, classes[1:], classes[2:], strict=False):
        if min(one, two, three) >= 0:
            found[len(ACIDS) + (one * len(CLASSES) + two) * len(CLASSES) + three] += 1.0
    found[len(ACIDS) : -1] *= 100 / len(letters)
    found[-1] = np.log(len(letters))
    return found
