"""Which licences let the hub hand a base model's files on to whoever may see it."""

# By SPDX; small letters.
PERMISSIVE = frozenset({
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "isc", "zlib", "unlicense", "0bsd",
    "cc0-1.0", "cc-by-4.0", "cc-by-3.0", "cc-by-sa-4.0", "cdla-permissive-2.0", "odc-by-1.0",
})  # fmt: skip


def may_be_passed_on(licence: str) -> bool:
    """Whether copies may be given away; of a licence that is not known nothing is assumed."""
    return licence.strip().lower() in PERMISSIVE
