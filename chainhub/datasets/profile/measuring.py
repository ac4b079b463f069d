"""The second scan: mean, spread, quantiles and a histogram of every number, moment and length of text."""

from typing import Any

import numpy as np

from chainhub.datasets.inspection.findings import Tell, part_of
from chainhub.datasets.profile.columns import Column, pieces, plain
from chainhub.datasets.profile.engine import Engine, Row

BINS, FEW_BINS = 20, 10
WIDE = 300  # columns from which on pictures are coarser
SHARES = (0.05, 0.1, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.9, 0.95)
# Beyond so many rows quantiles are those of a sample, which is off by a quarter of a per cent of the rows at most.
MOST_SORTED, SAMPLE = 2_000_000, 100_000
FEW_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


class Measured:
    """Something that has a size: a number, a moment, or how long a text is."""

    def __init__(self, column: Column, *, wide: bool) -> None:
        self.column = column
        self.is_length = column.is_text
        self.told: dict[str, Any] = column.told["lengths"] if self.is_length else column.told
        self.bins = FEW_BINS if wide else BINS
        self.shares: tuple[float, ...] = FEW_SHARES if wide else SHARES
        self.edges: list[float] = []

    @property
    def value(self) -> str:
        return f"length({self.column.sql})::DOUBLE" if self.is_length else self.column.number

    @property
    def unit(self) -> float:
        return 1.0 if self.is_length else self.column.unit

    @property
    def counts_up(self) -> bool:
        return self.is_length or self.column.type == "integer"

    def lay_edges(self) -> None:
        """Equal bins from the lowest to the highest value, in the unit of `value`."""
        low, high = _limit(self.told.get("min")), _limit(self.told.get("max"))
        if low is None or high is None:
            return
        edges = np.linspace(low / self.unit, high / self.unit, self.bins + 1) if low < high else np.array([])
        if self.counts_up and high - low < self.bins:
            edges = np.arange(low - 0.5, high + 1.0)  # one bin for each whole number
        # Numbers that lie closer than a double can tell have no bins between them.
        self.edges = [float(edge) for edge in edges] if (np.diff(edges) > 0).all() else []

    def asked(self, *, sampled: bool) -> list[str]:
        value = self.value
        shares = ", ".join(str(share) for share in self.shares)
        quantiles = f"approx_quantile({value}, [{shares}])"
        if sampled:
            quantiles = f"reservoir_quantile({value}, [{shares}], {SAMPLE})"
        parts = [f"avg({value})", f"stddev_pop({value})", quantiles]
        if self.edges:
            upper = ", ".join(f"{edge!r}::DOUBLE" for edge in self.edges[1:])
            parts.append(f"histogram({value}, [{upper}])")
        return parts

    def fill(self, found: Row) -> None:
        mean, deviation, quantiles, *histogram = found
        unit = self.unit
        if self.column.is_moment:
            self.told["quantiles"] = _named(self.shares, [_moment(value) for value in quantiles or ()])
        else:
            self.told |= {"mean": plain(mean, unit), "std": plain(deviation, unit)}
            self.told["quantiles"] = _named(self.shares, [plain(value, unit) for value in quantiles or ()])
        if histogram and histogram[0]:
            counts = list(histogram[0].values())[: len(self.edges) - 1]
            edges = [self._edge(edge) for edge in self.edges]
            self.told["histogram"] = {"edges": edges, "counts": [int(number) for number in counts]}

    def _edge(self, edge: float) -> Any:
        return _moment(edge) if self.column.is_moment else plain(edge, self.unit)


def measure(engine: Engine, columns: list[Column], rows: int, tell: Tell) -> None:
    """Fill in the sizes of all columns that have one."""
    sized = [one for one in columns if one.is_measured or one.is_text]
    things = [Measured(one, wide=len(columns) > WIDE) for one in sized if one.told["missing_share"] < 1]
    _seconds(engine, [one for one in things if one.column.is_moment])
    done = 0
    for some in pieces(things, 200):
        for one in some:
            one.lay_edges()
        asked = [one.asked(sampled=rows > MOST_SORTED) for one in some]
        sql = f"SELECT {', '.join(part for parts in asked for part in parts)} FROM data"  # noqa: S608
        found = engine.ask(sql, tell=part_of(tell, done / len(things), (done + len(some)) / len(things)))
        answers = iter(found[0])
        for one, parts in zip(some, asked, strict=True):
            one.fill(tuple(next(answers) for _one in parts))
        done += len(some)
    for one in things:
        if one.column.is_moment:
            one.told["min"], one.told["max"] = one.column.told.pop("limits")


def _seconds(engine: Engine, moments: list[Measured]) -> None:
    """Where moments begin and end, in seconds; their text is kept aside."""
    for one in moments:
        value = one.column.number
        low, high = engine.ask(f"SELECT min({value}), max({value}) FROM data")[0]  # noqa: S608
        one.told["limits"] = (one.told["min"], one.told["max"])
        one.told["min"], one.told["max"] = low, high


def _limit(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _moment(seconds: Any) -> str | None:
    if seconds is None or not np.isfinite(seconds):
        return None
    return str(np.datetime64(int(seconds), "s"))


def _named(shares: tuple[float, ...], values: list[Any]) -> dict[str, Any]:
    return {f"{share * 100:g}": value for share, value in zip(shares, values, strict=False)}
