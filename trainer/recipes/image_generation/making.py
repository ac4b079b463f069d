"""How the pair is trained and judged: the loss of both, and features of real and of drawn pictures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F  # noqa: N812 - the customary name
from torch import Tensor, nn

from trainer.data.columns import Ints
from trainer.data.feed import Inputs
from trainer.measures.generation import distance_of
from trainer.module import ModuleNetwork
from trainer.network import Trainable
from trainer.recipes.image_generation.judging import Experts
from trainer.recipes.image_generation.network import Pair
from trainer.recipes.image_generation.schema import Parameters
from trainer.recipes.image_generation.settling import one_hot, settle
from trainer.seeding import torch_generator

SETTLED = 512  # pictures that are drawn to settle the normalizations


def numbers_for(seed: int, rows: list[int], latent: int) -> Tensor:
    """The random numbers of each row's drawn picture, the same at every call."""
    drawn = [torch.randn(latent, generator=torch_generator(seed, "drawn", row)) for row in rows]
    return torch.stack(drawn) if drawn else torch.empty(0, latent)


def settled(pair: Pair, codes: Ints) -> None:
    """Normalizations that fit the weights; `codes` are the kinds of training rows, which are drawn as often."""
    drawer, device = pair.drawer, next(pair.parameters()).device
    chosen = torch.randint(max(1, len(codes)), (SETTLED,), generator=torch_generator(0, "settled"))
    numbers = torch.randn(SETTLED, drawer.latent, generator=torch_generator(1, "settled"))
    kinds = torch.from_numpy(codes)[chosen].to(device) if len(codes) else None
    settle(drawer, numbers.to(device), one_hot(kinds, SETTLED, drawer.kinds, device))


class PairNetwork(ModuleNetwork):
    """Publishes the drawer alone, with its normalizations settled."""

    codes: Ints  # kinds of the training rows

    def published_weights(self, flat: Tensor) -> dict[str, Tensor]:
        own, module = self.flat.clone(), self.module
        assert isinstance(module, Pair)  # noqa: S101 - tells the type checker
        self.flat.copy_(flat)
        settled(module, self.codes)
        told = {name: value.detach().cpu().clone() for name, value in module.drawer.state_dict().items()}
        self.flat.copy_(own)
        return {name: value for name, value in told.items() if not name.endswith("num_batches_tracked")}


@dataclass(frozen=True)
class Drawing:
    """Called by the engine with the pair and pictures from 0 to 1, flat, and the codes of their kinds."""

    shape: tuple[int, int, int]
    kinds: int
    experts: Experts

    def __call__(self, module: nn.Module, inputs: Inputs) -> Tensor:
        """In training the logits of `Pair`; else the real pictures, at which `ByJudge` has experts look."""
        pixels, codes = inputs
        if not module.training:
            return pixels
        kind = one_hot(None if codes is None else codes[:, 0], len(pixels), self.kinds, pixels.device)
        logits: Tensor = module(pixels.view(-1, *self.shape) * 2 - 1, kind)
        return logits


class ByJudge:
    """What the judge gets wrong, and what the drawer does not get past it; validation tells Fréchet's distance."""

    def __init__(self, drawing: Drawing, codes: Tensor | None, rows: Ints, p: Parameters, seed: int) -> None:
        """`codes` are the kinds of all rows, `rows` those of the training."""
        self._drawing, self._codes, self._p, self._seed = drawing, codes, p, seed
        self._learnt = rows[:0] if codes is None else codes.cpu().numpy()[rows]
        self._pair: Pair | None = None

    def look(self, network: Trainable) -> None:
        """Before rows are judged."""
        assert isinstance(network, ModuleNetwork)  # noqa: S101 - tells the type checker
        assert isinstance(network.module, Pair)  # noqa: S101
        self._pair = network.module
        settled(self._pair, self._learnt)

    def compared(self) -> str:
        return "means and variances that drawn pictures are normalized by"

    def wanted(self, rows: Tensor, inputs: Inputs) -> Tensor:
        return rows

    def loss(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Two columns of `Pair` teach the judge, the third the drawer (one-sided smoothing: Salimans et al., 2016)."""
        real, drawn, past = outputs.unbind(1)
        wanted = torch.full_like(real, self._p.smoothing)
        judge = F.binary_cross_entropy_with_logits(real, wanted) + F.softplus(drawn).mean()
        return judge + F.softplus(-past).mean()

    def mass(self, targets: Tensor) -> float:
        return float(len(targets))

    def told(self, outputs: Tensor, targets: Tensor) -> Tensor:
        """Beside each real picture's features those of a drawn one, of the same kind, and who of several looked."""
        experts = self._drawing.experts
        seen = (experts.look(pictures, targets) for pictures in (outputs, self.drawn(targets)))
        return torch.cat([*seen, experts.whose(targets)], 1)

    def loss_of(self, told: Tensor, rows: Tensor) -> float:
        return distance_of(told.cpu().double().numpy())

    def drawn(self, rows: Tensor) -> Tensor:
        """A picture for each row (B × pixels, 0 to 1)."""
        assert self._pair is not None  # noqa: S101 - the engine lets look before it asks
        numbers = numbers_for(self._seed, rows.tolist(), self._p.latent).to(rows.device)
        codes = None if self._codes is None else self._codes[rows]
        kind = one_hot(codes, len(rows), self._drawing.kinds, rows.device)
        pictures: Tensor = self._pair.drawer(numbers, kind)
        return (pictures.flatten(1) + 1) / 2
