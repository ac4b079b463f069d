"""Example data: each organization's file is real, the same each time, and what its card says of it."""

from pathlib import Path

import pytest
from django.conf import settings

from chainhub.datasets.cardparts import PARTS, split_card
from chainhub.datasets.services.fields import LONGEST_ABOUT, LONGEST_UNIT
from chainhub.scenarios import samples
from chainhub.scenarios.partners import short_name
from chainhub.scenarios.samples import SAMPLES, SampleSet
from chainhub.scenarios.samples.digits import NEVER, mnist_rows
from chainhub.scenarios.samples.heart import FINDINGS

EVERY = pytest.mark.parametrize("one", SAMPLES.values(), ids=lambda one: one.slug)


@EVERY
def test_its_cards_are_whole_in_both_languages(one: SampleSet) -> None:
    for part in one.parts:
        for text in (one.card(part), one.card_zh(part)):
            parts = split_card(text)
            assert all(parts[name] for name in PARTS), text
            assert "$" not in text
            assert len(text) < 20_000
        assert "## 局限" in one.card_zh(part)
        assert one.citation in one.card(part)


@EVERY
def test_its_names_are_told_apart(one: SampleSet) -> None:
    assert len({part.slug for part in one.parts}) == len({part.name for part in one.parts}) == len(one.parts)
    assert one.source_url.startswith("https://")
    assert one.licence
    assert max(len(one.summary), len(one.summary_zh), len(one.source)) <= 300
    assert len(one.licence) <= 120
    for told in one.fields.values():
        assert set(told) <= {"role", "type", "unit", "sensitive", "about"}
        assert len(told.get("about", "")) <= LONGEST_ABOUT
        assert len(told.get("unit", "")) <= LONGEST_UNIT


@EVERY
def test_its_partners_short_names_are_whole_words(one: SampleSet) -> None:
    """They stand beside the colours of charts."""
    for part in one.parts:
        short = short_name(part.organization)
        assert 0 < len(short) <= 24
        assert part.organization.startswith(short)
        assert part.organization[len(short) :][:1] in ("", " ", ",", "-")


def test_a_short_name_ends_between_words() -> None:
    assert short_name("Soaproot Saddle, California") == "Soaproot Saddle"
    assert short_name("Chromium-molybdenum steel mill") == "Chromium-molybdenum"
    assert short_name("Northeast grid") == "Northeast grid"
    assert short_name("Donaudampfschifffahrtsgesellschaft") == "Donaudampfschifffahrtsge"


def test_each_digit_belongs_to_exactly_one_supplier() -> None:
    shares = [samples.digits_csv(place).decode().splitlines()[1:] for place in range(4)]
    rows = [row for share in shares for row in share]
    assert len(rows) == len(list(mnist_rows())) == 5000
    assert sorted(rows) == sorted(",".join(row) for row in mnist_rows())
    for place, share in enumerate(shares):
        found = [sum(row.endswith(f",{digit}") for row in share) for digit in range(10)]
        assert found == samples.digit_counts(place)
        assert found[NEVER[place]] == 0
        assert len(share) == SAMPLES["digits"].parts[place].rows


def test_the_same_files_come_out_each_time() -> None:
    assert samples.digits_csv(2) == samples.digits_csv(2)


def test_hospitals_hold_their_own_patients_without_names() -> None:
    rows = {hospital: samples.heart_csv(hospital).decode().splitlines() for hospital in samples.HOSPITALS}
    assert {hospital: len(lines) - 1 for hospital, lines in rows.items()} == {
        part.organization: part.rows for part in SAMPLES["heart"].parts
    }
    for lines in rows.values():
        assert lines[0] == ",".join([*FINDINGS, samples.DIAGNOSIS])
        assert {line.rsplit(",", 1)[1] for line in lines[1:]} == {"present", "absent"}
    assert sum(line.endswith("present") for line in rows["Switzerland"]) == 115
    chol = [line.split(",")[4] for line in rows["Switzerland"][1:]]
    assert set(chol) == {""}


@EVERY
@pytest.mark.parametrize("page", ["example-data.md", "example-data.zh.md"])
def test_the_page_on_example_data_names_it_with_its_packages(one: SampleSet, page: str) -> None:
    text = (Path(settings.ROOT) / "docs" / page).read_text(encoding="utf-8")
    (line,) = (line for line in text.splitlines() if line.startswith("|") and f"`{one.slug}`" in line)
    assert f"| {one.rows:,} |" in line
    assert one.licence in line
    assert all(f"`{carrier.filename}`" in line for carrier in one.carriers)
    for part in one.parts:
        assert (part.organization_zh if page.endswith(".zh.md") else part.organization) in line
