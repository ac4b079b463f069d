"""What terms permit, written down once more and differently: an oracle for the property test.

It was written from docs/terms.md, not from `chainhub.policies.enforcement`, and shares nothing with it. Policies and
jobs are plain dictionaries; every question is asked in one expression, in no particular order.
"""

from datetime import UTC, datetime
from typing import Any

LADDER = ["evaluate", "train-federated", "train-pooled"]  # who may do the later may do the earlier


def permitted(policy: dict[str, Any], job: dict[str, Any]) -> bool:
    """Whether every term lets the job run."""
    owner = job["organization"] == job["owner"]
    highest = max((LADDER.index(use) for use in policy["uses"] if use in LADDER), default=-1)
    last = policy["until"]
    midnight = datetime.fromisoformat(f"{last}T23:59:59.999999+00:00") if last else datetime.max.replace(tzinfo=UTC)
    return all(
        [
            owner or policy["organizations"] == [] or job["organization"] in policy["organizations"],
            policy["collaborations"] == [] or job["collaboration"] in policy["collaborations"],
            policy["purposes"] == [] or job["purpose"] in policy["purposes"],
            policy["recipes"] == [] or job["recipe"] in policy["recipes"],
            LADDER.index(job["act"]) <= highest,
            job["at"] <= midnight,
            policy["max_jobs"] is None or job["jobs_before"] + 1 <= policy["max_jobs"],
            len(job["pool"]) >= policy["min_organizations"],
            policy["min_rows_per_class"] == 0
            or (job["countable"] and all(rows >= policy["min_rows_per_class"] for rows in job["classes"].values())),
            job["act"] == "evaluate"
            or policy["max_epsilon"] is None
            or (job["epsilon"] is not None and job["epsilon"] <= policy["max_epsilon"]),
            owner or not policy["ask_each_job"] or job["approved"],
        ]
    )


def counted(history: list[str]) -> int:
    """How many jobs one agreement has seen: `history` tells in order what was agreed, renewed, given again and run.

    What waits is canceled where the data is taken back, to be given again; unless it was given to all as well.
    """
    ran = waits = 0
    for place, event in enumerate(history):
        if event == "agreed":
            ran = waits = 0
        elif event == "given again" and "for all" not in history[:place]:
            waits = 0
        ran, waits = ran + (event == "ran"), waits + (event == "waits")
    return ran + waits


def readable(act: str, grants: list[dict[str, Any]], seats: list[tuple[str, str]], today: str) -> bool:
    """Whether somebody may do `act` (view-rows, download) with data of another's.

    `seats` are the person's organizations, each with a collaboration that it takes part in; a grant is its policy with
    `where` and `whom` (None: every participant).
    """
    words = {"view-rows": {"view-rows", "download"}, "download": {"download"}}[act]
    for organization, collaboration in seats:
        here = [grant for grant in grants if grant["where"] == collaboration]
        special = [grant for grant in here if grant["whom"] == organization]
        for grant in special or [grant for grant in here if grant["whom"] is None]:
            named = grant["organizations"] == [] or organization in grant["organizations"]
            placed = grant["collaborations"] == [] or collaboration in grant["collaborations"]
            if named and placed and words & set(grant["uses"]) and (grant["until"] or today) >= today:
                return True
    return False


def stops(status: str, *, general: dict[str, Any] | None, special: dict[str, Any] | None) -> bool:
    """Whether a job of Anvil's stops at once when the grant of its launch has gone, or another took its place.

    `general` and `special` are the terms of the grants that stand afterwards.
    """
    binding = general if special is None else special
    if binding is None:
        return True
    return status == "running" and not _trains(binding)


def _trains(terms: dict[str, Any]) -> bool:
    """Asking before each job stops none that runs."""
    return (
        "train-pooled" in terms["uses"]
        and (not terms["recipes"] or "tabular" in terms["recipes"])
        and (not terms["organizations"] or "anvil" in terms["organizations"])
    )
