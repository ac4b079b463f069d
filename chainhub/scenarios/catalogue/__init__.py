"""What the AI is for: the scenarios for which people open collaborations, by industry.

No tables: a scenario is a text in both languages, a recipe that runs today, and real data on which it was tried.
"""

from dataclasses import replace
from functools import cache

from django.utils.translation import override

from chainhub.jobs.catalogue import recipes
from chainhub.scenarios.catalogue.finance import CREDIT_SCORING, QUANTITATIVE_TRADING, RISK_ASSESSMENT
from chainhub.scenarios.catalogue.health import DISEASE_DIAGNOSIS, DRUG_DISCOVERY, MEDICAL_CONSULTATION
from chainhub.scenarios.catalogue.kinds import Baseline, Scenario, Trial
from chainhub.scenarios.catalogue.language import MACHINE_TRANSLATION, SENTIMENT_ANALYSIS, TEXT_GENERATION
from chainhub.scenarios.catalogue.supply import DEMAND_FORECASTING, PREDICTIVE_MAINTENANCE, PROCESS_QUALITY
from chainhub.scenarios.catalogue.vision import (
    IMAGE_DENOISING,
    IMAGE_GENERATION,
    OBJECT_DETECTION,
    VISUAL_INSPECTION,
)

__all__ = [
    "DISEASE_DIAGNOSIS",
    "VISUAL_INSPECTION",
    "Baseline",
    "Scenario",
    "Trial",
    "scenario",
    "scenario_titles",
    "scenarios",
]


@cache
def scenarios() -> list[Scenario]:
    """Every scenario whose recipe this hub has, industry by industry."""
    known = {one.name for one in recipes()}
    every = [
        *(MACHINE_TRANSLATION, TEXT_GENERATION, SENTIMENT_ANALYSIS),
        *(VISUAL_INSPECTION, OBJECT_DETECTION, IMAGE_GENERATION, IMAGE_DENOISING),
        *(DISEASE_DIAGNOSIS, DRUG_DISCOVERY, MEDICAL_CONSULTATION),
        *(RISK_ASSESSMENT, QUANTITATIVE_TRADING, CREDIT_SCORING),
        *(PREDICTIVE_MAINTENANCE, PROCESS_QUALITY, DEMAND_FORECASTING),
    ]
    served = [one for one in every if one.recipe in known]
    return [replace(one, trials=tuple(t for t in one.trials if (t.recipe or one.recipe) in known)) for one in served]


def scenario_titles() -> dict[str, str]:
    """Slug to title, as msgids."""
    with override("en"):
        return {one.slug: str(one.title) for one in scenarios()}


def scenario(slug: str) -> Scenario | None:
    """The scenario of that name, if there is one."""
    return next((known for known in scenarios() if known.slug == slug), None)
