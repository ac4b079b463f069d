"""Jobs on pictures may go on from a base model that looks at pictures, and may do without; no other fits them."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.jobs.catalogue import find_recipe
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.texts import learns_from
from tests.factories import jobs as make
from tests.factories.bases import make_base

Browse = Callable[..., Client]
LAUNCH = "/jobs/new/"


@pytest.fixture
def pixels(alice: Any, anvil: Any, alliance: Any) -> DatasetVersion:
    """Twenty pictures of four pixels."""
    columns = {f"p{n}": [float(n + row % 7) for row in range(20)] for n in range(4)}
    version = make.make_version(anvil, alice, name="Pixels", columns={**columns, "label": ["a", "b"] * 10})
    make.grant(version, alliance, alice)
    return version


@pytest.fixture
def begin(browse: Browse, alice: Any, alliance: Any) -> Callable[..., str]:
    """The page after the recipe was chosen."""

    def begin(**said: Any) -> str:
        sent = {"collaboration": alliance.slug, "seen": ["goal"], "step": "recipe", **said}
        answer = browse(alice).post(LAUNCH, sent, headers={"accept-language": sent.pop("language", "en")})
        return answer.content.decode()

    return begin


def options(page: str, name: str) -> str:
    return page.partition(f'name="{name}"')[2].partition("</select>")[0]


def test_each_recipe_is_offered_what_fits_it(browse: Browse, alice: Any, anvil: Any, alliance: Any) -> None:
    make_base(anvil, alice, slug="reader", name="A reader")
    make_base(anvil, alice, slug="eye", task="vision", name="An eye")
    page = browse(alice).get(f"{LAUNCH}?collaboration={alliance.slug}").content.decode()
    assert "A reader" in options(page, "base")
    assert "An eye" not in options(page, "base")
    assert "An eye" in options(page, "sight")
    assert "None: from scratch" in options(page, "sight")
    assert "A reader" not in options(page, "sight")
    assert 'data-when-value="image-classification|object-detection"' in page


def test_a_base_that_sees_does_not_make_fine_tuning_possible(
    browse: Browse, alice: Any, anvil: Any, alliance: Any
) -> None:
    make_base(anvil, alice, slug="eye", task="vision")
    page = browse(alice).get(f"{LAUNCH}?collaboration={alliance.slug}").content.decode()
    assert re.search(r'name="recipe" value="fine-tune" disabled>', page)
    assert 'name="base"' not in page


def test_without_a_base_pictures_are_learnt_as_before(begin: Any, alice: Any, anvil: Any) -> None:
    make_base(anvil, alice, slug="eye", task="vision")
    assert "Which data does it learn from?" in begin(recipe="image-classification", sight="")


def test_what_was_chosen_for_texts_is_not_looked_at(begin: Any, alice: Any, anvil: Any) -> None:
    reader = make_base(anvil, alice)
    assert "Which data does it learn from?" in begin(recipe="image-classification", base=reader.pk)
    assert "Which data does it learn from?" in begin(recipe="tabular", base=reader.pk, sight=reader.pk)


def test_a_base_of_others_is_refused_in_both_languages(begin: Any, carol: Any, borealis: Any) -> None:
    foreign = make_base(borealis, carol, slug="eye", task="vision")
    assert "no longer has this base model" in begin(recipe="object-detection", sight=foreign.pk)
    assert "no longer has" not in begin(recipe="object-detection", sight=foreign.pk, language="zh-CN")


def launch(client: Client, headers: dict[str, str], version: DatasetVersion, **said: Any) -> Any:
    sent = {
        "title": "See", "collaboration": said.pop("collaboration"), "organization": "anvil",
        "recipe": "image-classification", "target": "label",
        "inputs": [{"dataset": f"anvil/{version.dataset.slug}"}], **said,
    }  # fmt: skip
    return client.post("/api/v1/jobs/", sent, content_type="application/json", headers=headers)


def test_a_program_names_a_base_that_fits(
    pixels: DatasetVersion, alice: Any, anvil: Any, alliance: Any, token_for: Callable[..., str], client: Client
) -> None:
    make_base(anvil, alice, slug="reader", name="A reader")
    make_base(anvil, alice, slug="eye", task="vision", name="An eye")
    headers = {"authorization": f"Bearer {token_for(alice)}"}
    recipes = {one["name"]: one["bases"] for one in client.get("/api/v1/recipes/", headers=headers).json()}
    assert recipes["image-classification"] == recipes["object-detection"] == ["vision"]
    assert recipes["fine-tune"] == ["classification", "language"]
    assert recipes["tabular"] == []
    answer = launch(client, headers, pixels, collaboration=alliance.slug, base="anvil/eye")
    assert answer.status_code == 201, answer.content
    assert TrainingJob.objects.get().base.slug == "eye"
    refused = launch(client, headers, pixels, collaboration=alliance.slug, base="anvil/reader")
    assert refused.status_code == 422
    assert "“A reader” knows texts" in refused.json()["errors"]["base"][0]
    texts = launch(client, headers, pixels, collaboration=alliance.slug, base="anvil/eye", recipe="fine-tune")
    assert "“An eye” looks at pictures" in texts.json()["errors"]["base"][0]
    none = launch(client, headers, pixels, collaboration=alliance.slug, base="anvil/eye", recipe="tabular")
    assert "begins without a base model" in none.json()["errors"]["base"][0]


def test_only_what_means_something_is_asked_and_shown(
    browse: Browse, pixels: DatasetVersion, alice: Any, anvil: Any, alliance: Any
) -> None:
    eye = make_base(anvil, alice, slug="eye", task="vision")
    said = {
        "collaboration": alliance.slug, "recipe": "image-classification", "versions": [pixels.pk], "target": "label",
        "choice": "all", "kind": "holdout", "test_fraction": 20, "validation_fraction": 10,
        "seen": ["goal", "recipe", "data", "fields"], "step": "fields",
    }  # fmt: skip
    page = browse(alice).post(LAUNCH, {**said, "sight": eye.pk}).content.decode()
    assert 'name="p-base_pace"' in page
    assert 'name="p-network"' not in page
    page = browse(alice).post(LAUNCH, {**said, "sight": ""}).content.decode()
    assert 'name="p-network"' in page
    assert 'name="p-base_pace"' not in page


def test_a_clone_keeps_the_base_and_the_job_shows_its_pace(
    browse: Browse, pixels: DatasetVersion, alice: Any, anvil: Any, alliance: Any
) -> None:
    eye = make_base(anvil, alice, slug="eye", task="vision", name="An eye")
    job = make.services.propose_job(
        actor=alice, organization=anvil, collaboration=alliance, versions=[pixels], title="See", base=eye,
        recipe="image-classification", parameters={"base_pace": 0.25}, target="label",
    )  # fmt: skip
    page = browse(alice).get(f"{job.get_absolute_url()}?tab=settings").content.decode()
    assert "Pace of the base model" in page
    assert "0.25" in page
    assert "Hidden layers" not in page
    clone = browse(alice).get(f"{LAUNCH}?clone={job.pk}", follow=True).content.decode()
    assert "An eye" in clone


def test_a_job_on_picture_files_reads_the_pictures_and_one_on_pixels_their_fields(pixels: DatasetVersion) -> None:
    recipe = find_recipe("image-classification")
    assert learns_from(recipe, [pixels]) == "from all common fields, except identifiers"
    pixels.dataset.kind = Kind.IMAGES
    assert learns_from(recipe, [pixels]) == "from the pictures"
