"""Rows of each class are counted on the values that training reads, and over the pool as the trainer takes it."""

from typing import Any

import pytest
from django.utils import translation

from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.classes import fewest_rows
from chainhub.jobs.models import Status
from chainhub.jobs.terms import ForbiddenByTermsError
from chainhub.policies.services.granting import grant_on_terms
from chainhub.policies.terms import Terms
from tests.factories import datasets as register
from tests.factories import jobs as make

FEATURE = [number / 7 for number in range(80)]
KINDS = {"label": [f"{number % 40}" for number in range(80)]}  # forty words, of two rows each
WHOLE = {"label": [number % 40 for number in range(80)]}  # the same as whole numbers: a quantity
TWO = {"label": [number % 2 for number in range(80)]}


@pytest.fixture
def made(anvil: Any, alice: Any, alliance: Any) -> Any:
    """Anvil's data with such a label, whose owner says its type is another; each class must have thirty rows."""

    def version(label: dict[str, Any], *, corrected: str = "", name: str = "Ours", rows: int = 30) -> DatasetVersion:
        found = make.make_version(anvil, alice, name=name, columns={"x": FEATURE, **label})
        found.dataset.field_settings = {"label": {"type": corrected}} if corrected else {}
        found.dataset.save(update_fields=["field_settings"])
        grant_on_terms(found.dataset, alliance, actor=alice, terms=Terms(min_rows_per_class=rows))
        return found

    return version


@pytest.fixture
def launch(alice: Any, anvil: Any, alliance: Any) -> Any:
    def launched(*versions: DatasetVersion, **changes: Any) -> str:
        return str(make.make_job(alice, anvil, alliance, list(versions), **changes).status)

    return launched


def test_whole_numbers_that_are_categories_have_classes(made: Any, launch: Any) -> None:
    """Forty kinds of two rows, written as numbers: corrected to a category they are classes, and too small."""
    assert launch(made(WHOLE)) == Status.QUEUED
    with pytest.raises(ForbiddenByTermsError, match="its smallest class has fewer"):
        launch(made(WHOLE, corrected="category", name="Corrected"))


def test_words_that_are_numbers_are_a_quantity(made: Any, launch: Any) -> None:
    with pytest.raises(ForbiddenByTermsError, match="its smallest class has fewer"):
        launch(made(KINDS))
    assert launch(made(KINDS, corrected="number", name="Corrected")) == Status.QUEUED


def test_the_pool_decides_what_is_a_quantity(made: Any) -> None:
    """Two values alone are classes; beside forty others they are numbers among numbers."""
    two, forty = made(TWO), made(WHOLE, name="Forty")
    assert fewest_rows([two], "label", {}) == {two.pk: 40}
    assert fewest_rows([two, forty], "label", {}) == {two.pk: None, forty.pk: None}
    told = fewest_rows([two, forty], "label", {"task": "classification"})
    assert told == {two.pk: 40, forty.pk: 2}
    assert fewest_rows([two, forty], "label", {"positive_above": 0.5}) == {two.pk: 40, forty.pk: 2}


def test_values_that_mean_the_same_are_one_class(made: Any) -> None:
    """1 here and "1" there, as the trainer joins them; blanks are no class."""
    words = made({"label": ["1", "0"] * 39 + ["", " "]}, name="Words")
    numbers = made(TWO)
    assert fewest_rows([words, numbers], "label", {}) == {words.pk: 39, numbers.pk: 40}


class TestByReference:
    """The file stays with its owner; what inspection counted is what can be told."""

    @pytest.fixture
    def referred(self, alice: Any, anvil: Any, alliance: Any) -> Any:
        def version(values: list[Any], *, corrected: str = "") -> DatasetVersion:
            rows = [["x", "label"], *([number / 7, value] for number, value in enumerate(values))]
            dataset = register.registered_csv(alice, anvil, rows, name="Kept", target="label")
            found = dataset.versions.get()
            found.commit.files.all().delete()
            found.reference = {"kind": "https", "address": "https://example.test/a.csv", "sha256": "0" * 64, "size": 9}
            found.save(update_fields=["reference"])
            dataset.field_settings = {"label": {"type": corrected}} if corrected else {}
            dataset.save(update_fields=["field_settings"])
            grant_on_terms(dataset, alliance, actor=alice, terms=Terms(min_rows_per_class=30))
            return DatasetVersion.objects.select_related("dataset__organization", "commit").get(pk=found.pk)

        return version

    @pytest.mark.parametrize(
        ("values", "corrected", "fewest"),
        [
            (["good", "bad"] * 40, "", 40),
            (["good"] * 60 + ["bad"] * 20, "", 20),
            ([number % 2 for number in range(80)], "", 40),
            ([number % 2 for number in range(80)], "category", 40),
            ([number % 40 for number in range(80)], "", None),
            ([number + 0.5 for number in range(80)], "", None),
        ],
    )
    def test_what_inspection_counted_is_told(
        self, referred: Any, values: list[Any], corrected: str, fewest: int | None
    ) -> None:
        version = referred(values, corrected=corrected)
        assert fewest_rows([version], "label", {}) == {version.pk: fewest}

    def test_such_data_can_be_launched_on_and_is_refused_for_its_rows(self, referred: Any, launch: Any) -> None:
        assert launch(referred(["good", "bad"] * 40)) == Status.QUEUED
        with pytest.raises(ForbiddenByTermsError, match="its smallest class has fewer"):
            launch(referred(["good"] * 60 + ["bad"] * 20))

    def test_what_cannot_be_checked_is_refused_and_says_that(self, referred: Any, made: Any, launch: Any) -> None:
        """Forty words: inspection counted the ten most frequent alone. Data beside it is counted as ever."""
        kept, two = referred([f"w{number % 40}" for number in range(80)]), made({"label": ["a", "b"] * 40})
        assert fewest_rows([kept, two], "label", {}) == {two.pk: 40}
        with pytest.raises(ForbiddenByTermsError) as refused:
            launch(kept, two)
        assert refused.value.term == "min_rows_per_class"
        assert "how many there are cannot be checked here" in str(refused.value)
        with translation.override("zh-hans"):
            assert "此处无法核查各类别有多少行" in str(refused.value)
