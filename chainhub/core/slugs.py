"""Addresses made from names."""

import re
import secrets
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

# Addresses beside the things themselves: /organizations/new/ must not be an organization.
RESERVED = {"new", "edit"}
LONGEST = 72  # leaves room for a number in a column of 80
_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
HAN = re.compile(f"[{_HAN}]+")
# A name in two languages, such as “Meridian 子午”: a Latin word of some length, then Chinese. “BMW 轴承” is one name.
TWICE = re.compile(rf"([^{_HAN}]*[A-Za-z]{{5,}}[^{_HAN}]*)\s[{_HAN}]+")


def free_slug(name: str, taken: QuerySet[Any], *, fallback: str) -> str:
    """A slug of at most 80 characters for `name` that no row of `taken` has.

    Chinese is spelt in pinyin; names without a letter that can be spelt get a short random one.
    """
    base = _shortened(slugify(romanized(name))) or f"{fallback}-{secrets.token_hex(3)}"
    slug, number = base, 1
    while slug in RESERVED or taken.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug


def romanized(text: str) -> str:
    """The text with its Chinese in pinyin, a syllable a word: 华星铸件 is hua xing zhu jian; the rest stays.

    Of a name told in English and then in Chinese, the English alone.
    """
    if not HAN.search(text):
        return text
    if twice := TWICE.fullmatch(text.strip()):
        return twice.group(1)
    # The dictionary takes half a second and tens of megabytes; only a process that meets Chinese names loads it.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return HAN.sub(lambda found: f" {' '.join(lazy_pinyin(found.group()))} ", text)


def _shortened(slug: str) -> str:
    """At most `LONGEST` characters, cut between words where there is a gap in the second half."""
    if len(slug) <= LONGEST:
        return slug.strip("-")
    cut = slug[: LONGEST + 1].rfind("-")
    return slug[: cut if cut > LONGEST // 2 else LONGEST].strip("-")
