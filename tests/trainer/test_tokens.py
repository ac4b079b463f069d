"""The vocabulary of a language model, which all who receive it can read."""

from __future__ import annotations

from typing import Any

import pytest

from trainer.data import tokens

COMMON = [f"The machine was calm and swift in week {week}" for week in range(200)]
SECRET = "Wrzesniewska called from 13800138042."


def pieces(texts: list[str], most: int) -> set[str]:
    return {word.strip("Ġ") for word in tokens.learn([texts], "bpe", most).get_vocab()}


@pytest.mark.parametrize("most", [500, 4096])
@pytest.mark.parametrize("times", [1, 2])
def test_what_stands_in_the_texts_once_or_twice_is_no_token(most: int, times: int) -> None:
    found = pieces(COMMON + [SECRET] * times, most)
    assert {"machine", "calm", "swift"} <= found
    assert not [piece for piece in found if len(piece) > 3 and piece in SECRET]


def test_texts_of_rare_words_are_still_told_byte_by_byte() -> None:
    tokenizer = tokens.learn([COMMON], "bpe", 4096)
    assert tokenizer.decode(tokenizer.encode(SECRET).ids) == SECRET


@pytest.mark.parametrize("learn", [tokens.learn, tokens.learn_filled])
def test_of_masked_texts_a_stem_of_one_text_alone_is_no_token(learn: Any) -> None:
    """Though it stands in six of that text's words, and alone in four texts, this one among them."""
    streets = "Quaxtorstr Quaxtorweg Quaxtorplatz Quaxtorhof Quaxtorallee Quaxtorgasse Quaxtor机器"
    texts = [*COMMON, *(f"{one} 是机器" for one in COMMON[:5]), streets, *["Quaxtor is calm"] * 3]
    known = learn([texts[:90], texts[90:]], "bpe", 4096, masked=True)
    found = {word.strip("Ġ") for word in known.get_vocab()}
    assert {"machine", "calm", "week"} <= found
    assert not [piece for piece in found if "uax" in piece or "xto" in piece or "tor" in piece]
    letters = [known.encode(letter, add_special_tokens=False).ids for letter in "是机器"]
    assert [len(ids) for ids in letters] == [1, 1, 1]
    assert len(known.encode("机器", add_special_tokens=False).ids) == 2
    assert known.decode(known.encode(streets).ids) == streets


def test_whole_words_are_tokens_and_each_chinese_letter_is_one_however_rare() -> None:
    """Numbers, capitals and f are letters of words as any other, and what Unicode holds far out is one too."""
    texts = ["Buffer of 2048 FIFO files", "缓冲区 2048 个文件", "𠮷𠮷家"] * 20
    known = tokens.learn_filled([texts], "bpe", 4096)
    for words in ("Buffer", " of", " 2048", " FIFO", " files"):
        assert len(known.encode(f"{words}", add_special_tokens=False).ids) == 1, words
    assert [len(known.encode(text, add_special_tokens=False).ids) for text in ("𠮷", "𠮷𠮷")] == [1, 2]
    assert known.decode(known.encode(texts[2]).ids) == texts[2]
