"""Search over everything that one may see."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.services import invite_organization
from chainhub.organizations.models import Organization
from tests.factories.bases import make_base

Browse = Callable[[User | None], Client]


def test_partners_find_collaborations_organizations_and_people(
    alliance: Collaboration, alice: User, bob: User, browse: Browse
) -> None:
    browser = browse(bob)
    assert "Quality alliance" in browser.get("/search/?q=quality").content.decode()
    assert "Anvil Steel" in browser.get("/search/?q=anvil steel").content.decode()
    assert "Alice" in browser.get("/search/?q=alice").content.decode()


def test_outsiders_find_neither_collaboration_nor_people(
    alliance: Collaboration, alice: User, carol: User, browse: Browse
) -> None:
    browser = browse(carol)
    assert "Quality alliance" not in browser.get("/search/?q=quality").content.decode()
    assert "alice@" not in browser.get("/search/?q=alice").content.decode()
    assert 'class="list"' not in browser.get("/search/?q=alice").content.decode()


def test_who_is_only_invited_is_not_found_yet(
    alliance: Collaboration, alice: User, carol: User, cobalt: Organization, browse: Browse
) -> None:
    invite_organization(alliance, cobalt, actor=alice)
    assert 'class="list"' not in browse(alice).get("/search/?q=carol").content.decode()


def test_while_typing_a_fragment_comes(alice: User, anvil: Organization, browse: Browse) -> None:
    page = browse(alice).get("/search/?q=anvil", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith("<h3>")


def test_nothing_is_searched_for_nothing(alice: User, browse: Browse) -> None:
    for words in ("", "%20", "#", "9999999999999999999999", "%00"):
        assert browse(alice).get(f"/search/?q={words}").status_code == 200


def test_base_models_are_found_by_name_and_source_and_by_nobody_elses_people(
    alliance: Collaboration, anvil: Organization, alice: User, erin: User, bob: User, browse: Browse
) -> None:
    make_base(anvil, alice, slug="minilm", name="all-MiniLM-L6-v2")
    for words in ("minilm", "this test", "anvil l6"):
        page = browse(erin).get(f"/search/?q={words}").content.decode()
        assert "Base models" in page
        assert "/bases/anvil/minilm/" in page
    typing = {"HX-Request": "true", "Accept-Language": "zh-CN"}
    typed = browse(erin).get("/search/?q=minilm", headers=typing).content.decode()
    assert "<h3>基础模型</h3>" in typed
    assert "/bases/anvil/minilm/" in typed
    outside = browse(bob).get("/search/?q=minilm").content.decode()
    assert "/bases/" not in outside
    assert "L6" not in outside
