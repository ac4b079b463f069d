"""Which datasets answer to a question, and how well. The caller says whose datasets: begin with `visible_to`."""

from typing import Any, cast

from django.db.models import Case, ExpressionWrapper, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

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


def ranked(datasets: QuerySet[Dataset], question: str) -> QuerySet[Dataset]:
    """The best first: for each word of the question what it counts where it stands, twice if it is whole."""
    score: Any = Value(0, output_field=IntegerField())
    for term in terms_in(question):
        score = score + Coalesce(_best(term), 0)
    scored: Any = datasets.annotate(relevance=score)
    return cast("QuerySet[Dataset]", scored.order_by("-relevance", "-created_at", "-pk"))


def _answers(term: Term) -> Q:
    return Q(word__gte=term.word, word__lt=term.end) if term.opens else Q(word=term.word)


def _best(term: Term) -> Subquery:
    words = CatalogueWord.objects.filter(_answers(term), dataset=OuterRef("pk"))
    whole = Case(When(word=term.word, then=2), default=1, output_field=IntegerField())
    counted = words.annotate(counts=ExpressionWrapper(F("weight") * whole, output_field=IntegerField()))
    return Subquery(counted.order_by("-counts").values("counts")[:1], output_field=IntegerField())
