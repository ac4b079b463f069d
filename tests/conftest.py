"""The cast: Alice owns Anvil Steel, Bob is a scientist at Borealis Motors, Carol stands outside.

Anvil and Borealis work together in `alliance`; Cobalt Bank does not.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone, translation

from chainhub.accounts.models import ApiToken, User
from chainhub.activity import guards
from chainhub.collaborations.models import (
    AgreementAcceptance,
    Collaboration,
    Participant,
    ParticipantStatus,
    UsageAgreement,
)
from chainhub.core.translations import compile_if_stale
from chainhub.organizations.models import Membership, Organization, Role, Stage


def pytest_sessionstart() -> None:
    """Tests in Chinese read the catalogue that the set-up compiles."""
    compile_if_stale()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: once begun, Playwright keeps an event loop in this thread, and `asyncio.run` refuses."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Tests with processes of their own need a database file; the others are quicker in memory."""
    own_processes = any(
        item.get_closest_marker(mark) for item in request.session.items for mark in ("process", "browser")
    )
    if own_processes and connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "hub.sqlite3")


@pytest.fixture(scope="session")
def lost_guards(django_db_setup: None, django_db_blocker: Any) -> list[str]:
    """Triggers of the audit log that the migrations left out."""
    with django_db_blocker.unblock():
        return guards.missing(connection)


@pytest.fixture(scope="session", autouse=True)
def emptying_allowed(request: pytest.FixtureRequest) -> None:
    """A test with transactions of its own ends by emptying all tables, by DELETE on SQLite, the audit log too."""
    needs_database = any("db" in getattr(item, "fixturenames", ()) for item in request.session.items)
    if needs_database and connection.vendor == "sqlite":
        request.getfixturevalue("lost_guards")
        with request.getfixturevalue("django_db_blocker").unblock():
            guards.remove(connection, acts=("delete",))


@pytest.fixture(autouse=True)
def own_language() -> None:
    """A test that asked for a page in Chinese leaves Chinese on in its thread; the next begins with the default."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path) -> None:
    """Nobody's test writes into the working copy."""
    settings.UPLOADS = tmp_path / "uploads"
    settings.NODE_CACHE = tmp_path / "node"
    settings.MASTER_KEY_FILE = tmp_path / "master_key"
    settings.STORAGES = {
        **settings.STORAGES,
        "blobs": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "blobs")},
        },
    }


def person(name: str, **seats: Any) -> User:
    return User.objects.create_user(f"{name.lower()}@example.test", "open sesame 1", name=name)


def organization(name: str, stage: str, colour: int) -> Organization:
    slug = name.split(" ", maxsplit=1)[0].lower()
    return Organization.objects.create(
        name=name, short_name=name.split(" ", maxsplit=1)[0], slug=slug, stage=stage, colour=colour
    )


def seat(user: User, at: Organization, role: str) -> User:
    Membership.objects.create(user=user, organization=at, role=role)
    return user


@pytest.fixture
def anvil(db: None) -> Organization:
    return organization("Anvil Steel", Stage.UPSTREAM, 0)


@pytest.fixture
def borealis(db: None) -> Organization:
    return organization("Borealis Motors", Stage.MIDSTREAM, 1)


@pytest.fixture
def cobalt(db: None) -> Organization:
    return organization("Cobalt Bank", Stage.SERVICE, 2)


@pytest.fixture
def alice(anvil: Organization) -> User:
    """Owner at Anvil Steel."""
    return seat(person("Alice"), anvil, Role.OWNER)


@pytest.fixture
def bob(borealis: Organization) -> User:
    """Scientist at Borealis Motors."""
    return seat(person("Bob"), borealis, Role.SCIENTIST)


@pytest.fixture
def dora(borealis: Organization) -> User:
    """Owner at Borealis Motors."""
    return seat(person("Dora"), borealis, Role.OWNER)


@pytest.fixture
def erin(anvil: Organization) -> User:
    """Viewer at Anvil Steel."""
    return seat(person("Erin"), anvil, Role.VIEWER)


@pytest.fixture
def carol(cobalt: Organization) -> User:
    """Owner at Cobalt Bank: outside of everything the others do."""
    return seat(person("Carol"), cobalt, Role.OWNER)


@pytest.fixture
def alliance(anvil: Organization, borealis: Organization, alice: User, dora: User) -> Collaboration:
    """Anvil and Borealis, both bound by the agreement's first text."""
    together = Collaboration.objects.create(
        name="Quality alliance", slug="quality-alliance", goal="Find defects early.", scenario="visual-inspection",
        initiator=anvil, created_by=alice,
    )  # fmt: skip
    text = UsageAgreement.objects.create(
        collaboration=together, number=1, text="Only for this goal.", sha256="0" * 64, created_by=alice
    )
    for who, by in ((anvil, alice), (borealis, dora)):
        participant = Participant.objects.create(
            collaboration=together, organization=who, status=ParticipantStatus.ACCEPTED, invited_by=alice,
            decided_by=by, decided_at=timezone.now(),
        )  # fmt: skip
        AgreementAcceptance.objects.create(agreement=text, participant=participant, accepted_by=by)
    return together


@pytest.fixture
def browse() -> Callable[[User | None], Client]:
    """`browse(alice)` is a browser in which Alice is signed in; `browse(None)` one where nobody is."""

    def signed_in(user: User | None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def token_for() -> Callable[..., str]:
    """`token_for(alice, "read")` issues a key and returns it."""

    def issue(user: User, *scopes: str) -> str:
        key = ApiToken.new_key()
        ApiToken.objects.create(
            user=user,
            name="test",
            digest=ApiToken.digest_of(key),
            hint=key[:8],
            scopes=list(scopes or ("read", "write", "launch", "download")),
            expires_at=timezone.now() + timedelta(days=1),
        )
        return key

    return issue
