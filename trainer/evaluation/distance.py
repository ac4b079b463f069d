"""How far apart the organizations' pictures are, as the trained network sees them: the Fréchet distance.

Heusel et al., GANs Trained by a Two Time-Scale Update Rule, NIPS 2017, section 3 (there of Inception's features: FID):
normal distributions are fitted to the features before the last layer, and their distance is Fréchet's (Dowson and
Landau, Journal of Multivariate Analysis 12, 1982). It depends on the network, and is the larger the fewer the pictures
are; so all are of equally many, at least 20 and at most 500, and beside them stands what chance makes of it: the
distance between two halves of one organization's own held-out pictures.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from trainer.data.columns import Floats, Ints
from trainer.evaluation.seen import Seen
from trainer.network import Network, function
from trainer.seeding import numpy_generator

FEWEST, MOST = 20, 500  # pictures of each half
NUMBERS = 2_000_000  # of features of a half: where a picture has many, there are fewer pictures
AT_ONCE = 500_000  # pixels
Halves = tuple[Floats, Floats]


def distances(seen: Seen) -> dict[str, Any]:
    """Between each two organizations; on the diagonal, between the halves of one. Nothing for fewer than two."""
    network = seen.learner.network
    if seen.input_kind() != "image" or not isinstance(network, Network):
        return {}
    owner = seen.source.owner[seen.rows]
    counts = np.bincount(owner, minlength=len(seen.names()))
    places = [place for place, count in enumerate(counts.tolist()) if count >= 2 * FEWEST]
    if len(places) < 2:  # noqa: PLR2004 - a distance is between two
        return {}
    features = int(network.weight(network.calls[-1]["weights"][0]).shape[1])
    size = min(MOST, int(counts[places].min()) // 2, max(FEWEST, NUMBERS // features))
    mixed = numpy_generator(seen.spec.seed, "distances").permutation(seen.rows)
    own = {place: mixed[seen.source.owner[mixed] == place] for place in places}
    halves = [
        (_features(seen, network, own[p][:size]), _features(seen, network, own[p][size : 2 * size])) for p in places
    ]
    found = {
        "organizations": [seen.names()[place] for place in places],
        "matrix": [[_between(a, b, same=i == j) for j, b in enumerate(halves)] for i, a in enumerate(halves)],
        "rows": size,
        "features": features,
    }
    return {"distances": found}


def frechet(one: Floats, other: Floats) -> float:
    """The squared distance between normal distributions fitted to two sets of rows; numbers of features may be large.

    |m₁ - m₂|² + tr(S₁ + S₂ - 2 (S₁S₂)^½), where the last trace is the sum of the singular values of the product of the
    two centred sets, so that no root of a matrix is needed, and no more rows than features either.
    """
    means = one.mean(0), other.mean(0)
    centred = [(rows - mean) / np.sqrt(len(rows) - 1) for rows, mean in zip((one, other), means, strict=True)]
    corners = [_corner(rows) for rows in centred]
    common = np.linalg.svd(corners[0] @ corners[1].T, compute_uv=False).sum()
    spread = sum(float((rows**2).sum()) for rows in centred)
    return max(0.0, float(((means[0] - means[1]) ** 2).sum()) + spread - 2 * float(common))


def _corner(rows: Floats) -> Floats:
    """As many numbers as features at most, of which the product has the same singular values."""
    return rows if rows.shape[1] >= len(rows) else np.asarray(np.linalg.qr(rows, mode="r"))


def _between(one: Halves, other: Halves, *, same: bool) -> float:
    """Halves against halves, so that each number has as many pictures behind it as any other."""
    if same:
        return frechet(*one)
    return (frechet(one[0], other[1]) + frechet(other[0], one[1])) / 2


@torch.no_grad()
def _features(seen: Seen, network: Network, rows: Ints) -> Floats:
    parts: list[npt.NDArray[Any]] = []
    for part in seen.pieces(rows, AT_ONCE):
        value = network.embed(seen.inputs(part))
        for call in network.published_calls()[:-1]:
            weights = [network.weight(name) for name in call["weights"]]
            value = function(call["call"])(value, *weights, **call["options"])
        parts.append(value.flatten(1).double().cpu().numpy())
    return np.concatenate(parts)
