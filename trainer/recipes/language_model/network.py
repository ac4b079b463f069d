"""A transformer that reads from left to right, written to be read; its weights bear the names of Llama's.

Blocks of Touvron et al., LLaMA (2023), section 2.2: normalized before each part by root mean square (Zhang and
Sennrich, 2019), places told by rotation (Su et al., 2021), gated SiLU (Shazeer, 2020), the output tied to the input
(Press and Wolf, 2017). So a folder with `describe`'s configuration is read by every tool that reads Llama.

Shapes: B rows, T places, D width, H heads, K = D / H numbers per head, V tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

EPSILON, THETA = 1e-5, 10_000.0
SPREAD = 0.02  # of the weights at the beginning (Radford et al., GPT-2, 2019)


@dataclass(frozen=True)
class Shape:
    """The numbers that a network is built from."""

    vocabulary: int
    layers: int
    width: int
    heads: int
    context: int
    dropout: float = 0.0

    @property
    def inner(self) -> int:
        """The gated layer is 8/3 as wide, so that its three matrices hold as much as two four times as wide."""
        return math.ceil(self.width * 8 / 3 / 16) * 16


class Attention(nn.Module):
    """Every place looks at itself and at those before it."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads, self.dropout = shape.heads, shape.dropout
        self.q_proj, self.k_proj, self.v_proj, self.o_proj = (
            nn.Linear(shape.width, shape.width, bias=False) for _ in range(4)
        )

    def forward(self, x_btd: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        b, t, d = x_btd.shape
        q, k, v = (
            project(x_btd).view(b, t, self.heads, d // self.heads).transpose(1, 2)
            for project in (self.q_proj, self.k_proj, self.v_proj)
        )
        q, k = turned(q, cosine, sine), turned(k, cosine, sine)
        dropped = self.dropout if self.training else 0.0
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropped)
        found: Tensor = self.o_proj(seen.transpose(1, 2).reshape(b, t, d))
        return found


class Gated(nn.Module):
    """What each place makes of what it saw."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.up_proj = nn.Linear(shape.width, shape.inner, bias=False)
        self.down_proj = nn.Linear(shape.inner, shape.width, bias=False)

    def forward(self, x_btd: Tensor) -> Tensor:
        made: Tensor = self.down_proj(F.silu(self.gate_proj(x_btd)) * self.up_proj(x_btd))
        return made


class Block(nn.Module):
    """Attention, then the gated layer; each adds to what passes by."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.input_layernorm = nn.RMSNorm(shape.width, EPSILON)
        self.self_attn = Attention(shape)
        self.post_attention_layernorm = nn.RMSNorm(shape.width, EPSILON)
        self.mlp = Gated(shape)
        self.dropout = shape.dropout

    def forward(self, x_btd: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        x_btd = x_btd + self._dropped(self.self_attn(self.input_layernorm(x_btd), cosine, sine))
        return x_btd + self._dropped(self.mlp(self.post_attention_layernorm(x_btd)))

    def _dropped(self, x_btd: Tensor) -> Tensor:
        return F.dropout(x_btd, self.dropout, self.training) if self.dropout else x_btd


class Trunk(nn.Module):
    """Tokens to numbers, through the blocks."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(shape.vocabulary, shape.width)
        self.layers = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width, EPSILON)


class Transformer(nn.Module):
    """Tokens in (B, T), the logits of each next token out (B, T, V)."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.model = Trunk(shape)
        cosine, sine = rotations(shape.context, shape.width // shape.heads)
        self.cosine, self.sine = nn.Buffer(cosine, persistent=False), nn.Buffer(sine, persistent=False)

    def forward(self, tokens_bt: Tensor) -> Tensor:
        return self.read(self.model.embed_tokens(tokens_bt))

    def read(self, x_btd: Tensor) -> Tensor:
        """The same from the tokens' vectors on."""
        t = x_btd.shape[1]
        for block in self.model.layers:
            x_btd = block(x_btd, self.cosine[:t], self.sine[:t])
        return F.linear(self.model.norm(x_btd), self.model.embed_tokens.weight)


def rotations(places: int, size: int) -> tuple[Tensor, Tensor]:
    """Cosine and sine of how far each place turns each pair of numbers (T × K)."""
    speeds = THETA ** -(torch.arange(0, size, 2).float() / size)
    angles = torch.outer(torch.arange(places).float(), speeds).repeat(1, 2)
    return angles.cos(), angles.sin()


def turned(x_bhtk: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """The first half of a head's numbers are paired with the second."""
    first, second = x_bhtk.chunk(2, -1)
    return x_bhtk * cosine + torch.cat((-second, first), -1) * sine


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Small normal weights; those that add to what passes by are smaller the more layers there are (GPT-2)."""
    layers = sum(isinstance(part, Block) for part in module.modules())
    for name, weight in module.named_parameters():
        if weight.dim() == 1:
            weight.fill_(1.0)
            continue
        adds = name.endswith(("o_proj.weight", "down_proj.weight"))
        spread = SPREAD / math.sqrt(2 * layers) if adds else SPREAD
        weight.copy_(torch.empty(weight.shape).normal_(0.0, spread, generator=generator))


def describe(shape: Shape, end: int) -> dict[str, Any]:
    """`config.json` as Llama's readers know it; `end` is the token between texts."""
    return {
        "architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": shape.vocabulary,
        "hidden_size": shape.width, "intermediate_size": shape.inner, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "num_key_value_heads": shape.heads,
        "max_position_embeddings": shape.context, "rms_norm_eps": EPSILON, "rope_theta": THETA, "hidden_act": "silu",
        "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": True, "bos_token_id": end,
        "eos_token_id": end, "torch_dtype": "float32",
    }  # fmt: skip


def described(config: dict[str, Any]) -> Shape:
    """The shape that such a configuration tells."""
    return Shape(
        vocabulary=config["vocab_size"], layers=config["num_hidden_layers"], width=config["hidden_size"],
        heads=config["num_attention_heads"], context=config["max_position_embeddings"],
    )  # fmt: skip
