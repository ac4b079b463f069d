"""Which columns look like personal data, and which only resemble it."""

from typing import Any

import pytest

from chainhub.datasets.profile.drift import drift_between, index_of
from chainhub.datasets.profile.personal import suspected


def kinds(name: str, values: list[Any], **options: bool) -> set[str]:
    return {one["kind"] for one in suspected(name, values, **options)}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["11010519491231002X", "440524188001010014", "110101199003077715"], "id_number"),
        (["13812345678", "+86 138-1234-5678", "19912345678"], "phone"),
        (["010-62345678", "(0755) 26543210", "021-12345678"], "phone"),
        (["+44 20 7946 0958", "+1 (212) 555-0123", "+49 30 901820"], "phone"),
        (["a@example.org", "li.lei+x@mail.example.cn", "b@c.de"], "email"),
        (["10.0.0.1", "192.168.1.20", "2001:db8::1"], "ip"),
        (["4111 1111 1111 1111", "5500000000000004", "340000000000009"], "card"),
        (["患者 A，电话 13812345678，复诊", "无", "电话 13912345678 已约", "联系 13712345678"], "phone"),
    ],
)
def test_values_that_give_people_away(values: list[str], kind: str):
    assert kind in kinds("x", values)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["110105194912310021", "110105199913310021", "12345678901234567X"], "id_number"),
        ([str(number) for number in range(10_000_000_000, 10_000_000_100)], "phone"),
        (["3.14159", "2.71828", "1380013.80"], "phone"),
        (["1.2", "3.4", "1.2.3"], "ip"),
        ([str(4_000_000_000_000_000 + number) for number in range(50)], "card"),
        (["@home", "a@b", "no mail"], "email"),
    ],
)
def test_values_that_only_look_so(values: list[str], kind: str):
    assert kind not in kinds("x", values)


def test_whole_numbers_must_mostly_be_phones():
    some = [13_000_000_000 + number for number in range(10)]
    assert "phone" in kinds("x", some, numbers=True)
    assert "phone" not in kinds("x", [*some, *range(100)], numbers=True)


@pytest.mark.parametrize(("name", "kind"), [("患者姓名", "name"), ("e-mail", "email"), ("ID_card", "id_number")])
def test_names_that_give_people_away(name: str, kind: str):
    assert kinds(name, ["a", "b"]) == {kind}


def test_ordinary_names_do_not():
    for name in ("age", "filename", "pressure", "location", "describe", "shipment"):
        assert not kinds(name, ["a", "b"])


def number(low: float, high: float, missing: float = 0.0) -> dict[str, Any]:
    shares = (5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95)
    quantiles = {str(share): low + (high - low) * share / 100 for share in shares}
    return {"name": "x", "kind": "number", "min": low, "max": high, "quantiles": quantiles, "missing_share": missing}


def category(missing: float = 0.0, **counts: int) -> dict[str, Any]:
    values = [{"value": name, "count": count} for name, count in counts.items()]
    return {"name": "x", "kind": "category", "values": values, "other": 0, "missing_share": missing}


def test_equal_fields_have_not_moved():
    assert index_of(number(0, 100), number(0, 100)) == pytest.approx(0, abs=1e-6)
    assert index_of(category(a=5, b=7), category(a=50, b=70)) == pytest.approx(0, abs=1e-6)


def test_the_index_is_that_of_the_literature():
    """20 and 80 % against 40 and 60 %: (0.4-0.2) ln 2 + (0.6-0.8) ln 0.75."""
    assert index_of(category(a=20, b=80), category(a=40, b=60)) == pytest.approx(0.1962, abs=0.001)


def test_what_moved_is_told_by_how_much():
    assert drift_between({"fields": [number(0, 100)]}, {"fields": [number(2, 102)]})[0].level == "none"
    assert drift_between({"fields": [number(0, 100)]}, {"fields": [number(60, 160)]})[0].level == "much"
    assert drift_between({"fields": [category(a=9, b=1)]}, {"fields": [category(a=9, c=1)]})[0].level == "much"
    assert drift_between({"fields": [number(0, 1)]}, {"fields": [number(0, 1, missing=0.3)]})[0].level == "much"


def test_fields_of_other_kinds_are_not_compared():
    assert index_of(number(0, 1), category(a=1)) is None
    assert drift_between({"fields": [number(0, 1)]}, {"fields": [number(0, 1)]}, hidden=["x"]) == []
