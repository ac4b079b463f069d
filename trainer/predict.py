"""A published model at work: rows or pictures in, labels or values out, from the files that a run leaves."""

from __future__ import annotations

import base64
import binascii
import json
import math
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from trainer.contract import N_
from trainer.data.columns import Column, categories_from_values, numbers_from_values
from trainer.failures import TrainingError
from trainer.network import Network
from trainer.recipes.image_classification.pixels import from_bytes
from trainer.recipes.tabular import encoding

Row = dict[str, Any]
MOST_ROWS = 10_000
MOST_BYTES = 64 * 2**20  # of one request


class Predictor:
    """The model in that folder, ready to answer; TrainingError with one sentence when an input makes no sense."""

    def __init__(self, folder: str | Path) -> None:
        try:
            self.config = json.loads(Path(folder, "config.json").read_bytes())
            self.preprocessing = json.loads(Path(folder, "preprocessing.json").read_bytes())
            weights = load_file(Path(folder, "model.safetensors"))
        except (OSError, ValueError, SafetensorError) as error:
            text = N_("The model's files cannot be read: %(reason)s")
            raise TrainingError("data", text, reason=str(error)[:200]) from None
        fields = self.preprocessing.get("fields", [])
        embeddings = [field["weights"] for field in fields if field["kind"] == "category"]
        self.network = Network(self.config["layers"], {}, embeddings=embeddings, frozen=weights)

    @torch.no_grad()
    def predict(self, rows: list[Row]) -> list[Row]:
        """`{"label", "probabilities"}` for each row, or `{"value"}` where a number is predicted."""
        if not all(isinstance(row, dict) for row in rows):
            raise _refusal(N_("The input must be a list of rows, each with its fields by name."))
        if not rows or len(rows) > MOST_ROWS:
            raise _refusal(N_("Between 1 and %(most)s rows can be predicted at a time."), most=MOST_ROWS)
        encode = self._pictures if self.preprocessing["kind"] == "image" else self._table
        outputs = self.network(encode(rows)).double()
        if self.config["task"] == "regression":
            return [{"value": value if math.isfinite(value) else None} for value in outputs[:, 0].tolist()]
        labels = self.config["labels"]
        return [self._answer(labels, row) for row in torch.softmax(outputs, dim=1).tolist()]

    def _answer(self, labels: list[str], likely: list[float]) -> Row:
        best = max(range(len(labels)), key=likely.__getitem__)
        return {"label": labels[best], "probabilities": dict(zip(labels, likely, strict=True))}

    def _table(self, rows: list[Row]) -> tuple[torch.Tensor, torch.Tensor | None]:
        fields = self.preprocessing["fields"]
        columns: dict[str, Column] = {}
        for field in fields:
            values = [row.get(field["name"]) for row in rows]
            if field["kind"] == "category":
                columns[field["name"]] = categories_from_values(values)
                continue
            try:
                columns[field["name"]] = numbers_from_values(values)
            except (ValueError, TypeError):
                wrong = next(value for value in values if not _is_number(value))
                text = N_("“%(field)s” must be a number, not “%(value)s”.")
                raise _refusal(text, field=field["name"], value=str(wrong)[:50]) from None
        return encoding.tensors(fields, columns, torch.device("cpu"))

    def _pictures(self, rows: list[Row]) -> tuple[torch.Tensor, None]:
        channels, side, _ = self.preprocessing["shape"]
        pixels = np.stack([self._pixels(row, channels, side) for row in rows])
        return torch.from_numpy(pixels) / self.preprocessing["divide"], None

    def _pixels(self, row: Row, channels: int, side: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        count = channels * side * side
        if "pixels" in row:
            try:
                pixels = np.asarray(row["pixels"], np.float32).reshape(-1)
            except (ValueError, TypeError):
                raise _refusal(N_("Pixels are a list of numbers.")) from None
            if len(pixels) != count or not np.isfinite(pixels).all():
                raise _refusal(N_("The model takes %(count)s pixels, not %(given)s."), count=count, given=len(pixels))
            return pixels
        try:
            content = base64.b64decode(str(row["image"]).partition("base64,")[2] or str(row["image"]), validate=True)
            picture = from_bytes(content, side, channels)
            return picture * np.float32(self.preprocessing["divide"] / 255.0)
        except KeyError:
            raise _refusal(N_("A picture is given as “image” (base64) or as “pixels” (numbers).")) from None
        except (ValueError, binascii.Error):
            raise _refusal(N_("The picture cannot be read; send a PNG or JPEG file.")) from None


def _refusal(text: str, **params: str | int) -> TrainingError:
    return TrainingError("data", text, "", **params)


def _is_number(value: Any) -> bool:
    try:
        numbers_from_values([value])
    except (ValueError, TypeError):
        return False
    return True


def answer(predictor: Predictor, line: bytes | str) -> Row:
    """One request line's answer: predictions, or an error with its sentence."""
    try:
        request = json.loads(line)
        rows = request["rows"] if isinstance(request, dict) and "rows" in request else [request]
        return {"predictions": predictor.predict(rows if isinstance(rows, list) else [rows])}
    except TrainingError as error:
        return {"error": {"text": error.text, "hint": error.hint, "params": error.params}}
    except (ValueError, RecursionError):
        return {"error": {"text": N_("The request is not valid JSON."), "hint": "", "params": {}}}


def serve(folder: str, peer: socket.socket, *, idle: float) -> int:
    """Answer one supervisor's requests until it leaves or has been silent for `idle` seconds."""
    torch.set_num_threads(1)
    peer.settimeout(idle)
    try:
        predictor = Predictor(folder)
    except TrainingError as error:
        peer.sendall(_line({"error": {"text": error.text, "hint": error.hint, "params": error.params}}))
        return 1
    try:
        for line in _lines(peer):
            peer.sendall(_line(answer(predictor, line)))
    except (TimeoutError, OSError):
        return 0
    return 0


def _line(message: Row) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode() + b"\n"


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
