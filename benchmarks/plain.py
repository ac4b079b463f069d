"""The networks of the recipes, and their loop, as one writes them by hand in PyTorch; nothing of the engine is here."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

Loss = Callable[[nn.Module, Tensor], Tensor]  # of the rows of a batch


def dense(width: int, hidden: list[int], outputs: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for size in hidden:
        parts += [nn.Linear(width, size), nn.ReLU()]
        width = size
    return nn.Sequential(*parts, nn.Linear(width, outputs))


def convolutional(side: int, channels: list[int], hidden: list[int], outputs: int) -> nn.Sequential:
    parts: list[nn.Module] = [nn.Unflatten(1, (1, side, side))]
    before = 1
    for after in channels:
        parts += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)]
        before, side = after, side // 2
    return nn.Sequential(*parts, nn.Flatten(), dense(before * side * side, hidden, outputs))


class Bag(nn.Module):
    """What each term says of each class, times how much it tells; the mean of them is the answer."""

    def __init__(self, telling: Tensor, outputs: int) -> None:
        super().__init__()
        self.terms, self.bias = nn.Parameter(torch.zeros(len(telling), outputs)), nn.Parameter(torch.zeros(outputs))
        self.telling = nn.Buffer(telling[:, None])

    def forward(self, tokens: Tensor) -> Tensor:
        return F.embedding_bag(tokens, self.terms * self.telling, mode="mean", padding_idx=0) + self.bias


class Block(nn.Module):
    """Attention and a gated layer (Touvron et al., LLaMA, 2023, section 2.2)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        inner = math.ceil(width * 8 / 3 / 16) * 16
        self.heads = heads
        self.norm1, self.norm2 = nn.RMSNorm(width, 1e-5), nn.RMSNorm(width, 1e-5)
        self.q, self.k, self.v, self.o = (nn.Linear(width, width, bias=False) for _ in range(4))
        self.gate, self.up = nn.Linear(width, inner, bias=False), nn.Linear(width, inner, bias=False)
        self.down = nn.Linear(inner, width, bias=False)

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        b, t, d = x.shape
        y = self.norm1(x)
        q, k, v = (one(y).view(b, t, self.heads, -1).transpose(1, 2) for one in (self.q, self.k, self.v))
        y = F.scaled_dot_product_attention(rotated(q, cos, sin), rotated(k, cos, sin), v, is_causal=True)
        x = x + self.o(y.transpose(1, 2).reshape(b, t, d))
        y = self.norm2(x)
        return x + self.down(F.silu(self.gate(y)) * self.up(y))


def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    one, two = x.chunk(2, -1)
    return x * cos + torch.cat((-two, one), -1) * sin


class Llama(nn.Module):
    """Tokens in, logits out; the output is tied to the input."""

    def __init__(self, vocabulary: int, layers: int, width: int, heads: int, context: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, width)
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.RMSNorm(width, 1e-5)
        size = width // heads
        angles = torch.outer(torch.arange(context), 10_000.0 ** -(torch.arange(0, size, 2) / size)).repeat(1, 2)
        self.cos, self.sin = nn.Buffer(angles.cos()), nn.Buffer(angles.sin())

    def forward(self, tokens: Tensor) -> Tensor:
        x, t = self.embedding(tokens), tokens.shape[1]
        for block in self.blocks:
            x = block(x, self.cos[:t], self.sin[:t])
        return F.linear(self.norm(x), self.embedding.weight)


def base_model(folder: Path, outputs: int, rank: int, dropout: float, *, lora: bool) -> nn.Module:
    """A base model with a new head, whole or with small additions, by the libraries that everybody takes."""
    from peft import LoraConfig, TaskType, get_peft_model  # noqa: PLC0415 - seconds, which other cases need not pay
    from transformers import AutoModelForSequenceClassification  # noqa: PLC0415 - as above

    model = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, num_labels=outputs)
    if not lora:
        return model
    wanted = LoraConfig(
        task_type=TaskType.SEQ_CLS, r=rank, lora_alpha=2 * rank, lora_dropout=dropout, target_modules="all-linear"
    )
    return get_peft_model(model, wanted)


def by_class(inputs: Tensor, targets: Tensor) -> Loss:
    return lambda module, rows: F.cross_entropy(module(inputs[rows]), targets[rows])


def by_next_token(tokens: Tensor) -> Loss:
    def loss(module: nn.Module, rows: Tensor) -> Tensor:
        batch = tokens[rows]
        return F.cross_entropy(module(batch[:, :-1]).flatten(0, 1), batch[:, 1:].flatten())

    return loss


def by_base_model(tokens: Tensor, mask: Tensor, targets: Tensor) -> Loss:
    def loss(module: nn.Module, rows: Tensor) -> Tensor:
        logits = module(input_ids=tokens[rows], attention_mask=mask[rows]).logits
        return F.cross_entropy(logits, targets[rows])

    return loss


def epoch(
    module: nn.Module, optimizer: torch.optim.Optimizer, loss_of: Loss, rows: int, batch: int, clip: float
) -> float:
    """The mean loss of one epoch."""
    module.train()
    total = torch.zeros(())
    order = torch.randperm(rows)
    for part in torch.split(order, batch):
        optimizer.zero_grad()
        loss = loss_of(module, part)
        loss.backward()
        if clip:
            nn.utils.clip_grad_norm_(module.parameters(), clip)
        optimizer.step()
        total += loss.detach()
    return float(total) / math.ceil(rows / batch)
