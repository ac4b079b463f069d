"""What differs between two terms, and whether one permits less than the other: for offers and counter-offers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chainhub.policies.terms import FIELDS, Terms

NARROWER, WIDER, OTHER = "narrower", "wider", "other"


@dataclass(frozen=True)
class Difference:
    """One field of which two terms say different things; `direction` is how the second compares with the first."""

    field: str
    before: Any
    after: Any
    direction: str  # narrower, wider or other


def differences(before: Terms, after: Terms) -> list[Difference]:
    """In the order of the fields."""
    return [
        Difference(name, old, new, _direction(name, old, new))
        for name in FIELDS
        if (old := getattr(before, name)) != (new := getattr(after, name))
    ]


def narrower_than(terms: Terms, other: Terms) -> bool:
    """Whether `terms` permit less in some respect and more in none."""
    found = differences(other, terms)
    return bool(found) and all(one.direction == NARROWER for one in found)


def _direction(name: str, old: Any, new: Any) -> str:
    within = WITHIN[name]
    if within(new, old):
        return NARROWER
    return WIDER if within(old, new) else OTHER


def _chosen(less: tuple[str, ...], more: tuple[str, ...]) -> bool:
    """Names, where none means any."""
    return not more or (bool(less) and set(less) <= set(more))


def _part(less: tuple[str, ...], more: tuple[str, ...]) -> bool:
    return set(less) <= set(more)


def _earlier(less: Any, more: Any) -> bool:
    """Upper limits, where none means no limit."""
    return more is None or (less is not None and less <= more)


def _at_least(less: int, more: int) -> bool:
    return less >= more


def _not_more(less: bool, more: bool) -> bool:  # noqa: FBT001 (two values to compare)
    return less <= more


def _not_less(less: bool, more: bool) -> bool:  # noqa: FBT001
    return less >= more


WITHIN: dict[str, Callable[[Any, Any], bool]] = {
    "organizations": _chosen,
    "collaborations": _chosen,
    "purposes": _chosen,
    "uses": _part,
    "recipes": _chosen,
    "until": _earlier,
    "max_jobs": _earlier,
    "min_organizations": _at_least,
    "min_rows_per_class": _at_least,
    "max_epsilon": _earlier,
    "models_may_leave": _not_more,
    "ask_each_job": _not_less,
    "name_source": _not_less,
    "delete_after_days": _earlier,
}
