"""Examples of how to write: what stands before an answer, and the answer, as tokens and a mask of what is learnt."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from jinja2 import TemplateError

Row = tuple[list[int], list[bool]]  # tokens, and which of them are learnt
Message = dict[str, str]  # role ("system", "user", "assistant") and content
Part = tuple[list[int], bool]  # tokens, and whether they are learnt
USER, ASSISTANT = "user", "assistant"
LOOKED_AT = 1_000  # cells, to see whether they hold chats


def prompt_text(tokenizer: Any, asked: str) -> str:
    """What stands before the answer, in the base model's own form of a conversation where it has one for a question."""
    if tokenizer.chat_template:
        with contextlib.suppress(TemplateError, ValueError):  # which some forms raise, as in `parts_of`
            return _rendered(tokenizer, [{"role": USER, "content": asked}], answering=True)
    return asked + "\n"


def prompt_of(tokenizer: Any, asked: str) -> list[int]:
    """The same as tokens; none where nothing is asked."""
    return _tokens(tokenizer, prompt_text(tokenizer, asked)) if asked else []


def example(tokenizer: Any, asked: str, answer: str) -> list[Part]:
    """A question and what is to be answered."""
    end = tokenizer.eos_token_id
    return [(prompt_of(tokenizer, asked) or [end], False), ([*_tokens(tokenizer, answer), end], True)]


def are_chats(cells: Iterable[str]) -> bool:
    """Whether more than half of those cells hold a chat as JSON: messages of a role and a content, answered or not.

    Empty cells do not count; the first of the others tell.
    """
    told = [bool(_said(cell)) for cell in islice((cell for cell in cells if cell.strip()), LOOKED_AT)]
    return 2 * sum(told) > len(told)


def chat_in(cell: str) -> list[Message]:
    """Up to the last answer; empty where there is none.

    What one role says twice is one message, and a tool speaks to the model like a person.
    """
    chat: list[Message] = []
    for one in _said(cell):
        role = one["role"] if one["role"] in {ASSISTANT, "system"} else USER
        content = str(one.get("content") or "").strip()
        if chat and chat[-1]["role"] == role:
            chat[-1]["content"] += "\n" + content
        else:
            chat.append({"role": role, "content": content})
    while chat and chat[-1]["role"] != ASSISTANT:
        chat.pop()
    return chat


def _said(cell: str) -> list[dict[str, Any]]:
    """The messages of a cell that holds a chat, as they stand there."""
    said = None
    with contextlib.suppress(ValueError, RecursionError):
        said = json.loads(cell) if cell.lstrip().startswith("[") else None
    fits = isinstance(said, list) and all(isinstance(one, dict) and isinstance(one.get("role"), str) for one in said)
    return said if fits and said else []


def question_of(chat: list[Message]) -> str:
    """What the last answer answers, where nothing else was said before; empty otherwise."""
    before = [message["content"] for message in chat[:-1] if message["role"] == USER]
    return before[0] if len(before) == 1 else ""


def opening_of(chat: list[Message]) -> str:
    """What a person said first; empty where none spoke."""
    return next((message["content"] for message in chat if message["role"] == USER), "")


def answers_of(chat: list[Message]) -> list[str]:
    """All that the model should learn to say."""
    return [message["content"] for message in chat if message["role"] == ASSISTANT]


def parts_of(tokenizer: Any, chat: list[Message]) -> list[Part]:
    """Every answer is learnt, in the base model's form; where that has no system, its words begin the question."""
    if tokenizer.chat_template:
        for form in (chat, _without_system(chat)):
            with contextlib.suppress(TemplateError, ValueError):
                return list(_in_form(tokenizer, form))
    return [
        ([*_tokens(tokenizer, message["content"]), tokenizer.eos_token_id], True)
        if message["role"] == ASSISTANT
        else (_tokens(tokenizer, message["content"] + "\n"), False)
        for message in chat
    ]


def _in_form(tokenizer: Any, chat: list[Message]) -> Iterator[Part]:
    """ValueError where the form of a beginning is not the beginning of the whole's form."""
    written, end = "", tokenizer.eos_token
    for place, message in enumerate(chat):
        if message["role"] != ASSISTANT:
            continue
        before = _rendered(tokenizer, chat[:place], answering=True)
        whole = _rendered(tokenizer, chat[: place + 1], answering=False)
        if not before.startswith(written) or not whole.startswith(before + message["content"]):
            raise ValueError(before)
        yield _tokens(tokenizer, before.removeprefix(written)), False
        written = before + message["content"]
        closed = whole.startswith(written + end) or place == len(chat) - 1
        yield [*_tokens(tokenizer, message["content"]), *([tokenizer.eos_token_id] if closed else [])], True
        written += end if closed else ""


def _without_system(chat: list[Message]) -> list[Message]:
    first, rest = "", list(chat)
    while rest and rest[0]["role"] == "system":
        first += rest.pop(0)["content"] + "\n"
    if rest and rest[0]["role"] == USER:
        rest[0] = {"role": USER, "content": first + rest[0]["content"]}
    return rest


def row_of(tokenizer: Any, parts: list[Part], length: int) -> Row:
    """At most (length + 1) tokens, and which of them are to be written.

    The last answer counts most: of what stands before it the end is kept, half of the length at least.
    """
    *before, last = [[(token, learnt) for token in tokens] for tokens, learnt in parts]
    history = [pair for part in before for pair in part]
    room = max(length // 2, length + 1 - len(last))
    kept = history[-room:] or [(tokenizer.eos_token_id, False)]
    found = kept + last[: length + 1 - len(kept)]
    return [token for token, _ in found], [learnt for _, learnt in found]


def bytes_of(tokenizer: Any, rows: Sequence[Row]) -> list[int]:
    """Of each row, how many bytes of text the tokens stand for that are to be written; what was cut off is none."""
    own = [[token for token, learnt in zip(*row, strict=True) if learnt] for row in rows]
    texts = tokenizer.batch_decode(own, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    return [len(text.encode()) for text in texts]


def _tokens(tokenizer: Any, text: str) -> list[int]:
    return list(tokenizer(text, add_special_tokens=False).input_ids)


def _rendered(tokenizer: Any, chat: list[Message], *, answering: bool) -> str:
    return str(tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=answering))
