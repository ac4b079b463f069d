"""A negotiation, move by move. Who may make which move when stands in `states`."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_noop

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError, InvalidInputError, NotAllowedError
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from chainhub.policies import permissions
from chainhub.policies.fitting import between
from chainhub.policies.models import AccessRequest
from chainhub.policies.reading import current_policy
from chainhub.policies.services.agreeing import conclude
from chainhub.policies.services.offering import check_terms
from chainhub.policies.services.turns import lock_request, tell, turn
from chainhub.policies.states import Side, State, check_move
from chainhub.policies.terms import Terms

ASKED = gettext_noop("%(person)s of %(consumer)s asks for access to “%(dataset)s” in “%(collaboration)s”.")
COUNTERED = gettext_noop("%(person)s of %(side)s proposes other terms for “%(dataset)s” in “%(collaboration)s”.")
ACCEPTED = gettext_noop("%(person)s of %(side)s accepts the terms for “%(dataset)s” in “%(collaboration)s”.")
ENDED = gettext_noop("%(person)s of %(side)s ended the negotiation about “%(dataset)s” in “%(collaboration)s”.")


def request_access(
    dataset: Dataset,
    collaboration: Collaboration,
    organization: Organization,
    *,
    actor: User,
    purpose: str,
    terms: Terms,
    note: str = "",
) -> AccessRequest:
    """Ask the owner for use of the dataset on these terms, in the organization's name."""
    purpose = purpose.strip()
    if not purpose:
        raise InvalidInputError(gettext_noop("Say what the data is to be used for."), field="purpose")
    _check_asker(dataset, collaboration, organization, actor)
    check_terms(terms, actor=actor)
    terms = between(terms, organization, collaboration)
    try:
        return _request(dataset, collaboration, organization, actor, purpose, terms, note)
    except IntegrityError:
        raise DomainError(gettext_noop("Your organization negotiates about this dataset already.")) from None


@transaction.atomic
def _request(
    dataset: Dataset,
    collaboration: Collaboration,
    organization: Organization,
    actor: User,
    purpose: str,
    terms: Terms,
    note: str,
) -> AccessRequest:
    request = AccessRequest.objects.create(
        dataset=dataset,
        collaboration=collaboration,
        organization=organization,
        requested_by=actor,
        purpose=purpose[:2000],
        policy=current_policy(dataset),
    )
    turn(request, Side.CONSUMER, State.REQUESTED, person=actor, terms=terms, note=note)
    tell(request, "access.requested", ASKED, actor, to=Side.PROVIDER)
    return request


@transaction.atomic
def counter(request: AccessRequest, terms: Terms, *, actor: User, note: str = "") -> AccessRequest:
    """Other terms: an offer of the owner, or a new request of who asks."""
    request, side = _mine(request, actor)
    then = State.OFFERED if side == Side.PROVIDER else State.REQUESTED
    check_move(request.status, side, then)
    check_terms(terms, actor=actor)
    terms = between(terms, request.organization, request.collaboration)
    last = request.turns.last()
    if last is not None and last.said == terms and last.state == then:
        raise InvalidInputError(gettext_noop("These are the terms that stand; accept them, or change them."))
    turn(request, side, then, person=actor, terms=terms, note=note)
    tell(request, "access.countered", COUNTERED, actor, to=_other(side))
    return request


@transaction.atomic
def accept(request: AccessRequest, *, actor: User, read: int, note: str = "") -> AccessRequest:
    """Say yes to the terms of turn number `read`; both have then agreed, and the grant is made."""
    request, side = _mine(request, actor)
    then = State.AGREED if side == Side.PROVIDER else State.ACCEPTED
    check_move(request.status, side, then)
    last = request.turns.latest("number")
    if last.number != read:
        raise DomainError(gettext_noop("The terms have changed since you read them; please read them again."))
    between(last.said, request.organization, request.collaboration)
    turn(request, side, then, person=actor, terms=last.said, note=note)
    agreement = conclude(request)
    url = agreement.get_absolute_url()
    tell(request, "access.agreed", ACCEPTED, actor, to=_other(side), url=url)
    return request


@transaction.atomic
def terminate(request: AccessRequest, *, actor: User, note: str = "") -> AccessRequest:
    """Decline or withdraw: either side, at any time before the agreement is in force."""
    request, side = _mine(request, actor)
    check_move(request.status, side, State.TERMINATED)
    last = request.turns.latest("number")
    turn(request, side, State.TERMINATED, person=actor, terms=last.said, note=note)
    tell(request, "access.ended", ENDED, actor, to=_other(side))
    return request


def _other(side: str) -> str:
    return Side.CONSUMER if side == Side.PROVIDER else Side.PROVIDER


def _mine(request: AccessRequest, actor: User) -> tuple[AccessRequest, str]:
    """The row, held until the commit, and the side on which the person stands."""
    request = lock_request(request.pk)
    side = permissions.side_of(actor, request)
    if side is None:
        raise NotAllowedError(gettext_noop("You may read this negotiation, but not decide in it."))
    return request, side


def _check_asker(dataset: Dataset, collaboration: Collaboration, organization: Organization, actor: User) -> None:
    if dataset.withdrawn_at:
        raise DomainError(gettext_noop("“%(dataset)s” is withdrawn."), dataset=dataset.name)
    if not permissions.asking_organizations(actor, dataset).filter(pk=organization.pk).exists():
        raise NotAllowedError(
            gettext_noop("You may not ask for access in the name of %(organization)s."), organization=organization.name
        )
    both = {dataset.organization_id, organization.pk}
    joined = collaboration.participants.accepted().filter(organization__in=both).count()
    if collaboration.closed_at or joined < len(both):
        raise DomainError(
            gettext_noop("Both organizations must take part in “%(collaboration)s”."),
            field="collaboration",
            collaboration=collaboration.name,
        )
