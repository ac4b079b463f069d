"""A base model that looks at pictures is tried in one click with real photographs, where they are here already."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chainhub.accounts.models import User
from chainhub.bases.models import Task
from chainhub.organizations.models import Organization
from chainhub.scenarios import carriers, sights
from chainhub.scenarios.carriers.pins import SKIMAGE
from tests.factories.bases import make_base
from tests.factories.carriers import fetched
from tests.hub.scenarios.carrying import picture
from tests.web.test_trying_bases import PAGE, Browse, Line, ask, line

__all__ = ["line"]

BUTTON = '<button class="button" name="example" value="yes" formnovalidate>Try an example</button>'


@pytest.fixture
def looks(anvil: Organization, alice: User, settings: Any, tmp_path: Path) -> None:
    """A base model that looks at pictures, on a hub that has fetched nothing."""
    make_base(anvil, alice, task=Task.VISION)
    settings.ROOT = tmp_path


def test_nothing_is_offered_nor_fetched_where_they_are_not(browse: Browse, erin: User, looks: None, line: Line) -> None:
    page = browse(erin).get(PAGE).content.decode()
    assert BUTTON not in page
    assert "Michetti" not in page
    assert "Choose at least two pictures." in ask(browse(erin), example="yes")
    assert not carriers.folder().exists()
    assert not line.asked


def test_where_they_are_one_click_compares_them(
    browse: Browse, erin: User, looks: None, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    carriers.folder().mkdir(parents=True)
    (carriers.folder() / SKIMAGE.filename).touch()
    monkeypatch.setattr(sights, "member", lambda _carrier, _name: picture(600, 400))
    monkeypatch.setattr(line, "near", [[1.0, 0.8, 0.1, 0.2], [0.8, 1.0, 0.1, 0.2], [0.1] * 4, [0.2] * 4])
    page = browse(erin).get(PAGE).content.decode()
    assert BUTTON in page
    assert "a coffee (Rachel Michetti, CC0)" in page
    shown = ask(browse(erin), example="yes")
    sizes = [Image.open(io.BytesIO(base64.b64decode(row["image"]))).size for row in line.asked[0]["rows"]]
    assert sizes == [(448, 299), (260, 260), (448, 299), (448, 299)]
    assert shown.index("The cat&#x27;s face") < shown.index("A rocket")
    assert "一枚火箭" in ask(browse(erin), "zh-CN", example="yes")


def test_they_are_a_cat_a_coffee_and_a_rocket() -> None:
    fetched(SKIMAGE)
    assert sights.are_here()
    named = {name: Image.open(io.BytesIO(content)) for name, content in sights.photographs()}
    assert list(named) == ["A cat", "The cat's face", "A coffee", "A rocket"]
    assert all(max(one.size) <= sights.SIDE and one.mode == "RGB" for one in named.values())
