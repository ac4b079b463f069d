"""Signs of personal data: numbers with check digits, phones, addresses, and what columns are called.

A suspicion, not a finding: it is told to the data's owner, who decides.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

MOSTLY, SOMETIMES = 0.5, 0.02  # shares of the looked-at values from which a field is suspect
ALMOST_ALL = 0.9  # for what one in ten numbers fulfils by chance
FEWEST = 3

ID_NUMBER = re.compile(r"(?<![0-9A-Za-z])[1-9]\d{16}[\dXx](?![0-9A-Za-z])")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d(?:[- ]?\d{4}){2}(?![\d.])")
LANDLINE = re.compile(r"^\(?0\d{2,3}\)?[- ]\d{7,8}$")
ABROAD = re.compile(r"(?<![\d+])\+[1-9]\d{0,2}[ \-.]?\(?\d{1,4}\)?(?:[ \-.]?\d{2,4}){2,4}(?!\d)")
EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
CARD = re.compile(r"^[3-6]\d{3}(?:[ -]?\d{4}){2,3}(?:[ -]?\d{1,3})?$|^[3-6]\d{12,18}$")

NAMES = {
    "name": r"^(full|first|last|given|family|sur|patient|customer|user|client)[_ ]?name$|^name$|姓名|名字|患者名",
    "id_number": r"身份证|证件号|^ssn$|id[_ ]?card|national[_ ]?id|passport|护照|社保|医保卡",
    "phone": r"phone|mobile|^tel$|telephone|cell(phone)?$|手机|电话|联系方式",
    "email": r"e-?mail|邮箱|电子邮件",
    "address": r"^(home|street|postal|mailing)?[_ ]?address$|住址|地址|家庭住址",
    "birth": r"birth|^dob$|出生|生日",
    "ip": r"^ip([_ ]?addr(ess)?)?$|ip地址",
    "card": r"(bank|credit|debit)[_ ]?card|card[_ ]?(no|num|number)|^iban$|account[_ ]?(no|number)|银行卡|卡号|账号",
}
NAMED = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in NAMES.items()}


def suspected(name: str, values: Iterable[Any], *, numbers: bool = False) -> list[dict[str, Any]]:
    """`[{kind, by: "values", share}]` of what the values look like, else `[{kind, by: "name"}]`.

    Among `numbers` some look like a phone by chance: there, most must.
    """
    texts = [str(value) for value in values if value is not None and str(value).strip()]
    bound = MOSTLY if numbers else 0.0
    found = [one for kind, test, least in TESTS if (one := _judge(kind, test, max(least, bound), texts))]
    seen = {one["kind"] for one in found}
    named = [{"kind": kind, "by": "name"} for kind, pattern in NAMED.items() if pattern.search(name)]
    return found + [one for one in named if one["kind"] not in seen][:1]


def _judge(kind: str, test: Callable[[str], bool], least: float, texts: list[str]) -> dict[str, Any] | None:
    hits = sum(test(text) for text in texts)
    share = hits / len(texts) if texts else 0.0
    if hits < min(FEWEST, len(texts)) or not hits or share < least:
        return None
    return {"kind": kind, "by": "values", "share": round(share, 4)}


def holds_id_number(text: str) -> bool:
    """A Chinese resident identity number with its check digit and a birth date that was."""
    return any(_is_id_number(found.group()) for found in ID_NUMBER.finditer(text))


def _is_id_number(digits: str) -> bool:
    try:
        born = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
    except ValueError:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return born.year > 1850 and digits[17].upper() == CHECKS[total % 11]  # noqa: PLR2004 - nobody is older


def holds_phone(text: str) -> bool:
    """A mobile number of China, a landline with its area code, or a number with its country code."""
    return bool(MOBILE.search(text) or LANDLINE.search(text.strip()) or ABROAD.search(text))


def holds_email(text: str) -> bool:
    """An e-mail address."""
    return bool(EMAIL.search(text))


def is_address_of_a_machine(text: str) -> bool:
    """An IP address, of either length."""
    if not ("." in text or ":" in text):
        return False
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def is_card_number(text: str) -> bool:
    """Digits of a bank card whose last one checks the others (Luhn)."""
    if not CARD.match(text.strip()):
        return False
    digits = [int(letter) for letter in reversed(text) if letter.isdigit()]
    doubled = (2 * digit if place % 2 else digit for place, digit in enumerate(digits))
    return sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10 == 0  # noqa: PLR2004 - of one digit


TESTS: list[tuple[str, Callable[[str], bool], float]] = [
    ("id_number", holds_id_number, SOMETIMES),
    ("phone", holds_phone, SOMETIMES),
    ("email", holds_email, SOMETIMES),
    ("ip", is_address_of_a_machine, MOSTLY),
    ("card", is_card_number, ALMOST_ALL),
]
