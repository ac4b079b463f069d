"""A signed agreement as PDF.

Chinese is set in the reader's own STSong (a standard CID font), other signs in a font of the system, of which the PDF
takes along what it prints; a sign that no font here has stands as its number, with a note.
"""

import io
from typing import Any
from xml.sax.saxutils import escape

from django.utils.translation import gettext_noop, override
from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

from chainhub.core.sentences import render, sentence
from chainhub.policies.glyphs import LATIN, runs_of, told
from chainhub.policies.models import SignedAgreement
from chainhub.policies.wording import BETWEEN, LANGUAGES

MARGIN = 22 * mm
PLAIN = ParagraphStyle("plain", fontName=LATIN, fontSize=10, leading=15, alignment=TA_LEFT, spaceAfter=3)
TITLE = ParagraphStyle("title", parent=PLAIN, fontSize=16, leading=22, spaceAfter=10)
NUMBERS = gettext_noop(
    "Signs written as [U+…] are in no font of this hub. The plain text file has them; that file is what was signed."
)


def pdf_of(agreement: SignedAgreement) -> bytes:
    """Both languages, each on pages of its own, the hash of the text at the foot of each; the same bytes each time."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"Agreement {agreement.request_id}", author="ChainHub", invariant=1,
    )  # fmt: skip
    english, chinese = (_paragraphs(*one) for one in zip(agreement.text.split(BETWEEN, 1), LANGUAGES, strict=True))
    story = [*english, PageBreak(), *chinese]

    def foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(LATIN, 7)
        canvas.drawString(MARGIN, 12 * mm, f"SHA-256 {agreement.sha256}")
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _paragraphs(text: str, language: str) -> list[Any]:
    cjk = language != "en"
    wrap = {"wordWrap": "CJK"} if cjk else {}
    title, plain = (ParagraphStyle(f"{one.name}-{cjk}", parent=one, **wrap) for one in (TITLE, PLAIN))
    first, *lines = text.strip().split("\n")
    if any(font is None for line in (first, *lines) for font, _signs in runs_of(line, chinese=cjk)):
        with override(language):
            lines += ["", render(sentence(NUMBERS))]
    found: list[Any] = [Paragraph(_marked(first, chinese=cjk), title)]
    return found + [Paragraph(_marked(line, chinese=cjk), plain) if line else Spacer(1, 4 * mm) for line in lines]


def _marked(line: str, *, chinese: bool) -> str:
    """Every run of signs in a font that has them."""
    runs = runs_of(line, chinese=chinese)
    return "".join(
        f'<font name="{font or LATIN}">{escape(signs if font else told(signs))}</font>' for font, signs in runs
    )
