"""Template tags of the hub's pages; built in, so no page has to load them. `docs/frontend.md` shows each in use."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import template
from django.core.paginator import Page
from django.core.serializers.json import DjangoJSONEncoder
from django.forms import BoundField
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from chainhub.core import sentences
from chainhub.jobs.units import labelled
from chainhub.web import browsers, formats, markdown, pictures
from chainhub.web.controls import Control
from chainhub.web.statuses import look_of
from chainhub.web.texts import script_texts

register = template.Library()
register.filter(formats.in_unit)
register.filter(labelled)
register.filter("browser_of", browsers.browser_of)
MARKUP = {ord(letter): f"\\u{ord(letter):04X}" for letter in "<>&"}  # as JSON writes them where HTML reads
HERE = SafeString(' aria-current="page"')


# --- small pictures and labels ------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """An icon of the sprite. Without a label it is decoration."""
    hidden = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {}><use href="{}#{}"></use></svg>', css, hidden, static("dist/icons.svg"), name
    )


@register.simple_tag
def status_badge(thing: Any, label: str = "", css: str = "") -> SafeString:
    """The state of a thing that has a `status`, or of a bare status value."""
    value = str(getattr(thing, "status", thing))
    if not label:
        shown = getattr(thing, "get_status_display", None) or getattr(thing, "label", None)
        label = str(shown() if callable(shown) else shown or value)
    look = look_of(value)
    mark = SafeString('<span class="pulse"></span>') if look.moving else icon(look.picture)
    return format_html('<span class="badge {} {}" data-status="{}">{}{}</span>', look.css, css, value, mark, label)


@register.simple_tag
def org_badge(organization: Any, *, link: bool = True, css: str = "", full: bool = False) -> SafeString:
    """An organization: its colour and its short name (or the full one), leading to its page."""
    name = organization.name if full else organization.short_name or organization.name
    tag = SafeString("a") if link else SafeString("span")
    where = format_html(' href="{}"', organization.get_absolute_url()) if link else ""
    return format_html(
        '<{tag}{where} class="org org-{colour} {css}" title="{title}"><span>{name}</span></{tag}>',
        tag=tag,
        where=where,
        colour=organization.colour % 8,
        css=css,
        title=organization.name,
        name=name,
    )


@register.simple_tag
def avatar(person: Any, css: str = "", colour: int | None = None) -> SafeString:
    """A person as one or two letters (or one Han character)."""
    name = str(person).strip()
    words = name.split()
    letters = name[-1:] if name[:1] > "\u2e80" else "".join(word[0] for word in [words[0], *words[1:][-1:]] if words)
    tint = "" if colour is None else f"org-{colour % 8}"
    return format_html(
        '<span class="avatar {} {}" title="{}" aria-hidden="true">{}</span>', tint, css, name, letters.upper()
    )


@register.simple_tag
def histogram(counts: Sequence[float], missing: float = 0, label: str = "") -> SafeString:
    """An inline distribution for a table's header or cell."""
    return pictures.histogram(counts, missing=missing, label=label)


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str = "") -> SafeString:
    """A curve without axes."""
    return pictures.sparkline(values, label=label)


@register.simple_tag
def bar(share: float | None, css: str = "", label: str = "") -> SafeString:
    """A share of one as a small bar."""
    return pictures.bar(share, css=css, label=label or formats.percent(share))


# --- numbers, times, texts ----------------------------------------------------------------------------------------


@register.simple_tag
def size_of(value: int | None) -> SafeString | str:
    """Bytes, humanized; the exact number on hover."""
    if value is None:
        return "–"
    exact = _("%(n)s bytes") % {"n": number_format(value, force_grouping=True)}
    return format_html('<span class="number" title="{}">{}</span>', exact, formats.size(value))


@register.simple_tag
def count_of(value: int | None) -> SafeString | str:
    """A count, humanized; the exact number on hover."""
    if value is None:
        return "–"
    shown, exact = formats.count(value), number_format(value, force_grouping=True)
    return format_html(
        '<span class="number"{}>{}</span>', format_html(' title="{}"', exact) if shown != exact else "", shown
    )


@register.filter
def number_of(value: float | None, digits: int = 3) -> str:
    """A measured value with so many significant digits."""
    return formats.number(value, digits)


@register.filter
def percent_of(value: float | None, places: int = 1) -> str:
    """A share of one as per cent."""
    return formats.percent(value, places)


@register.filter
def duration_of(seconds: float | None) -> str:
    """Seconds as a span of time."""
    return formats.duration(seconds)


@register.simple_tag
def ago(moment: datetime | None) -> SafeString | str:
    """Relative time; the browser keeps it current and shows the exact instant in the reader's zone on hover."""
    if moment is None:
        return "–"
    exact = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z")
    return format_html(
        '<time datetime="{}" data-ago title="{}">{}</time>', moment.isoformat(), exact, formats.relative(moment)
    )


@register.simple_tag
def hash_of(value: str, length: int = 8) -> SafeString:
    """A hash or id, shortened; a click copies all of it."""
    return format_html(
        '<button type="button" class="copy" data-copy="{}" title="{}">'
        '<span class="visually-hidden">{}</span> {}</button>',
        value,
        value,
        _("Copy"),
        value[:length],
    )


@register.simple_tag
def sentence(stored: Mapping[str, Any] | None) -> str:
    """A stored sentence in the reader's language."""
    return sentences.render(stored)


@register.filter(name="markdown")
def markdown_of(text: str | None) -> SafeString:
    """Written text as safe HTML; wrap it in `<div class="prose">`."""
    return markdown.to_html(text or "")


@register.simple_tag
def json_data(value: Any, element_id: str) -> SafeString:
    """Data for a script, with this id. In a template element: htmx drops script elements from what it swaps in."""
    text = json.dumps(value, cls=DjangoJSONEncoder).translate(MARKUP)
    return format_html('<template id="{}">{}</template>', element_id, mark_safe(text))  # noqa: S308 (no markup is left)


@register.simple_tag
def script_messages() -> SafeString:
    """The sentences that scripts show."""
    return json_script(script_texts(), "texts")


@register.simple_tag
def live_since() -> str:
    """When this page was rendered, in milliseconds: its event stream begins there."""
    return str(int(timezone.now().timestamp() * 1000))


@register.filter
def as_json(value: Any) -> str:
    """JSON for an attribute such as hx-vals."""
    return json.dumps(value, default=str, ensure_ascii=False)


# --- components with a template -----------------------------------------------------------------------------------


@register.simple_tag
def field(bound: BoundField, css: str = "", unit: str = "") -> str:
    """A form field whole: label, control, help, errors, and what assistive technology needs."""
    return render_to_string("components/field.html", {"control": Control(bound, unit=unit), "css": css})


@register.simple_tag
def chart(kind: str, data: Any, title: str = "", **options: Any) -> str:
    """A picture with its numbers: `{% chart "intervals" data title=… note=… size="tall" live="job:12" %}`."""
    key = options.pop("id", "") or f"chart-{uuid4().hex[:8]}"
    return render_to_string(
        "components/chart.html", {"kind": kind, "data": data, "title": title, "key": key, **options}
    )


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Page[Any], name: str = "page") -> str:
    """Where in a long list; keeps the other filters of the address."""
    if page.paginator.num_pages <= 1:
        return ""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    query = context["request"].GET.copy()
    query.pop(name, None)
    rest = f"{query.urlencode()}&" if query else ""
    return render_to_string(
        "components/pager.html", {"page": page, "numbers": list(numbers), "rest": rest, "name": name}
    )


@register.simple_tag(takes_context=True)
def tab(context: Context, key: str, label: str, **options: Any) -> str:
    """One tab, an address of its own: `?tab=key`; the first of a row says `default=True`."""
    name = options.get("name", "tab")
    query = context["request"].GET.copy()
    current = query.get(name, "") == key or (bool(options.get("default")) and not query.get(name))
    query.pop("page", None)
    query[name] = key
    if options.get("default"):
        query.pop(name)
    address = f"?{query.urlencode()}" if query else context["request"].path
    return format_html(
        '<a href="{}"{}>{}{}</a>',
        address,
        HERE if current else "",
        label,
        "" if options.get("count") is None else format_html('<span class="count">{}</span>', options["count"]),
    )


@register.simple_tag(takes_context=True)
def nav_link(context: Context, view: str, label: str, **options: Any) -> SafeString:
    """A line of the side navigation, marked where the page stands under its address."""
    address = reverse(view)
    here = _stands_under(context, address, **options)
    return format_html(
        '<a class="nav-link" href="{}"{}>{}<span>{}</span>{}</a>',
        address,
        HERE if here else "",
        icon(options["icon"]),
        label,
        _waiting(options.get("count"), options.get("live", "")),
    )


def _waiting(count: Any, live: str) -> str:
    """How much waits; where a topic of the person's news is named, it follows them."""
    if live:
        return render_to_string("web/inbox/_count.html", {"inbox_count": count, "own_topic": live})
    return format_html('<span class="count is-new">{}</span>', count) if count else ""


@register.simple_tag(takes_context=True)
def nav_tab(context: Context, view: str, label: str, **options: Any) -> SafeString:
    """A tab that is a page of its own, marked where the page stands under its address."""
    here = _stands_under(context, reverse(view), **options)
    return format_html('<a href="{}"{}>{}</a>', reverse(view), HERE if here else "", label)


def _stands_under(context: Context, address: str, **options: Any) -> bool:
    path = str(context["request"].path)
    return path == address if options.get("exact") else path.startswith(address)


@register.simple_tag
def code(text: str, language: str = "", title: str = "") -> str:
    """Code with a button that copies it."""
    return render_to_string("components/code.html", {"text": text, "language": language, "title": title})
