"""The columns of a version as the engine asks about them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chainhub.datasets.profile.engine import Engine, alias

AT_ONCE = 50  # columns in one query: each counts its distinct values in a table of its own
HUGE = 1e150  # beyond it squares overflow
STORED = {
    **dict.fromkeys(("BIGINT", "INTEGER", "SMALLINT", "TINYINT", "UBIGINT", "UINTEGER", "USMALLINT"), "integer"),
    **dict.fromkeys(("UTINYINT", "HUGEINT"), "integer"),
    **dict.fromkeys(("DOUBLE", "FLOAT", "DECIMAL"), "number"),
    **dict.fromkeys(("DATE", "TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"), "time"),
    "BOOLEAN": "boolean",
    "BLOB": "image",
}
Thing = TypeVar("Thing")


@dataclass
class Column:
    """One field: what inspection said of it, and what is learnt about it query by query."""

    name: str
    sql: str  # its name in the engine's table
    type: str  # integer, number, boolean, date, time, text, image; empty for what cannot be compared
    kind: str
    corrected: bool = False  # read in another type than it is stored in
    told: dict[str, Any] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        return self.type in {"integer", "number"}

    @property
    def is_moment(self) -> bool:
        return self.type in {"date", "time"}

    @property
    def is_text(self) -> bool:
        return self.type == "text"

    @property
    def is_measured(self) -> bool:
        """Whether quantiles and a histogram are drawn of it: pixels of pictures are too many and too much alike."""
        return (self.is_number and self.kind != "pixel") or self.is_moment

    @property
    def number(self) -> str:
        """The column as a DOUBLE that can be squared and summed; moments count in seconds."""
        if self.is_moment:
            return f"epoch(try_cast({self.sql} AS TIMESTAMP))"
        # What is no number (NaN, infinity) is no measurement.
        value = f"(CASE WHEN isfinite({self.sql}) THEN {self.sql} END)" if self.type == "number" else self.sql
        return f"({value}::DOUBLE * 1e-200)" if self.is_huge else f"{value}::DOUBLE"

    @property
    def is_huge(self) -> bool:
        limits = [value for value in (self.told.get("min"), self.told.get("max")) if isinstance(value, int | float)]
        return any(abs(value) > HUGE for value in limits)

    @property
    def unit(self) -> float:
        """What a value of `number` is multiplied by to be a value of the column."""
        return 1e200 if self.is_huge else 1.0


def columns_of(engine: Engine, fields: Sequence[Mapping[str, Any]]) -> list[Column]:
    """The fields of an inspection report that are columns of the data, with the type in which they are stored."""
    types = {str(row[0]): str(row[1]) for row in engine.ask("DESCRIBE data")}  # in no order
    called = {name: alias(place) for place, name in enumerate(engine.names)}
    return [
        Column(
            name=one["name"],
            sql=called[one["name"]],
            type=_type(types[called[one["name"]]], str(one.get("type") or "")),
            kind=str(one.get("kind") or ""),
            corrected=bool(one.get("corrected")),
        )
        for one in fields
        if one["name"] in called
    ]


def _type(stored: str, said: str) -> str:
    # DECIMAL(10,2) and TIMESTAMP WITH TIME ZONE are what their first word says; BIGINT[] is not.
    plain_name = stored.split("(", 1)[0].split(" ", 1)[0]
    if plain_name in STORED:
        return STORED[plain_name]
    return said if stored == "VARCHAR" and said in {"date", "time", "text"} else "text" if stored == "VARCHAR" else ""


def pieces(things: Iterable[Thing], size: int = AT_ONCE) -> Iterator[list[Thing]]:
    """A few at a time."""
    held: list[Thing] = []
    for thing in things:
        held.append(thing)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held


def plain(value: Any, unit: float = 1.0) -> float | None:
    """Six significant digits are more than any picture shows; None for what no JSON holds."""
    if value is None:
        return None
    scaled = float(value) * unit
    return float(f"{scaled:.6g}") if abs(scaled) != float("inf") and scaled == scaled else None  # noqa: PLR0124
