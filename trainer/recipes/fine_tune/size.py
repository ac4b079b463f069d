"""Memory and work of a base model that goes on learning, from what its `config.json` says of its shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from trainer.recipes.fine_tune.schema import ADDITIONS, Tuned
from trainer.sizes import FLOAT, Data, Size

LIBRARIES = 200 * 2**20  # bytes of transformers and peft, once loaded
LETTERS = 4  # bytes of text for each token
KEPT = 3  # times the texts: themselves, and what is kept of them to be shown, in parts and then whole
TOKEN = 5  # bytes: its number, and whether it is learnt; also in parts and then whole
FORM = 30  # tokens that a conversation's form adds
LONGEST = 3  # times the mean: the longest row of all
SHORT = 4.5 / 8  # bytes of a weight that is held in four bits
WIDTH = 1.5  # times the mean: the longest row of a batch, as it is usually


@dataclass(frozen=True)
class Shape:
    """Of a transformer, by the names that most of them use."""

    layers: int
    width: int
    inner: int
    heads: int
    keys: int  # width of the keys, and of the values
    vocabulary: int
    writes: bool
    gated: int  # matrices between: three where one of them opens and closes the other
    crossed: int = 0  # layers that also look at what an encoder read

    @property
    def sums(self) -> int:
        """Inputs and outputs of all layers' matrices, added up."""
        seen = 2 * (self.width + self.heads_width) + 2 * (self.width + self.keys)
        return self.layers * (seen + self.gated * (self.width + self.inner)) + self.crossed * seen

    @property
    def heads_width(self) -> int:
        """Numbers of all queries of a place."""
        return self.keys if self.crossed else self.width

    @property
    def matrices(self) -> int:
        """Numbers in all layers' matrices."""
        seen = 4 * self.width * self.heads_width
        return self.layers * (seen + self.gated * self.width * self.inner) + self.crossed * seen

    def share_of_last(self, count: int) -> float:
        """Of all layers' numbers, those of the last so many: they write first, and look at what was read."""
        seen = 4 * self.width * self.heads_width
        layers = min(count, self.layers)
        own = layers * (self.matrices - self.crossed * seen) / self.layers
        return (own + min(layers, self.crossed) * seen) / self.matrices


def shape_of(config: Mapping[str, Any]) -> Shape:
    """KeyError where it tells none."""
    width = int(_said(config, "hidden_size", "n_embd", "d_model", "dim"))
    heads = int(_said(config, "num_attention_heads", "n_head", "n_heads", "num_heads", "encoder_attention_heads"))
    shared = int(config.get("num_key_value_heads") or heads)
    layers = int(_said(config, "num_hidden_layers", "n_layer", "n_layers", "num_layers", "encoder_layers"))
    crossed = 0
    if config.get("is_encoder_decoder"):
        crossed = int(config.get("decoder_layers") or config.get("num_decoder_layers") or layers)
        layers = int(config.get("encoder_layers") or config.get("num_layers") or layers) + crossed
    ends = [str(name) for name in config.get("architectures") or ()]
    causal = any(name.endswith(("ForCausalLM", "LMHeadModel")) for name in ends)
    return Shape(
        layers=layers,
        width=width,
        inner=int(_between(config) or 4 * width),
        heads=heads,
        keys=int(config.get("d_kv") or width // heads) * heads if crossed else width * shared // heads,
        vocabulary=int(_said(config, "vocab_size")),
        writes=causal or bool(crossed),
        gated=3 if causal or "gated" in str(config.get("feed_forward_proj")) else 2,
        crossed=crossed,
    )


def _between(config: Mapping[str, Any]) -> Any:
    names = ("intermediate_size", "hidden_dim", "d_ff", "encoder_ffn_dim", "ffn_dim")
    return next((config[name] for name in names if config.get(name)), None)


def _said(config: Mapping[str, Any], *names: str) -> Any:
    return next((config[name] for name in names if config.get(name)), None) or config[names[0]]


def size_of(p: Tuned, data: Data) -> Size | None:
    """None where nothing is known of the base model."""
    try:
        shape = shape_of((data.base or {})["config"])
    except (KeyError, TypeError, ValueError):
        return None
    looked_up = shape.vocabulary * shape.width
    weights = int((data.base or {}).get("weights") or looked_up + shape.matrices)
    trained = _trained(p, shape, weights, data.classes)
    mean = data.size // LETTERS // max(1, data.rows)
    frame = FORM if shape.writes else 2
    tokens = min(p.length, frame + LONGEST * mean)
    learning = min(p.last_layers, shape.layers) if p.method == "last" else shape.layers
    place = 5 * shape.width + 2 * shape.inner + (0 if shape.writes else 2 * shape.heads * tokens)
    place += (2 * shape.width + shape.inner // 2) if p.method in ADDITIONS else 0
    passing = tokens * (learning * place + (2 * shape.vocabulary if shape.writes else 0))
    prepared = LIBRARIES + KEPT * data.size + 2 * TOKEN * data.rows * min(p.length, frame + mean)
    if p.method != "full":  # what does not learn is there too
        short = shape.matrices if p.method == "qlora" else 0
        prepared += FLOAT * (weights - short) + round(SHORT * short)
    if p.method in ADDITIONS:  # at the end additions are worked into a copy, when nothing passes any more
        batch = -(-min(p.batch_size, data.rows) // p.accumulation)
        prepared += FLOAT * max(0, weights - 2 * batch * passing)
    used = weights - (0 if shape.writes else looked_up)  # of a model that reads, its vocabulary is only looked up
    usual = min(p.length, frame + WIDTH * mean)
    back = {"lora": 1.2, "qlora": 1.2, "last": 2 * learning / max(1, shape.layers)}.get(p.method, 2.0)
    return Size(trained, round(used * usual), passing, prepared, back)


def _trained(p: Tuned, shape: Shape, weights: int, classes: int) -> int:
    head = 0 if shape.writes else (shape.width + 1) * classes
    if p.method in ADDITIONS:
        pooled = 0 if shape.writes else 2 * shape.width
        return p.rank * (shape.sums + pooled) + head
    if p.method == "last":
        layers = weights - shape.vocabulary * shape.width
        return round(shape.share_of_last(p.last_layers) * layers) + (shape.width if shape.writes else head)
    return weights + head
