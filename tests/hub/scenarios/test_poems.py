"""Poems come without the terminal's colours, in the encoding that Chinese files often have, and the hub reads them."""

from pathlib import Path
from typing import Any

from chainhub.datasets.inspection.files import inspect_file
from chainhub.scenarios.samples import poems

# The first two poems of a collection of the Song (柳开、王禹偁), public domain; the second shortened.
SAID = (
    "\x1b[32m题目:《塞上》\x1b[m\n\x1b[33m作者:柳开（９４６－９９９）\x1b[m\n鸣骹直上一千尺，天静无风声更干。\n\n"
    "碧眼胡儿三百骑，尽提金勒向云看。\n%\n"
    "\x1b[32m题目:《寒食》\x1b[m\n\x1b[33m作者:王禹偁（９５４－１００１）\x1b[m\n今年寒食在商山，山里风光亦可怜：\n%\n"
)


def test_a_poem_is_a_paragraph_in_gb18030(monkeypatch: Any, tmp_path: Path) -> None:
    monkeypatch.setattr(poems, "member", lambda _carrier, _name: SAID.encode())
    content = poems.poems_txt("song")
    paragraphs = content.decode("gb18030").strip().split("\n\n")
    assert paragraphs[0].splitlines() == [
        "《塞上》", "柳开（９４６－９９９）", "鸣骹直上一千尺，天静无风声更干。", "碧眼胡儿三百骑，尽提金勒向云看。",
    ]  # fmt: skip
    assert [paragraph.splitlines()[0] for paragraph in paragraphs] == ["《塞上》", "《寒食》"]
    source = tmp_path / "song.txt"
    source.write_bytes(content)
    findings = inspect_file(source, tmp_path, name="song.txt")
    assert (findings.kind, findings.rows, findings.report["encoding"]) == ("corpus", 2, "GB18030")
