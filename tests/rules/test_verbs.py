"""Every act that the code writes into the audit log has a name for people, in both languages."""

from django.utils import translation

from chainhub.activity.verbs import NAMES, name_of, named
from tests.rules.recorded import recorded_verbs


def test_every_recorded_verb_can_be_read_and_has_a_name():
    found, unread = recorded_verbs()
    assert len(found) > 40
    assert not unread, f"no verb could be read from these calls: {unread}"
    missing = {verb: place for verb, place in found.items() if verb not in NAMES}
    assert not missing, f"name these in chainhub/activity/verbs.py: {missing}"


def test_names_are_told_apart_in_both_languages():
    for language in ("en", "zh-hans"):
        with translation.override(language):
            names = [name_of(verb) for verb in NAMES]
            assert len(set(names)) == len(names)
            assert not set(names) & set(NAMES)


def test_a_verb_that_is_no_longer_known_stands_for_itself():
    assert name_of("dataset.from-the-past") == "dataset.from-the-past"
    assert named(["job.failed", "agreement.accepted"]) == [
        ("agreement.accepted", "Agreement accepted"),
        ("job.failed", "Job failed"),
    ]
