"""What the browser is given: the bundle that the set-up builds, with every icon that a page names."""

import re
from pathlib import Path

import pytest

from chainhub.web.statuses import LOOKS, PLAIN
from chainhub.web.texts import TEXTS

ROOT = Path(__file__).resolve().parent.parent.parent
DIST = ROOT / "chainhub" / "static" / "dist"
NAMED = re.compile(r"""\{%-?\s*icon\s+["']([a-z0-9-]+)["']""")


def symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([a-z0-9-]+)"', (DIST / "icons.svg").read_text(encoding="utf-8")))


def test_every_icon_that_a_page_names_is_in_the_sprite():
    named = {
        name: path.relative_to(ROOT).as_posix()
        for path in (ROOT / "templates").rglob("*.html")
        for name in NAMED.findall(path.read_text(encoding="utf-8"))
    }
    assert not {name: place for name, place in named.items() if name not in symbols()}


def test_every_state_has_its_icon():
    assert {look.picture for look in (*LOOKS.values(), PLAIN)} <= symbols()


@pytest.mark.parametrize("name", ["app.css", "app.js", "LICENSES.txt"])
def test_bundle_is_whole(name: str):
    assert (DIST / name).stat().st_size > 1000


def test_scripts_ask_only_for_sentences_that_exist():
    sources = (ROOT / "frontend" / "js").rglob("*.js")
    asked = {key for path in sources for key in re.findall(r'\bt\("([a-z_]+)"', path.read_text(encoding="utf-8"))}
    assert asked <= set(TEXTS)
    assert set(TEXTS) - asked <= {"alone", "together", "train", "validation", "test"}  # named by data


def test_bundle_holds_no_code_made_from_text():
    """`script-src 'self'` refuses eval; htmx's own uses are behind its `allowEval`, which is off."""
    for path in DIST.rglob("*.js"):
        found = re.findall(r"\bnew Function\(|\beval\(", path.read_text(encoding="utf-8"))
        assert not found or path.name == "app.js", path.name
