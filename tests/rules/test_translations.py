"""Every sentence is there in both languages: no gap, nothing left over, no lost placeholder."""

from django.utils import translation
from django.utils.translation import gettext

from chainhub.core import extraction
from chainhub.core.translations import merged


def test_every_message_has_a_chinese_sentence():
    missing = extraction.untranslated()
    assert not missing, "\n" + "\n".join(f"{places[0]}: {msgid!r}" for (_context, msgid), places in missing.items())


def test_no_translation_is_left_over():
    assert not extraction.stale()


def test_no_translation_is_fuzzy_contradictory_or_lost_a_placeholder():
    assert not extraction.broken()


def test_a_reader_of_chinese_gets_chinese():
    entry = next(entry for entry in merged() if not entry.msgid_plural and not entry.msgctxt and entry.msgstr)
    with translation.override("zh-hans"):
        assert gettext(entry.msgid) == entry.msgstr
    with translation.override("en"):
        assert gettext(entry.msgid) == entry.msgid


def test_extraction_finds_plural_context_template_and_trainer_messages():
    keys = extraction.messages()
    assert any(place.startswith("trainer/") for places in keys.values() for place in places)
    assert any(place.startswith("templates/") for places in keys.values() for place in places)
    assert any(place.startswith("chainhub/") for places in keys.values() for place in places)
