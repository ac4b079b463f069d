"""Questions and passages for a base model that reads: both become vectors, and near ones belong together."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from trainer.contract import N_, JobSpec, SpecError
from trainer.data.columns import Bools, Ints
from trainer.data.feed import Ahead, Feed
from trainer.data.lines import Paired
from trainer.data.reading import Party, read_parties
from trainer.data.spill import spill_for
from trainer.data.target import Target
from trainer.data.texts import chosen_fields, text_fields
from trainer.evaluation.examples import LONGEST
from trainer.evaluation.seen import Seen
from trainer.failures import TrainingError
from trainer.measures.retrieval import FOUND
from trainer.network import Trainable
from trainer.objectives import Objective
from trainer.recipes.fine_tune import base
from trainer.recipes.parameters import TrainingParameters
from trainer.recipes.program import Preparation, Tell
from trainer.recipes.retrieval_qa.nearness import AT_ONCE, ByNearness, Encoder, of_all
from trainer.recipes.retrieval_qa.reading import Collected, Pairs, check_open, pairs
from trainer.recipes.retrieval_qa.schema import Parameters
from trainer.recipes.retrieval_qa.searching import SNIPPET, Searcher
from trainer.serving import Served

BYTES_PER_BYTE = 10  # of texts: themselves, and their tokens, in parts and then whole
SHOWN, BESIDE, SAMPLES = 10, 3, 5  # questions; sources found for each; questions to try
LOOKED_AT = 1_000  # questions, when those are sought that it misses


@dataclass(frozen=True)
class QuestionSource:
    """Every question; its target is the place of its passage among all."""

    parties: list[Party]
    folder: Path
    tokenizer: Any
    fields: list[str]
    pairs: Pairs
    target: Target
    parameters: Parameters
    published: Ints  # places of the passages that travel with the model

    @property
    def owner(self) -> Ints:
        return self.pairs.owner

    @property
    def file_rows(self) -> Ints:
        """Which rows of the files these are."""
        return self.pairs.rows

    @property
    def together(self) -> Ints:
        """A question that was asked twice is never on both sides of a split."""
        return self.pairs.question_of

    @property
    def refused(self) -> float:
        return self.parameters.refused

    def answered(self, rows: Ints) -> Bools:
        """Of those rows, whether their own passage travels with the model."""
        found: Bools = np.isin(self.pairs.passage_of[rows], self.published)
        return found

    def objective(self, rows: Ints, parameters: TrainingParameters, device: torch.device) -> Objective:
        p = self.pairs
        return ByNearness(p.passage_of, p.told, self.parameters.temperature, device, self.published)

    def prepare(self, rows: Ints) -> Search:
        return Search(self)


@dataclass(frozen=True)
class Search(Preparation):
    """The base model's tokenizer as it came; passages and, once weights are published, their vectors."""

    source: QuestionSource
    known: list[Tensor] = field(default_factory=list)

    def feed(self, device: torch.device) -> Feed:
        p = self.source.pairs
        where = torch.device("cpu") if p.questions.in_file else device
        found = Paired(p.questions.filled(0, where), p.answers.filled(0, where))
        return Ahead(found, device) if p.questions.in_file else found

    def network(self, outputs: int, device: torch.device) -> Encoder:
        def written(network: Trainable) -> None:
            if not self.known:  # of the model itself; what else is published are earlier weights of it
                self.known.append(of_all(network, self.source.pairs.told, device).cpu())

        return Encoder(self.source.folder, self.source.parameters.length, written, device)

    def to_json(self) -> dict[str, Any]:
        fields = [{"name": name, "kind": "text"} for name in self.source.fields]
        told = {"length": self.source.parameters.length, "passages": len(self.source.published)}
        return {"kind": "question", "fields": fields, **told}

    def after(self, evaluation: dict[str, Any]) -> dict[str, Any]:
        limit = evaluation.get("refused_below", {}).get("threshold")
        samples = [{"text": item["asked"]} for item in evaluation.get("retrieved", [])[:SAMPLES]]
        return {"refused_below": limit} | ({"samples": samples} if samples else {})

    def files(self) -> dict[str, bytes]:
        found = base.files_of(self.source.folder)
        passages, places = self.source.pairs.passages, self.source.published
        told = [{"title": p.title, "text": p.text, "source": p.source} for p in (passages[n] for n in places.tolist())]
        found["passages.json"] = json.dumps(told, ensure_ascii=False, indent=0).encode() + b"\n"
        if self.known:
            found["passages.safetensors"] = save({"vectors": self.known[0][torch.from_numpy(places)].contiguous()})
        return found

    def snippet(self, config: dict[str, Any]) -> str:
        return SNIPPET.format(length=self.source.parameters.length)

    def drawn(self, seen: Seen, rows: Ints) -> dict[str, Any]:
        """Some held-out questions with what was found, and those whose passage was farthest from being found.

        Of the passages that travel with the model; each of these questions' own is one of them.
        """
        rows = rows[:LOOKED_AT]
        cast("ByNearness", seen.learner.objective).look(seen.learner.network)
        ranks = np.concatenate([self._ranks(seen, part) for part in np.split(rows, range(AT_ONCE, len(rows), AT_ONCE))])
        missed = np.argsort(-ranks, kind="stable")[: min(SHOWN, int((ranks >= FOUND).sum()))]
        found = {"retrieved": self._found(seen, rows[:SHOWN])}
        if len(missed):
            places = (ranks[missed] + 1).tolist()
            told = zip(self._found(seen, rows[missed]), places, strict=True)
            found["missed"] = [one | {"place": place} for one, place in told]
        return found

    def _near(self, seen: Seen, rows: Ints) -> Tensor:
        """Of those questions the likeness to every published passage."""
        objective, shown = cast("ByNearness", seen.learner.objective), torch.from_numpy(self.source.published)
        with torch.no_grad():
            return (seen.learner.network(seen.inputs(rows)).float() @ objective.all.T).cpu()[:, shown]

    def _ranks(self, seen: Seen, rows: Ints) -> Ints:
        near, own = self._near(seen, rows), np.searchsorted(self.source.published, self.source.pairs.passage_of[rows])
        found: Ints = (near > near.gather(1, torch.from_numpy(own)[:, None])).sum(1).numpy()
        return found

    def _found(self, seen: Seen, rows: Ints) -> list[dict[str, Any]]:
        """Questions, what answers each, and what was found."""
        pairs, near = self.source.pairs, self._near(seen, rows)
        best = near.topk(min(BESIDE, near.shape[1]))
        found = []
        for row, places, scores in zip(rows.tolist(), best.indices.numpy(), best.values.tolist(), strict=True):
            titles = [pairs.passages[place].title for place in self.source.published[places].tolist()]
            told = [{"title": title, "score": score} for title, score in zip(titles, scores, strict=True)]
            asked = pairs.excerpts.of(row)[0][:LONGEST]
            expected = pairs.passages[int(pairs.passage_of[row])].title
            party = self.source.parties[int(self.source.owner[row])].slug
            found.append({"organization": party, "asked": asked, "expected": expected, "found": told})
        return found


def read(spec: JobSpec, parameters: TrainingParameters, tell: Tell) -> QuestionSource:
    """The target is the passage that answers what stands in the fields."""
    p = cast("Parameters", parameters)
    folder = base.folder_of(spec)
    tokenizer = base.tokenizer_in(folder)
    if base.writes(folder):
        raise SpecError(N_("A search needs a base model that reads, not one that writes."), field="base")
    p = p.model_copy(update={"length": base.length_of(p.length, folder, tokenizer, tell)})
    source = p.source_field if p.source_field != spec.target else ""
    wanted = None if spec.fields is None else tuple(dict.fromkeys([*spec.fields, *([source] if source else [])]))
    spec = spec.model_copy(update={"fields": wanted})
    spill = spill_for(spec, lambda stored: BYTES_PER_BYTE * stored.size, tell)
    parties = read_parties(spec, lazily=spill is not None)
    fields = _asked(spec, parties, source, tell)
    published = check_open(spec, source, parties, tell)
    found = pairs(spec, parties, fields, source, Collected(tokenizer, p.length, spill), published, tell)
    base.check_known(folder, found.questions, found.told, above=1)
    target = Target("retrieval", [], found.passage_of)
    open_to_all = np.unique(found.passage_of[np.isin(found.owner, published)])
    return QuestionSource(parties, folder, tokenizer, fields, found, target, p, open_to_all)


def _asked(spec: JobSpec, parties: list[Party], source: str, tell: Tell) -> list[str]:
    """The fields of the question."""
    fields = chosen_fields(spec, parties, tell) if spec.fields else text_fields(parties, [spec.target, source])[:1]
    fields = [name for name in fields if name != source]
    if not fields:
        raise TrainingError(
            "data", N_("No field with questions is chosen."), N_("Choose the field in which the question stands.")
        )
    return fields


def open_model(folder: Path, config: dict[str, Any], preprocessing: dict[str, Any]) -> Served:
    """A question, as “text”."""
    return Searcher(folder, preprocessing)
