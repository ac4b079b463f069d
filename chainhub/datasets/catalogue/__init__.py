"""The catalogue: what a person may see, searched, narrowed by facets, sorted, and counted facet by facet."""

from chainhub.datasets.catalogue.asking import Asked, Sort, asked_in
from chainhub.datasets.catalogue.facets import FACETS, Choice
from chainhub.datasets.catalogue.listing import counted, in_order, loaded, narrowed

__all__ = ["FACETS", "Asked", "Choice", "Sort", "asked_in", "counted", "in_order", "loaded", "narrowed"]
