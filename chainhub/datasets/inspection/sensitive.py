"""Fields that seem to hold personal data: by their names, and by values that can hardly be anything else."""

import re
from typing import Any

NAMES = re.compile(
    r"(^|[_ .-])(e-?mail|phone|mobile|telephone|fax|ssn|passport|id[_ ]?card|national[_ ]?id|iban|first[_ ]?name|"
    r"last[_ ]?name|full[_ ]?name|surname|patient[_ ]?name|customer[_ ]?name|home[_ ]?address|street)($|[_ .-])"
    r"|身份证|手机|电话|邮箱|姓名|住址|家庭地址|护照|银行卡|社保|病历号|住院号",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[A-Za-z]{2,24}")
MOBILE = re.compile(r"(\+?86[- ]?)?1[3-9]\d{9}")
CITIZEN = re.compile(r"[1-9]\d{5}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
MOSTLY = 0.5


def is_citizen_number(word: str) -> bool:
    """A Chinese identity number of 18 places whose check digit is right."""
    if not CITIZEN.fullmatch(word):
        return False
    return (
        CHECK[sum(int(digit) * weight for digit, weight in zip(word, WEIGHTS, strict=False)) % 11] == word[-1].upper()
    )


def is_sensitive(name: str, examples: list[Any]) -> bool:
    """Whether a field of this name with these values should be masked until its owner decides."""
    if NAMES.search(name):
        return True
    words = [str(one).strip() for one in examples if one is not None]
    found = sum(bool(EMAIL.fullmatch(word) or MOBILE.fullmatch(word)) or is_citizen_number(word) for word in words)
    return bool(words) and found >= MOSTLY * len(words)
