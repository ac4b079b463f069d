"""Grants under terms: what `datasets` keeps as columns follows from them."""

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset, Grant
from chainhub.datasets.services.grants import Conditions, grant_use
from chainhub.organizations.models import Organization
from chainhub.policies.reading import current_policy
from chainhub.policies.terms import DEFAULT, DOWNLOAD, VIEW_ROWS, Terms, with_changes


def conditions_of(terms: Terms, *, policy_number: int | None = None) -> Conditions:
    """As a grant keeps them."""
    return Conditions(
        terms=terms.as_json(),
        needs_approval=terms.ask_each_job,
        until=terms.ends_at,
        allows_rows=VIEW_ROWS in terms.uses,
        allows_download=DOWNLOAD in terms.uses,
        policy_number=policy_number,
    )


def asking(terms: Terms, *, asks: bool | None) -> Terms:
    """The terms; where the caller has said whether the owner is asked before each job (not None), with that said."""
    return terms if asks is None else with_changes(terms, {"ask_each_job": asks})


def grant_on_terms(
    dataset: Dataset,
    collaboration: Collaboration,
    *,
    actor: User,
    terms: Terms | None = None,
    organization: Organization | None = None,
    anew: bool = False,
) -> Grant:
    """Let a collaboration, or one participant of it, use the dataset; on the terms of its policy where none are given.

    Where the terms differ from those that stood, this renews the grant; `anew` renews it in any case.
    """
    policy = current_policy(dataset)
    if terms is None:
        terms = policy.said if policy else DEFAULT
    number = policy.number if policy and policy.said == terms else None
    conditions = conditions_of(terms, policy_number=number)
    return grant_use(dataset, collaboration, actor=actor, organization=organization, conditions=conditions, anew=anew)
