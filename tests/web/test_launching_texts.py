"""Alice launches jobs on texts in the pages: which data is suggested, which cannot serve, and that a base is chosen."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from chainhub.core.sentences import render
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.candidates import candidates
from chainhub.jobs.catalogue import find_recipe
from tests.factories import jobs as make
from tests.factories.bases import make_base

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"
SAID = {"recipe": "fine-tune", "seen": ["goal", "recipe"]}
PROSE = {"review": [f"a text {number}" for number in range(20)], "label": ["yes", "no"] * 10}
OTHERS = {"remark": [f"a remark {number}" for number in range(20)], "label": ["yes", "no"] * 10}
WORDS = {"colour": ["red", "blue"] * 10, "label": ["yes", "no"] * 10}


@pytest.fixture
def offer(alice: Any, anvil: Any, alliance: Any) -> Callable[..., DatasetVersion]:
    """A table of Alice's with these columns, granted to the alliance."""

    def offer(name: str, columns: dict[str, list[Any]], **kinds: str) -> DatasetVersion:
        version = make.make_version(anvil, alice, name=name, columns=columns)
        for field in version.inspection["fields"]:
            field["kind"] = kinds.get(field["name"], "text" if field["type"] == "text" else "number")
        version.save(update_fields=["inspection"])
        version.dataset.visibility = "granted"
        version.dataset.save(update_fields=["visibility"])
        make.grant(version, alliance, alice)
        return version

    return offer


def found(user: Any, collaboration: Any, recipe: str = "fine-tune") -> dict[str, tuple[str, str]]:
    """Name to why not, and to why it is not suggested."""
    told = candidates(user, collaboration, find_recipe(recipe))
    return {one.dataset.name: (render(one.why_not), render(one.doubt)) for one in told}


def test_a_table_without_a_text_says_so_and_one_of_mere_words_is_not_suggested(
    offer: Any, alice: Any, alliance: Any
) -> None:
    offer("Numbers", make.table())
    offer("Colours", WORDS, colour="category", label="category")
    offer("Reviews", PROSE)
    told = found(alice, alliance)
    assert list(told) == ["Reviews", "Colours", "Numbers"]
    assert told["Reviews"] == ("", "")
    assert told["Colours"][0] == ""
    assert told["Colours"][1].startswith("Its words seem to tell kinds apart (colour)")
    assert told["Numbers"] == ("It has no field that holds texts, and this recipe learns from texts.", "")
    assert all(said == ("", "") for said in found(alice, alliance, "tabular").values())
    with translation.override("zh-hans"):
        assert "没有存放文本的字段" in found(alice, alliance)["Numbers"][0]


def test_texts_in_other_fields_and_sensitive_ones_say_so(offer: Any, alice: Any, alliance: Any) -> None:
    offer("Reviews", PROSE)
    offer("More reviews", PROSE)
    offer("Remarks", OTHERS)
    secret = offer("Secrets", PROSE)
    secret.dataset.field_settings = {"review": {"sensitive": True}}
    secret.dataset.save(update_fields=["field_settings"])
    told = found(alice, alliance)
    assert told["Remarks"][1] == "Its texts stand in other fields than those of the others (remark)."
    assert told["Secrets"][0].startswith("Its texts are sensitive (review)")
    assert told["Reviews"] == told["More reviews"] == ("", "")


def test_only_what_fits_is_ticked(offer: Any, browse: Browse, alice: Any, anvil: Any, alliance: Any) -> None:
    base = make_base(anvil, alice)
    versions = [offer("Numbers", make.table()), offer("Colours", WORDS, colour="category"), offer("Reviews", PROSE)]
    said = {**SAID, "collaboration": alliance.slug, "base": base.pk, "seen": ["goal"], "step": "recipe"}
    page = browse(alice).post(LAUNCH, said).content.decode()
    boxes = re.findall(r'<input type="checkbox" name="versions" id="dataset-(\d+)"([^>]*)>', page)
    told = {int(number): rest for number, rest in boxes}
    numbers, colours, reviews = (told[version.dataset_id] for version in versions)
    assert "disabled" in numbers
    assert "checked" not in colours
    assert "checked" in reviews
    assert "It has no field that holds texts" in page
    assert "Its words seem to tell kinds apart" in page


def test_a_recipe_that_goes_on_with_a_base_asks_for_it(browse: Browse, alice: Any, anvil: Any, alliance: Any) -> None:
    make_base(anvil, alice)
    browser = browse(alice)
    said = {"collaboration": alliance.slug, "seen": ["goal"], "step": "recipe"}
    page = browser.post(LAUNCH, {**said, "recipe": "fine-tune", "base": ""}).content.decode()
    assert "Choose the base model that should learn." in page
    label = page.partition('<label for="id_base">')[2].partition("</label>")[0]
    assert label == "Base model"
    again = browser.post(LAUNCH, {**said, "recipe": "tabular", "base": "999"}).content.decode()
    assert "Which data does it learn from?" in again


def test_without_a_base_model_fine_tuning_is_grey_and_says_where_to_import_one(
    browse: Browse, alice: Any, alliance: Any
) -> None:
    page = browse(alice).get(f"{LAUNCH}?collaboration={alliance.slug}").content.decode()
    assert re.search(r'name="recipe" value="fine-tune" disabled>', page)
    assert "Anvil has no base model yet." in page
    assert "/models/?show=base" in page


def test_a_launch_by_api_without_a_base_is_refused(
    offer: Any, alice: Any, anvil: Any, alliance: Any, token_for: Callable[..., str], client: Client
) -> None:
    version = offer("Reviews", PROSE)
    said = {
        "title": "Tell", "collaboration": alliance.slug, "organization": anvil.slug, "recipe": "fine-tune",
        "target": "label", "inputs": [{"dataset": f"{anvil.slug}/{version.dataset.slug}"}],
    }  # fmt: skip
    for language, sentence in (("en", "Choose the base model"), ("zh-hans", "请选择要继续学习的基础模型")):
        answer = client.post(
            "/api/v1/jobs/", said, content_type="application/json",
            headers={"authorization": f"Bearer {token_for(alice, 'launch')}", "accept-language": language},
        )  # fmt: skip
        assert answer.status_code == 422
        assert sentence in answer.content.decode()
        assert "base" in answer.json()["errors"]
