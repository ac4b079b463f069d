"""The narrow scans: the most frequent values of fields with few, and how fields hang together with the target."""

from collections import Counter, defaultdict
from typing import Any

from chainhub.datasets.inspection.findings import Tell, part_of
from chainhub.datasets.profile.columns import Column, pieces, plain
from chainhub.datasets.profile.engine import Engine
from chainhub.datasets.profile.relations import Cell, Group, cramers_v, eta, point_biserial

MOST_VALUES = 1000  # different values up to which all are counted
MOST_NUMBERS = 20  # of a number, which has a histogram otherwise
MOST_CLASSES = 50
TOP, FEW = 10, 20
SHORT = 60
AT_ONCE = 40
MOST_COUNTED = 300  # fields of a wide table whose values are counted one by one


def is_counted(column: Column) -> bool:
    """Whether its values are few enough to be counted one by one."""
    few = column.told["distinct"] or 0
    if column.kind == "pixel" or not few:
        return False
    if column.type == "boolean":
        return True
    return few <= (MOST_NUMBERS if column.is_number else MOST_VALUES) and (column.is_text or column.type == "integer")


def has_classes(target: Column | None) -> bool:
    """Whether the target is a class rather than a quantity."""
    return target is not None and is_counted(target) and (target.told["distinct"] or 0) <= MOST_CLASSES


def group(engine: Engine, columns: list[Column], target: Column | None, tell: Tell) -> None:
    """Fill in the values of fields with few, and every field's relation to the target."""
    classes = target if has_classes(target) else None
    counted = [one for one in columns if is_counted(one)]
    if len(columns) > MOST_COUNTED:
        # Each of them is a scan of its own, and costs with the width of the file.
        counted = [one for one in counted if not one.is_number or one is target][:MOST_COUNTED]
    _count_values(engine, counted, target, part_of(tell, 0.0, 0.6))
    numbers = [one for one in columns if one.is_measured and one is not target]
    if classes is not None:
        _by_class(engine, [one for one in numbers if one.is_number], classes, part_of(tell, 0.6, 1.0))
    elif target is not None and target.is_number:
        _with_number(engine, [one for one in numbers if one.is_number], target, part_of(tell, 0.6, 1.0))


def _count_values(engine: Engine, columns: list[Column], target: Column | None, tell: Tell) -> None:
    """One narrow scan for each field: its values, by class or with the mean and variance of a numeric target."""
    done = 0
    for some in pieces(columns, AT_ONCE):
        parts = [_question(place, one, target) for place, one in enumerate(some)]
        part = part_of(tell, done / len(columns), (done + len(some)) / len(columns))
        found: dict[int, list[Any]] = defaultdict(list)
        for place, *answer in engine.ask(" UNION ALL ".join(parts), tell=part):
            found[place].append(answer)
        for place, one in enumerate(some):
            _fill_values(one, found[place], target)
        done += len(some)


def _question(place: int, column: Column, target: Column | None) -> str:
    name = column.sql
    start = f"SELECT {place}, {name}::VARCHAR"
    end = f"FROM data WHERE {name} IS NOT NULL GROUP BY {name}"
    if target is None or column is target:
        return f"{start}, NULL, count(*), NULL, NULL {end}"
    if has_classes(target):
        return f"{start}, {target.sql}::VARCHAR, count(*), NULL, NULL {end}, {target.sql}"
    if not target.is_number:
        return f"{start}, NULL, count(*), NULL, NULL {end}"
    value = target.number
    # The rows of a group count by those whose target is known; the others only for the value itself.
    return f"{start}, count({value})::VARCHAR, count(*), avg({value}), var_pop({value}) {end}"


def _fill_values(column: Column, found: list[Any], target: Column | None) -> None:
    totals: Counter[str] = Counter()
    for value, _label, rows, _mean, _variance in found:
        totals[value] += rows
    limit = FEW if len(totals) <= FEW else TOP
    top = sorted(totals.items(), key=lambda one: (-one[1], one[0]))[:limit]
    column.told["values"] = [{"value": _shown(column, value), "count": rows} for value, rows in top]
    column.told["other"] = totals.total() - sum(rows for _value, rows in top)
    column.told["distinct"], column.told["exact"] = len(totals), True
    if target is None or column is target or column.kind in {"constant", "identifier"}:
        return
    if has_classes(target):
        cells: list[Cell] = [(value, label, rows) for value, label, rows, _m, _v in found if label is not None]
        _relate(column, "cramer", cramers_v(cells))
    elif target.is_number:
        groups: list[Group] = [(int(known), mean, variance) for _value, known, _rows, mean, variance in found]
        _relate(column, "eta", eta(groups))


def _by_class(engine: Engine, columns: list[Column], target: Column, tell: Tell) -> None:
    done = 0
    for some in pieces(columns):
        asked = [f"count({one.number}), avg({one.number}), var_pop({one.number})" for one in some]
        sql = f"SELECT {', '.join(asked)} FROM data WHERE {target.sql} IS NOT NULL GROUP BY {target.sql} ORDER BY {target.sql}"  # noqa: S608, E501
        found = engine.ask(sql, tell=part_of(tell, done / len(columns), (done + len(some)) / len(columns)))
        for place, one in enumerate(some):
            groups: list[Group] = [(row[3 * place], row[3 * place + 1], row[3 * place + 2]) for row in found]
            two = point_biserial(groups)
            _relate(one, "eta" if two is None else "pearson", eta(groups) if two is None else two)
        done += len(some)


def _with_number(engine: Engine, columns: list[Column], target: Column, tell: Tell) -> None:
    done = 0
    for some in pieces(columns):
        asked = ", ".join(f"corr({one.number}, {target.number})" for one in some)
        sql = f"SELECT {asked} FROM data"  # noqa: S608
        found = engine.ask(sql, tell=part_of(tell, done / len(columns), (done + len(some)) / len(columns)))
        for one, value in zip(some, found[0], strict=True):
            _relate(one, "pearson", value)
        done += len(some)


def _relate(column: Column, measure: str, value: float | None) -> None:
    """What is kept last is what fits the field best: a number's own correlation beats that of its few values."""
    shown = plain(value)
    if shown is not None:
        column.told["relation"] = {"measure": measure, "value": round(shown, 4)}


def _shown(column: Column, value: str) -> Any:
    if column.type == "boolean":
        return value == "true"
    if column.type == "integer":
        return int(value)
    return value if len(value) <= SHORT else value[: SHORT - 1] + "…"
