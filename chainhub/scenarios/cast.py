"""Who plays in the demo: made-up companies around real data, and the hospitals by the names the data gives them."""

from dataclasses import dataclass, replace

from chainhub.organizations.models import Role, Stage
from chainhub.scenarios import samples

PASSWORD = "chainhub-demo"  # noqa: S105 (printed by quickstart; the demo's people exist nowhere else)
DOMAIN = "demo.example"


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
    digits = samples.SAMPLES["digits"]
    part = digits.parts[place]
    return Card(
        summary=f"{part.rows:,} handwritten digits as 28 × 28 grey values",
        summary_zh=f"{part.rows:,} 张手写数字，28 × 28 灰度值",
        card=digits.card(part),
        card_zh=digits.card_zh(part),
    )


def heart_card(place: int, rows: int) -> Card:
    """The dataset card of one hospital, or of so many of its patients."""
    heart = samples.SAMPLES["heart"]
    part = replace(heart.parts[place], rows=rows)
    return Card(summary=heart.summary, summary_zh=heart.summary_zh, card=heart.card(part), card_zh=heart.card_zh(part))
