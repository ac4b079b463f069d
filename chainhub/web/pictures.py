"""Small pictures drawn by the server as SVG: a histogram for a table's header, a sparkline, a bar. No script needed."""

from collections.abc import Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, BARS = 120, 32, 40


def histogram(counts: Sequence[float], *, missing: float = 0, label: str = "") -> SafeString:
    """Bars side by side; what is missing stands apart at the right in another colour."""
    heights = _rebinned([max(0.0, float(one or 0)) for one in counts])
    top = max([*heights, missing, 1e-9])
    room = WIDTH - (10 if missing else 0)
    step = room / max(1, len(heights))
    bars = [_bar(i * step, max(0.5, step - 1), HEIGHT * value / top) for i, value in enumerate(heights)]
    if missing:
        bars.append(_bar(WIDTH - 6, 6, HEIGHT * missing / top, css="missing"))
    return _svg("mini", "".join(bars), label)


def sparkline(values: Sequence[float | None], *, label: str = "") -> SafeString:
    """A curve without axes."""
    known = [float(one) for one in values if one is not None]
    if not known[1:]:
        return _svg("mini", "", label)
    low, high = min(known), max(known)
    span = high - low or 1.0
    step = WIDTH / (len(known) - 1)
    points = " ".join(
        f"{i * step:.1f},{HEIGHT - 2 - (HEIGHT - 4) * (one - low) / span:.1f}" for i, one in enumerate(known)
    )
    return _svg("mini", f'<polyline points="{points}"/>', label)


def bar(share: float | None, *, css: str = "", label: str = "") -> SafeString:
    """One bar: a share of one."""
    width = 100 * min(1.0, max(0.0, share or 0.0))
    inner = f'<rect width="{width:.1f}" height="8" rx="4"/>'
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        css,
        label,
        mark_safe(inner),  # noqa: S308 - numbers formatted above
    )


def _rebinned(values: list[float]) -> list[float]:
    if len(values) <= BARS:
        return values
    return [sum(values[i * len(values) // BARS : (i + 1) * len(values) // BARS]) for i in range(BARS)]


def _bar(x: float, width: float, height: float, *, css: str = "") -> str:
    height = max(height, 0.75 if height > 0 else 0)
    name = f' class="{css}"' if css else ""
    return f'<rect{name} x="{x:.1f}" y="{HEIGHT - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'


def _svg(css: str, inner: str, label: str) -> SafeString:
    # `inner` holds numbers formatted above and nothing else.
    floor = f'<line class="floor" x1="0" x2="{WIDTH}" y1="{HEIGHT}" y2="{HEIGHT}"/>'
    return format_html(
        '<svg class="{}" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>',
        css,
        WIDTH,
        HEIGHT,
        label,
        mark_safe(floor + inner),  # noqa: S308 - numbers formatted above
    )
