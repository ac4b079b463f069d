"""A refusal that names a field is shown beside that field, and nothing that was typed is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from chainhub.core.errors import InvalidInputError


@contextmanager
def refusals_in(form: BaseForm) -> Iterator[None]:
    """Turn an `InvalidInputError` of the block into an error of the form; other refusals pass."""
    try:
        yield
    except InvalidInputError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
