"""Writing a turn of a negotiation, and telling whom it concerns."""

from chainhub.accounts.models import User
from chainhub.activity.services import notify, record
from chainhub.core.live import publish_on_commit
from chainhub.core.sentences import sentence
from chainhub.organizations.services import members_of
from chainhub.policies.models import AccessRequest, Turn
from chainhub.policies.permissions import CONSUMERS, PROVIDERS
from chainhub.policies.states import Side, State
from chainhub.policies.terms import Terms


def lock_request(pk: int) -> AccessRequest:
    """The row as it is now, nobody else's until the transaction ends."""
    rows = AccessRequest.objects.select_for_update(of=("self",))
    return rows.select_related("dataset__organization", "organization", "collaboration").get(pk=pk)


def turn(request: AccessRequest, side: str, state: State, *, person: User | None, terms: Terms, note: str = "") -> Turn:
    """One more move; the request stands where it leads."""
    number = request.turns.count() + 1
    made = Turn.objects.create(
        request=request, number=number, side=side, state=state, person=person, terms=terms.as_json(),
        note=note.strip()[:1000],
    )  # fmt: skip
    request.status = state
    request.save(update_fields=["status", "changed_at"])
    publish_on_commit(request.topic, "turn", status=state)
    return made


def tell(request: AccessRequest, kind: str, text: str, actor: User, *, to: str, url: str = "") -> None:
    """An audit event for both organizations, and a notice to those who decide on the other side."""
    dataset, consumer = request.dataset, request.organization
    provider = dataset.organization
    mine = consumer if to == Side.PROVIDER else provider
    said = sentence(
        text,
        person=str(actor),
        consumer=consumer.name,
        side=mine.name,
        dataset=dataset.name,
        collaboration=request.collaboration.name,
    )
    people = members_of(provider, *PROVIDERS) if to == Side.PROVIDER else members_of(consumer, *CONSUMERS)
    others = [person for person in people if person.pk != actor.pk]
    notify(others, kind, said, url=url or request.get_absolute_url())
    topics = [dataset.topic, provider.topic, consumer.topic]
    record(kind, said, actor=actor, topics=topics, target_url=request.get_absolute_url())
