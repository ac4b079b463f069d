"""How far apart the organizations' pictures are, as the trained network sees them."""

from collections.abc import Mapping

from chainhub.organizations.models import Organization
from chainhub.registry.scores import Json
from chainhub.web.evaluations import Data

LEVELS = 4  # shades of a cell
TIMES = 2  # what chance makes: further apart than so many times that is worth a word


def distances(evaluation: Json, organizations: Mapping[str, Organization]) -> Data | None:
    """A square of numbers; on its diagonal what chance makes of pictures of one organization."""
    found = evaluation.get("distances") or {}
    matrix = found.get("matrix") or ()
    if len(matrix) < 2:  # noqa: PLR2004 - a distance is between two
        return None
    owners = [organizations.get(slug) for slug in found["organizations"]]
    names = [owner.short_name if owner else slug for owner, slug in zip(owners, found["organizations"], strict=True)]
    most = max(value for line in matrix for value in line) or 1.0
    chance = max(matrix[place][place] for place in range(len(matrix)))
    cells = [
        [{"value": value, "level": round(value / most * LEVELS), "own": i == j} for j, value in enumerate(line)]
        for i, line in enumerate(matrix)
    ]
    pairs = [(matrix[i][j], i, j) for i in range(len(matrix)) for j in range(i)]
    furthest, i, j = max(pairs)
    return {
        "owners": list(zip(owners, names, strict=True)),
        "lines": list(zip(owners, names, cells, strict=True)),
        "rows": found.get("rows"),
        "features": found.get("features"),
        "furthest": {"one": names[j], "other": names[i], "value": furthest, "chance": chance},
        "beyond_chance": furthest > TIMES * chance,
    }
