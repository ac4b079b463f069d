"""Both have said yes to the same terms: the agreement is written, and the grant made."""

import hashlib

from django.utils import timezone
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.datasets.models import Grant
from chainhub.policies import permissions, wording
from chainhub.policies.fitting import between
from chainhub.policies.models import AccessRequest, SignedAgreement, Turn
from chainhub.policies.services.granting import grant_on_terms
from chainhub.policies.services.turns import turn
from chainhub.policies.states import Side, State, check_move
from chainhub.policies.terms import Terms

REMAINING = (
    (Side.PROVIDER, State.AGREED),
    (Side.CONSUMER, State.VERIFIED),
    (Side.PROVIDER, State.FINALIZED),
)


def conclude(request: AccessRequest) -> SignedAgreement:
    """Walk what is left of the protocol in both names; raises DomainError where the data can no longer be given."""
    (provider, owner), (consumer, user) = (_word_of(request, side) for side in (Side.PROVIDER, Side.CONSUMER))
    terms = provider.said
    if terms != consumer.said:
        raise DomainError(gettext_noop("The two sides have not said yes to the same terms."))
    for side, state in REMAINING:
        if request.status == State.AGREED and state == State.AGREED:
            continue
        check_move(request.status, side, state)
        turn(request, side, state, person=None, terms=terms)
    terms = between(terms, request.organization, request.collaboration)
    grant = _granted(request, owner, user, terms)
    text = wording.text_of(request, terms, provider=provider, consumer=consumer)
    return SignedAgreement.objects.create(
        request=request,
        grant=grant,
        terms=terms.as_json(),
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        provider_person=owner,
        provider_at=provider.at,
        consumer_person=user,
        consumer_at=consumer.at,
    )


def _word_of(request: AccessRequest, side: str) -> tuple[Turn, User]:
    """The last thing that a person of this side has said, and who that was."""
    said = request.turns.filter(side=side).exclude(person=None).select_related("person").latest("number")
    if said.person is None:
        raise LookupError(said)
    return said, said.person


def _granted(request: AccessRequest, owner: User, user: User, terms: Terms) -> Grant:
    """In the names of the two who agreed, as long as those may."""
    if terms.ends_at and terms.ends_at <= timezone.now():
        raise DomainError(gettext_noop("These terms have ended meanwhile; propose others."))
    if not permissions.may_set_policy(owner, request.dataset):
        raise NotAllowedError(
            gettext_noop("%(person)s no longer decides about this data; ask its owner to offer the terms anew."),
            person=str(owner),
        )
    if not permissions.may_ask_for(user, request.organization):
        raise NotAllowedError(
            gettext_noop("%(person)s no longer speaks for %(organization)s; let somebody who does ask anew."),
            person=str(user),
            organization=request.organization.name,
        )
    return grant_on_terms(
        request.dataset,
        request.collaboration,
        actor=owner,
        terms=terms,
        organization=request.organization,
        anew=True,
    )
