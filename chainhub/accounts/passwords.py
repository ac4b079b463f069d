"""What a password must be."""

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.utils.translation import ngettext


class LongEnough(MinimumLengthValidator):
    """Django's check; its refusal is not in Django's own Chinese catalogue (5.2 asks for a sentence it lacks)."""

    def get_error_message(self) -> str:
        """The refusal in the reader's language."""
        return ngettext(
            "The password is too short: it needs at least %(least)s character.",
            "The password is too short: it needs at least %(least)s characters.",
            self.min_length,
        ) % {"least": self.min_length}
