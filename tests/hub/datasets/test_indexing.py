"""The index of the catalogue's words, written for many datasets together."""

import pytest
from django.db import connection, transaction

from chainhub.accounts.models import User
from chainhub.datasets import services
from chainhub.datasets.models import CatalogueWord, Dataset
from chainhub.datasets.search import indexing, matching
from chainhub.organizations.models import Organization
from tests.factories.datasets import next_version, registered_csv
from tests.hub.repositories.test_sweeping_at_once import beside


def names(question: str) -> list[str]:
    return [one.name for one in matching(Dataset.objects.all(), question)]


def test_written_anew_in_batches_the_index_is_the_same(
    alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        rows = [[n, n % 2] for n in range(20)]
        dataset = registered_csv(alice, anvil, [["id", f"old_{number}"], *rows], name=f"N{number}")
        next_version(dataset, alice, [["id", f"field_{number}"], *rows])
        services.set_field(dataset, f"field_{number}", actor=alice, about=f"torque{number}")
    before = set(CatalogueWord.objects.values_list("dataset", "word", "weight"))
    CatalogueWord.objects.filter(dataset__name="N4").delete()
    monkeypatch.setattr(indexing, "AT_ONCE", 2)
    assert indexing.index_datasets(Dataset.objects.all()) == 5
    assert set(CatalogueWord.objects.values_list("dataset", "word", "weight")) == before
    for number in range(5):
        assert names(f"field_{number} torque{number}") == [f"N{number}"]
    assert names("old_3") == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_all_are_indexed_while_somebody_edits_a_card(alice: User, anvil: Organization) -> None:
    """Alice renames a dataset while all are written anew: it is found by its new name, and nobody fails."""
    dataset = registered_csv(alice, anvil, name="Bearings")
    with transaction.atomic():
        services.update_card(dataset, actor=alice, name="Gearboxes")
        thread, counted = beside(lambda: indexing.index_datasets(Dataset.objects.all()))
        thread.join(1)
        assert thread.is_alive()
    thread.join(20)
    assert counted == [1]
    assert names("gearboxes") == ["Gearboxes"]
    assert names("bearings") == []
