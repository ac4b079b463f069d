"""Work for the queue: fetching and importing a base model takes a minute, so whoever asked is told when it is there."""

from celery import shared_task
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.errors import DomainError
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.scenarios.bases import CARRIED, import_carried


@shared_task(name="scenarios.import_base_model", ignore_result=True)
def import_base_model(name: str, organization_id: int, user_id: int) -> None:
    """Import it and say so, or say why not."""
    organization, user = Organization.objects.get(pk=organization_id), User.objects.get(pk=user_id)
    try:
        base = import_carried(CARRIED[name], organization=organization, actor=user)
    except DomainError as refusal:
        notify([user], "model.base-refused", refusal.sentence, url="/models/?show=base")
        return
    said = gettext_noop("The base model “%(name)s” is there: jobs of %(organization)s can go on from it.")
    there = sentence(said, name=base.name, organization=organization.name)
    notify([user], "model.base-imported", there, url=base.get_absolute_url())
