"""Addresses made from names: Chinese in pinyin, short enough, nobody else's, and never changed afterwards."""

import re

import pytest

from chainhub.accounts.models import User
from chainhub.collaborations.services import open_collaboration
from chainhub.core.slugs import free_slug, romanized
from chainhub.organizations.models import Organization, Stage
from chainhub.organizations.services import change_organization, create_organization


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("华星铸件", "hua-xing-zhu-jian"),
        ("重庆银行", "chong-qing-yin-hang"),  # both first characters have a second reading
        ("2026年轴承A线 vibration", "2026-nian-zhou-cheng-a-xian-vibration"),
        ("北辰汽车（上海）有限公司", "bei-chen-qi-che-shang-hai-you-xian-gong-si"),
        ("Müller & 合作伙伴", "muller-he-zuo-huo-ban"),
        ("ＡＢＣ铸件", "abc-zhu-jian"),
        ("Heart disease risk 心脏病风险", "heart-disease-risk"),
        ("Meridian 子午", "meridian"),
        ("BMW 轴承数据", "bmw-zhou-cheng-shu-ju"),
        ("Anvil Steel", "anvil-steel"),
    ],
)
def test_a_name_is_read_in_its_address(db: None, name: str, slug: str) -> None:
    assert free_slug(name, Organization.objects.all(), fallback="organization") == slug


def test_names_without_han_are_left_as_they_are() -> None:
    assert romanized("Пример Beta-3") == "Пример Beta-3"


@pytest.mark.parametrize("name", ["", "Пример", "！？", "🚗"])
def test_what_cannot_be_spelt_gets_a_short_random_address(db: None, name: str) -> None:
    assert re.fullmatch(r"dataset-[0-9a-f]{6}", free_slug(name, Organization.objects.all(), fallback="dataset"))


def test_a_long_name_is_cut_between_words(db: None) -> None:
    slug = free_slug("华星铸件股份有限公司" * 20, Organization.objects.all(), fallback="organization")
    assert len(slug) <= 72
    assert slug.endswith("-xing-zhu-jian-gu-fen-you")


@pytest.mark.parametrize("name", ["x" * 200, "a-" + "y" * 200])
def test_a_long_word_is_cut_too(db: None, name: str) -> None:
    assert free_slug(name, Organization.objects.all(), fallback="organization") == name[:72]


def test_two_names_that_sound_alike_have_two_addresses_that_stay(alice: User) -> None:
    """Alice opens two organizations whose short names are both spelt hua xing, and renames the first."""
    first = create_organization(actor=alice, name="华星铸件", short_name="华星", stage=Stage.UPSTREAM)
    second = create_organization(actor=alice, name="华兴铸件", short_name="华兴", stage=Stage.UPSTREAM)
    assert (first.slug, second.slug) == ("hua-xing", "hua-xing-2")
    change_organization(first, actor=alice, name="北辰铸件", short_name="北辰")
    first.refresh_from_db()
    assert first.slug == "hua-xing"


def test_a_collaboration_has_a_readable_address(alice: User, anvil: Organization) -> None:
    opened = open_collaboration(
        actor=alice, organization=anvil, name="共享检测模型", goal="", agreement_text="Fair use."
    )
    assert opened.get_absolute_url() == "/collaborations/gong-xiang-jian-ce-mo-xing/"
