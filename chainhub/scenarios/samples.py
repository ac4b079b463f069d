"""The demo's files: real data sets divided among organizations as CSV, the same bytes each time."""

import csv
import io
import random
from collections.abc import Iterable, Mapping, Sequence

from chainhub.scenarios.carriers import heart_rows, mnist_rows

PIXELS = 784
PER_DIGIT = 500  # the 5,000 digits hold 500 of each
DIGITS = range(10)
SELDOM = 10  # how many of a digit a supplier has that does not make it

# Which digits each supplier makes, and the one that it has never seen.
MADE = ({0, 1, 2, 3, 4}, {4, 5, 6, 7}, {7, 8, 9, 0}, {2, 5, 8, 9})
NEVER = (9, 1, 3, 6)

HOSPITALS = ("Cleveland", "Hungary", "Switzerland", "VA Long Beach")
FINDINGS = (
    *("age", "sex", "cp", "trestbps", "chol", "fbs", "restecg"),
    *("thalch", "exang", "oldpeak", "slope", "ca", "thal"),
)
NEVER_ZERO = {"trestbps", "chol"}
DIAGNOSIS = "heart_disease"


def digits_csv(supplier: int) -> bytes:
    """One supplier's digits: 784 grey values from 0 to 255, then the digit."""
    rows = [tuple(row) for row in mnist_rows()]
    mine = [row for digit in DIGITS for row in _share(rows, digit, supplier)]
    random.Random(supplier).shuffle(mine)  # noqa: S311 (an order, not a secret)
    return _csv([*(f"pixel{place}" for place in range(PIXELS)), "digit"], mine)


def digit_counts(supplier: int) -> list[int]:
    """How many of each digit a supplier holds."""
    return [_counts(digit)[supplier] for digit in DIGITS]


def heart_csv(hospital: str) -> bytes:
    """One hospital's patients: 13 findings as recorded, and whether heart disease was found.

    The source grades the disease from 0 to 4; as usual, any grade above 0 is disease. Its row numbers and its column
    that names the hospital are left out. A blood pressure or a cholesterol of 0, which nobody alive has, was entered
    where none was measured: it is left empty.
    """
    patients = (row for row in heart_rows() if row["dataset"] == hospital)
    return _csv([*FINDINGS, DIAGNOSIS], (_patient(row) for row in patients))


def _patient(row: Mapping[str, str]) -> Sequence[str]:
    measured = ("" if name in NEVER_ZERO and float(row[name] or 0) == 0 else row[name] for name in FINDINGS)
    return [*measured, "present" if int(row["num"]) > 0 else "absent"]


def _share(rows: list[tuple[str, ...]], digit: int, supplier: int) -> list[tuple[str, ...]]:
    drawn = [row for row in rows if row[-1] == str(digit)]
    random.Random(digit).shuffle(drawn)  # noqa: S311
    counts = _counts(digit)
    begin = sum(counts[:supplier])
    return drawn[begin : begin + counts[supplier]]


def _counts(digit: int) -> list[int]:
    """Makers share what the others do not have."""
    counts = [0 if digit == never else SELDOM for never in NEVER]
    makers = [place for place, made in enumerate(MADE) if digit in made]
    rest = PER_DIGIT - sum(count for place, count in enumerate(counts) if place not in makers)
    for place in makers:
        counts[place] = rest // len(makers)
    return counts


def _csv(head: Iterable[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")
