"""JSON-LD inside a page, for search engines and browsers' tools."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

# What could end the script element, or begin another.
MARKUP = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def linked_data(value: Any, request: HttpRequest) -> SafeString:
    """A script element that the content-security policy lets stand."""
    text = json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False).translate(MARKUP)
    nonce = getattr(request, "csp_nonce", "")
    return format_html(
        '<script type="application/ld+json" nonce="{}">{}</script>',
        nonce,
        mark_safe(text),  # noqa: S308 - no markup is left
    )
