"""A program learns what withdrawing or leaving would end before it does it."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.organizations.models import Organization
from tests.factories import jobs as make
from tests.factories import models

Browse = Callable[[User | None], Client]


def test_effects_name_collaborations_jobs_and_models(
    browse: Browse, alice: User, bob: User, erin: User, dora: User, anvil: Organization, alliance: Collaboration
) -> None:
    version = make.make_version(anvil, alice)
    make.grant(version, alliance, alice)
    model = models.publish(make.make_job(alice, anvil, alliance, [version]))
    waiting = make.make_job(alice, anvil, alliance, [version])
    told = {
        "collaborations": ["quality-alliance"],
        "datasets": [f"anvil/{version.dataset.slug}"],
        "unfinished_jobs": [waiting.pk],
        "models": [f"anvil/{model.model.slug}@1"],
    }
    at = f"/api/v1/datasets/anvil/{version.dataset.slug}/withdraw/"
    assert browse(alice).get(at).json() == told
    assert browse(bob).get(at).status_code == 404
    assert browse(erin).get(at).status_code == 403
    seat = alliance.participants.get(organization=anvil)
    leaving = f"/api/v1/collaborations/quality-alliance/participants/{seat.pk}/leave/"
    assert browse(alice).get(leaving).json() == told
    assert browse(dora).get(leaving).status_code == 403
    seat.refresh_from_db()
    assert seat.status == "accepted"  # asking did nothing


def test_nothing_rests_on_fresh_data(browse: Browse, alice: User, anvil: Organization) -> None:
    slug = make.make_version(anvil, alice).dataset.slug
    told = browse(alice).get(f"/api/v1/datasets/anvil/{slug}/withdraw/").json()
    assert told == {"collaborations": [], "datasets": [], "unfinished_jobs": [], "models": []}
