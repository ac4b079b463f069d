"""How many questions each address asks of the database: pinned, and no more of them when there are more rows."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.rules.addresses import all_addresses
from tests.rules.growth import grow
from tests.rules.world import World

pytestmark = pytest.mark.django_db
BUDGETS = Path(__file__).parent / "query_budgets.json"
FEW, MANY = 3, 12
# Not asked: streams, redirects that change something, files of other packages.
NOT_MEASURED = {"web:events", "web:health", "api:docs", "api:schema", "web:notice"}
MEASURED = [one for one in all_addresses() if one.name.startswith(("web:", "api:")) and one.name not in NOT_MEASURED]
# Parts of pages that stand behind a question mark.
PARTS = {
    "web:search": ["?q=data"],
    "api:search": ["?q=data"],
    "web:dataset": ["?tab=data", "?tab=rows", "?tab=versions", "?tab=use", "?tab=reads", "?tab=trained"],
    "web:model": [
        "?tab=explanation",
        "?tab=try",
        "?tab=use",
        "?tab=card",
        "?tab=files",
        "?tab=lineage",
        "?tab=versions",
    ],
    "web:job": ["?tab=log", "?tab=settings", "?tab=runs"],
    "web:audit": ["?verb=test"],
    "web:models": ["?show=base"],
    "web:collaborations": ["?q=together"],
    "web:organizations": ["?q=org"],
}
# The same address with another thing at its place.
OTHERS: dict[str, Callable[[World], str]] = {"web:job of a finished job": lambda world: f"/jobs/{world.done.pk}/"}
NAMES = [*(one.name + part for one in MEASURED for part in ("", *PARTS.get(one.name, ()))), *OTHERS]
Count = dict[str, list[str]]


@pytest.fixture(scope="module")
def counted(world: World, django_db_blocker: Any) -> Iterator[tuple[Count, Count]]:
    """What Alice's pages ask with a few and with many rows of everything."""
    with django_db_blocker.unblock(), transaction.atomic():
        grow(world, 0, FEW)
        few = _count(world)
        grow(world, FEW, MANY)
        yield few, _count(world)
        transaction.set_rollback(True)


def _count(world: World) -> Count:
    browser = Client()
    browser.force_login(world.alice)
    urls = {one.name + part: one.at(world) + part for one in MEASURED for part in ("", *PARTS.get(one.name, ()))} | {
        name: at(world) for name, at in OTHERS.items()
    }
    return {name: queries for name, url in urls.items() if (queries := _asked(browser, url))}


def _asked(browser: Client, url: str) -> list[str]:
    """What the page asks; what is asked once per process or session is not the page's."""
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(url)
        if answer.streaming:
            list(answer.streaming_content)
    queries = [one["sql"] for one in asked.captured_queries if "SAVEPOINT" not in one["sql"]]
    return queries if answer.status_code == 200 else []


@pytest.mark.parametrize("name", NAMES)
def test_more_rows_make_no_more_queries(name: str, counted: tuple[Count, Count]) -> None:
    few, many = (each.get(name, []) for each in counted)
    known = {_shape(sql) for sql in few}
    more = [sql[:300] for sql in many if many.count(sql) > 1 or _shape(sql) not in known]
    assert len(many) <= len(few), f"{len(few)} for {FEW} rows, {len(many)} for {MANY}:\n" + "\n".join(more[:12])


def _shape(sql: str) -> str:
    return "".join(letter for letter in sql if not letter.isdigit())[:200]


@pytest.mark.parametrize("name", NAMES)
def test_budget_is_kept(name: str, counted: tuple[Count, Count]) -> None:
    queries = counted[1].get(name, [])
    if not queries:
        return
    budgets: dict[str, int] = json.loads(BUDGETS.read_text())
    assert name in budgets, f"pin it in {BUDGETS.name}: {len(queries)} queries now"
    assert len(queries) <= budgets[name], "\n".join(sql[:200] for sql in queries)


def test_budgets_name_real_addresses() -> None:
    assert set(json.loads(BUDGETS.read_text())) <= set(NAMES)
