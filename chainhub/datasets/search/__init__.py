"""Finding datasets by words, in English and Chinese, on any database."""

from chainhub.datasets.search.indexing import index_dataset
from chainhub.datasets.search.matching import matching, ranked

__all__ = ["index_dataset", "matching", "ranked"]
