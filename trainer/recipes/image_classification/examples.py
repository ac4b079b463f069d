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
mnist_cnn_parameters: dict[str, Any] = mnist_parameters | {"network": "cnn", "channels": [16, 32], "epochs": 6}

# How four suppliers hold 5,000 digits: for each supplier, the percentage of every digit's pictures (0 to 9) that it
# has. Of each digit the pictures are dealt in the order of the file, a block for each supplier. With
# `mnist_parameters` each alone reaches 0.57 to 0.65 on the common test part, together 0.92 to 0.94, and most gain on
# their own part too (five seeds).
DIGIT_SHARES: tuple[tuple[int, ...], ...] = (
    (47, 65, 78, 30, 18, 5, 3, 2, 2, 1),
    (2, 1, 2, 62, 77, 47, 31, 18, 7, 4),
    (5, 3, 2, 2, 1, 47, 64, 79, 30, 18),
    (46, 31, 18, 6, 4, 1, 2, 1, 61, 77),
)
