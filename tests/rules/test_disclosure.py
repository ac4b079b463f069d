"""What inspection says of a file is read by people who may see none of its rows: it quotes nothing to them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from chainhub.core.sentences import render, sentence
from chainhub.datasets.disclosure import HARMLESS, repairs_for

INSPECTION = Path(__file__).resolve().parents[2] / "chainhub" / "datasets" / "inspection"
QUOTED = {"value", "example", "path", "sheet", "others"}  # what comes out of the data; new words are judged here
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SECRET = "Zhang San"


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "tell":
            yield node


def _said() -> list[tuple[str, set[str]]]:
    """Every `repairs.tell(…)` of inspection: where it stands, and what it names."""
    found = []
    for file in sorted(INSPECTION.glob("*.py")):
        for call in _calls(ast.parse(file.read_text())):
            texts = [
                one.value for one in ast.walk(call) if isinstance(one, ast.Constant) and isinstance(one.value, str)
            ]
            named = {name for text in texts for name in PLACEHOLDER.findall(text)}
            named |= {keyword.arg for keyword in call.keywords if keyword.arg}
            found.append((f"{file.name}:{call.lineno}", named))
    return found


SAID = _said()


def test_every_sentence_of_inspection_is_looked_at() -> None:
    assert len(SAID) > 25
    assert set().union(*(named for _place, named in SAID)) >= QUOTED
    assert not QUOTED & HARMLESS


@pytest.mark.parametrize(("place", "named"), SAID, ids=[place for place, _named in SAID])
def test_a_repair_quotes_nothing_to_who_sees_no_rows(place: str, named: set[str]) -> None:
    assert named <= HARMLESS | QUOTED, "say in disclosure.HARMLESS or here whether this comes out of the data"
    params = {name: SECRET if name in QUOTED else name for name in named}
    said = sentence(" ".join(f"%({name})s" for name in sorted(named)), **params)
    outer = sentence("%(reason)s", reason=said)
    for one in (said, outer):
        report = {"repairs": [one]}
        for rows, masked in ((False, None), (False, frozenset({"name"})), (True, frozenset({"name"}))):
            (shown,) = repairs_for(report, rows=rows, masked=masked)
            assert SECRET not in render(shown)
            assert all(name in render(shown) for name in named & HARMLESS)
        (shown,) = repairs_for(report, rows=True, masked=frozenset())
        assert (SECRET in render(shown)) is bool(named & QUOTED)


def test_a_word_that_nobody_judged_is_hidden() -> None:
    (shown,) = repairs_for({"repairs": [sentence("It holds %(anything)s.", anything=SECRET)]}, rows=False, masked=None)
    assert render(shown) == "It holds a value."
