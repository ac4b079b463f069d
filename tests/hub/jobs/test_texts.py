"""Alice launches jobs on texts: which fields they read, what is refused, and which base models she may take."""

from collections.abc import Callable
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.collaborations.models import Collaboration
from chainhub.core.errors import DomainError, InvalidInputError
from chainhub.datasets.models import DatasetVersion, Kind
from chainhub.jobs.catalogue import find_recipe
from chainhub.jobs.fields import feature_names
from chainhub.jobs.models import TrainingJob
from chainhub.jobs.services import clone_job
from chainhub.jobs.specs import spec_hash
from chainhub.organizations.models import Organization
from tests.factories import jobs as make
from tests.factories.bases import make_base

REVIEWS = {"source": ["web"] * 20, "review": ["good fun"] * 20, "stars": [1] * 20, "label": ["yes", "no"] * 10}


@pytest.fixture
def reviews(anvil: Organization, alice: User, alliance: Collaboration) -> DatasetVersion:
    """A word, a text, a number and a label; the report says which of them is prose."""
    version = make.make_version(anvil, alice, name="Reviews", columns=REVIEWS)
    version.dataset.kind = Kind.TEXT
    version.dataset.save(update_fields=["kind"])
    for field in version.inspection["fields"]:
        field["role"] = "text" if field["name"] == "review" else "feature"
    version.save(update_fields=["inspection"])
    make.grant(version, alliance, alice)
    return version


@pytest.fixture
def launch(
    alice: User, anvil: Organization, alliance: Collaboration, reviews: DatasetVersion
) -> Callable[..., TrainingJob]:
    """Alice's job on the reviews, with a recipe's own defaults."""

    def launch(recipe: str, target: str, **asked: Any) -> TrainingJob:
        return make.services.propose_job(
            actor=alice, organization=anvil, collaboration=alliance, versions=[reviews], title="Texts",
            recipe=recipe, parameters={}, target=target, **asked,
        )  # fmt: skip

    return launch


def features(version: DatasetVersion, recipe: str, target: str, task: str = "") -> list[str] | None:
    return feature_names([version], target=target, chosen=[], recipe=find_recipe(recipe), task=task)


def test_each_recipe_reads_what_it_can(reviews: DatasetVersion) -> None:
    assert features(reviews, "tabular", "label") == ["source", "review", "stars"]
    assert features(reviews, "text-classification", "label") == ["review"]
    assert features(reviews, "language-model", "review") is None
    assert features(reviews, "fine-tune", "label", "classification") == ["review"]
    assert features(reviews, "fine-tune", "review", "language") is None
    reviews.dataset.kind = Kind.ANSWERS
    assert features(reviews, "fine-tune", "label", "language") == ["review"]


def test_a_sensitive_text_is_neither_read_nor_written(
    reviews: DatasetVersion, launch: Callable[..., TrainingJob]
) -> None:
    reviews.dataset.field_settings = {"review": {"sensitive": True}}
    reviews.dataset.save(update_fields=["field_settings"])
    assert features(reviews, "text-classification", "label") == ["source"]
    with pytest.raises(InvalidInputError, match="is sensitive"):
        launch("language-model", "review")


@pytest.mark.parametrize(
    ("recipe", "target", "asked", "said"),
    [
        ("language-model", "stars", {}, "holds no texts"),
        ("language-model", "review", {"fields": ["source"]}, "from the texts alone"),
        ("text-classification", "label", {"fields": ["stars"]}, "choose a field that holds them"),
        ("fine-tune", "label", {}, "Choose the base model"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    launch: Callable[..., TrainingJob], recipe: str, target: str, asked: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidInputError, match=said):
        launch(recipe, target, **asked)


def test_a_term_on_rows_per_class_binds_no_model_that_writes(
    reviews: DatasetVersion, launch: Callable[..., TrainingJob]
) -> None:
    reviews.dataset.grants.update(terms={"min_rows_per_class": 15})
    with pytest.raises(DomainError, match="rows of each class"):
        launch("text-classification", "label")
    assert launch("language-model", "review").pk


def test_only_ones_own_base_models_go_on_learning(
    launch: Callable[..., TrainingJob], anvil: Organization, alice: User, borealis: Organization, dora: User
) -> None:
    ours, theirs = make_base(anvil, alice), make_base(borealis, dora)
    with pytest.raises(InvalidInputError, match="has not imported this base model"):
        launch("fine-tune", "label", base=theirs)
    with pytest.raises(InvalidInputError, match="begins without a base model"):
        launch("text-classification", "label", base=ours)
    job = launch("fine-tune", "label", base=ours)
    assert job.base == ours
    assert clone_job(job, actor=alice).base == ours
    assert list(BaseModel.objects.visible_to(dora)) == [theirs]


def test_what_owners_approve_names_the_base_model(
    launch: Callable[..., TrainingJob], anvil: Organization, alice: User
) -> None:
    job = launch("fine-tune", "label", base=make_base(anvil, alice))
    approved = job.spec_hash
    assert spec_hash(job) == approved
    job.base = make_base(anvil, alice, slug="another", content=b"other weights")
    assert spec_hash(job) != approved


def test_the_writing_base_model_takes_only_texts(
    launch: Callable[..., TrainingJob], anvil: Organization, alice: User
) -> None:
    writer = make_base(anvil, alice, task="language")
    with pytest.raises(InvalidInputError, match="holds no texts"):
        launch("fine-tune", "stars", base=writer)
    assert launch("fine-tune", "review", base=writer).base == writer


def test_words_are_hidden_in_texts_alone_from_a_base_model_that_reads(
    launch: Callable[..., TrainingJob], anvil: Organization, alice: User, reviews: DatasetVersion
) -> None:
    reader = make_base(anvil, alice)
    assert features(reviews, "masked-language-model", "review") is None
    with pytest.raises(InvalidInputError, match="Choose the base model"):
        launch("masked-language-model", "review")
    with pytest.raises(InvalidInputError, match="holds no texts"):
        launch("masked-language-model", "stars", base=reader)
    with pytest.raises(InvalidInputError, match="learns from the texts alone"):
        launch("masked-language-model", "review", base=reader, fields=["source"])
    with pytest.raises(InvalidInputError, match="writes; this recipe goes on from base models that only read"):
        launch("masked-language-model", "review", base=make_base(anvil, alice, slug="writer", task="language"))
    assert launch("masked-language-model", "review", base=reader).base == reader


def test_answers_with_sources_go_on_from_a_base_model_that_reads(
    launch: Callable[..., TrainingJob], anvil: Organization, alice: User
) -> None:
    with pytest.raises(InvalidInputError, match="writes; this recipe goes on from base models that only read"):
        launch("retrieval-qa", "review", base=make_base(anvil, alice, slug="writer", task="language"))
    reader = make_base(anvil, alice)
    assert launch("retrieval-qa", "review", base=reader).base == reader
