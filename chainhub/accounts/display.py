"""How allauth names a person on its pages."""

from chainhub.accounts.models import User


def display_name(user: User) -> str:
    return str(user)
