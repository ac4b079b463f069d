"""The page of models shows base models to the people of the organization that imported them, and who may import."""

from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.bases.licences import may_be_passed_on
from chainhub.organizations.models import Organization
from chainhub.scenarios import importing
from chainhub.scenarios.bases import CARRIED, CarriedBase
from tests.factories import jobs as make
from tests.factories.bases import make_base

ADDRESS = "/models/base/"
LIST = "/models/?show=base"
PAGE = "/bases/anvil/small/"


def asked_for(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What goes to the queue."""
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(importing, "send", lambda *what: asked.append(what) or True)
    return asked


def test_alice_sees_hers_and_dora_does_not(client: Client, alice: User, dora: User, anvil: Organization) -> None:
    base = make_base(anvil, alice)
    client.force_login(alice)
    assert base.name in client.get(LIST).content.decode()
    client.force_login(dora)
    page = client.get(LIST).content.decode()
    assert base.name not in page
    assert "No base model yet" in page


def test_a_search_for_what_no_database_takes_finds_nothing(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert "No base model fits" in client.get(f"{LIST}&q=a%00b").content.decode()


def test_who_manages_imports_with_a_button(
    client: Client, alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(monkeypatch)
    client.force_login(alice)
    assert ADDRESS in client.get(LIST).content.decode()
    answer = client.post(ADDRESS, {"base": "minilm", "organization": anvil.slug})
    assert answer.status_code == 302
    assert asked == [("scenarios.import_base_model", "minilm", anvil.pk, alice.pk)]


def test_what_is_there_is_said_and_not_imported_again(
    client: Client, alice: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(monkeypatch)
    make_base(anvil, alice, slug=CARRIED["minilm"].origin.slug)
    client.force_login(alice)
    page = client.post(ADDRESS, {"base": "minilm", "organization": anvil.slug}, follow=True).content.decode()
    assert f"jobs of {anvil.name} can go on from it." in page
    assert asked == []


def test_bob_who_does_not_manage_has_no_button_and_is_not_heard(
    client: Client, bob: User, anvil: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asked_for(monkeypatch)
    client.force_login(bob)
    page = client.get(LIST).content.decode()
    assert ADDRESS not in page
    assert "An owner or administrator of your organization imports one here" in page
    client.post(ADDRESS, {"base": "minilm", "organization": anvil.slug})
    assert asked == []


@pytest.mark.parametrize("carried", CARRIED.values(), ids=lambda one: str(one.origin.slug))
def test_each_base_model_is_pinned_and_named(carried: CarriedBase) -> None:
    assert len(carried.carrier.sha256) == 64
    assert may_be_passed_on(carried.origin.licence)
    assert carried.carrier.version in carried.origin.source


def test_the_list_of_models_leads_to_base_models_and_searches_them(client: Client, alice: User, anvil: Any) -> None:
    make_base(anvil, alice)
    make_base(anvil, alice, slug="writer", task="language", name="A writer")
    client.force_login(alice)
    assert "Base models (2)" in client.get("/models/").content.decode()
    page = client.get(f"{LIST}&q=writer").content.decode()
    assert "A writer" in page
    assert "small of Anvil" not in page
    assert "No base model fits" in client.get(f"{LIST}&q=nothing").content.decode()


def test_its_page_tells_where_it_comes_from_and_who_went_on_from_it(
    client: Client, alice: User, dora: User, anvil: Organization, alliance: Any
) -> None:
    base = make_base(anvil, alice)
    version = make.make_version(anvil, alice, columns={"text": ["one", "two"] * 20, "label": ["a", "b"] * 20})
    make.grant(version, alliance, alice)
    job = make.services.propose_job(
        actor=alice, organization=anvil, collaboration=alliance, versions=[version], title="Going on",
        recipe="fine-tune", parameters={}, target="label", base=base,
    )  # fmt: skip
    client.force_login(alice)
    page = client.get(PAGE).content.decode()
    for told in ("This test", "CC0-1.0", "Alice", "anvil/small", job.get_absolute_url(), base.commit.oid[:10]):
        assert told in page
    assert PAGE in client.get(f"{job.get_absolute_url()}?tab=settings").content.decode()
    client.force_login(dora)
    assert client.get(PAGE).status_code == 404


def test_its_files_leave_where_the_licence_lets_them(client: Client, alice: User, anvil: Organization) -> None:
    make_base(anvil, alice)
    make_base(anvil, alice, slug="closed", licence="research only")
    client.force_login(alice)
    assert f"{PAGE}files/model.safetensors" in client.get(PAGE).content.decode()
    assert b"".join(client.get(f"{PAGE}files/model.safetensors").streaming_content) == b"weights"  # type: ignore[attr-defined]
    closed = client.get("/bases/anvil/closed/").content.decode()
    assert "not known to allow copies" in closed
    assert "files/model.safetensors" not in closed
    refused = client.get("/bases/anvil/closed/files/model.safetensors", follow=True)
    assert "does not know that the licence" in refused.content.decode()
