"""What an owner lets others do with a dataset, as plain data: equal terms are equal values, whoever wrote them down.

A tuple that is empty limits nothing. A use includes what is less than it: who may train on pooled rows may train
federated and evaluate, who may download may view rows.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

TRAIN_POOLED, TRAIN_FEDERATED, EVALUATE = "train-pooled", "train-federated", "evaluate"
VIEW_ROWS, DOWNLOAD = "view-rows", "download"
USES = (TRAIN_POOLED, TRAIN_FEDERATED, EVALUATE, VIEW_ROWS, DOWNLOAD)
INCLUDES = {TRAIN_POOLED: (TRAIN_FEDERATED, EVALUATE), TRAIN_FEDERATED: (EVALUATE,), DOWNLOAD: (VIEW_ROWS,)}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Made by `parsing.parse_terms` out of anything from outside; built directly, the caller knows what it does."""

    organizations: tuple[str, ...] = ()  # slugs of those who may use it; the owner always may
    collaborations: tuple[str, ...] = ()  # slugs
    purposes: tuple[str, ...] = ()  # slugs of scenarios
    uses: tuple[str, ...] = (TRAIN_POOLED,)
    recipes: tuple[str, ...] = ()  # names
    until: date | None = None  # the last day (UTC) on which it may be used
    max_jobs: int | None = None
    min_organizations: int = 1  # whose data is in the pool, the owner's included
    min_rows_per_class: int = 0  # of the target, in this dataset
    max_epsilon: float | None = None  # training must be differentially private, spending at most this
    models_may_leave: bool = True  # models may be downloaded from the hub
    ask_each_job: bool = False
    name_source: bool = False
    delete_after_days: int | None = None  # downloaded copies

    def __post_init__(self) -> None:
        for name in ("organizations", "collaborations", "purposes", "recipes"):
            object.__setattr__(self, name, tuple(sorted(set(getattr(self, name)))))
        wanted = set(self.uses).union(*(INCLUDES.get(use, ()) for use in self.uses))
        object.__setattr__(self, "uses", tuple(use for use in USES if use in wanted))

    def as_json(self) -> dict[str, Any]:
        """JSON values; `parsing.parse_terms` gives the same terms back."""
        return {
            name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }

    @property
    def ends_at(self) -> datetime | None:
        """The first moment at which it may no longer be used."""
        return end_of(self.until) if self.until else None


FIELDS = tuple(one.name for one in fields(Terms))
DEFAULT = Terms()


def end_of(day: date) -> datetime:
    """Midnight after the day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=UTC)


def with_changes(terms: Terms, changes: Mapping[str, Any]) -> Terms:
    """The same terms but for these."""
    return Terms(**{**{name: getattr(terms, name) for name in FIELDS}, **changes})
