"""Base models are tried on their page: a writer answers, an encoder tells how much alike texts are."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chainhub.accounts.models import User
from chainhub.bases.models import BaseModel
from chainhub.organizations.models import Organization
from chainhub.registry import serving
from tests.factories.bases import make_base
from tests.factories.nodes import make_node

Browse = Callable[[User | None], Client]
PAGE = "/bases/anvil/small/"
CUT = {"text": "Row %(row)s is not an object of fields.", "params": {"row": 7}}


class Line:
    """The line to the worker ends here: it keeps what was asked, and answers as these texts would be."""

    near: list[list[float]] = [[1.0, 0.44, -0.06], [0.44, 1.0, 0.07], [-0.06, 0.07, 1.0]]

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def exchange(self, base: BaseModel, question: dict[str, Any]) -> dict[str, Any]:
        """As the worker answers."""
        self.asked.append(question)
        if base.task == "language":
            why = {"reasons": {"tokens": [{"text": "capital", "weight": 0.9}]}} if question.get("explain") else {}
            return {"predictions": [{"text": "It is Paris.", **why} for _row in question["rows"]]}
        count = len(question["rows"])
        return {"predictions": [{"likeness": row[:count], "warnings": [CUT]} for row in self.near[:count]]}


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Line:
    made = Line()
    make_node(queues=["system"])
    settings.LIVE_URL = "unix:///nowhere/valkey.sock?db=2"
    monkeypatch.setattr(serving, "_exchange", made.exchange)
    return made


def ask(client: Client, language: str = "en", **said: str) -> str:
    answer = client.post(f"{PAGE}predict/", said, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_erin_compares_three_texts_and_reads_the_nearest_first(
    browse: Browse, erin: User, alice: User, anvil: Organization, line: Line
) -> None:
    make_base(anvil, alice)
    page = browse(erin).get(PAGE).content.decode()
    assert 'name="texts"' in page
    assert 'data-fill="{&quot;texts&quot;: &quot;The parcel has not arrived.' in page
    shown = ask(browse(erin), texts="It is late.\n\n  Where is it?\nI <b>pay</b>.\n")
    assert line.asked == [{"rows": [{"text": "It is late."}, {"text": "Where is it?"}, {"text": "I <b>pay</b>."}]}]
    assert shown.index("0.44") < shown.index("0.07") < shown.index("-0.06")
    assert "I &lt;b&gt;pay&lt;/b&gt;." in shown
    assert "Every pair" in shown
    assert "“It is late.”: Row 7 is not an object of fields." in shown


def test_two_texts_need_no_square(browse: Browse, erin: User, alice: User, anvil: Organization, line: Line) -> None:
    make_base(anvil, alice)
    shown = ask(browse(erin), texts="It is late.\nWhere is it?")
    assert "0.44" in shown
    assert "Every pair" not in shown


def test_erin_asks_a_writer_and_why(browse: Browse, erin: User, alice: User, anvil: Organization, line: Line) -> None:
    make_base(anvil, alice, task="language")
    page = browse(erin).get(PAGE).content.decode()
    assert 'name="text"' in page
    assert page.count('name="explain"') == 1
    shown = ask(browse(erin), text="What is the capital of France?", length="9", temperature="0", explain="on")
    assert "It is Paris." in shown
    assert "Why this answer" in shown
    assert '<p class="reading words"><span class="word is-for is-4"' in shown, "a line break would be seen"
    row = {"text": "What is the capital of France?", "length": 9, "temperature": 0.0}
    assert line.asked == [{"rows": [row], "explain": True}]


@pytest.mark.parametrize(
    ("task", "said", "sentence"),
    [
        ("classification", {"texts": " \n "}, "Write at least two texts"),
        ("classification", {"texts": "only one"}, "Give at least two texts"),
        ("classification", {"texts": "a\n" * 21}, "At most 20 rows"),
        ("classification", {"texts": "a\n" + "b" * 20_001}, "Row 2: the text is longer than 20000 letters."),
        ("language", {"text": ""}, "Write a text first."),
        ("language", {"text": " \n"}, "Write a text first."),
        ("language", {"text": "a", "length": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_a_sentence_and_never_asked(
    browse: Browse, erin: User, alice: User, anvil: Organization, line: Line, task: str, said: Any, sentence: str
) -> None:
    make_base(anvil, alice, task=task)
    assert sentence in ask(browse(erin), **said)
    assert not line.asked
    chinese = ask(browse(erin), "zh-CN", **said)
    assert sentence not in chinese
    assert f'data-error-of="id_{next(reversed(said))}"' in chinese


def compare(client: Client, *contents: bytes, language: str = "en") -> str:
    pictures = [SimpleUploadedFile(f"{number}.png", content) for number, content in enumerate(contents, start=1)]
    answer = client.post(f"{PAGE}predict/", {"pictures": pictures}, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_erin_compares_pictures(browse: Browse, erin: User, alice: User, anvil: Organization, line: Line) -> None:
    make_base(anvil, alice, task="vision")
    page = browse(erin).get(PAGE).content.decode()
    assert 'name="pictures"' in page
    assert "multiple" in page
    assert "tell kinds of pictures apart" in page
    assert "“Object detection”" in page
    shown = compare(browse(erin), b"one", b"two", b"three")
    sent = [base64.b64encode(content).decode() for content in (b"one", b"two", b"three")]
    assert line.asked == [{"rows": [{"image": content} for content in sent]}]
    assert "One picture" in shown
    assert shown.index("0.44") < shown.index("0.07") < shown.index("-0.06")
    assert "1.png" in shown


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ((), "Choose at least two pictures."),
        ((b"one",), "Choose at least two pictures."),
        ((b"a",) * 21, "At most twenty pictures"),
        ((b"a", b"b" * (5 * 2**20 + 1)), "at most 5 MB each"),
        ((b"a" * (5 * 2**20),) * 5, "At most 20 MB of pictures at once"),
        ((b"a", b""), "empty"),
    ],
)
def test_pictures_that_cannot_be_compared_are_refused(
    browse: Browse, erin: User, alice: User, anvil: Organization, line: Line, contents: Any, sentence: str
) -> None:
    make_base(anvil, alice, task="vision")
    assert sentence in compare(browse(erin), *contents)
    assert sentence not in compare(browse(erin), *contents, language="zh-CN")
    assert not line.asked


def test_outsiders_find_no_base_model_to_ask(
    browse: Browse, alice: User, dora: User, anvil: Organization, line: Line
) -> None:
    make_base(anvil, alice)
    assert browse(dora).post(f"{PAGE}predict/", {"texts": "a\nb"}).status_code == 404
    assert not line.asked


def test_without_a_compute_node_the_page_says_so(browse: Browse, erin: User, alice: User, anvil: Organization) -> None:
    make_base(anvil, alice)
    assert "No compute node is running" in ask(browse(erin), texts="a\nb")
