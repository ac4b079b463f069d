"""Examples of how to write: what stands before an answer, and the answer, as tokens and a mask of what is learnt."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Rows = tuple[npt.NDArray[np.int32], npt.NDArray[np.bool_]]
ASKING = {"role": "user"}


def prompt_of(tokenizer: Any, asked: str) -> list[int]:
    """What stands before the answer, in the base model's own form of a conversation where it has one."""
    if not asked:
        return []
    if tokenizer.chat_template:
        text = tokenizer.apply_chat_template([ASKING | {"content": asked}], tokenize=False, add_generation_prompt=True)
        return list(tokenizer(text, add_special_tokens=False).input_ids)
    return list(tokenizer(asked + "\n", add_special_tokens=False).input_ids)


def conversation(cell: Any) -> tuple[str, str]:
    """The last answer of a conversation and all that was said before it; from a list of messages, or as JSON."""
    messages = json.loads(cell) if isinstance(cell, str) else cell
    *before, last = [(message.get("role", ""), str(message.get("content", ""))) for message in messages]
    return "\n".join(content for _, content in before), last[1]


def rows_of(tokenizer: Any, asked: Sequence[str], answers: Sequence[str], length: int) -> Rows:
    """Rows × (length + 1) tokens, cut or filled up; the mask says which of them are to be written."""
    end = tokenizer.eos_token_id
    found = []
    for question, answer in zip(asked, answers, strict=True):
        before = prompt_of(tokenizer, question)[-length // 2 :] or [end]
        written = [*tokenizer(answer, add_special_tokens=False).input_ids, end]
        found.append((before, (written)[: length + 1 - len(before)]))
    width = max(len(before) + len(written) for before, written in found)
    tokens = np.full((len(found), width), tokenizer.pad_token_id, np.int32)
    mask = np.zeros((len(found), width), np.bool_)
    for row, (before, written) in enumerate(found):
        tokens[row, : len(before) + len(written)] = before + written
        mask[row, len(before) : len(before) + len(written)] = True
    return tokens, mask
