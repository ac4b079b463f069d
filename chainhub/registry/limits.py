"""What a model's numbers do not support, said by itself in the card: small parts, imbalance, those who lose."""

from collections.abc import Iterator

from django.utils.translation import gettext_noop

from chainhub.core.sentences import Sentence, sentence
from chainhub.registry import scores
from chainhub.registry.scores import Json, Score, Standing

FEW_ROWS = 50
FEW_IN_ALL = 200
RARE = 0.1
CHANCE = 0.5  # area under the ROC curve of a model that guesses
NAMED = 5  # of the rare classes, so many are named


def limits_of(evaluation: Json) -> list[Sentence]:
    """Every caution that follows from the numbers."""
    return [
        *_blind(evaluation),
        *_split(evaluation),
        *_traded(evaluation),
        *_small_parts(evaluation),
        *_imbalance(evaluation),
        *_losers(evaluation),
    ]


def _blind(evaluation: Json) -> Iterator[Sentence]:
    """A model that learnt nothing is published all the same, and must not look like one that did."""
    matrix = (evaluation.get("confusion") or {}).get("matrix") or ()
    counts = [sum(row) for row in matrix]
    right = sum(row[place] for place, row in enumerate(matrix))
    explained = scores.overall(evaluation).get("r2", Score(None)).value
    if len(counts) > 1 and right <= max(counts) and _ranks_blindly(evaluation):
        yield sentence(gettext_noop("It is no better than always giving the most frequent answer."))
    if (gained := scores.overall(evaluation).get("skill", Score(None)).value) is not None and gained <= 0:
        yield sentence(gettext_noop("Simply repeating the last value, or the last season, is at least as good."))
    elif explained is not None and explained <= 0:
        yield sentence(gettext_noop("It is no better than always giving the mean of the target."))


def _ranks_blindly(evaluation: Json) -> bool:
    """Whether it also orders rows no better than chance; with a rare class that may be worth more than hits."""
    area = scores.overall(evaluation).get("roc_auc", Score(None))
    return area.value is None or (area.low if area.low is not None else area.value) <= CHANCE


def _split(evaluation: Json) -> Iterator[Sentence]:
    split = evaluation.get("split") or {}
    if split.get("kind") in ("k-fold", "walk-forward", "group-k-fold", "organization"):
        yield sentence(
            gettext_noop(
                "The scores come from %(folds)s models, each judged on rows that it had not seen; the published model "
                "was then trained on all rows in the same way and has no held-out rows of its own."
            ),
            folds=split.get("folds"),
        )
    if split.get("kind") in ("group", "group-k-fold"):
        yield sentence(
            gettext_noop(
                "It was judged by groups of “%(field)s” that it had learnt nothing of: of groups that it knows it may "
                "tell more."
            ),
            field=str(split.get("group", "")),
        )
    if scores.judged_by_others(evaluation):
        yield sentence(
            gettext_noop(
                "Each organization's score is that of a model which had seen nothing of it: so well it may do at "
                "another partner like these. Of those that it learnt from, the published model may tell more."
            )
        )
    rows = scores.test_rows(evaluation)
    if rows < FEW_IN_ALL:
        yield sentence(
            gettext_noop("Only %(rows)s rows were held out in all: the scores are rough, read their intervals."),
            rows=rows,
        )


def _traded(evaluation: Json) -> Iterator[Sentence]:
    """Of a back-test: what it can hardly have known beforehand, and whether holding would have done better."""
    found = evaluation.get("trading") or {}
    if suspects := found.get("suspects"):
        yield sentence(
            gettext_noop(
                "It may have read the future: %(fields)s follow the returns more closely than anything known "
                "beforehand could."
            ),
            fields=", ".join(suspects),
        )
    ahead = Score.of((found.get("overall") or {}).get("ahead")).value
    if ahead is not None and ahead < 0:
        yield sentence(gettext_noop("In its back-test, buying once and holding earned more for its risk."))


def _small_parts(evaluation: Json) -> Iterator[Sentence]:
    for one in scores.standings(evaluation):
        if one.test_rows < FEW_ROWS:
            few = gettext_noop("%(organization)s held out only %(rows)s rows; its own scores are uncertain.")
            single = gettext_noop("%(organization)s held out a single row; its own scores are uncertain.")
            yield sentence(single if one.test_rows == 1 else few, organization=one.name, rows=one.test_rows)
        if one.own_together.value is None:
            yield sentence(
                gettext_noop("For %(organization)s alone the main metric could not be measured: %(reason)s"),
                organization=one.name,
                reason=sentence(one.own_together.reason or gettext_noop("no reason was given.")),
            )


def _imbalance(evaluation: Json) -> Iterator[Sentence]:
    confusion = evaluation.get("confusion") or {}
    counts = [sum(row) for row in confusion.get("matrix") or ()]
    total = sum(counts)
    # With many classes an even share is small already; rare is what has less than a fifth of it.
    bound = min(RARE, 0.2 / max(1, len(counts)) if len(counts) > 2 else RARE)  # noqa: PLR2004 (yes or no)
    labels = [str(label) for label in confusion.get("labels") or ()]
    rare = [label for label, count in zip(labels, counts, strict=False) if total and count / total < bound]
    if rare:
        yield sentence(
            gettext_noop("Rare in the held-out rows, and so hardly tested: %(labels)s."),
            labels=", ".join(rare[:NAMED]) + (" …" if len(rare) > NAMED else ""),
        )


def _losers(evaluation: Json) -> Iterator[Sentence]:
    for one in scores.standings(evaluation):
        if one.gain is not None and one.gain < 0:
            text = (
                gettext_noop(
                    "For %(organization)s the model trained together is worse on its own rows than one trained alone: "
                    "%(together)s against %(alone)s."
                )
                if one.is_clear
                else gettext_noop(
                    "For %(organization)s the model trained together came out worse on its own rows than one trained "
                    "alone (%(together)s against %(alone)s); the intervals overlap, so chance may have made the "
                    "difference."
                )
            )
            yield _compared(text, one)


def _compared(text: str, one: Standing) -> Sentence:
    return sentence(
        text,
        organization=one.name,
        together=scores.written(one.own_together.value),
        alone=scores.written(one.own_alone.value),
    )
