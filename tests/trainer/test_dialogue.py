"""Chats become rows in the base model's own form, in which every answer is learnt and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from jinja2 import TemplateError

from tests.trainer.conftest import MakeSpec, launch
from tests.trainer.test_hostile import logs
from trainer.contract import Started
from trainer.predict import Predictor
from trainer.recipes.fine_tune import base, dialogue

FORM = (
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}"
    "{% if m.role == 'assistant' %}<|end|>{% endif %}{{ '\n' }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% endif %}"
)
STRICT = "{% for m in messages if m.role == 'system' %}{{ raise_exception('no system') }}{% endfor %}" + FORM
LOSSY = "{% if messages|length > 2 %}again {% endif %}" + FORM
CHAT = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": "The machine?"},
    {"role": "assistant", "content": "It was bright."},
    {"role": "tool", "content": "swift"},
    {"role": "user", "content": "And now?"},
    {"role": "assistant", "content": "It was swift."},
    {"role": "user", "content": "Bye"},
]


@pytest.fixture
def tokenizer(small_base: str) -> Any:
    return base.tokenizer_in(Path(small_base))


def chat_of(messages: list[dict[str, str]]) -> list[dict[str, str]]:
    return dialogue.chat_in(json.dumps(messages))


def parts(tokenizer: Any, chat: list[dict[str, str]]) -> list[tuple[str, bool]]:
    return [(tokenizer.decode(tokens), learnt) for tokens, learnt in dialogue.parts_of(tokenizer, chat)]


def test_every_answer_is_learnt_in_the_base_models_form(tokenizer: Any) -> None:
    tokenizer.chat_template = FORM
    assert parts(tokenizer, chat_of(CHAT)) == [
        ("<system>Be kind.\n<user>The machine?\n<assistant>", False),
        ("It was bright.<|end|>", True),
        ("\n<user>swift\nAnd now?\n<assistant>", False),
        ("It was swift.<|end|>", True),
    ]


@pytest.mark.parametrize("template", [None, STRICT, LOSSY])
def test_a_form_that_does_not_fit_is_gone_around(tokenizer: Any, template: str | None) -> None:
    tokenizer.chat_template = template
    found = parts(tokenizer, chat_of(CHAT))
    assert [text for text, learnt in found if learnt] == ["It was bright.<|end|>", "It was swift.<|end|>"]
    whole = "".join(text for text, _ in found)
    assert "Be kind.\n" in whole
    assert "<system>" not in whole
    assert ("<user>Be kind.\nThe machine?" in whole) == (template is STRICT)


def test_a_form_that_refuses_a_single_question_is_gone_around(tokenizer: Any) -> None:
    tokenizer.chat_template = "{{ raise_exception('a system message comes first') }}"
    assert dialogue.prompt_text(tokenizer, "The machine?") == "The machine?\n"
    (asked, _), (answer, learnt) = dialogue.example(tokenizer, "The machine?", "It was bright.")
    assert tokenizer.decode(asked) == "The machine?\n"
    assert (tokenizer.decode(answer), learnt) == ("It was bright.<|end|>", True)


def test_only_chats_are_read_as_chats() -> None:
    told = json.dumps(CHAT)
    assert dialogue.are_chats([" ", told, " ", told, ""])
    for other in ("[1, 2]", "[broken", "plain words", "[]", '[{"text": "no role"}]', '[{"role": {}, "content": "x"}]'):
        assert not dialogue.are_chats([told, other])
        assert not dialogue.are_chats([other, told])
        assert dialogue.are_chats([other, told, told])
        assert not dialogue.chat_in(other)
    unanswered = json.dumps(CHAT[:2])
    assert dialogue.are_chats([unanswered, told])
    assert not dialogue.chat_in(unanswered)
    assert not dialogue.are_chats([])
    assert not dialogue.are_chats([" "])
    assert dialogue.question_of(chat_of(CHAT)) == ""
    assert dialogue.question_of(chat_of(CHAT[:3])) == "The machine?"


def test_long_histories_lose_their_beginning(tokenizer: Any) -> None:
    before, answer = list(range(10, 40)), [50, 51, 52]
    tokens, learnt = dialogue.row_of(tokenizer, [(before, False), (answer, True)], 10)
    assert tokens == [*range(32, 40), 50, 51, 52]
    assert learnt == [False] * 8 + [True] * 3
    assert dialogue.row_of(tokenizer, [([7], False), (answer, True)], 10) == ([7, *answer], [False] + [True] * 3)
    tokens, learnt = dialogue.row_of(tokenizer, [(before, False), (before, True)], 10)
    assert tokens == [*range(35, 40), *range(10, 16)]
    assert sum(learnt) == 6


def test_chats_are_learnt_and_not_their_brackets(job: MakeSpec, small_base: str) -> None:
    asked, said = ("The bright machine?", "The dull machine?"), ("swift", "slow")
    rows = [
        [{"role": "user", "content": asked[n % 2]}, {"role": "assistant", "content": said[n % 2]}] for n in range(60)
    ]
    # What nobody answers is no reason to learn the others' brackets.
    others = [json.dumps([{"role": "user", "content": "Nobody there?"}]), "plain words", ""]
    chats = pa.table({"messages": [others[0], *(json.dumps(one) for one in rows), *others[1:]]})
    spec = job(
        {"hidden_layers": None, "length": 32, "method": "full", "learning_rate": 0.01, "epochs": 20, "batch_size": 8},
        recipe="fine-tune", target="messages", fields=None, base={"path": small_base}, tables={"anvil": chats},
        output=str(Path(small_base).parent / "chats"),
    )  # fmt: skip
    code, events = launch(spec)
    assert code == 0, events[-1]
    assert next(event.rows for event in events if isinstance(event, Started)) == {"anvil": 60}
    assert any("2 chats of Anvil Steel are left out" in text for text in logs(events))
    found = Predictor(spec.output).predict([{"text": question, "length": 6} for question in asked])
    assert [one["text"] for one in found] == list(said)
    written = json.loads(Path(spec.output, "evaluation.json").read_bytes())["written"]
    assert written["chrf"] == pytest.approx(100)


def test_the_library_refuses_as_we_expect(tokenizer: Any) -> None:
    tokenizer.chat_template = STRICT
    with pytest.raises(TemplateError, match="no system"):
        tokenizer.apply_chat_template(CHAT[:2], tokenize=False)
