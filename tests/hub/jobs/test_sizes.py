"""What a job on texts will take is told from how long they are, and from the base model's shape."""

import json
from typing import Any

import pytest

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.bases.shapes import shape_of
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import DatasetVersion
from chainhub.jobs.catalogue import checked_parameters, checked_split, find_recipe
from chainhub.jobs.estimates import estimate
from chainhub.organizations.models import Organization
from chainhub.repositories.services import commit_files
from chainhub.repositories.storage import store_bytes
from tests.factories import jobs as make
from tests.factories.bases import make_base

SHAPE = {
    "architectures": ["LlamaForCausalLM"], "hidden_size": 512, "num_attention_heads": 8, "num_hidden_layers": 10,
    "intermediate_size": 2048, "vocab_size": 20_000,
}  # fmt: skip
MANY = 50_000_000


def texts(owner: Organization, by: User, alliance: Collaboration, words: int) -> DatasetVersion:
    columns = {"text": ["a word of it " * words] * 20, "label": ["yes", "no"] * 10}
    version = make.make_version(owner, by, name=f"Texts of {words}", columns=columns)
    for field in version.inspection["fields"]:
        if field["name"] == "text":
            field["lengths"] = {"min": 1, "max": 13 * words, "mean": 13 * words}
    version.save(update_fields=["inspection"])
    make.grant(version, alliance, by)
    return version


def described(base: BaseModel, by: User, content: bytes) -> BaseModel:
    """The same base model with that configuration among its files."""
    files = {"config.json": store_bytes(content, owner=base.organization)}
    base.commit = commit_files(base.repository, files, author=by, title="Shape")
    base.parameters = MANY
    return base


def memory(user: User, recipe: str, version: DatasetVersion, target: str, **more: Any) -> int | None:
    parameters = checked_parameters(find_recipe(recipe), more.pop("parameters", {}))
    return estimate(
        user, recipe, device="cpu", versions=[version], split=checked_split({}), parameters=parameters, target=target,
        **more,
    ).memory_mb  # fmt: skip


def test_longer_texts_take_more(anvil: Organization, alice: User, alliance: Collaboration) -> None:
    short, long = (texts(anvil, alice, alliance, words) for words in (1, 100_000))
    for recipe, target in (("language-model", "text"), ("text-classification", "label")):
        few, many = (memory(alice, recipe, version, target) for version in (short, long))
        assert few is not None
        assert many is not None
        assert many > few + 50


def test_what_a_base_model_takes_is_told_from_its_shape(
    anvil: Organization, alice: User, alliance: Collaboration
) -> None:
    version = texts(anvil, alice, alliance, 10)
    base = make_base(anvil, alice, task="language")
    assert shape_of(base) is None
    assert memory(alice, "fine-tune", version, "text", base=base) is None
    base = described(base, alice, json.dumps(SHAPE).encode())
    assert shape_of(base) == {"config": SHAPE, "weights": MANY}
    taken = {
        method: memory(alice, "fine-tune", version, "text", base=base, parameters={"method": method})
        for method in ("full", "last", "lora")
    }
    megabytes = 4 * MANY / 2**20
    assert taken["full"] is not None
    assert taken["lora"] is not None
    assert taken["last"] is not None
    assert taken["full"] > 6 * megabytes
    assert megabytes < taken["last"] < taken["full"]
    assert megabytes < taken["lora"] < taken["full"]


@pytest.mark.parametrize("content", [b"[]", b"no JSON", b"\xff", b"{}"])
def test_a_base_model_that_tells_nothing_of_itself_has_no_estimate(
    anvil: Organization, alice: User, alliance: Collaboration, content: bytes
) -> None:
    base = described(make_base(anvil, alice, task="language"), alice, content)
    assert memory(alice, "fine-tune", texts(anvil, alice, alliance, 10), "text", base=base) is None
