"""Rows of every organization's texts as the base model's tokens, batch by batch: never all texts are in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.lines import Collecting, Encoded
from trainer.data.reading import Party
from trainer.data.rows import labelled
from trainer.data.spill import Spill, growing
from trainer.data.target import Target, target_of
from trainer.data.texts import Cells, Excerpts, batches_of, cells_of, chosen_fields
from trainer.evaluation.examples import LONGEST
from trainer.failures import TrainingError
from trainer.recipes.fine_tune import dialogue
from trainer.recipes.program import Tell

# Its tokens; what is asked, all that should be answered, and of a chat how it begins.
Example = tuple[list[dialogue.Part], list[str]]


@dataclass(frozen=True)
class Rows:
    """All that is learnt from."""

    places: Ints  # among all rows of the files; of examples of writing they are not kept
    owner: Ints
    target: Target
    encoded: Encoded
    fields: list[str]
    excerpts: Excerpts  # how the fields begin; or a whole question and its answer
    second: Encoded | None = None  # where one text is made of another: what is to be written
    text_of: Ints | None = None  # there: the same number for the same first text


def kinds(
    spec: JobSpec, length: int, parties: list[Party], tokenizer: Any, spill: Spill | None, tell: Tell
) -> Rows:  # fmt: skip
    """Texts that have a label, for a base model that reads; several text fields are read one after the other."""
    known = labelled(parties, spec.target, tell)
    fields = chosen_fields(spec, parties, tell)
    if not fields:
        raise TrainingError(
            "data", N_("No field with texts is chosen."), N_("Choose the field in which the text stands.")
        )
    found, excerpts = Collecting(spill, writes=False), Excerpts(spill, LONGEST)
    for cells in cells_of(parties, fields, known.rows):
        if cells:
            found.add(tokenizer(joined(cells), truncation=True, max_length=length).input_ids)
            excerpts.add(cells)
    target = target_of(known.column, "classification", None)
    return Rows(known.rows, known.owner, target, found.whole(), fields, excerpts.closed())


def joined(rows: list[Cells]) -> list[str]:
    """What is read of each row."""
    return ["\n".join(cells) for cells in rows]


def examples(
    spec: JobSpec, length: int, parties: list[Party], tokenizer: Any, spill: Spill | None, tell: Tell
) -> Rows:  # fmt: skip
    """Questions and answers, for a base model that writes; without other fields, chats or plain texts."""
    fields = chosen_fields(spec, parties, tell) if spec.fields else []
    found, excerpts, sizes = Collecting(spill, writes=True), Excerpts(spill), growing(np.float64, None)
    counts = []
    for party in parties:
        counts.append(0)
        for batch in _examples_of(party, spec.target, fields, tokenizer, tell):
            rows = [dialogue.row_of(tokenizer, parts, length) for parts, _ in batch]
            found.add([tokens for tokens, _ in rows], [learnt for _, learnt in rows])
            sizes.add(np.array(dialogue.bytes_of(tokenizer, rows)))
            excerpts.add([texts for _, texts in batch])
            counts[-1] += len(batch)
        if not counts[-1]:
            raise TrainingError(
                "data", N_("The data of %(organization)s is empty."), N_("Add texts."), organization=party.name
            )
    owner = np.repeat(np.arange(len(parties)), counts)
    target = Target("language", [], sizes.whole())
    return Rows(np.empty(0, np.int64), owner, target, found.whole(), fields, excerpts.closed())


def _examples_of(
    party: Party, target: str, fields: list[str], tokenizer: Any, tell: Tell
) -> Iterator[list[Example]]:  # fmt: skip
    """The target answers what stands in the fields, or holds conversations; what has no answer is left out."""
    chats = not fields and dialogue.are_chats(cell for batch in batches_of([party], [target]) for (cell,) in batch)
    left_out = 0
    for batch in batches_of([party], [*fields, target]):
        own = [(("\n".join(before)), answer) for *before, answer in batch if answer.strip()]
        if chats:
            found = [_chat(tokenizer, chat) for _, cell in own if (chat := dialogue.chat_in(cell))]
            left_out += len(own) - len(found)
        else:
            found = [(dialogue.example(tokenizer, asked, answer), [asked, answer]) for asked, answer in own]
        if found:
            yield found
    if left_out:
        text = N_("%(rows)s chats of %(organization)s are left out: nothing in them is answered, or they are no chats.")
        tell(Log(level="warning", text=text, params={"rows": left_out, "organization": party.name}))


def _chat(tokenizer: Any, chat: list[dialogue.Message]) -> Example:
    said = "".join(dialogue.answers_of(chat))
    told = [dialogue.question_of(chat), said, dialogue.opening_of(chat)[:LONGEST]]
    return dialogue.parts_of(tokenizer, chat), told
