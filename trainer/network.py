"""A network as a list of calls of torch's functions, the same list that `config.json` publishes.

All trained weights live in one flat vector and the layers look at pieces of it: the optimizer then makes one fused
call per step whatever the depth, and a checkpoint of weights and optimizer is a few vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, NotRequired, Protocol, TypedDict

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor

from trainer.data.feed import Feed, Inputs, Resident

SPREAD = 200  # places at which a small convolution looks


class Piece(NamedTuple):
    """Weights that one call of the optimizer moves."""

    name: str  # in a checkpoint, behind what is kept of it
    weights: Tensor
    gradient: Tensor
    decays: bool


class Trainable(Protocol):
    """What the engine trains: `vectors` are all weights that this process holds, `gradients` what moves them.

    That is one vector of all, or this process' shard of each; `names` tell them apart in a checkpoint.
    """

    sharded: bool
    names: list[str]
    shapes: dict[str, tuple[int, ...]]  # of all trained weights, in the order in which one vector holds them

    @property
    def vectors(self) -> list[Tensor]:
        """All trained weights in this process' memory."""

    @property
    def gradients(self) -> list[Tensor]:
        """Of the same shapes; backward adds into them."""

    def pieces(self) -> list[Piece]:
        """The same by what the optimizer does with them."""

    @property
    def count(self) -> int:
        """How many weights are trained, by all processes."""

    def whole(self, vectors: Sequence[Tensor] | None = None) -> Tensor | None:
        """All trained weights, or others like `vectors`, as one vector on the CPU.

        Asked by all processes at once, answered to the first.
        """

    def initialise(self, generator: torch.Generator) -> None:
        """Weights to begin with."""

    def prepared(self, feed: Feed) -> Feed:
        """The feed that this network reads, where something can be looked up once for all steps."""

    def __call__(self, inputs: Inputs, *, training: bool = False) -> Tensor:
        """Outputs of those rows."""

    @property
    def multiplications(self) -> int:
        """Roughly, of one row's way through the layers."""

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        """By name, from such a vector, on the CPU."""

    def description(self) -> dict[str, Any]:
        """What `config.json` says of the network."""


class OneVector:
    """All weights are pieces of one vector, and so are their gradients."""

    sharded = False
    names: list[str] = [""]
    shapes: dict[str, tuple[int, ...]]
    flat: Tensor
    gradient: Tensor
    decayed: int  # weight decay pulls at the first so many of the vector

    @property
    def vectors(self) -> list[Tensor]:
        return [self.flat]

    @property
    def gradients(self) -> list[Tensor]:
        return [self.gradient]

    def pieces(self) -> list[Piece]:
        lengths = [self.decayed, self.flat.numel() - self.decayed]
        cut = zip(torch.split(self.flat, lengths), torch.split(self.gradient, lengths), (True, False), strict=True)
        kept = [pair for pair in cut if pair[0].numel()]
        return [Piece(f".{place}" if place else "", *pair) for place, pair in enumerate(kept)]

    @property
    def count(self) -> int:
        return self.flat.numel()

    def whole(self, vectors: Sequence[Tensor] | None = None) -> Tensor | None:
        return (vectors or self.vectors)[0].detach().cpu().clone()


class Call(TypedDict):
    """One layer: a function of `torch.nn.functional` (or else of `torch`), the names of its weights, its options."""

    call: str
    weights: NotRequired[list[str]]
    options: NotRequired[dict[str, Any]]


def linear(name: str) -> Call:
    return {"call": "linear", "weights": [f"{name}.weight", f"{name}.bias"]}


def function(name: str) -> Callable[..., Tensor]:
    found: Callable[..., Tensor] = getattr(F, name, None) or getattr(torch, name)
    return found


class Network(OneVector):
    """Calls, and weights that follow from a seed."""

    def __init__(
        self,
        calls: Sequence[Call],
        shapes: Mapping[str, tuple[int, ...]],
        *,
        embeddings: Sequence[str] = (),
        frozen: Mapping[str, Tensor] | None = None,
        device: torch.device | None = None,
    ) -> None:
        self.calls, self.shapes, self.embeddings = list(calls), dict(shapes), list(embeddings)
        self.frozen = {name: value.to(device) for name, value in (frozen or {}).items()}
        self.flat = torch.zeros(sum(map(math.prod, self.shapes.values())), device=device)
        self.views = views_of(self.flat, self.shapes)
        self.gradient, self.decayed = torch.zeros_like(self.flat), self.flat.numel()
        for view, gradient in zip(self.views.values(), views_of(self.gradient, self.shapes).values(), strict=True):
            view.requires_grad_().grad = gradient  # backward adds into it
        self._steps = {False: self._resolve(training=False), True: self._resolve(training=True)}

    def initialise(self, generator: torch.Generator) -> None:
        """Glorot and Bengio's uniform start (2010) with biases at zero; embeddings start small and normal."""
        with torch.no_grad():
            for name, view in self.views.items():
                shape = self.shapes[name]
                start = torch.zeros(shape)
                if name in self.embeddings:
                    start.normal_(0.0, 1.0 / math.sqrt(shape[1]), generator=generator)
                    start[0] = 0.0  # a category never seen says nothing
                elif len(shape) > 1:
                    field = math.prod(shape[2:])  # of a convolution; 1 for a fully connected layer
                    bound = math.sqrt(6.0 / (field * (shape[0] + shape[1])))
                    start.uniform_(-bound, bound, generator=generator)
                view.copy_(start)

    def prepared(self, feed: Feed) -> Feed:
        """Fixed vectors of categories are looked up once."""
        if not self.frozen:
            return feed
        if not isinstance(feed, Resident):
            return Embedded(self, feed)
        return feed if feed.inputs[1] is None else Resident((self.embed(feed.inputs), None))

    def embed(self, inputs: Inputs) -> Tensor:
        """The first layer's input: numbers beside the vectors of the categories."""
        numbers, codes = inputs
        if codes is None:
            return numbers
        vectors = [F.embedding(codes[:, place], self.weight(name)) for place, name in enumerate(self.embeddings)]
        return torch.cat([numbers, *vectors], dim=1)

    def __call__(self, inputs: Inputs, *, training: bool = False) -> Tensor:
        value = self.embed(inputs)
        for call, weights, options in self._steps[training]:
            value = call(value, *weights, **options)
        return value

    def after(self, value: Tensor, layers: int) -> Tensor:
        """Outputs from what the first so many layers gave."""
        for call, weights, options in self._steps[False][layers:]:
            value = call(value, *weights, **options)
        return value

    def weight(self, name: str) -> Tensor:
        return self.views[name] if name in self.views else self.frozen[name]

    @property
    def multiplications(self) -> int:
        """Roughly, of one row's way through the layers; a convolution's weights are used at every place."""
        used = [shape for name, shape in self.shapes.items() if name not in self.embeddings]  # those are looked up
        return sum(math.prod(shape) * (SPREAD if len(shape) > 2 else 1) for shape in used)  # noqa: PLR2004

    def description(self) -> dict[str, Any]:
        return {"layers": self.published_calls()}

    def published_calls(self) -> list[Call]:
        """The calls as a stranger needs them: each with weights and options, and without what only training does."""
        return [
            {"call": call["call"], "weights": call.get("weights", []), "options": call.get("options", {})}
            for call in self.calls
            if call["call"] != "dropout"
        ]

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        trained = {name: view.detach().cpu().clone() for name, view in views_of(flat, self.shapes).items()}
        return trained | {name: value.cpu() for name, value in self.frozen.items()}

    def _resolve(self, *, training: bool) -> list[tuple[Callable[..., Tensor], list[Tensor], dict[str, Any]]]:
        calls = self.calls if training else self.published_calls()
        return [
            (function(call["call"]), [self.weight(name) for name in call.get("weights", [])], call.get("options", {}))
            for call in calls
        ]


class Embedded:
    """Rows of another feed, with fixed vectors of their categories beside their numbers."""

    def __init__(self, network: Network, feed: Feed) -> None:
        self.device, self._network, self._feed = feed.device, network, feed

    def take(self, rows: Tensor) -> Inputs:
        return self._network.embed(self._feed.take(rows)), None

    def announce(self, rows: Tensor) -> None:
        self._feed.announce(rows)


def views_of(flat: Tensor, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The pieces of the flat vector by name; they share its memory."""
    pieces = torch.split(flat.detach(), [math.prod(shape) for shape in shapes.values()])
    return {name: piece.view(shape) for (name, shape), piece in zip(shapes.items(), pieces, strict=True)}
