"""A refusal that names a field is shown beside that field, and nothing that was typed is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.forms import BaseForm

from chainhub.core.errors import DomainError, InvalidInputError


@contextmanager
def refusals_in(form: BaseForm, *, of: type[DomainError] = InvalidInputError) -> Iterator[None]:
    """Turn a refusal of the block into an error of the form; those that are not `of` this kind pass.

    A form with much to type takes every `DomainError`: what was typed outlives the refusal.
    """
    try:
        yield
    except of as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
