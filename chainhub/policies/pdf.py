"""A signed agreement as PDF. Chinese is set in the reader's own STSong (a standard CID font): nothing is embedded."""

import io
import re
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Spacer

from chainhub.policies.models import SignedAgreement
from chainhub.policies.wording import BETWEEN

LATIN, CHINESE = "Helvetica", "STSong-Light"
MARGIN = 22 * mm
PLAIN = ParagraphStyle("plain", fontName=LATIN, fontSize=10, leading=15, alignment=TA_LEFT, spaceAfter=3)
TITLE = ParagraphStyle("title", parent=PLAIN, fontSize=16, leading=22, spaceAfter=10)


def pdf_of(agreement: SignedAgreement) -> bytes:
    """Both languages, each on pages of its own, the hash of the text at the foot of each; the same bytes each time."""
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN,
        title=f"Agreement {agreement.request_id}", author="ChainHub", invariant=1,
    )  # fmt: skip
    english, _between, chinese = agreement.text.partition(BETWEEN)
    story = [*_paragraphs(english, cjk=False), PageBreak(), *_paragraphs(chinese, cjk=True)]

    def foot(canvas: Any, _document: Any) -> None:
        canvas.setFont(LATIN, 7)
        canvas.drawString(MARGIN, 12 * mm, f"SHA-256 {agreement.sha256}")
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, str(canvas.getPageNumber()))

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _paragraphs(text: str, *, cjk: bool) -> list[Any]:
    lines = text.strip().split("\n")
    wrap = {"wordWrap": "CJK"} if cjk else {}
    title, plain = (ParagraphStyle(f"{one.name}-{cjk}", parent=one, **wrap) for one in (TITLE, PLAIN))
    found: list[Any] = [Paragraph(_marked(lines[0]), title)]
    return found + [Paragraph(_marked(line), plain) if line else Spacer(1, 4 * mm) for line in lines[1:]]


def _marked(line: str) -> str:
    """Every run of letters in a font that has them."""
    parts = re.split(r"((?:[^\x00-\x7f])+)", line)
    runs = (f'<font name="{CHINESE}">{escape(part)}</font>' if _foreign(part) else escape(part) for part in parts)
    return "".join(runs)


def _foreign(part: str) -> bool:
    """Whether Helvetica lacks it; typographic marks of the West it has."""
    try:
        part.encode("cp1252")
    except UnicodeEncodeError:
        return True
    return False
