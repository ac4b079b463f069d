"""Writing a dataset's card, and reading it in either language."""

from collections.abc import Callable

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories.datasets import granted, registered_csv

Browse = Callable[[User | None], Client]
PAGE = "/datasets/anvil/bearings/"
CARD = {
    "name": "Bearings", "licence": "CC-BY-4.0", "source": "Plant four", "source_url": "", "summary_en": "Wear",
    "about_en": "One row per *bearing*.", "limits_en": "Few <script>alert(1)</script> rows.",
    "about_zh": "每行一个**轴承**。", "citation_en": "Anvil (2026)",
}  # fmt: skip


@pytest.fixture
def bearings(alice: User, anvil: Organization) -> Dataset:
    return registered_csv(alice, anvil, card="Words of old.", visibility="granted")


def test_the_form_asks_part_by_part_and_keeps_what_was_there(bearings: Dataset, alice: User, browse: Browse) -> None:
    form = browse(alice).get(f"{PAGE}edit/").context["form"]
    assert form["about_en"].value() == "Words of old."
    assert [one.name for one in form.chinese][:2] == ["summary_zh", "about_zh"]


def test_a_saved_card_is_one_markdown_text_in_each_language(bearings: Dataset, alice: User, browse: Browse) -> None:
    answer = browse(alice).post(f"{PAGE}edit/", CARD, follow=True)
    bearings.refresh_from_db()
    assert bearings.card.startswith("## What it is\n\nOne row per *bearing*.\n\n## Limits\n\nFew")
    assert bearings.card_zh == "## 数据内容\n\n每行一个**轴承**。"
    page = answer.content.decode()
    assert "<em>bearing</em>" in page
    assert "<script>alert" not in page
    assert "CC-BY-4.0.html" in page


def test_the_preview_shows_both_and_saves_nothing(bearings: Dataset, alice: User, browse: Browse) -> None:
    shown = browse(alice).post(f"{PAGE}edit/preview/", CARD).content.decode()
    assert "<em>bearing</em>" in shown
    assert "<strong>轴承</strong>" in shown
    assert "<script>" not in shown
    bearings.refresh_from_db()
    assert bearings.card == "Words of old."


def test_a_preview_of_nonsense_says_what_to_mend(bearings: Dataset, alice: User, browse: Browse) -> None:
    shown = browse(alice).post(f"{PAGE}edit/preview/", {**CARD, "name": "", "about_en": "x" * 20_001}).content.decode()
    assert "The preview goes on once" in shown
    long = {**CARD, "about_en": "x" * 15_000, "limits_en": "y" * 15_000}
    assert "longer than 20,000 characters" in browse(alice).post(f"{PAGE}edit/", long).content.decode()


def test_who_reads_the_other_language_is_told_so(
    bearings: Dataset, alice: User, bob: User, alliance: Collaboration, browse: Browse
) -> None:  # fmt: skip
    granted(bearings, alliance, alice)
    reader = browse(bob)
    chinese = reader.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "此数据卡只有英文。" in chinese
    assert 'lang="en"' in chinese
    assert "only." not in reader.get(PAGE, headers={"Accept-Language": "en"}).content.decode()
    Dataset.objects.update(card_zh="旧话。")
    chinese = reader.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert ("旧话。" in chinese, "Words of old." in chinese) == (True, False)


def test_who_may_edit_sees_what_lacks(
    bearings: Dataset, alice: User, erin: User, browse: Browse, token_for: Callable[..., str]
) -> None:
    assert "What the card still lacks" in browse(alice).get(PAGE).content.decode()
    assert "What the card still lacks" not in browse(erin).get(PAGE).content.decode()
    answer = Client().get("/api/v1/datasets/anvil/bearings/", headers={"Authorization": f"Bearer {token_for(alice)}"})
    assert answer.json()["card_lacks"][0] == "summary"
    assert answer.json()["spdx"] == []


def test_only_who_may_edit_gets_form_and_preview(bearings: Dataset, erin: User, carol: User, browse: Browse) -> None:
    assert browse(erin).get(f"{PAGE}edit/").status_code == 403
    assert browse(erin).post(f"{PAGE}edit/preview/", CARD).status_code == 403
    assert browse(carol).post(f"{PAGE}edit/preview/", CARD).status_code == 404
