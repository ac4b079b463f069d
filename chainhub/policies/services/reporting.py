"""What taking data back has stopped is written down, and its owner told."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Dataset, Grant
from chainhub.organizations.services import members_of
from chainhub.policies.models import WithdrawalReport
from chainhub.policies.permissions import PROVIDERS

TOLD = gettext_noop("“%(dataset)s” was taken back. Jobs stopped: %(jobs)s. Models that had learnt from it: %(models)s.")


@transaction.atomic
def keep_report(
    dataset: Dataset, found: dict[str, Any], *, actor: User, grant: Grant | None = None
) -> WithdrawalReport:
    """Keep the report, and tell those who keep the owner's data."""
    report = WithdrawalReport.objects.create(dataset=dataset, grant=grant, actor=actor, found=found)
    said = sentence(TOLD, dataset=dataset.name, jobs=len(found["jobs"]), models=len(found["models"]))
    notify(members_of(dataset.organization, *PROVIDERS), "dataset.taken-back", said, url=report.get_absolute_url())
    return report
