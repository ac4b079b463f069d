"""Terms as an ODRL 2.2 policy (JSON-LD), for programs of partners that speak the Dataspace Protocol; and back again.

Where ODRL's own vocabulary has a word it is used (purpose, dateTime, recipient, attribute, delete, obtainConsent); what
it has no word for stands in a profile of the hub. ODRL's `count` would also count views and downloads, which the same
permission covers, and does not say over what; the hub counts jobs, over all renewals of one agreement.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from chainhub.policies.parsing import TermsError, parse_terms
from chainhub.policies.terms import DEFAULT, DOWNLOAD, EVALUATE, TRAIN_FEDERATED, TRAIN_POOLED, VIEW_ROWS, Terms

PROFILE = "urn:chainhub:terms:1"
CONTEXT = ["http://www.w3.org/ns/odrl.jsonld", {"chainhub": "urn:chainhub:terms:1#"}]
ACTIONS = {
    TRAIN_POOLED: "chainhub:trainPooled",
    TRAIN_FEDERATED: "chainhub:trainFederated",
    EVALUATE: "chainhub:evaluate",
    VIEW_ROWS: "display",
    DOWNLOAD: "reproduce",
}
EXPORT = "chainhub:exportModel"
ANY_OF = "isAnyOf"
# field -> (left operand, operator)
CONSTRAINTS = {
    "organizations": ("recipient", ANY_OF),
    "collaborations": ("chainhub:collaboration", ANY_OF),
    "purposes": ("purpose", ANY_OF),
    "recipes": ("chainhub:recipe", ANY_OF),
    "until": ("dateTime", "lteq"),
    "max_jobs": ("chainhub:jobsUnderAgreement", "lteq"),
    "min_organizations": ("chainhub:organizationsInPool", "gteq"),
    "min_rows_per_class": ("chainhub:rowsPerClass", "gteq"),
    "max_epsilon": ("chainhub:epsilon", "lteq"),
}
FORMER = {("count", "lteq"): "max_jobs"}  # as the hub wrote it before; policies that partners kept are still read
DAYS = "delayPeriod"
OTHER_PROFILE = gettext_noop("This is no policy in the profile of the hub.")


def offer(terms: Terms, *, uid: str, target: str, assigner: str) -> dict[str, Any]:
    """What the owner offers to everybody whom the terms name."""
    return {"@context": CONTEXT, "@type": "Offer", **_policy(terms, uid=uid, target=target, assigner=assigner)}


def agreement(terms: Terms, *, uid: str, target: str, assigner: str, assignee: str) -> dict[str, Any]:
    """What two organizations have agreed on."""
    policy = _policy(terms, uid=uid, target=target, assigner=assigner)
    return {"@context": CONTEXT, "@type": "Agreement", **policy, "assignee": assignee}


def _policy(terms: Terms, *, uid: str, target: str, assigner: str) -> dict[str, Any]:
    constraints, duties = list(_constraints(terms)), list(_duties(terms))
    permission: dict[str, Any] = {"target": target, "action": [ACTIONS[use] for use in terms.uses]}
    if constraints:
        permission["constraint"] = constraints
    if duties:
        permission["duty"] = duties
    forbidden = [action for use, action in ACTIONS.items() if use not in terms.uses]
    forbidden += [] if terms.models_may_leave else [EXPORT]
    policy: dict[str, Any] = {"uid": uid, "profile": PROFILE, "assigner": assigner, "permission": [permission]}
    if forbidden:
        policy["prohibition"] = [{"target": target, "action": forbidden}]
    return policy


def _constraints(terms: Terms) -> Iterator[dict[str, Any]]:
    said = terms.as_json()
    usual = DEFAULT.as_json()
    for field, (operand, operator) in CONSTRAINTS.items():
        if said[field] != usual[field]:
            value: Any = {"@value": said[field], "@type": "xsd:date"} if field == "until" else said[field]
            yield {"leftOperand": operand, "operator": operator, "rightOperand": value}


def _duties(terms: Terms) -> Iterator[dict[str, Any]]:
    if terms.ask_each_job:
        yield {"action": "obtainConsent"}
    if terms.name_source:
        yield {"action": "attribute"}
    if terms.delete_after_days is not None:
        period = {"@value": f"P{terms.delete_after_days}D", "@type": "xsd:duration"}
        yield {"action": "delete", "constraint": [{"leftOperand": DAYS, "operator": "eq", "rightOperand": period}]}


def terms_of_policy(policy: Mapping[str, Any]) -> Terms:
    """The terms of a policy that this module wrote. Raises `TermsError` for any other that says more or less."""
    try:
        return parse_terms(_raw(policy))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise TermsError(OTHER_PROFILE, field="terms") from None


def _raw(policy: Mapping[str, Any]) -> dict[str, Any]:
    (permission,) = policy["permission"]
    names = {action: use for use, action in ACTIONS.items()}
    forbidden = [action for rule in policy.get("prohibition", []) for action in rule["action"]]
    raw: dict[str, Any] = {"uses": [names[action] for action in permission["action"]]}
    raw["models_may_leave"] = EXPORT not in forbidden
    fields = {**FORMER, **{operands: field for field, operands in CONSTRAINTS.items()}}
    for one in permission.get("constraint", []):
        value = one["rightOperand"]
        field = fields[one["leftOperand"], one["operator"]]
        raw[field] = value["@value"] if isinstance(value, Mapping) else value
    for duty in permission.get("duty", []):
        raw |= _duty(duty)
    return raw


def _duty(duty: Mapping[str, Any]) -> dict[str, Any]:
    if duty["action"] == "delete":
        period = duty["constraint"][0]["rightOperand"]["@value"]
        return {"delete_after_days": int(period.removeprefix("P").removesuffix("D"))}
    return {{"obtainConsent": "ask_each_job", "attribute": "name_source"}[duty["action"]]: True}
