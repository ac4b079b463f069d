"""Example data of every scenario: real sets out of published packages, divided among organizations.

`SAMPLES` is all that pages, commands and tests need to know: nothing of it is read before a part's `content` is called.
"""

from chainhub.scenarios.samples.digits import DIGITS_SET, digit_counts, digits_csv
from chainhub.scenarios.samples.heart import DIAGNOSIS, HEART_SET, HOSPITALS, heart_csv
from chainhub.scenarios.samples.kinds import Part, SampleSet

SAMPLES: dict[str, SampleSet] = {one.slug: one for one in (DIGITS_SET, HEART_SET)}

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
