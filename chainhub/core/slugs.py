"""Addresses made from names."""

import secrets
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

# Addresses beside the things themselves: /organizations/new/ must not be an organization.
RESERVED = {"new", "edit"}


def free_slug(name: str, taken: QuerySet[Any], *, fallback: str) -> str:
    """A slug of at most 80 characters for `name` that no row of `taken` has.

    Names without Latin letters get a short random one.
    """
    base = slugify(name)[:72].strip("-") or f"{fallback}-{secrets.token_hex(3)}"
    slug, number = base, 1
    while slug in RESERVED or taken.filter(slug=slug).exists():
        number += 1
        slug = f"{base}-{number}"
    return slug
