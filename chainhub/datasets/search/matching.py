"""Which datasets answer to a question, and how well. The caller says whose datasets: begin with `visible_to`."""

from typing import Any

from django.db.models import Case, F, IntegerField, Max, Q, QuerySet, Value, When

from chainhub.datasets.models import CatalogueWord, Dataset
from chainhub.datasets.search.words import Term, terms_in


def matching(datasets: QuerySet[Dataset], question: str) -> QuerySet[Dataset]:
    """Those in which every word of the question is found; none where it is all punctuation, all where it is empty."""
    terms = terms_in(question)
    if question.strip() and not terms:
        return datasets.none()
    for term in terms:
        datasets = datasets.filter(pk__in=CatalogueWord.objects.filter(_answers(term)).values("dataset"))
    return datasets


def ranked(datasets: QuerySet[Dataset], question: str) -> Any:
    """A queryset of the ids of those that match, the best first, then the newest.

    Each word of the question counts as much as where it stands, twice if it is whole. One pass over the index of words:
    a database that looked for the words of each dataset anew would take longer the more there are.
    """
    terms = terms_in(question)
    if not terms:
        return datasets.order_by("-pk").values_list("pk", flat=True)
    anywhere = Q()
    for term in terms:
        anywhere |= _answers(term)
    found: Any = CatalogueWord.objects.filter(anywhere, dataset__in=datasets.order_by().values("pk")).values("dataset")
    relevance: Any = sum((Max(_counts(term), default=0) for term in terms), Value(0))
    return found.annotate(relevance=relevance).order_by("-relevance", "-dataset").values_list("dataset", flat=True)


def _answers(term: Term) -> Q:
    return Q(word__gte=term.word, word__lt=term.end) if term.opens else Q(word=term.word)


def _counts(term: Term) -> Case:
    """What a row of the index counts for one word of the question."""
    whole = When(word=term.word, then=F("weight") * 2)
    begun = [When(_answers(term), then=F("weight"))] if term.opens else []
    return Case(whole, *begun, default=0, output_field=IntegerField())
