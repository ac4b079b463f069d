"""Terms between two organizations in one collaboration: what of an offer to everybody has a meaning there."""

from collections.abc import Iterable

from django.utils.translation import gettext_noop

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization
from chainhub.policies.parsing import TITLES, TermsError
from chainhub.policies.terms import Terms, with_changes

# What decides whether an organization could use the data at all; every other term leaves it something to do.
OTHERS_ONLY = gettext_noop("“%(field)s”: these terms let only others use the data, and never %(name)s, which asks.")
ELSEWHERE = gettext_noop("“%(field)s”: these terms permit no use in “%(name)s”, for which access is asked.")
OTHER_PURPOSES = gettext_noop("“%(field)s”: these terms permit other purposes than the scenario of “%(name)s”.")


def fitted(terms: Terms, organizations: Iterable[Organization], collaborations: Iterable[Collaboration]) -> Terms:
    """The terms without the lines under which none of these could use the data in any of the collaborations.

    What is left names nobody else: to begin a request with, for those who may ask.
    """
    there = list(collaborations)
    scenarios = {one.scenario for one in there}
    return with_changes(
        terms,
        {
            "organizations": _common(terms.organizations, {one.slug for one in organizations}),
            "collaborations": _common(terms.collaborations, {one.slug for one in there}),
            "purposes": terms.purposes if scenarios & set(terms.purposes) else (),
        },
    )


def between(terms: Terms, organization: Organization, collaboration: Collaboration) -> Terms:
    """The same terms as two sides that negotiate write them down: whoever else is named has no part in it.

    Raises `TermsError` where they would never let the organization use the data there.
    """
    if terms.organizations and organization.slug not in terms.organizations:
        raise _refused("organizations", OTHERS_ONLY, organization.name)
    if terms.collaborations and collaboration.slug not in terms.collaborations:
        raise _refused("collaborations", ELSEWHERE, collaboration.name)
    if terms.purposes and collaboration.scenario not in terms.purposes:
        raise _refused("purposes", OTHER_PURPOSES, collaboration.name)
    return fitted(terms, [organization], [collaboration])


def _common(names: tuple[str, ...], here: set[str]) -> tuple[str, ...]:
    return tuple(name for name in names if name in here)


def _refused(field: str, text: str, name: str) -> TermsError:
    refusal = TermsError(text, field=field)
    refusal.sentence["params"].update({"field": sentence(TITLES[field]), "name": name})
    return refusal
