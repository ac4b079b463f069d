"""Base models are imported by those who manage an organization, once, and only if they are models."""

from pathlib import Path

import pytest

from chainhub.accounts.models import User
from chainhub.bases.services import Origin, import_base
from chainhub.core.errors import DomainError, NotAllowedError
from chainhub.organizations.models import Organization
from chainhub.repositories.storage import open_blob
from chainhub.scenarios.bases import EFFICIENTNET, MOBILENET, CarriedBase, import_carried
from tests.factories.bases import make_base
from tests.factories.carriers import fetched

SMALL = Origin(slug="small", name="Small", source="This test", licence="CC0-1.0")


def test_only_who_manages_may_import(anvil: Organization, bob: User, tmp_path: Path) -> None:
    with pytest.raises(NotAllowedError, match="owners and administrators"):
        import_base(tmp_path, SMALL, organization=anvil, actor=bob)


def test_what_is_there_is_not_imported_again(anvil: Organization, alice: User, tmp_path: Path) -> None:
    there = make_base(anvil, alice, slug="small")
    assert import_base(tmp_path / "nowhere", SMALL, organization=anvil, actor=alice) == there


def test_a_folder_that_is_no_model_is_refused_in_a_sentence(anvil: Organization, alice: User, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(DomainError, match="The base model cannot be read"):
        import_base(tmp_path, SMALL, organization=anvil, actor=alice)
    assert not anvil.base_models.exists()


@pytest.mark.parametrize("carried", [MOBILENET, EFFICIENTNET], ids=lambda one: str(one.origin.slug))
def test_a_carried_base_that_looks_at_pictures_is_imported(
    anvil: Organization, alice: User, carried: CarriedBase
) -> None:
    fetched(carried.carrier)
    base = import_carried(carried, organization=anvil, actor=alice)
    assert base.task == carried.task == "vision"
    assert base.parameters is not None
    assert base.parameters > 3_000_000
    files = {entry.path: entry.blob for entry in base.commit.files.select_related("blob")}
    assert set(files) == {"README.md", "config.json", "model.safetensors"}
    with open_blob(files["README.md"]) as file:
        card = file.read().decode()
    assert f"Licence: {carried.origin.licence}" in card
    assert f"许可证：{carried.origin.licence}" in card
    assert ("Redistribution and use" in card) == (carried is MOBILENET)
