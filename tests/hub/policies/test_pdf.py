"""The PDF of an agreement loses no sign of what was signed."""

from typing import Any

import pytest
from reportlab import rl_config

from chainhub.policies import services
from chainhub.policies.glyphs import CHINESE, LATIN, runs_of, told
from chainhub.policies.models import SignedAgreement
from chainhub.policies.pdf import pdf_of
from chainhub.policies.terms import Terms
from tests.factories import datasets as make
from tests.printed import words_in

HARD = "Zażółć 𠮷 😀 \u202e Ünïcode 数据"


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """A machine without a font of its own."""
    monkeypatch.setattr(rl_config, "TTFSearchPath", [str(tmp_path)])


@pytest.fixture
def signed(alice: Any, bob: Any, anvil: Any, borealis: Any, alliance: Any) -> SignedAgreement:
    data = make.registered_csv(alice, anvil, visibility="hub")
    asked = services.request_access(data, alliance, borealis, actor=bob, purpose=HARD, terms=Terms())
    return services.accept(asked, actor=alice, read=1).agreement


@pytest.mark.parametrize("chinese", [False, True])
def test_every_sign_has_a_font_or_a_number(chinese: bool) -> None:
    runs = list(runs_of(HARD, chinese=chinese))
    assert "".join(signs for _font, signs in runs) == HARD
    fonts = {sign: font for font, signs in runs for sign in signs}
    assert fonts["Z"] == fonts["Ü"] == fonts["ï"] == LATIN
    assert fonts["数"] == CHINESE
    assert fonts["\u202e"] is None, "what turns a line around is told, not done"
    assert told("\u202e😀") == "[U+202E][U+1F600]"


def test_quotes_look_like_the_letters_around_them() -> None:
    assert [font for font, _signs in runs_of("“数”", chinese=True)] == [CHINESE]
    assert [font for font, _signs in runs_of("“a”", chinese=False)] == [LATIN]


def test_a_font_of_the_system_is_taken_where_it_has_the_sign(no_fonts: None, tmp_path: Any) -> None:
    """reportlab brings a font that has Ł, which Helvetica lacks; from the system's folder it is used."""
    import reportlab

    assert [font for font, _signs in runs_of("Ł", chinese=False)] == [None]
    folder = tmp_path / "more"
    folder.mkdir()
    for name in ("Vera.ttf", "VeraBd.ttf"):
        (folder / name).write_bytes((type(tmp_path)(reportlab.__file__).parent / "fonts" / name).read_bytes())
    rl_config.TTFSearchPath = [str(folder)]
    assert list(runs_of("aŁ", chinese=False)) == [(LATIN, "a"), ("Vera-system", "Ł")]


def test_without_fonts_numbers_and_a_note_stand_in_both_languages(no_fonts: None, signed: SignedAgreement) -> None:
    made = pdf_of(signed)
    words = words_in(made)
    together = "".join(words.split())  # Chinese may break a line anywhere
    assert together.count("Za[U+017C]ó[U+0142][U+0107][U+20BB7][U+1F600][U+202E]Ünïcode") == 2
    assert "that file is what was signed" in words
    assert "所签署的以该文件为准" in words
    assert made == pdf_of(signed)


def test_with_fonts_of_the_system_the_bytes_stay_the_same(signed: SignedAgreement) -> None:
    made = pdf_of(signed)
    assert made.startswith(b"%PDF-")
    assert made == pdf_of(signed)
    assert "[U+202E]" in words_in(made)
