"""Files as answers of pages."""

from chainhub.repositories.serving import answer_blob, begins

__all__ = ["answer_blob", "begins"]
