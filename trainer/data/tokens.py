"""Texts as tokens: the corpus' own byte-level BPE (Sennrich et al., 2016; Radford et al., 2019), or its letters."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from trainer.data.texts import LETTERS

Tokens = npt.NDArray[np.int32]
FEWEST = 3  # times that a piece of a word stands in the texts: the vocabulary is read by all who receive the model
FEWEST_MASKED = 5  # texts in which one stands, where nobody may read them
WORDS = re.compile(rf"{LETTERS}|(?:(?!{LETTERS})[^\W\d_])+|\d+|[^\w\s]+|_+")
AT_ONCE = 1000  # times that a word is said to who learns, in one go
END, UNKNOWN = "<|end|>", "<|unknown|>"  # between texts; a letter that was not there to learn from
FILL = "<|fill|>"  # behind short texts, where rows of them are read at a time


def learn(texts: Iterable[list[str]], kind: str, most: int, *, masked: bool = False) -> Tokenizer:
    """A tokenizer with at most so many tokens, from batches of texts; `masked` says that nobody may read them."""
    return _learnt(texts, kind, most, [END], apart=masked, masked=masked)


def learn_filled(texts: Iterable[list[str]], kind: str, most: int, *, masked: bool = False) -> Tokenizer:
    """The same, whose token 0 fills up and which closes every text; Chinese letters are no pieces of longer words."""
    tokenizer = _learnt(texts, kind, most, [FILL, END], apart=True, masked=masked)
    closed = [(END, end_of(tokenizer))]
    tokenizer.post_processor = processors.TemplateProcessing(single=f"$A {END}", special_tokens=closed)
    return tokenizer


def _learnt(
    texts: Iterable[list[str]], kind: str, most: int, marks: list[str], *, apart: bool, masked: bool
) -> Tokenizer:  # fmt: skip
    """Of masked texts each counts once for all that stands in it, however often."""
    if kind == "characters":
        counted = ([letter for text in batch for letter in (set(text) if masked else text)] for batch in texts)
        return _letters(counted, most, marks, FEWEST_MASKED if masked else 1)
    return _pieces(_frequent(texts) if masked else texts, most, marks, FEWEST_MASKED if masked else FEWEST, apart=apart)


def _frequent(texts: Iterable[list[str]]) -> Iterator[list[str]]:
    """The words that stand in enough texts, each alone and once for each of them: no piece is of any other word."""
    counts = Counter(word for batch in texts for text in batch for word in set(WORDS.findall(text)))
    for word in sorted(word for word in counts if counts[word] >= FEWEST_MASKED):
        for first in range(0, counts[word], AT_ONCE):
            yield [f" {word}" * min(AT_ONCE, counts[word] - first)]


def _pieces(texts: Iterable[list[str]], most: int, marks: list[str], fewest: int, *, apart: bool) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    by_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False)
    letters = pre_tokenizers.Split(Regex(LETTERS), "isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([letters, by_bytes]) if apart else by_bytes
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=most, special_tokens=marks, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        min_frequency=fewest, show_progress=False,
    )  # fmt: skip
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _letters(letters: Iterable[list[str]], most: int, marks: list[str], fewest: int) -> Tokenizer:
    counts: Counter[str] = Counter()
    for some in letters:
        counts.update(some)
    known = [letter for letter in counts if counts[letter] >= fewest]
    frequent = sorted(sorted(known, key=lambda letter: (-counts[letter], letter))[: most - len(marks) - 1])
    places = {word: place for place, word in enumerate([*marks, UNKNOWN, *frequent])}
    tokenizer = Tokenizer(models.WordLevel(places, UNKNOWN))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens(marks)
    return tokenizer


def end_of(tokenizer: Tokenizer) -> int:
    """The number of the mark between texts."""
    return int(tokenizer.token_to_id(END) or 0)


def stream(tokenizer: Tokenizer, texts: Sequence[str]) -> Tokens:
    """The tokens of all texts, each closed by the end mark."""
    end = [end_of(tokenizer)]
    pieces = (chain(encoding.ids, end) for encoding in tokenizer.encode_batch_fast(list(texts)))
    return np.fromiter(chain.from_iterable(pieces), np.int32)


def settings(context: int, **more: str) -> bytes:
    """`tokenizer_config.json`, with which the field's tools open `tokenizer.json`."""
    told = more | {
        "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": END, "eos_token": END, "model_max_length": context,
        "clean_up_tokenization_spaces": False,
    }  # fmt: skip
    return json.dumps(told, indent=1).encode() + b"\n"


def sizes(tokenizer: Tokenizer) -> npt.NDArray[np.int64]:
    """How many bytes of text each token stands for; marks for none."""
    found = np.zeros(tokenizer.get_vocab_size(), np.int64)
    by_bytes = isinstance(tokenizer.model, models.BPE)  # there a letter of a token is a byte
    for token, place in tokenizer.get_vocab().items():
        if token not in (END, FILL):
            found[place] = len(token) if by_bytes else len("?" if token == UNKNOWN else token.encode())
    return found
