"""Questions and the passages that answer them, each different passage once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.contract import N_, JobSpec, Log, SpecError
from trainer.data.columns import Ints
from trainer.data.lines import Collecting, Encoded
from trainer.data.reading import Party
from trainer.data.spill import Spill, growing
from trainer.data.texts import Cells, Excerpts, batches_of, known_by
from trainer.failures import TrainingError
from trainer.recipes.program import Tell

TITLE = 80  # letters: what stands before a colon, or the first of them
COLON = re.compile("[:：]")


@dataclass(frozen=True)
class Passage:
    """What may be answered."""

    text: str
    source: str  # what stands in the field of the source, else who brought it

    @property
    def title(self) -> str:
        head = COLON.split(self.text, maxsplit=1)[0]
        first = " ".join((head if head.strip() and len(head) <= TITLE else self.text).split())
        return first if len(first) <= TITLE else first[: TITLE - 1] + "…"


@dataclass(frozen=True)
class Pairs:
    """Of every row its question, and the place of its passage."""

    owner: Ints
    rows: Ints  # which of the files these are
    passage_of: Ints
    question_of: Ints  # the same number for the same question
    questions: Encoded
    answers: Encoded
    passages: list[Passage]
    told: Encoded  # the passages' tokens
    excerpts: Excerpts  # questions


class Collected:
    """Takes rows as they come."""

    def __init__(self, tokenizer: Any, length: int, spill: Spill | None) -> None:
        self._tokenizer, self._length = tokenizer, length
        self._lines = [Collecting(spill, writes=False) for _ in range(3)]
        self._numbers = growing(np.int64, None), growing(np.int64, None)
        self._places: dict[str, int] = {}
        self._asked: dict[bytes, int] = {}
        self._passages: list[Passage] = []
        self._unseen: set[str] = set()  # passages that stand in rows alone that not everyone may see
        self._excerpts = Excerpts(spill)

    def add(self, rows: Sequence[tuple[str, Passage]], *, shown: bool) -> None:
        """Questions with their passages; `shown` says whether everyone may see these rows.

        A passage has the source that it had first, of rows that everyone may see where there are such.
        """
        new: dict[str, Passage] = {}
        for _, passage in rows:
            if passage.text not in self._places:
                new.setdefault(passage.text, passage)
            elif shown and passage.text in self._unseen:
                self._passages[self._places[passage.text]] = passage
            if shown:
                self._unseen.discard(passage.text)
        self._unseen |= set() if shown else new.keys()
        for text in new:
            self._places[text] = len(self._places)
        self._passages += new.values()
        asked, told = [question for question, _ in rows], [passage.text for _, passage in rows]
        for line, texts in zip(self._lines, (asked, told, list(new)), strict=True):
            line.add(encoded(self._tokenizer, texts, self._length) if texts else [])
        self._numbers[0].add(np.array([self._places[text] for text in told]))
        self._numbers[1].add(np.array([self._asked.setdefault(known_by(text), len(self._asked)) for text in asked]))
        self._excerpts.add([(text,) for text in asked])

    def whole(self, counts: Sequence[int], rows: Ints) -> Pairs:
        """No row comes any more; so many were each organization's, and they were those of the files."""
        questions, answers, told = (line.whole() for line in self._lines)
        owner = np.repeat(np.arange(len(counts)), counts)
        passage_of, question_of = (one.whole() for one in self._numbers)
        return Pairs(
            owner, rows, passage_of, question_of, questions, answers, self._passages, told, self._excerpts.closed()
        )  # fmt: skip


def encoded(tokenizer: Any, texts: list[str], length: int) -> list[list[int]]:
    """Tokens, one higher each, for 0 fills rows up."""
    found = tokenizer(texts, truncation=True, max_length=length).input_ids
    return [[token + 1 for token in row] for row in found]


def pairs(
    spec: JobSpec, parties: list[Party], fields: list[str], source: str, collected: Collected, published: list[int],
    tell: Tell,
) -> Pairs:  # fmt: skip
    """Rows without a question or without a passage are left out; `published` are the places of parties to be seen."""
    counts, kept, read = list[int](), growing(np.int64, None), 0
    for place, party in enumerate(parties):
        found = seen = 0
        for batch in batches_of([party], [*fields, spec.target, *([source] if source else [])], [source]):
            rows = dict(_rows(batch, len(fields), party.name))
            collected.add(list(rows.values()), shown=place in published)
            kept.add(read + np.fromiter(rows, np.int64))
            found, seen, read = found + len(rows), seen + len(batch), read + len(batch)
        if not found:
            raise TrainingError(
                "data",
                N_("No row of %(organization)s has both a question and a passage."),
                N_("Every organization needs rows in which both stand."),
                organization=party.name,
            )
        if found < seen:
            text = N_("%(rows)s rows of %(organization)s are left out: a question or its passage is missing.")
            tell(Log(level="warning", text=text, params={"rows": seen - found, "organization": party.name}))
        counts.append(found)
    return collected.whole(counts, kept.whole())


def _rows(batch: list[Cells], asked: int, organization: str) -> Iterator[tuple[int, tuple[str, Passage]]]:
    """Those with both, by their place in the batch."""
    for place, cells in enumerate(batch):
        question, answer = "\n".join(cells[:asked]).strip(), cells[asked].strip()
        if question and answer:
            yield place, (question, Passage(answer, "".join(cells[asked + 1 :]).strip() or organization))


def check_open(spec: JobSpec, source: str, parties: list[Party], tell: Tell) -> list[int]:
    """The places of the organizations whose passages travel with the model: everyone may see their rows.

    The others' are learnt from and searched while the model is judged; nobody is answered with them. Masked passages
    are refused.
    """
    if closed := {spec.target, source} & set(spec.masked):
        raise SpecError(
            N_("“%(field)s” is masked: passages travel with the model, where all who receive it read them."),
            {"field": min(closed)},
            field="target",
        )
    hidden = {item.organization for item in spec.inputs if not item.viewable}
    if names := [party.name for party in parties if party.slug in hidden]:
        text = N_(
            "Nobody is answered with passages of %(organizations)s alone: not everyone who receives the model may see "
            "their rows."
        )
        tell(Log(level="warning", text=text, params={"organizations": ", ".join(names)}))
    return [place for place, party in enumerate(parties) if party.slug not in hidden]
