"""Texts and their kinds: the terms that are read, and the networks that read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import torch

from trainer.asking import text_in
from trainer.contract import N_, JobSpec, Log
from trainer.data.columns import Floats, Ints
from trainer.data.feed import Ahead, Feed, Inputs, Lines
from trainer.data.reading import Party, read_parties
from trainer.data.rows import labelled
from trainer.data.spill import Spill, spill_for
from trainer.data.target import Target, target_of
from trainer.data.texts import PIECE, WORD, Excerpts, cells_of, chosen_fields, texts_at, words_of
from trainer.evaluation.examples import LONGEST
from trainer.failures import TrainingError
from trainer.network import Network
from trainer.reasons import by_word, of_terms
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.recipes.text_classification import vocabulary
from trainer.recipes.text_classification.corpus import Corpus, Reader
from trainer.recipes.text_classification.network import TERMS, Weighed, bag, windows
from trainer.recipes.text_classification.schema import Parameters
from trainer.recipes.text_classification.vocabulary import Reading
from trainer.serving import Layered, Row, Served

FEWEST_MASKED = 5  # texts in which a term of a masked field stands, to be read: all who receive the model see it
BYTES_PER_BYTE = 16  # of texts: themselves, and the numbers of their terms twice

SNIPPET = """\
import json, re, torch, torch.nn.functional as F, unicodedata
from safetensors.torch import load_file
weights, config = load_file("model.safetensors"), json.load(open("config.json"))
known = json.load(open("preprocessing.json"))
words = re.findall(known["pattern"], unicodedata.normalize("NFKC", {example!r}).lower())[:known["length"]]
terms = words + [f"{{a}} {{b}}" for a, b in zip(words, words[1:])] * known["pairs"]
n = known["pieces"] or 10**9
terms += ["~" + f"<{{w}}>"[i:i + n] for w in words if n - 2 < len(w) < 33 for i in range(len(w) + 3 - n)]
x = [known["terms"].index(t) + 1 for t in terms if t in known["terms"]] + [0] * 8
x = torch.tensor([x])
for c in config["layers"]: x = (vars(torch) | vars(F))[c["call"]](x, *map(weights.get, c["weights"]), **c["options"])
print(dict(zip(config["labels"], x.softmax(1)[0].tolist())))
"""


@dataclass(frozen=True)
class TextSource:
    """Every text with a label, as the terms that may be read of it."""

    parties: list[Party]
    rows: Ints  # of each text its place among all rows of the files
    owner: Ints
    target: Target
    fields: list[str]
    corpus: Corpus
    parameters: Parameters
    excerpts: Excerpts
    spill: Spill | None = None  # where the texts are in files
    masked: bool = False  # whether nobody may read the texts

    def shown(self, row: int) -> dict[str, Any]:
        """What stands in a row."""
        return dict(zip(self.fields, self.excerpts.of(row), strict=True))

    def prepare(self, rows: Ints) -> TextPreparation:
        p = self.parameters
        known = vocabulary.learn(self.corpus, rows, p.vocabulary, p.rare_below)
        if not len(known):
            raise TrainingError(
                "data",
                N_("No word stands in at least %(count)s texts of the training part."),
                N_("Add texts, or choose a smaller number for rare words."),
                count=p.rare_below,
            )
        corpus, classes = self.corpus.of(known, self.spill), self.target.values[rows].astype(int)
        telling = vocabulary.telling(corpus, rows, classes, self.target.outputs) if p.network == "bag" else None
        return TextPreparation(self, corpus, telling)


@dataclass(frozen=True)
class TextPreparation(Preparation):
    """The terms that are known, in their order: the first is number 1."""

    source: TextSource
    corpus: Corpus
    telling: Floats | None  # of each term, in a bag

    @property
    def known(self) -> list[str]:
        return self.corpus.names

    def texts(self, rows: Ints) -> list[str]:
        return ["\n".join(cells) for cells in texts_at(self.source.parties, self.source.fields, self.source.rows[rows])]

    def of_texts(self, texts: list[str], device: torch.device) -> Inputs:
        reading = reading_of(self.source.parameters)
        encoded = vocabulary.encode([reading.terms(text) for text in texts], self._places)
        return torch.from_numpy(encoded).to(device), None

    @cached_property
    def _places(self) -> dict[str, int]:
        return {term: place for place, term in enumerate(self.known, start=1)}

    def feed(self, device: torch.device) -> Feed:
        tokens, begins = torch.from_numpy(self.corpus.tokens), torch.from_numpy(self.corpus.begins)
        if self.source.spill is not None:
            return Ahead(Lines(tokens, begins, vocabulary.BEHIND), device)
        return Lines(tokens.to(device), begins.to(device), vocabulary.BEHIND)

    def network(self, outputs: int, device: torch.device) -> Network:
        p, count = self.source.parameters, len(self.known) + 1
        if self.telling is None:
            return Network(*windows(count, p, outputs), embeddings=(TERMS,), device=device)
        telling = torch.from_numpy(self.telling).float().to(device)
        return Weighed(*bag(count, p, outputs), telling)

    def to_json(self) -> dict[str, Any]:
        reading = reading_of(self.source.parameters)
        fields = [{"name": name, "kind": "text"} for name in self.source.fields]
        told = {"length": reading.length, "pairs": reading.pairs, "pieces": reading.pieces}
        return {"kind": "text", "fields": fields, "pattern": WORD.pattern, **told, "terms": self.known}

    def snippet(self, config: dict[str, Any]) -> str:
        words = "" if self.source.masked else " ".join(term for term in self.known if not term.startswith(PIECE))
        return SNIPPET.format(example=words[:40] or "Your text here.")


def reading_of(p: Parameters) -> Reading:
    """A bag knows nothing of order, so it reads pairs beside words; and pieces, by which words are alike."""
    return Reading(p.length, pairs=True, pieces=p.pieces) if p.network == "bag" else Reading(p.length)


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> TextSource:
    """The texts that have a label; several text fields are read one after the other."""
    p = cast("Parameters", parameters)
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    known = labelled(parties, spec.target, tell)
    fields = chosen_fields(spec, parties, tell)
    if not fields:
        raise TrainingError(
            "data", N_("No field with texts is chosen."), N_("Choose the field in which the text stands.")
        )
    if masked := set(fields) & set(spec.masked):
        p = _without_rare_terms(p, min(masked), tell)
    corpus, excerpts = _read(parties, fields, known.rows, reading_of(p), spill)
    target = target_of(known.column, "classification", None)
    return TextSource(parties, known.rows, known.owner, target, fields, corpus, p, excerpts, spill, bool(masked))


def _without_rare_terms(p: Parameters, field: str, tell: Tell) -> Parameters:
    """From words and pairs of few texts, which travel with the model, what is masked could be put together."""
    if p.rare_below >= FEWEST_MASKED:
        return p
    text = N_("“%(field)s” is masked: only words that stand in at least %(count)s texts are read.")
    tell(Log(level="info", text=text, params={"field": field, "count": FEWEST_MASKED}))
    return p.model_copy(update={"rare_below": FEWEST_MASKED})


def _read(
    parties: list[Party], fields: list[str], rows: Ints, reading: Reading, spill: Spill | None
) -> tuple[Corpus, Excerpts]:
    """Batch by batch, so that no more texts than one batch's are in memory."""
    reader, excerpts = Reader(spill), Excerpts(spill, LONGEST)
    for cells in cells_of(parties, fields, rows):
        reader.add([reading.terms("\n".join(texts)) for texts in cells])
        excerpts.add(cells)
    return reader.corpus(), excerpts.closed()


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """Texts by the names of their fields, or as “text”."""
    names = [field["name"] for field in preprocessing["fields"]]
    places = {term: place for place, term in enumerate(preprocessing["terms"], start=1)}

    reading = Reading(preprocessing["length"], preprocessing["pairs"], preprocessing.get("pieces", 0))

    def encode(rows: list[Row]) -> Inputs:
        terms = [reading.terms(text_in(row, names)) for row in rows]
        return torch.from_numpy(vocabulary.encode(terms, places)), None

    def reasons(model: Layered, rows: list[Row]) -> list[Any]:
        """The words of each text; those that are not known have no weight."""
        weights = of_terms(model.network, encode(rows)[0])
        found = []
        for row, own in zip(rows, weights, strict=True):
            text = text_in(row, names)
            words = words_of(text, reading.length)
            known = [term in places for term in reading.terms(text)]
            found.append({"tokens": by_word(words, reading.places(words), known, own)})
        return found

    return Layered(folder, config, preprocessing, encode, reasons=reasons)
