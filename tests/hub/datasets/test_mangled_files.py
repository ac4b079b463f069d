"""Files that were damaged on the way, at random: each is read or refused with a sentence; nothing else may happen."""

import random
from contextlib import suppress
from pathlib import Path

import pytest

from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import RefusedFileError
from tests.hub.datasets import hostile_files, hostile_forms, hostile_json, hostile_texts

PIECES = [
    *(b'"', b",", b";", b"\t", b"\n", b"\r\n", b'""', b"\x00", b"\xff", b"\xe9", b"NA", b"inf", b"1e999", b"1,5", b"#"),
    *(b"2026-13-45", b"999999999999999999999", b"0x10", b"true", b"\xef\xbb\xbf", "名".encode(), b"sep=;", b"-", b"."),
]
JSON = [
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b'"a": ',
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"NaN",
    b"1e999",
    b"\\",
    b'{"a": [{}]}',
]
LARGE = ("bomb", "endless", "10,000", "late in the file", "6,000", "other keys", "deep", "behind remarks", "stack")
CASES = [*hostile_texts.CASES, *hostile_files.CASES]
FORMS = [*hostile_json.CASES, *hostile_forms.CASES]
SEEDS = [make for name, make, _said in CASES if not any(word in name for word in LARGE)]
NEWER = [make for name, make, _said in FORMS if not any(word in name for word in LARGE)]


def mangled(data: bytes, chance: random.Random, pieces: list[bytes]) -> bytes:
    """A few bytes more, fewer, or other ones."""
    changed = bytearray(data[:20_000])
    for _change in range(chance.randint(1, 6)):
        place = chance.randrange(len(changed) + 1)
        way = chance.random()
        if way < 0.5:
            changed[place:place] = b"".join(chance.choices(pieces, k=chance.randint(1, 8)))
        elif way < 0.75:
            del changed[place : place + chance.randint(1, 30)]
        elif place < len(changed):
            changed[place] = chance.randrange(256)
    return bytes(changed)


@pytest.mark.parametrize("seed", range(12))
def test_no_damage_surprises_the_reader(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    makers, pieces = (SEEDS, PIECES) if seed < 4 else (NEWER, [*PIECES, *JSON])
    for number in range(40):
        source, work = tmp_path / "source", tmp_path / str(number)
        work.mkdir()
        source.write_bytes(mangled(chance.choice(makers)(), chance, pieces))
        with suppress(RefusedFileError):
            findings = inspect_file(source, work)
            assert findings.rows == findings.report["rows"] > 0
