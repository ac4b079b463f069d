"""The verbs of datasets."""

from chainhub.datasets.services.cards import change_visibility, set_roles, update_card
from chainhub.datasets.services.downloads import record_download, record_export, record_view
from chainhub.datasets.services.fields import set_field
from chainhub.datasets.services.grants import grant_use, revoke_grant, revoke_grants_in
from chainhub.datasets.services.inspecting import inspect_version, send_uninspected
from chainhub.datasets.services.kinds import set_kind
from chainhub.datasets.services.profiling import profile_version, send_unprofiled
from chainhub.datasets.services.rechecking import recheck_references
from chainhub.datasets.services.referring import ask_for_check, check_reference
from chainhub.datasets.services.registering import add_version, discard_dataset, register_dataset
from chainhub.datasets.services.versions import deprecate_version, restore_version, undeprecate_version
from chainhub.datasets.services.withdrawing import (
    restore_dataset,
    what_withdrawal_affects,
    withdraw_dataset,
    withdraw_lost_datasets,
)

__all__ = [
    "add_version",
    "ask_for_check",
    "change_visibility",
    "check_reference",
    "deprecate_version",
    "discard_dataset",
    "grant_use",
    "inspect_version",
    "profile_version",
    "recheck_references",
    "record_download",
    "record_export",
    "record_view",
    "register_dataset",
    "restore_dataset",
    "restore_version",
    "revoke_grant",
    "revoke_grants_in",
    "send_uninspected",
    "send_unprofiled",
    "set_field",
    "set_kind",
    "set_roles",
    "undeprecate_version",
    "update_card",
    "what_withdrawal_affects",
    "withdraw_dataset",
    "withdraw_lost_datasets",
]
