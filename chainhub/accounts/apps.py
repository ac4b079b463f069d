"""The app's registration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who sign in, and the tokens their programs use."""

    name = "chainhub.accounts"
    label = "accounts"
