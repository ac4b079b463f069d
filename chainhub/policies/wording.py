"""The words of an agreement, in both languages, line by line; the same whoever asks and in whatever language."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop, override

from chainhub.collaborations.models import Collaboration
from chainhub.core.sentences import Sentence, render, sentence
from chainhub.policies.models import AccessRequest, Turn
from chainhub.policies.sentences import sentences_of
from chainhub.policies.terms import Terms

LANGUAGES = ("en", "zh-hans")
BETWEEN = "\n----\n\n"
TITLE = gettext_noop("Agreement on the use of data, no. %(number)s")
PROVIDER = gettext_noop("Owner of the data: %(name)s")
CONSUMER = gettext_noop("User of the data: %(name)s")
DATA = gettext_noop("Data: “%(name)s” (%(address)s)")
WHERE = gettext_noop("Collaboration: “%(name)s”")
PURPOSE = gettext_noop("Purpose, in the words of who asked: %(purpose)s")
TERMS = gettext_noop("Terms")
TERM = gettext_noop("%(number)s. %(said)s")
FOR_ALL = gettext_noop("The permission is given to the organization, not to a person, and cannot be passed on.")
BACK = gettext_noop(
    "The owner may take it back at any time: jobs that use the data are then stopped, and no new ones begin. Models "
    "that were published before stay with those who received them."
)
MACHINE = gettext_noop(
    "The hub checks these terms before each job, when it starts and before its model is published. Naming the source "
    "and deleting copies are duties that the hub reminds of but cannot check outside of it."
)
SIGNED = gettext_noop("Agreed for %(organization)s: %(person)s, %(at)s (UTC)")


def text_of(request: AccessRequest, terms: Terms, *, provider: Turn, consumer: Turn) -> str:
    """English, then Chinese."""
    lines = list(_lines(request, terms, provider, consumer))
    return BETWEEN.join(_in(language, lines) for language in LANGUAGES)


def _in(language: str, lines: list[Sentence]) -> str:
    with override(language):
        # Each on one line: what a person wrote cannot pass for a line of the agreement, or for its other language.
        return "\n".join(" ".join(render(line).split()) for line in lines) + "\n"


def _lines(request: AccessRequest, terms: Terms, provider: Turn, consumer: Turn) -> Iterator[Sentence]:
    owner, user = request.dataset.organization, request.organization
    blank = sentence("")
    yield sentence(TITLE, number=request.pk)
    yield blank
    yield sentence(PROVIDER, name=owner.name)
    yield sentence(CONSUMER, name=user.name)
    yield sentence(DATA, name=request.dataset.name, address=f"{owner.slug}/{request.dataset.slug}")
    yield sentence(WHERE, name=request.collaboration.name)
    yield sentence(PURPOSE, purpose=request.purpose)
    yield blank
    yield sentence(TERMS)
    known = Collaboration.objects.filter(pk=request.collaboration_id)  # the one that both sides are in for sure
    said = [one.sentence for one in sentences_of(terms, known=known, user=user)]
    said += [sentence(text) for text in (FOR_ALL, BACK, MACHINE)]
    for number, one in enumerate(said, 1):
        yield sentence(TERM, number=number, said=one)
    yield blank
    yield _signed(owner.name, provider)
    yield _signed(user.name, consumer)


def _signed(organization: str, turn: Turn) -> Sentence:
    return sentence(SIGNED, organization=organization, person=str(turn.person), at=turn.at.strftime("%Y-%m-%d %H:%M"))
