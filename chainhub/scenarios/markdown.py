"""Lines of the tables in `docs/scenarios.md`, and those of them that stay as they were."""

from collections.abc import Iterable

NOTHING = "–"
THOUSAND = 1000


def line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def head(cells: list[str]) -> list[str]:
    """The first two lines of a table."""
    return [line(cells), line(["---"] * len(cells))]


def standing(cells: list[str], before: str) -> list[str]:
    """The lines of a table that begin with these cells."""
    named = line([*cells, ""]).rstrip("| ")
    return [one for one in before.splitlines() if one.startswith(f"{named} |")]


def section(page: str, heading: str) -> str:
    """What stands below that heading, up to the next; empty where there is none."""
    _above, _heading, below = page.partition(f"\n{heading}\n")
    return below.partition("\n## ")[0]


def shown(value: float | None) -> str:
    """Three digits, as the tables of papers do."""
    if value is None:
        return NOTHING
    rounded = float(f"{value:.3g}")
    if abs(rounded) >= THOUSAND:
        return f"{rounded:,.0f}"
    return f"{rounded:#.3g}".rstrip(".") if abs(rounded) >= 1 else f"{value:.3f}"
