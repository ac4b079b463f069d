"""Borealis destroys its keys: Anvil, who received models that learnt from its data, reads which and what it means."""

from typing import Any

import pytest
from django.utils import translation

from chainhub.activity.models import Notice
from chainhub.core.sentences import render
from chainhub.datasets.models import Dataset, DatasetVersion
from chainhub.repositories.shredding import destroy_key
from tests.factories import jobs as make
from tests.factories.models import publish
from tests.hub.jobs.conftest import ours, theirs

__all__ = ["ours", "theirs"]


@pytest.fixture(autouse=True)
def published(ours: DatasetVersion, theirs: DatasetVersion, alice: Any, anvil: Any, alliance: Any) -> Any:
    """Anvil initiated the alliance, so it keeps the model; both received it."""
    return publish(make.make_job(alice, anvil, alliance, [ours, theirs]))


def said_to(user: Any) -> list[str]:
    told = Notice.objects.visible_to(user).filter(kind="dataset.keys-destroyed")
    return [render(one.sentence) for one in told]


def test_who_received_models_reads_what_is_gone_and_what_remains(
    published: Any, borealis: Any, dora: Any, alice: Any, carol: Any
) -> None:
    destroy_key(borealis, actor=dora, confirmation=borealis.name)
    (said,) = said_to(alice)
    assert said.startswith("Borealis Motors destroyed the keys of “Theirs”: nobody can ever read this data again.")
    assert said.endswith(f"cannot be trained anew on it or checked against it: {published.model.name} v1.")
    with translation.override("zh-hans"):
        assert said_to(alice)[0].startswith("Borealis Motors 销毁了“Theirs”的密钥")
    notice = Notice.objects.visible_to(alice).get(kind="dataset.keys-destroyed")
    assert notice.url == published.get_absolute_url()
    assert said_to(dora) == [], "who did it knows"
    assert said_to(carol) == []


def test_where_the_owner_kept_the_models_they_are_lost_too(
    published: Any, anvil: Any, alice: Any, dora: Any, bob: Any
) -> None:
    destroy_key(anvil, actor=alice, confirmation=anvil.name)
    for user in (dora, bob):
        (said,) = said_to(user)
        assert "destroyed the keys of “Ours”" in said
        assert "can no longer be used or downloaded" in said


def test_models_that_learnt_from_others_data_and_were_kept_there_are_told_too(
    theirs: Any, alice: Any, anvil: Any, alliance: Any, dora: Any
) -> None:
    version = publish(make.make_job(alice, anvil, alliance, [theirs], title="On theirs alone"))
    destroy_key(anvil, actor=alice, confirmation=anvil.name)
    assert [said for said in said_to(dora) if said.startswith("Anvil Steel destroyed its keys: the files of models")]
    assert version.model.name in "".join(said_to(dora))


def test_who_may_not_know_of_the_dataset_is_not_told_its_name(
    theirs: Any, borealis: Any, dora: Any, alice: Any, anvil: Any
) -> None:
    Dataset.objects.get(pk=theirs.dataset_id).grants.update(organization=borealis)
    destroy_key(borealis, actor=dora, confirmation=borealis.name)
    (said,) = said_to(alice)
    assert "the keys of “a dataset of Borealis”" in said
    assert "Theirs" not in said
