"""Common pieces of networks, as calls with the shapes of their weights."""

from __future__ import annotations

from trainer.network import Call

Shapes = dict[str, tuple[int, ...]]


def dense(width: int, hidden: list[int], outputs: int, activation: str, dropout: float) -> tuple[list[Call], Shapes]:
    """Fully connected layers from `width` numbers to `outputs`."""
    calls: list[Call] = []
    shapes: Shapes = {}
    for place, size in enumerate([*hidden, outputs]):
        weights = [f"layers.{place}.weight", f"layers.{place}.bias"]
        calls.append({"call": "linear", "weights": weights})
        shapes |= {weights[0]: (size, width), weights[1]: (size,)}
        width = size
        if place < len(hidden):
            calls.append({"call": activation})
            if dropout:
                calls.append({"call": "dropout", "options": {"p": dropout}})
    return calls, shapes
