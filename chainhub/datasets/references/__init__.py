"""Versions whose bytes stay with their owner: at an HTTPS or S3 address, or in a folder of the data node."""

from chainhub.datasets.references.addresses import described
from chainhub.datasets.references.faults import ChangedReferenceError, NoRoomHereError, UnreachableError
from chainhub.datasets.references.fetching import fetch_reference, name_of
from chainhub.datasets.references.training import lay_out_reference

__all__ = [
    "ChangedReferenceError",
    "NoRoomHereError",
    "UnreachableError",
    "described",
    "fetch_reference",
    "lay_out_reference",
    "name_of",
]
