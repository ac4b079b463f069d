"""How well pictures are restored: means over pictures, as the field tells them.

Of each picture is kept: its PSNR in decibels, that of what was restored, its SSIM, and its loss.
"""

from __future__ import annotations

from collections.abc import Mapping

from trainer.data.columns import Floats
from trainer.measures.sums import mean
from trainer.metrics import Counts, Judged, Metric

HIGHER_IS_BETTER = {"psnr": True, "psnr_gain": True, "ssim": True}


def psnr(judged: Judged, counts: Counts) -> Floats:
    return mean(judged.predicted[:, 0], counts)


def psnr_gain(judged: Judged, counts: Counts) -> Floats:
    """Over the noisy picture."""
    return mean(judged.predicted[:, 0] - judged.predicted[:, 1], counts)


def ssim(judged: Judged, counts: Counts) -> Floats:
    return mean(judged.predicted[:, 2], counts)


METRICS: Mapping[str, Metric] = {"psnr": psnr, "psnr_gain": psnr_gain, "ssim": ssim}
