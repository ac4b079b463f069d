"""Parameters that were tried on real pictures, for demonstrations and benchmarks."""

from __future__ import annotations

from typing import Any

# The classic example: 784-128-64-10, ReLU, Adam at 1e-3, cross-entropy, batches of 32.
mnist_parameters: dict[str, Any] = {
    "network": "mlp",
    "hidden_layers": [128, 64],
    "activation": "relu",
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "batch_size": 32,
    "epochs": 10,
}
