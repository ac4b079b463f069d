"""The vocabulary of a language model, which all who receive it can read."""

from __future__ import annotations

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
