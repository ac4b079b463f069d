"""How long a job will take is said as people say what they do not know exactly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from chainhub.jobs.durations import Span


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.6, 5.7, "up to 6 seconds"),
        (2.7, 18.8, "about 2–20 seconds"),
        (27.2, 111.0, "about 20–200 seconds"),
        (27.2, 171.6, "up to 3 minutes"),
        (130.0, 590.0, "about 2–10 minutes"),
        (3700.0, 20_000.0, "about 1–6 hours"),
        (100_000.0, 500_000.0, "about 1–6 days"),
    ],
)
def test_one_digit_rounded_outwards(low: float, high: float, words: str) -> None:
    assert str(Span(low, high, measured=True)) == words


def test_in_chinese_too() -> None:
    with translation.override("zh-hans"):
        assert str(Span(130.0, 590.0, measured=True)) == "约 2–10 分钟"
