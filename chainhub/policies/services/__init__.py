"""What can be done with policies, requests and grants under terms."""

from chainhub.policies.services.granting import asking, grant_on_terms
from chainhub.policies.services.negotiating import accept, counter, request_access, terminate
from chainhub.policies.services.offering import set_policy
from chainhub.policies.services.reminding import remind_to_delete
from chainhub.policies.services.reporting import keep_report

__all__ = [
    "accept",
    "asking",
    "counter",
    "grant_on_terms",
    "keep_report",
    "remind_to_delete",
    "request_access",
    "set_policy",
    "terminate",
]
