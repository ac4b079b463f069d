"""Finding datasets by words, in English and Chinese."""

import pytest
from django.core.management import call_command

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets import services
from chainhub.datasets.catalogue import loaded
from chainhub.datasets.models import CatalogueWord, Dataset, Visibility
from chainhub.datasets.search import matching, ranked
from chainhub.datasets.search.words import MOST_TERMS, terms_in, words_in
from chainhub.datasets.tasks import index_organization
from chainhub.organizations.models import Organization
from chainhub.organizations.services import change_organization
from tests.factories.datasets import granted, next_version, registered_csv


def found(user: User, question: str) -> list[str]:
    seen = Dataset.objects.visible_to(user)
    return [one.name for one in loaded(list(ranked(matching(seen, question), question)), user)]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Roller bearings", "bearing"),
        ("One bearing", "bearings"),
        ("Roller bearings", "BEAR"),
        ("Lithium batteries", "battery"),
        ("wheel_speed", "speed"),
        ("wheel_speed", "wheel_speed"),
        ("ＡＢＣ", "abc"),
        ("Café Müller", "müller"),
        ("轴承振动数据", "轴承"),
        ("轴承振动数据", "振动数据"),
        ("轴承振动数据", "据"),
        ("轴承振动数据", "振"),
        ("钢铁ISO9001质检", "iso9001"),
        ("钢铁ISO9001质检", "质检"),
        ("Größe 2024", "2024"),
        ("データセット", "セット"),
        ("자동차 부품", "부품"),
    ],
)
def test_a_text_is_found_by(text: str, question: str) -> None:
    words = words_in(text)
    for term in terms_in(question):
        assert any(term.word <= word < term.end if term.opens else word == term.word for word in words), term


@pytest.mark.parametrize(
    ("text", "question"), [("glass", "glas s"), ("轴承振动", "承轴"), ("analysis", "alysis"), ("bearing", "bearingx")]
)
def test_a_text_is_not_found_by(text: str, question: str) -> None:
    words = words_in(text)
    assert not all(
        any(term.word <= word < term.end if term.opens else word == term.word for word in words)
        for term in terms_in(question)
    )


def test_a_long_question_is_cut() -> None:
    assert len(terms_in("一二三四五六七八九十" * 40)) <= MOST_TERMS
    assert terms_in("… — !? ") == []


def test_every_part_of_a_dataset_leads_to_it(alice: User, anvil: Organization) -> None:
    dataset = registered_csv(
        alice, anvil, name="Rollers", summary="Vibration", summary_zh="振动信号", card="Collected at *Ruhrort*.",
        card_zh="采集于鞍山", source="Plant four", licence="CC-BY-4.0",
    )  # fmt: skip
    for question in (
        "rollers", "vibration", "振动信号", "ruhrort", "鞍山", "plant", "cc-by-4.0", "pressure", "anvil steel",
        "rollers pressure 鞍山",
    ):  # fmt: skip
        assert found(alice, question) == [dataset.name], question
    assert found(alice, "rollers ruhrgebiet") == []
    assert found(alice, "?!") == []
    assert found(alice, " ") == ["Rollers"]


def test_a_name_counts_more_than_a_card(alice: User, anvil: Organization) -> None:
    registered_csv(alice, anvil, name="A", card="bearings")
    registered_csv(alice, anvil, name="B", summary="bearings")
    registered_csv(alice, anvil, name="Bearings")
    registered_csv(alice, anvil, name="Bearingless")
    assert found(alice, "bearings") == ["Bearings", "Bearingless", "B", "A"]


def test_words_follow_every_change(alice: User, anvil: Organization) -> None:
    dataset = registered_csv(alice, anvil, name="Rollers")
    services.update_card(dataset, actor=alice, name="Wheels", card_zh="轮毂")
    assert (found(alice, "rollers"), found(alice, "轮毂")) == ([], ["Wheels"])
    next_version(dataset, alice, [["torque", "y"]] + [[number, number % 2] for number in range(40)])
    assert (found(alice, "torque"), found(alice, "pressure")) == (["Wheels"], [])
    services.set_field(dataset, actor=alice, name="torque", about="Measured by Kistler")
    assert found(alice, "kistler") == ["Wheels"]


def test_an_owners_new_name_leads_to_its_data(alice: User, anvil: Organization) -> None:
    registered_csv(alice, anvil, name="Rollers")
    change_organization(anvil, actor=alice, name="Zenith Steel")
    index_organization(anvil.pk)  # what the queue does
    assert found(alice, "zenith") == ["Rollers"]


def test_the_command_writes_the_index_anew(
    alice: User, anvil: Organization, capsys: pytest.CaptureFixture[str]
) -> None:
    registered_csv(alice, anvil, name="Rollers")
    before = set(CatalogueWord.objects.values_list("word", "weight"))
    CatalogueWord.objects.all().delete()
    assert found(alice, "rollers") == []
    call_command("index_catalogue")
    assert capsys.readouterr().out == "1 datasets indexed\n"
    assert set(CatalogueWord.objects.values_list("word", "weight")) == before


def test_outsiders_find_nothing(
    alice: User, bob: User, carol: User, anvil: Organization, alliance: Collaboration
) -> None:
    dataset = registered_csv(alice, anvil, name="Rollers", visibility=Visibility.GRANTED)
    assert found(bob, "rollers") == []
    granted(dataset, alliance, alice)
    assert (found(bob, "rollers"), found(carol, "rollers")) == (["Rollers"], [])
