"""The world of the rules, built once for a file and rolled back at its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from tests import conftest as cast
from tests.rules import world as worlds


@pytest.fixture(scope="module")
def folder(tmp_path_factory: Any) -> Path:
    """Where the world's files and the key of their keys lie."""
    return Path(tmp_path_factory.mktemp("world"))


@pytest.fixture(autouse=True)
def own_folders(settings: Any, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Who looks at the world reads its files; every other test has folders of its own."""
    place = request.getfixturevalue("folder") if "world" in request.fixturenames else tmp_path
    cast.own_folders.__wrapped__(settings, place)  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any, folder: Path) -> Iterator[worlds.World]:
    """One of everything; each test's own changes are rolled back by its own `db` fixture."""
    blobs = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(folder / "blobs")}}
    own = override_settings(
        UPLOADS=folder / "uploads",
        MASTER_KEY_FILE=folder / "master_key",
        STORAGES={**settings.STORAGES, "blobs": blobs},
    )
    # The live stream lets its connection go; here that one holds the world.
    kept = patch.object(connection, "close", lambda: None)
    with django_db_blocker.unblock(), own, kept, transaction.atomic():
        yield _build()
        transaction.set_rollback(True)


def _build() -> worlds.World:
    anvil = cast.organization("Anvil Steel", "upstream", 0)
    borealis = cast.organization("Borealis Motors", "midstream", 1)
    cobalt = cast.organization("Cobalt Bank", "service", 2)
    alice = cast.seat(cast.person("Alice"), anvil, "owner")
    dora = cast.seat(cast.person("Dora"), borealis, "owner")
    carol = cast.seat(cast.person("Carol"), cobalt, "owner")
    erin = cast.seat(cast.person("Erin"), anvil, "viewer")
    together: Collaboration = cast.alliance.__wrapped__(anvil, borealis, alice, dora)  # type: ignore[attr-defined]
    return worlds.build(alice, dora, carol, erin, together)


@pytest.fixture
def people(world: worlds.World) -> dict[str, User]:
    """By role in the matrix."""
    return {"owner": world.alice, "participant": world.dora, "outsider": world.carol}
