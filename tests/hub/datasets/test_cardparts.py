"""A card taken apart into its usual parts, and put together again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chainhub.datasets.cardparts import PARTS, REST, join_card, missing_parts, split_card
from chainhub.datasets.models import Dataset

WHOLE = {
    "about": "One row per bearing.",
    "collection": "By Anvil, in 2025.\n\n- cleaned",
    "limits": "```\n## not a heading\n```",
    "rest": "## Fields\n\nSee below.",
    "citation": "Anvil (2025)",
}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_taken_apart_it_is_what_was_put_together(language: str) -> None:
    assert split_card(join_card(WHOLE, language)) == WHOLE


def test_headings_of_either_language_and_level_are_known() -> None:
    parts = split_card("Bearings.\r\n\r\n# LIMITS #\r\nFew.\n## 采集方式\n人工。\n## Own\nWords.\n### Limits\nDeeper.")
    assert parts == {
        "about": "Bearings.",
        "collection": "人工。",
        "limits": "Few.",
        "rest": "## Own\nWords.\n### Limits\nDeeper.",
        "citation": "",
    }


def test_empty_parts_leave_no_heading() -> None:
    assert join_card({"limits": "Few."}, "en") == "## Limits\n\nFew."
    assert join_card({}, "zh") == ""


plain = st.text(alphabet="ab 文\n#-", max_size=30).map(str.strip)


@given(st.fixed_dictionaries(dict.fromkeys((*PARTS, REST), plain)))
def test_nothing_that_was_written_is_lost(parts: dict[str, str]) -> None:
    text = join_card(parts, "en")
    again = join_card(split_card(text), "en")
    assert join_card(split_card(again), "en") == again
    for body in parts.values():
        for line in body.split("\n"):
            assert line.strip(" #") in again


def test_what_lacks_is_named() -> None:
    dataset = Dataset(summary="S", card="What.\n\n## Limits\nFew.", licence="MIT")
    assert missing_parts(dataset) == ["collection", "citation", "source", "zh"]
    dataset.card_zh = "## 采集方式\n人工\n\n## 引用方式\nX"
    dataset.summary_zh, dataset.source_url = "数据", "https://example.test/"
    assert missing_parts(dataset) == []
