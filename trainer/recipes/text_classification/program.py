"""Texts and their kinds: the words that are read, and the networks that read them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch

from trainer.asking import text_in
from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Ints
from trainer.data.feed import Feed, Inputs, Resident
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.target import Target, target_of
from trainer.data.texts import WORD, text_fields, texts_of, words_of
from trainer.evaluation.examples import LONGEST
from trainer.failures import TrainingError
from trainer.layers import dense
from trainer.network import Call, Network
from trainer.reasons import by_word, of_terms
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.recipes.text_classification import vocabulary
from trainer.recipes.text_classification.schema import Parameters
from trainer.serving import Layered, Row, Served

SNIPPET = """\
import json, re, torch, torch.nn.functional as F, unicodedata
from safetensors.torch import load_file
weights, config = load_file("model.safetensors"), json.load(open("config.json"))
known = json.load(open("preprocessing.json"))
words = re.findall(known["pattern"], unicodedata.normalize("NFKC", {example!r}).lower())[:known["length"]]
terms = words + [f"{{a}} {{b}}" for a, b in zip(words, words[1:])] * known["pairs"]
x = [known["terms"].index(t) + 1 for t in terms if t in known["terms"]] + [0] * 8
x = torch.tensor([x])
for c in config["layers"]: x = (vars(torch) | vars(F))[c["call"]](x, *map(weights.get, c["weights"]), **c["options"])
print(dict(zip(config["labels"], x.softmax(1)[0].tolist())))
"""


@dataclass(frozen=True)
class TextSource:
    """Every text with a label, as the terms that may be read of it."""

    parties: list[Party]
    owner: Ints
    target: Target
    fields: list[str]
    terms: list[list[str]]
    parameters: Parameters
    cells: list[list[str]]  # of each field, the texts themselves

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row."""
        return {name: texts[row][:LONGEST] for name, texts in zip(self.fields, self.cells, strict=True)}

    def prepare(self, rows: Ints) -> TextPreparation:
        p = self.parameters
        known = vocabulary.learn((self.terms[row] for row in rows.tolist()), p.vocabulary, p.rare_below)
        if not known:
            raise TrainingError(
                "data",
                N_("No word stands in at least %(count)s texts of the training part."),
                N_("Add texts, or choose a smaller number for rare words."),
                count=p.rare_below,
            )
        return TextPreparation(self, known)


@dataclass(frozen=True)
class TextPreparation(Preparation):
    """The terms that are known, in their order: the first is number 1."""

    source: TextSource
    known: list[str]

    def feed(self, device: torch.device) -> Feed:
        places = {term: place for place, term in enumerate(self.known, start=1)}
        return Resident((torch.from_numpy(vocabulary.encode(self.source.terms, places)).to(device), None))

    def network(self, outputs: int, device: torch.device) -> Network:
        p = self.source.parameters
        calls, shapes = (bag if p.network == "bag" else windows)(len(self.known) + 1, p, outputs)
        return Network(calls, shapes, embeddings=("embedding.weight",), device=device)

    def to_json(self) -> dict[str, Any]:
        p = self.source.parameters
        fields = [{"name": name, "kind": "text"} for name in self.source.fields]
        reading = {"pattern": WORD.pattern, "length": p.length, "pairs": p.network == "bag", "terms": self.known}
        return {"kind": "text", "fields": fields, **reading}

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET.format(example=" ".join(self.known[:3]))


Shapes = dict[str, tuple[int, ...]]
Layers = tuple[list[Call], Shapes]


def bag(terms: int, p: Parameters, outputs: int) -> Layers:
    """The mean of the terms' vectors (Joulin et al., Bag of Tricks for Efficient Text Classification, 2016)."""
    calls: list[Call] = [
        {"call": "embedding_bag", "weights": ["embedding.weight"], "options": {"mode": "mean", "padding_idx": 0}},
    ]
    shapes: Shapes = {"embedding.weight": (terms, p.vector_size)}
    return _answering(calls, shapes, p.vector_size, p, outputs)


def windows(terms: int, p: Parameters, outputs: int) -> Layers:
    """The strongest find of every kind of window (Kim, Convolutional Neural Networks for Sentences, 2014)."""
    calls: list[Call] = [
        {"call": "embedding", "weights": ["embedding.weight"], "options": {"padding_idx": 0}},
        {"call": "transpose", "options": {"dim0": 1, "dim1": 2}},
        {"call": "conv1d", "weights": ["windows.weight", "windows.bias"], "options": {"padding": p.windows // 2}},
        {"call": "relu"},
        {"call": "adaptive_max_pool1d", "options": {"output_size": 1}},
        {"call": "flatten", "options": {"start_dim": 1}},
    ]
    shapes = {
        "embedding.weight": (terms, p.vector_size),
        "windows.weight": (p.filters, p.vector_size, p.windows),
        "windows.bias": (p.filters,),
    }
    return _answering(calls, shapes, p.filters, p, outputs)


def _answering(calls: list[Call], shapes: Shapes, width: int, p: Parameters, outputs: int) -> Layers:
    rest, more = dense(width, [], outputs, "relu", 0.0)
    between: list[Call] = [{"call": "dropout", "options": {"p": p.dropout}}] if p.dropout else []
    return calls + between + rest, shapes | more


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> TextSource:
    """The texts that have a label; several text fields are read one after the other."""
    p = cast("Parameters", parameters)
    parties = read_parties(spec)
    known = labelled(parties, spec.target, tell)
    present = text_fields(parties, [spec.target])
    fields = [name for name in spec.fields if name in present] if spec.fields else present[:1]
    if not fields:
        raise TrainingError(
            "data", N_("No field with texts is chosen."), N_("Choose the field in which the text stands.")
        )
    if spec.fields and (others := [name for name in spec.fields if name not in present]):
        text = N_("The field “%(field)s” is left out: it holds no text.")
        tell(Log(level="warning", text=text, params={"field": others[0]}))
    columns = [texts_of(parties, name) for name in fields]
    cells = [[column[row] for row in known.rows.tolist()] for column in columns]
    texts = ["\n".join(row) for row in zip(*cells, strict=True)]
    terms = [vocabulary.terms_of(text, p.length, pairs=p.network == "bag") for text in texts]
    return TextSource(parties, known.owner, target_of(known.column, "classification", None), fields, terms, p, cells)


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Texts by the names of their fields, or as “text”."""
    names = [field["name"] for field in preprocessing["fields"]]
    places = {term: place for place, term in enumerate(preprocessing["terms"], start=1)}

    def encode(rows: list[Row]) -> Inputs:
        texts = [text_in(row, names) for row in rows]
        terms = [vocabulary.terms_of(text, preprocessing["length"], pairs=preprocessing["pairs"]) for text in texts]
        return torch.from_numpy(vocabulary.encode(terms, places)), None

    def reasons(model: Layered, rows: list[Row]) -> list[Any]:
        """The words of each text; those that are not known have no weight."""
        weights = of_terms(model.network, encode(rows)[0])
        found = []
        for row, own in zip(rows, weights, strict=True):
            text, length = text_in(row, names), preprocessing["length"]
            terms = vocabulary.terms_of(text, length, pairs=preprocessing["pairs"])
            found.append({"tokens": by_word(words_of(text)[:length], terms, own, places)})
        return found

    return Layered(folder, config, preprocessing, encode, reasons=reasons)
