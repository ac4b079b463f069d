"""Example data of every scenario: real sets out of published packages, divided among organizations.

`SAMPLES` is all that pages, commands and tests need to know: nothing of it is read before a part's `content` is called.
"""

from chainhub.scenarios.samples.affinities import KIBA_SET
from chainhub.scenarios.samples.batteries import BATTERIES_SET
from chainhub.scenarios.samples.brain import BRAIN_SET
from chainhub.scenarios.samples.credit import BORROWERS_SET, GERMAN_SET, LOANS_SET
from chainhub.scenarios.samples.demand import POWER_SET, STATIONS_SET
from chainhub.scenarios.samples.digits import DIGITS_SET, digit_counts, digits_csv
from chainhub.scenarios.samples.heart import DIAGNOSIS, HEART_SET, HOSPITALS, heart_csv
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.markets import RISK_SET, STOCKS_SET
from chainhub.scenarios.samples.novels import NOVELS_SET
from chainhub.scenarios.samples.phenotypes import QUESTIONS_SET, TERMS_SET
from chainhub.scenarios.samples.photos import PHOTOS_SET
from chainhub.scenarios.samples.poems import POEMS_SET
from chainhub.scenarios.samples.properties import HYDRATION_SET, SOLUBILITY_SET
from chainhub.scenarios.samples.sentiment import SENTIMENT_SET
from chainhub.scenarios.samples.steel import STEEL_SET
from chainhub.scenarios.samples.translation import TRANSLATION_SET
from chainhub.scenarios.samples.trees import TREES_SET

SAMPLES: dict[str, SampleSet] = {
    one.slug: one
    for one in (
        *(TRANSLATION_SET, NOVELS_SET, POEMS_SET, SENTIMENT_SET),
        *(DIGITS_SET, TREES_SET, PHOTOS_SET),
        *(HEART_SET, BRAIN_SET, KIBA_SET, HYDRATION_SET, SOLUBILITY_SET, QUESTIONS_SET, TERMS_SET),
        *(RISK_SET, STOCKS_SET, LOANS_SET, BORROWERS_SET, GERMAN_SET),
        *(BATTERIES_SET, STEEL_SET, STATIONS_SET, POWER_SET),
    )
}

__all__ = [
    "DIAGNOSIS",
    "HOSPITALS",
    "SAMPLES",
    "Part",
    "SampleSet",
    "digit_counts",
    "digits_csv",
    "heart_csv",
]
