"""Work for the queue: fetching packages takes a minute, so whoever asked is told when what they carry is there."""

from celery import shared_task
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.activity.services import notify
from chainhub.core.errors import DomainError
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.scenarios.bases import CARRIED, import_carried
from chainhub.scenarios.catalogue import scenario
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import launch_example
from chainhub.scenarios.preparing import Preparing


@shared_task(name="scenarios.import_base_model", ignore_result=True)
def import_base_model(name: str, organization_id: int, user_id: int) -> None:
    """Import it and say so, or say why not."""
    organization, user = Organization.objects.get(pk=organization_id), User.objects.get(pk=user_id)
    try:
        base = import_carried(CARRIED[name], organization=organization, actor=user)
    except DomainError as refusal:
        notify([user], "model.base-refused", refusal.sentence, url="/models/?show=base")
        return
    except Exception:  # a full disk, a package that is broken: whoever asked waits for word, the log has the rest
        text = gettext_noop("The base model “%(name)s” could not be imported. Ask the hub's operator to look why.")
        notify([user], "model.base-refused", sentence(text, name=CARRIED[name].origin.name), url="/models/?show=base")
        raise
    said = gettext_noop("The base model “%(name)s” is there: jobs of %(organization)s can go on from it.")
    there = sentence(said, name=base.name, organization=organization.name)
    notify([user], "model.base-imported", there, url=base.get_absolute_url())


@shared_task(name="scenarios.launch_example", ignore_result=True)
def launch(slug: str, trial: str, organization_id: int, user_id: int) -> None:
    """Make the example and launch its job; who asked reads in the inbox why not, where it came to nothing."""
    found = scenario(slug)
    wanted = next((one for one in found.trials if one.slug == trial), None) if found else None
    if found is None or wanted is None:
        return
    user = User.objects.get(pk=user_id)
    example = Example(found, wanted, Organization.objects.get(pk=organization_id))
    with Preparing(example).held(user) as mine:
        if mine:
            launch_example(example, actor=user)
