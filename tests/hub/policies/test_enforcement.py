"""No job runs that a term forbids, and none is refused that all terms permit."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chainhub.core.sentences import render
from chainhub.policies.enforcement import EXPORT, Use, refusals
from chainhub.policies.parsing import parse_terms
from chainhub.policies.terms import USES, Terms
from tests.hub.policies.oracle import permitted

NAMES = ["anvil", "borealis", "cobalt", "delta"]
PURPOSES = ["visual-inspection", "disease-diagnosis", "credit-scoring"]
RECIPES = ["tabular", "image-classification", "text"]
TODAY = date(2027, 3, 1)
few = st.sampled_from


def some(values: list[str]) -> Any:
    return st.lists(few(values), unique=True, max_size=3)


# Each term is often absent: else hardly any job would pass all of them.
policies = st.fixed_dictionaries(
    {
        "organizations": st.one_of(st.just([]), some(NAMES)),
        "collaborations": st.one_of(st.just([]), some(["alliance", "chain"])),
        "purposes": st.one_of(st.just([]), some(PURPOSES)),
        "uses": st.one_of(st.just(["train-pooled"]), st.lists(few(list(USES)), min_size=1, unique=True)),
        "recipes": st.one_of(st.just([]), some(RECIPES)),
        "until": st.one_of(st.none(), st.dates(TODAY - timedelta(3), TODAY + timedelta(3)).map(date.isoformat)),
        "max_jobs": st.one_of(st.none(), st.integers(1, 4)),
        "min_organizations": st.one_of(st.just(1), st.integers(1, 4)),
        "min_rows_per_class": st.one_of(st.just(0), st.integers(0, 30)),
        "max_epsilon": st.one_of(st.none(), st.floats(0.1, 10)),
        "models_may_leave": st.booleans(),
        "ask_each_job": st.booleans(),
        "name_source": st.booleans(),
        "delete_after_days": st.one_of(st.none(), st.integers(1, 90)),
    }
)
moments = st.datetimes(
    datetime(2027, 2, 26),  # noqa: DTZ001 (the strategy adds the zone)
    datetime(2027, 3, 5),  # noqa: DTZ001
    timezones=st.just(UTC),
)
edges = st.dates(TODAY - timedelta(3), TODAY + timedelta(4)).flatmap(
    lambda day: few([timedelta(0), timedelta(microseconds=-1)]).map(
        lambda off: datetime(day.year, day.month, day.day, tzinfo=UTC) + off
    )
)
jobs = st.fixed_dictionaries(
    {
        "act": few(["train-pooled", "train-pooled", "train-federated", "evaluate"]),
        "organization": few(NAMES),
        "owner": few(NAMES),
        "collaboration": few(["alliance", "chain"]),
        "purpose": few(["", *PURPOSES]),
        "recipe": few(RECIPES),
        "at": st.one_of(moments, edges),
        "jobs_before": st.integers(0, 4),
        "pool": st.sets(few(NAMES), min_size=1),
        "classes": st.dictionaries(few(["good", "bad", "other"]), st.integers(1, 40)),
        "countable": few([True, True, True, False]),
        "epsilon": st.one_of(st.none(), st.floats(0.1, 10)),
        "approved": st.booleans(),
    }
)


def use_of(job: dict[str, Any]) -> Use:
    plain = {name: value for name, value in job.items() if name not in {"pool", "classes"}}
    fewest = min(job["classes"].values(), default=None)
    return Use(**plain, organizations=len(job["pool"]), fewest_rows=fewest)


@settings(max_examples=2000, deadline=None)
@given(policies, jobs)
def test_terms_and_oracle_agree_on_every_job(policy: dict[str, Any], job: dict[str, Any]) -> None:
    found = refusals(use_of(job), parse_terms(policy))
    assert (not found) == permitted(policy, job), [one.term for one in found]


@settings(max_examples=600, deadline=None)
@given(policies, jobs)
def test_each_refusal_names_a_term_that_is_at_fault(policy: dict[str, Any], job: dict[str, Any]) -> None:
    """Without the terms that the refusals name the job would run; with any of them alone it would not."""
    found = refusals(use_of(job), parse_terms(policy))
    assume(found)
    named = {one.term for one in found}
    usual = Terms().as_json()
    assert permitted({**policy, **{name: usual[name] for name in named}}, job)
    for name in named:
        assert not permitted({**usual, name: policy[name]}, job), name
    for one in found:
        assert render(one.reason)
        assert render(one.way_out)


NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
USUAL: dict[str, Any] = {"act": "train-pooled", "organization": "borealis", "owner": "anvil", "at": NOW}


@pytest.mark.parametrize(
    ("act", "terms", "at_fault"),
    [
        (EXPORT, {"models_may_leave": False}, ["models_may_leave"]),
        (EXPORT, {"until": "2026-01-01", "max_jobs": 1}, []),
        ("view-rows", {}, ["uses"]),
        ("view-rows", {"uses": ["download"]}, []),
        ("download", {"uses": ["view-rows"]}, ["uses"]),
        ("view-rows", {"uses": ["view-rows"], "until": "2027-02-28"}, ["until"]),
        ("view-rows", {"uses": ["view-rows"], "organizations": ["cobalt"]}, ["organizations"]),
    ],
)
def test_rows_files_and_models_obey_as_well(act: str, terms: dict[str, Any], at_fault: list[str]) -> None:
    found = refusals(Use(**{**USUAL, "act": act}), parse_terms(terms))
    assert [one.term for one in found] == at_fault


def test_the_owner_sees_its_own_rows_and_takes_its_own_models() -> None:
    terms = Terms(models_may_leave=False, organizations=("cobalt",))
    for act in (EXPORT, "view-rows", "download"):
        assert not refusals(Use(**{**USUAL, "act": act, "organization": "anvil"}), terms)


def test_what_is_not_settled_yet_refuses_nothing() -> None:
    terms = Terms(min_organizations=3, min_rows_per_class=50)
    assert not refusals(Use(**USUAL), terms)
    assert [one.term for one in refusals(Use(**USUAL, organizations=2, fewest_rows=49), terms)] == [
        "min_organizations",
        "min_rows_per_class",
    ]
