"""An owner says on which terms a dataset is offered."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import NotAllowedError
from chainhub.core.sentences import sentence
from chainhub.datasets.models import Dataset
from chainhub.datasets.services.history import remember
from chainhub.organizations.models import Organization
from chainhub.policies import permissions
from chainhub.policies.models import UsagePolicy
from chainhub.policies.names import titles_of
from chainhub.policies.parsing import TITLES, TermsError
from chainhub.policies.reading import current_policy
from chainhub.policies.terms import Terms

PAST = gettext_noop("“%(field)s” lies in the past.")
NO_SUCH = gettext_noop("“%(field)s”: there is no “%(value)s”.")


@transaction.atomic
def set_policy(dataset: Dataset, terms: Terms, *, actor: User, note: str = "") -> UsagePolicy:
    """The next version; saying the same again changes nothing. Grants that stand keep their terms until renewed."""
    if not permissions.may_set_policy(actor, dataset):
        raise NotAllowedError(
            gettext_noop("Only those who keep the data of %(organization)s may set its terms."),
            organization=dataset.organization.name,
        )
    dataset = Dataset.objects.select_for_update(of=("self",)).select_related("organization").get(pk=dataset.pk)
    last = current_policy(dataset)
    check_terms(terms, actor=actor, standing=last.said if last else None)
    if last is not None and last.said == terms:
        return last
    number = last.number + 1 if last else 1
    policy = UsagePolicy.objects.create(
        dataset=dataset, number=number, terms=terms.as_json(), note=note.strip()[:300], created_by=actor
    )
    text = gettext_noop("Offered “%(dataset)s” on new terms (version %(number)s of its usage policy).")
    remember(dataset, "policy", text, actor=actor, number=number)
    return policy


def check_terms(terms: Terms, *, actor: User, standing: Terms | None = None) -> None:
    """Raises `TermsError` for terms that end before today, or name what there is not, or not for this person.

    The refusal is the same for both, so that nobody learns from it which collaborations there are. What the `standing`
    terms name may go on being named.
    """
    if terms.ends_at and terms.ends_at <= timezone.now():
        raise _refused("until", PAST)
    known = {
        "organizations": _slugs(Organization.objects.visible_to(actor), terms.organizations),
        "collaborations": {
            *_slugs(Collaboration.objects.visible_to(actor), terms.collaborations),
            *(standing.collaborations if standing else ()),
        },
        "recipes": set(titles_of("recipes")),
        "purposes": set(titles_of("purposes")),
    }
    for field, names in known.items():
        for value in getattr(terms, field):
            if value not in names:
                raise _refused(field, NO_SUCH, value=value)


def _slugs(rows: QuerySet[Any], wanted: tuple[str, ...]) -> set[str]:
    return set(rows.filter(slug__in=wanted).values_list("slug", flat=True)) if wanted else set()


def _refused(name: str, text: str, **params: str) -> TermsError:
    refusal = TermsError(text, field=name)
    refusal.sentence["params"].update({"field": sentence(TITLES[name]), **params})
    return refusal
