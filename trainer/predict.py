"""A published model at work: rows in, labels, values or texts out, from the files that a run leaves."""

from __future__ import annotations

import json
import socket
import traceback
from collections.abc import Iterator
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from typing import cast

import torch

from trainer.contract import N_, SpecError
from trainer.failures import TrainingError
from trainer.recipes.program import program_of
from trainer.serving import UNREADABLE, Explains, Row, Served, Warns, json_in, refusal
from trainer.sight.shape import KIND as SEES

MOST_ROWS, MOST_EXPLAINED = 10_000, 100
MOST_BYTES = 64 * 2**20  # of one request


class Predictor:
    """The model in that folder, ready to answer; TrainingError with one sentence when an input makes no sense."""

    def __init__(self, folder: str | Path) -> None:
        self.config = json_in(Path(folder), "config.json")
        bare = "recipe" not in self.config and "architectures" in self.config
        self.preprocessing = {} if bare else json_in(Path(folder), "preprocessing.json")
        self.model = self._bare(Path(folder)) if bare else self._published(Path(folder))

    def _published(self, folder: Path) -> Served:
        try:
            program = program_of(self.config["recipe"])
        except (KeyError, SpecError) as error:
            raise TrainingError("data", UNREADABLE, reason=str(error)[:200]) from None
        return program.open_model(folder, self.config, self.preprocessing)

    def _bare(self, folder: Path) -> Served:
        """A base model before any job: whoever publishes one knows nothing of recipes."""
        name = "trainer.looking" if self.config.get("kind") == SEES else "trainer.bases"
        return cast("Served", import_module(name).open_base(folder))  # one of them takes seconds to import

    @torch.no_grad()
    def predict(self, rows: list[Row], *, explain: bool = False) -> list[Row]:
        """One answer per row: with `warnings` where it is unlike what the model learnt from, and `reasons` if asked."""
        if not all(isinstance(row, dict) for row in rows):
            raise refusal(N_("The input must be a list of rows, each with its fields by name."))
        if not rows or len(rows) > MOST_ROWS:
            raise refusal(N_("Between 1 and %(most)s rows can be predicted at a time."), most=MOST_ROWS)
        if explain and len(rows) > MOST_EXPLAINED:
            raise refusal(N_("At most %(most)s rows can be explained at a time."), most=MOST_EXPLAINED)
        found = self.model.predict(rows)
        if isinstance(self.model, Warns):
            warned = self.model.warn(rows)
            found = [answer | ({"warnings": said} if said else {}) for answer, said in zip(found, warned, strict=True)]
        if explain and isinstance(self.model, Explains):
            told = zip_longest(found, self.model.explain(rows))
            found = [answer | ({} if why is None else {"reasons": why}) for answer, why in told]
        return found


def answer(predictor: Predictor, line: bytes | str) -> Row:
    """One request line's answer: predictions, or an error with its sentence; the next one is answered in any case."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return _refused(refusal(N_("The request is not valid JSON.")))
    whole = isinstance(request, dict) and "rows" in request
    rows, explain = (request["rows"], request.get("explain") is True) if whole else ([request], False)
    try:
        return {"predictions": predictor.predict(rows if isinstance(rows, list) else [rows], explain=explain)}
    except TrainingError as error:
        return _refused(error)
    except Exception:
        traceback.print_exc()
        return _refused(refusal(N_("The model can make nothing of this input.")))


def _refused(error: TrainingError) -> Row:
    return {"error": {"text": error.text, "hint": error.hint, "params": error.params}}


def serve(folder: str, peer: socket.socket, *, idle: float) -> int:
    """Answer one supervisor's requests until it leaves or has been silent for `idle` seconds."""
    torch.set_num_threads(1)
    peer.settimeout(idle)
    try:
        predictor = Predictor(folder)
    except TrainingError as error:
        # No row is at fault, whatever was asked.
        peer.sendall(_line({"error": _refused(error)["error"] | {"unavailable": True}}))
        return 1
    try:
        for line in _lines(peer):
            peer.sendall(_line(answer(predictor, line)))
    except (TimeoutError, OSError):
        return 0
    return 0


def _line(message: Row) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode(errors="replace") + b"\n"  # half a letter becomes "?"


def _lines(peer: socket.socket) -> Iterator[bytes]:
    pending = bytearray()
    while data := peer.recv(65536):
        pending += data
        if len(pending) > MOST_BYTES:
            return
        while (end := pending.find(b"\n")) >= 0:
            line = bytes(pending[:end])
            del pending[: end + 1]
            yield line
