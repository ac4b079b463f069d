"""Markdown written by people, as safe HTML: parsed without raw HTML, then cleaned once more."""

from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    *("p", "br", "hr", "strong", "em", "del", "code", "pre", "blockquote", "a", "ul", "ol", "li"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"),
}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def to_html(text: str) -> SafeString:
    """The text as HTML; images and raw HTML are left out, links open without telling where they came from."""
    _front_matter, body = split_front_matter(text)
    html = _parser().render(body)
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href", "title"}, "th": {"align"}, "td": {"align"}, "code": {"class"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    reachable = clean.replace("<table>", '<table tabindex="0">')  # a wide one scrolls on a phone, by keys too
    return mark_safe(reachable)  # noqa: S308 - cleaned two lines above


def split_front_matter(text: str) -> tuple[str, str]:
    """The YAML block between `---` lines at the top (empty where there is none), and the rest."""
    if not text.startswith("---\n"):
        return "", text
    head, found, body = text[4:].partition("\n---\n")
    return (head, body) if found else ("", text)
