"""Texts that an owner wrote in English, in Chinese or in both, as a reader of either language gets them."""

from dataclasses import dataclass

from django.utils.translation import get_language


@dataclass(frozen=True)
class Said:
    """A text, and the language it is in where that is not the reader's (`en`, `zh-hans`; empty: the reader's own)."""

    text: str
    instead: str = ""

    def __str__(self) -> str:
        return self.text


class InBothLanguages:
    """Mixin of a model with `summary`, `card` and their Chinese `summary_zh`, `card_zh`."""

    summary: str
    summary_zh: str
    card: str
    card_zh: str

    @property
    def said_summary(self) -> Said:
        return in_readers_language(self.summary, self.summary_zh)

    @property
    def said_card(self) -> Said:
        return in_readers_language(self.card, self.card_zh)


def in_readers_language(english: str, chinese: str) -> Said:
    """The text in the reader's language, else in the other one, marked as such."""
    reads_chinese = (get_language() or "").startswith("zh")
    own, other = (chinese, english) if reads_chinese else (english, chinese)
    if own.strip() or not other.strip():
        return Said(own)
    return Said(other, instead="en" if reads_chinese else "zh-hans")
