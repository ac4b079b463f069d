"""Decisions first, then news."""

from collections.abc import Callable

from django.test import Client

from chainhub.accounts.models import User
from chainhub.activity import services
from chainhub.activity.models import Notice
from chainhub.collaborations.models import Collaboration
from chainhub.collaborations.services import invite_organization
from chainhub.core.sentences import sentence
from chainhub.organizations.models import Organization

Browse = Callable[[User | None], Client]


def test_carol_finds_the_invitation_first(
    alliance: Collaboration, alice: User, carol: User, cobalt: Organization, browse: Browse
) -> None:
    invite_organization(alliance, cobalt, actor=alice)
    page = browse(carol).get("/inbox/").content.decode()
    assert page.index("Read and decide") < page.index("News")
    assert "/collaborations/quality-alliance/agreement/#decide" in page


def test_following_news_marks_it_read(alice: User, browse: Browse) -> None:
    services.notify([alice], "test.news", sentence("Something happened."), url="/me/")
    notice = Notice.objects.get()
    browser = browse(alice)
    assert 'class="is-unread"' in browser.get("/inbox/").content.decode()
    assert browser.get(f"/inbox/{notice.pk}/")["Location"] == "/me/"
    assert 'class="is-unread"' not in browser.get("/inbox/").content.decode()
    assert "Something happened." not in browser.get("/inbox/?show=unread").content.decode()


def test_all_or_one_is_marked_read(alice: User, browse: Browse) -> None:
    for _ in range(3):
        services.notify([alice], "test.news", sentence("News."))
    browser = browse(alice)
    browser.post("/inbox/read/", {"notice": Notice.objects.first().pk})  # type: ignore[union-attr]
    assert ">2</span>" in browser.get("/inbox/count/").content.decode()
    browser.post("/inbox/read/")
    assert "hidden" in browser.get("/inbox/count/").content.decode()


def test_nobody_opens_anothers_news(alice: User, carol: User, browse: Browse) -> None:
    services.notify([alice], "test.news", sentence("Secret."))
    assert browse(carol).get(f"/inbox/{Notice.objects.get().pk}/").status_code == 404
    assert "Secret." not in browse(carol).get("/inbox/").content.decode()
