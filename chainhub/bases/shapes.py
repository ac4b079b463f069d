"""What a base model says of its shape, for whoever estimates what it needs before anything of it is loaded."""

import json
from typing import Any

from chainhub.bases.models import BaseModel
from chainhub.core.errors import DomainError
from chainhub.repositories.storage import open_blob

CONFIG = "config.json"
LONGEST = 2**20


def shape_of(base: BaseModel) -> dict[str, Any] | None:
    """`{"config", "weights"}`: its configuration and how many numbers it holds; None where its file tells nothing."""
    entry = base.commit.files.select_related("blob").filter(path=CONFIG, blob__size__lte=LONGEST).first()
    if entry is None:
        return None
    try:
        with open_blob(entry.blob) as file:
            config = json.loads(file.read())
    except (DomainError, OSError, ValueError):
        return None
    return {"config": config, "weights": base.parameters} if isinstance(config, dict) else None
