"""How much a field tells about the target: from grouped counts, means and variances alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from math import sqrt

Cell = tuple[str, str, int]  # value, class, rows
Group = tuple[int, float | None, float | None]  # rows, mean, variance
FEWEST = 20  # rows below which nothing can be told


def eta(groups: Iterable[Group]) -> float | None:
    """The correlation ratio, 0 to 1: the root of the share of the variance that lies between the groups."""
    known = [(rows, mean, variance) for rows, mean, variance in groups if rows and mean is not None]
    total = sum(rows for rows, _mean, _variance in known)
    if total < FEWEST or len(known) < 2:  # noqa: PLR2004 - two groups
        return None
    middle = sum(rows * mean for rows, mean, _variance in known) / total
    between = sum(rows * (mean - middle) ** 2 for rows, mean, _variance in known)
    within = sum(rows * (variance or 0.0) for rows, _mean, variance in known)
    whole = between + within
    if not 0 < whole < float("inf"):
        return None
    # As many groups as rows would explain anything; what chance explains is taken off (epsilon squared).
    share = (between - (len(known) - 1) * within / max(total - len(known), 1)) / whole
    return sqrt(max(0.0, min(1.0, share)))


def point_biserial(groups: list[Group]) -> float | None:
    """Pearson's correlation with a target of two classes; positive where the second has the higher mean."""
    size = eta(groups)
    if size is None or len(groups) != 2:  # noqa: PLR2004 - two classes
        return None
    first, second = (mean or 0.0 for _rows, mean, _variance in groups)
    return size if second >= first else -size


def cramers_v(cells: Iterable[Cell]) -> float | None:
    """Cramér's V, 0 to 1, corrected for what chance brings (Bergsma 2013)."""
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    table: dict[tuple[str, str], int] = defaultdict(int)
    for value, label, count in cells:
        rows[value] += count
        columns[label] += count
        table[value, label] += count
    total = sum(rows.values())
    if total < FEWEST or len(rows) < 2 or len(columns) < 2:  # noqa: PLR2004 - two of each
        return None
    squares = sum(count * count / (rows[value] * columns[label]) for (value, label), count in table.items())
    phi = max(0.0, squares - 1 - (len(rows) - 1) * (len(columns) - 1) / (total - 1))
    fewer = min(_corrected(len(rows), total), _corrected(len(columns), total)) - 1
    return sqrt(min(1.0, phi / fewer)) if fewer > 0 else None


def _corrected(number: int, total: int) -> float:
    return number - (number - 1) ** 2 / (total - 1)
