"""Every file of the table gets its sentence, in both languages."""

from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from chainhub.core.sentences import Sentence, render
from chainhub.core.translations import merged
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings, RefusedFileError
from tests.hub.datasets import hostile_files, hostile_forms, hostile_json, hostile_texts

CASES = [*hostile_texts.CASES, *hostile_files.CASES, *hostile_json.CASES, *hostile_forms.CASES]


@pytest.fixture(scope="session")
def chinese() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in merged()}


def told_about(data: bytes, folder: Path) -> tuple[Findings | None, list[Sentence]]:
    source, work = folder / "source", folder / "work"
    source.write_bytes(data)
    work.mkdir()
    try:
        findings = inspect_file(source, work)
    except RefusedFileError as refusal:
        return None, [refusal.sentence]
    return findings, findings.report["repairs"]


@pytest.mark.parametrize(("data", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_file_gets_its_sentence(data: Any, expected: str, tmp_path: Path, chinese: dict[str, str]) -> None:
    findings, told = told_about(data(), tmp_path)
    texts = [("!" if findings is None else "+") + render(one) for one in told]
    if expected:
        wanted = expected.split("|")
        assert any(text == one or ("*" in one and fnmatchcase(text, one)) for text in texts for one in wanted), texts
    else:
        assert texts == []
    if findings is not None:
        assert findings.training.exists()
        assert findings.rows == findings.report["rows"] > 0
    for one in told:
        assert chinese.get(one["text"]), f"not in Chinese: {one['text']}"
        assert chinese[one["text"]] != one["text"]


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 150
    assert sum(case[2] != "" for case in CASES) >= 120
    assert len({case[0] for case in CASES}) == len(CASES)
