"""What stands beside every answer of a model that people may take for advice about their health."""

from chainhub.scenarios.catalogue.health import DISEASE_DIAGNOSIS, MEDICAL_CONSULTATION

CAREFUL = {one.slug: one for one in (MEDICAL_CONSULTATION, DISEASE_DIAGNOSIS)}


def notice_beside(slug: str) -> str:
    """The duties of that scenario, in the reader's language; empty where none has to be repeated."""
    found = CAREFUL.get(slug)
    return str(found.duties) if found else ""
