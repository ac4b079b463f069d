"""How a person calls each act of the audit log: the one place where a verb gets its name.

A rule test collects the verbs that the code records, and finds those that are missing here.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NAMES: dict[str, str | Promise] = {
    "access.agreed": _("Terms of use agreed"),
    "access.countered": _("Counter-offer made"),
    "access.ended": _("Negotiation ended"),
    "access.requested": _("Access requested"),
    "agreement.accepted": _("Agreement accepted"),
    "agreement.amended": _("Agreement amended"),
    "collaboration.changed": _("Collaboration changed"),
    "collaboration.closed": _("Collaboration closed"),
    "collaboration.declined": _("Invitation declined"),
    "collaboration.invited": _("Organization invited"),
    "collaboration.left": _("Collaboration left"),
    "collaboration.opened": _("Collaboration opened"),
    "dataset.card_changed": _("Data card changed"),
    "dataset.discarded": _("Dataset discarded"),
    "dataset.field_changed": _("Field described"),
    "dataset.file_downloaded": _("Data file downloaded"),
    "dataset.grant_revoked": _("Grant revoked"),
    "dataset.granted": _("Grant given"),
    "dataset.kind_changed": _("Kind of data changed"),
    "dataset.policy": _("Usage policy offered"),
    "dataset.registered": _("Dataset registered"),
    "dataset.restored": _("Dataset restored"),
    "dataset.roles_changed": _("Target set"),
    "dataset.rows_downloaded": _("Rows exported"),
    "dataset.rows_viewed": _("Rows looked at"),
    "dataset.trained": _("Training on it begun"),
    "dataset.version_added": _("Dataset version added"),
    "dataset.version_deprecated": _("Dataset version deprecated"),
    "dataset.version_ready": _("Dataset version inspected"),
    "dataset.version_refused": _("Dataset version refused"),
    "dataset.version_restored": _("Dataset version restored"),
    "dataset.version_undeprecated": _("Deprecation lifted"),
    "dataset.visibility_changed": _("Visibility changed"),
    "dataset.withdrawn": _("Dataset withdrawn"),
    "job.approval-asked": _("Approval asked for"),
    "job.approved": _("Job approved"),
    "job.canceled": _("Job canceled"),
    "job.declined": _("Job declined"),
    "job.failed": _("Job failed"),
    "job.file-taken": _("Job's file downloaded"),
    "job.proposed": _("Job launched"),
    "job.resumed": _("Job resumed"),
    "job.stopped": _("Job stopped"),
    "job.succeeded": _("Job succeeded"),
    "keys.destroyed": _("Data keys destroyed"),
    "keys.made": _("Data key made"),
    "keys.rotated": _("Data key rotated"),
    "member.invitation-revoked": _("Invitation revoked"),
    "member.invited": _("Member invited"),
    "member.joined": _("Member joined"),
    "member.left": _("Member left"),
    "member.removed": _("Member removed"),
    "member.role-changed": _("Member's role changed"),
    "model.alias-removed": _("Model alias removed"),
    "model.alias-set": _("Model alias set"),
    "model.card-edited": _("Model card edited"),
    "model.downloaded": _("Model downloaded"),
    "model.base-downloaded": _("Base model downloaded"),
    "model.base-imported": _("Base model imported"),
    "model.base-refused": _("Base model not imported"),
    "model.published": _("Model published"),
    "model.withheld": _("Model withheld"),
    "organization.changed": _("Organization changed"),
    "organization.created": _("Organization opened"),
    "organization.quota-changed": _("Quota changed"),
    "token.issued": _("API token issued"),
    "token.revoked": _("API token revoked"),
}


def name_of(verb: str) -> str:
    """The verb's name in the reader's language; the verb itself where a later hub no longer knows it."""
    return str(NAMES.get(verb, verb))


def named(verbs: list[str]) -> list[tuple[str, str]]:
    """The verbs with their names, in the order of the names."""
    return sorted(((verb, name_of(verb)) for verb in verbs), key=lambda one: one[1].casefold())
