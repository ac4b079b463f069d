"""Each request goes its way: pages, transfers, live events; and nobody takes every transfer thread."""

import asyncio
from typing import Any

import pytest

from chainhub import server


class Door:
    """Stands in for one of the three applications and notes what came."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.wait: asyncio.Event | None = None

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.paths.append(scope["path"])
        if self.wait:
            await self.wait.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})


@pytest.fixture
def doors(monkeypatch: pytest.MonkeyPatch) -> dict[str, Door]:
    doors = {name: Door() for name in ("_live", "_pages", "_transfers")}
    for name, door in doors.items():
        monkeypatch.setattr(server, name, door)
    server._under_way.clear()
    return doors


async def ask(path: str, **headers: str) -> int:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "path": path,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1),
    }
    await server.application(scope, None, send)
    return sent[0]["status"]


@pytest.mark.parametrize(
    ("path", "door"),
    [
        ("/", "_pages"),
        ("/static/dist/app.js", "_pages"),
        ("/eventsource/", "_pages"),
        ("/jobs/7/", "_pages"),
        ("/events", "_live"),
        ("/uploads/", "_transfers"),
        ("/uploads/0b1c/", "_transfers"),
        ("/models/anvil/inspection/files/model.safetensors", "_transfers"),
        ("/datasets/anvil/digits/files/digits.csv", "_transfers"),
        ("/datasets/anvil/digits/versions/1/rows.csv", "_transfers"),
    ],
)
def test_a_request_goes_its_way(doors, path, door):
    assert asyncio.run(ask(path)) == 200
    assert doors[door].paths == [path]


def test_one_person_has_only_so_many_transfers_at_once(doors):
    async def crowd() -> tuple[list[int], int, int]:
        doors["_transfers"].wait = asyncio.Event()
        mine = [asyncio.ensure_future(ask("/uploads/1", cookie="sessionid=alice")) for _ in range(13)]
        await asyncio.sleep(0)
        theirs = asyncio.ensure_future(ask("/uploads/2", cookie="sessionid=bob"))
        await asyncio.sleep(0)
        doors["_transfers"].wait.set()
        answers = await asyncio.gather(*mine)
        return answers, await theirs, await ask("/uploads/1", cookie="sessionid=alice")

    answers, theirs, later = asyncio.run(crowd())
    assert answers.count(200) == server.AT_ONCE_PER_PERSON
    assert answers.count(429) == 1
    assert theirs == later == 200
    assert not server._under_way


def test_people_are_told_by_token_then_session_then_address():
    def person(**headers: str) -> bytes:
        pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
        return server._person({"headers": pairs, "client": ("192.0.2.1", 5)})

    assert person(authorization="Bearer x", cookie="sessionid=a") == b"Bearer x"
    assert person(cookie="csrftoken=1; sessionid=abc; x=y") == b"abc"
    assert person() == b"'192.0.2.1'"


def test_the_server_starts_and_ends_politely():
    async def lifespan() -> list[str]:
        inbox = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])
        said: list[str] = []

        async def receive() -> Any:
            return next(inbox)

        async def send(message: Any) -> None:
            said.append(message["type"])

        await server.application({"type": "lifespan"}, receive, send)
        return said

    assert asyncio.run(lifespan()) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
