"""What kind of data a file holds, which part its fields play, and the canonical form that it leaves."""

import datetime
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chainhub.accounts.models import User
from chainhub.core.sentences import render
from chainhub.datasets import services
from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings
from chainhub.datasets.inspection.sensitive import is_citizen_number
from chainhub.datasets.inspection.smiles import is_smiles
from chainhub.datasets.inspection.units import unit_of
from chainhub.datasets.models import VersionStatus
from chainhub.organizations.models import Organization
from tests.factories import datasets as make
from tests.hub.datasets.hostile_json import CHATS, COCO, labelled
from tests.hub.datasets.packing import arrow, json_lines, picture, tarred, workbook, zipped

MOLECULES = ["CCO", "c1ccccc1", "CC(=O)O", "C[C@H](N)C(=O)O", "[Na+].[Cl-]", "ClC1=CC=CC=C1", "OC%11CCCCC%11"]


@pytest.fixture
def inspect(tmp_path: Path) -> Any:
    """`inspect(bytes, name=, kind=)` gives the findings and the canonical rows."""

    def look(data: bytes | str, **more: str) -> tuple[Findings, list[dict[str, Any]]]:
        source, work = tmp_path / "source", tmp_path / "work"
        source.write_bytes(data.encode() if isinstance(data, str) else data)
        work.mkdir(exist_ok=True)
        findings = inspect_file(source, work, **more)
        return findings, pq.read_table(findings.training).to_pylist()

    return look


def roles(findings: Findings) -> dict[str, str]:
    return {one["name"]: one["role"] for one in findings.report["fields"]}


def lines(head: str, *rows: str) -> str:
    return "\n".join([head, *rows]) + "\n"


def test_a_time_series_has_a_time_and_things(inspect: Any) -> None:
    days = [f"2026-01-{day + 1:02}" for day in range(20)]
    findings, _rows = inspect(lines("date,sales", *(f"{day},{n * 3}" for n, day in enumerate(days))))
    assert (findings.kind, roles(findings)) == ("series", {"date": "time", "sales": "target"})
    several = [f"{day},{shop},{n * 3}" for shop in ("north", "south") for n, day in enumerate(days)]
    findings, _rows = inspect(lines("date,store,sales", *several))
    assert (findings.kind, roles(findings)) == ("series", {"date": "time", "store": "entity", "sales": "target"})
    shuffled = [f"{day},{n * 3}" for n, day in sorted(enumerate(days), key=lambda one: one[0] * 7 % 20)]
    assert inspect(lines("date,sales", *shuffled))[0].kind == "table"


def test_molecules_are_told_by_their_letters(inspect: Any) -> None:
    findings, _rows = inspect(lines("compound,logp", *(f"{one},{n}.5" for n, one in enumerate(MOLECULES * 3))))
    assert (findings.kind, roles(findings)) == ("molecules", {"compound": "text", "logp": "target"})
    words = lines("word,n", *(f"{one},{n}" for n, one in enumerate(["Paris", "Bern", "Oslo", "Rome"] * 4)))
    assert inspect(words)[0].kind == "table"


@pytest.mark.parametrize("word", [*MOLECULES, "[13CH4]", "C/C=C\\C", "CC1(C)S[C@@H]2[C@H](NC(=O)Cc3ccccc3)C(=O)N2C1"])
def test_good_smiles(word: str) -> None:
    assert is_smiles(word)


@pytest.mark.parametrize("word", ["", "(", "C(", "C)C", "C1CC", "cons", "Hello", "C((", "[", "[Xx", "1C", "=", "C C"])
def test_what_is_no_smiles(word: str) -> None:
    assert not is_smiles(word)


def test_texts_with_labels(inspect: Any) -> None:
    rows = [f"this product is really number {n},{'pos' if n % 2 else 'neg'}" for n in range(40)]
    findings, _rows = inspect(lines("review,label", *rows))
    assert (findings.kind, roles(findings)) == ("text", {"review": "text", "label": "target"})
    chinese = [f"这个轴承的质量很好{n},{n % 2}" for n in range(40)]
    assert inspect(lines("评论,标签", *chinese))[0].kind == "text"


def test_pairs_are_columns_or_two_files(inspect: Any) -> None:
    rows = [f"This is sentence {n}.\t这是第{n}个句子。" for n in range(30)]
    findings, _rows = inspect(lines("en\tzh", *rows))
    assert (findings.kind, roles(findings)) == ("pairs", {"en": "text", "zh": "target"})
    findings, told = inspect(zipped({"train.en": b"one\ntwo\n", "train.zh": "一\n二\n".encode()}))
    assert (findings.kind, told) == ("pairs", [{"en": "one", "zh": "一"}, {"en": "two", "zh": "二"}])


def test_a_corpus_has_a_row_for_each_paragraph(inspect: Any) -> None:
    findings, told = inspect("Call me, he said,\nIshmael.\n\nYears ago; never mind, how long.\n", name="moby.txt")
    assert (findings.kind, findings.rows) == ("corpus", 2)
    assert told[0] == {"text": "Call me, he said,\nIshmael.", "path": "moby.txt"}
    findings, told = inspect(tarred({"a/x.txt": "一。\n\n二。".encode(), "b.txt": b"three", "c.md": b"four"}, "w:gz"))
    assert [one["path"] for one in told] == ["a/x.txt", "a/x.txt", "b.txt", "c.md"]
    findings, told = inspect(json_lines(*({"text": f"A longer text about things {n}."} for n in range(9))))
    assert (findings.kind, findings.rows, roles(findings)) == ("corpus", 9, {"text": "text", "path": "ignore"})


@pytest.mark.parametrize(
    "data",
    [
        json_lines(*CHATS),
        json_lines(*({"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]},) * 9),
        json_lines(*({"instruction": "Add", "input": "1 and 2", "output": "3"},) * 9),
        lines("prompt,completion", *(f"What is the thing {n}?,It is the thing {n}" for n in range(9))).encode(),
        arrow(messages=[chat["messages"] for chat in CHATS]),
    ],
    ids=["messages", "conversations", "instructions", "a table", "arrow"],
)
def test_chats_become_messages(inspect: Any, data: bytes) -> None:
    findings, told = inspect(data)
    assert (findings.kind, list(told[0])) == ("chat", ["messages"])
    assert [turn["role"] for turn in json.loads(told[0]["messages"])] == ["user", "assistant"]
    assert roles(findings) == {"messages": "text"}


def test_questions_have_answers(inspect: Any) -> None:
    asked = json_lines(*({"question": f"What is {n} plus one?", "answer": f"{n + 1}x"} for n in range(20)))
    findings, _told = inspect(asked)
    assert (findings.kind, roles(findings)) == ("answers", {"question": "text", "answer": "target"})


def test_annotations_say_what_images_show(inspect: Any) -> None:
    findings, told = inspect(labelled({"notes.json": json.dumps(COCO).encode()}))
    assert list(told[0]) == ["image", "label", "path", "boxes"]
    assert (told[0]["label"], json.loads(told[0]["boxes"])) == ("bolt", [{"category": "bolt", "box": [0, 0, 3, 4]}])
    assert roles(findings) == {"image": "image", "label": "target", "boxes": "ignore"}
    table = "\n".join(["file,label", *(f"img/{n}.png,{'ab'[n % 2]}" for n in range(4))]).encode()
    findings, told = inspect(labelled({"labels.csv": table}))
    assert ([one["label"] for one in told], findings.report["annotations"]) == (["a", "b", "a", "b"], "labels.csv")


def test_boxes_of_a_single_kind_need_no_second_one(inspect: Any) -> None:
    one = {**COCO, "annotations": [{**told, "category_id": 1} for told in COCO["annotations"]]}
    findings, _told = inspect(labelled({"notes.json": json.dumps(one).encode()}))
    assert (findings.report["classes"], findings.report["repairs"]) == (1, [])


def test_categories_without_boxes_are_labels(inspect: Any) -> None:
    alone = [{"image_id": n, "category_id": 7 + n % 2} for n in range(4)]
    findings, told = inspect(labelled({"notes.json": json.dumps({**COCO, "annotations": alone}).encode()}))
    assert list(told[0]) == ["image", "label", "path"]
    assert [one["label"] for one in told] == ["bolt", "nut", "bolt", "nut"]
    assert roles(findings) == {"image": "image", "label": "target"}
    several = [*alone, *({"image_id": 0, "category_id": 8, "bbox": [], "segmentation": [[0, 0, 1, 1]]},) * 2]
    findings, told = inspect(labelled({"notes.json": json.dumps({**COCO, "annotations": several}).encode()}))
    assert [one["label"] for one in told] == ["nut", "nut", "bolt", "nut"]
    said = [one["text"] % one["params"] for one in findings.report["repairs"]]
    assert "Images with several categories are labelled with the most frequent (1)." in said


def test_boxes_and_bare_categories_count_together(inspect: Any) -> None:
    mixed = [
        *({"image_id": 0, "category_id": 8},) * 2,
        {"image_id": 0, "category_id": 7, "bbox": [0, 0, 3, 4]},
        {"image_id": 1, "category_id": 7, "bbox": None},
        {"image_id": 2, "category_id": 8, "bbox": [1, 1, 2, 2]},
        {"image_id": 3, "category_id": None},
    ]
    findings, told = inspect(labelled({"notes.json": json.dumps({**COCO, "annotations": mixed}).encode()}))
    assert [one["label"] for one in told] == ["nut", "bolt", "nut", None]
    assert [len(json.loads(one["boxes"])) for one in told] == [1, 0, 1, 0]
    assert any("no box of four numbers" in str(one["params"]) for one in findings.report["repairs"])


def test_names_in_gbk_become_labels(inspect: Any) -> None:
    data = zipped({f"{label}/{n}.png": picture(n) for label in ("AAAA", "BBBB") for n in range(2)})
    data = data.replace(b"AAAA", "轴承".encode("gbk")).replace(b"BBBB", "螺栓".encode("gbk"))
    _findings, told = inspect(data)
    assert {one["label"] for one in told} == {"轴承", "螺栓"}


def test_a_workbook_keeps_days_moments_and_truths(inspect: Any) -> None:
    first = datetime.datetime(2026, 1, 1)  # noqa: DTZ001 - a workbook knows no zones
    rows = [
        [first + datetime.timedelta(days=n), first + datetime.timedelta(hours=n), n / 4, n % 2 == 0, f"0{n}"]
        for n in range(9)
    ]
    findings, told = inspect(workbook([["day", "at", "x", "good", "code"], *rows]))
    assert {one["name"]: one["type"] for one in findings.report["fields"]} == {
        "day": "date", "at": "time", "x": "number", "good": "boolean", "code": "text",
    }  # fmt: skip
    assert told[1] == {"day": "2026-01-02", "at": "2026-01-01T01:00:00", "x": 0.25, "good": False, "code": "01"}


def test_any_delimiter(inspect: Any) -> None:
    for delimiter in ("^", "~", " ", ":", "|", "\t"):
        _findings, told = inspect(lines(f"a{delimiter}b", *(f"{n}{delimiter}{n * 2}" for n in range(1, 9))))
        assert told[1] == {"a": 2, "b": 4}, delimiter


def test_json_columns_come_late_and_mixed(inspect: Any) -> None:
    rows: list[Any] = [{"a": n} for n in range(5000)] + [{"b": "x", "a": "7"}] + [{"c": {"d": [1, "二"]}}]
    findings, told = inspect(json_lines(*rows))
    assert findings.rows == 5002
    assert told[0] == {"a": 0, "b": None, "c": None}
    assert told[5000] == {"a": 7, "b": "x", "c": None}
    assert told[5001] == {"a": None, "b": None, "c": '{"d": [1, "二"]}'}


def test_units_weights_and_personal_data_are_noticed(inspect: Any) -> None:
    rows = [f"{n},{n}.5,0.5,u{n}@example.org,1380013{n:04}" for n in range(40)]
    findings, _told = inspect(lines("n,pressure (kPa),sample_weight,contact,手机", *rows))
    fields = {one["name"]: one for one in findings.report["fields"]}
    assert fields["pressure (kPa)"]["unit"] == "kPa"
    assert [name for name, one in fields.items() if one.get("sensitive")] == ["contact", "手机"]
    weights = lines("a,sample_weight,b", *(f"{n % 7},{n / 4},{n % 3}" for n in range(40)))
    assert roles(inspect(weights)[0])["sample_weight"] == "weight"


@pytest.mark.parametrize(
    ("name", "unit"),
    [("temp [°C]", "°C"), ("压力（MPa）", "MPa"), ("mass_kg", "kg"), ("model_s", ""), ("x (old one)", "")],
)
def test_units_stand_in_names(name: str, unit: str) -> None:
    assert unit_of(name) == unit


def test_an_identity_number_is_told_by_its_check_digit() -> None:
    assert is_citizen_number("11010519491231002X")
    assert not is_citizen_number("110105194912310021")
    assert not is_citizen_number("123456789012345678")


def test_the_owner_says_what_a_table_is(inspect: Any) -> None:
    rows = [f"this product is really number {n},{n % 2}" for n in range(40)]
    assert inspect(lines("review,label", *rows), kind="table")[0].kind == "table"
    assert inspect(lines("a,b", "1,2", "2,3"), kind="pairs")[0].kind == "table"


def test_a_dataset_keeps_its_kind_and_masks_what_looks_personal(alice: User, anvil: Organization) -> None:
    data = lines("email,age", *(f"u{n}@example.org,{n % 50}" for n in range(60)))
    dataset = make.registered_csv(alice, anvil, data)
    assert dataset.field_settings == {"email": {"sensitive": True}}
    version = dataset.versions.get()
    assert "“email”" in render(version.inspection["repairs"][-1])
    services.set_field(dataset, "email", actor=alice, sensitive=False)
    assert make.next_version(dataset, alice, data).status == VersionStatus.READY
    dataset.refresh_from_db()
    assert dataset.field_settings == {"email": {"sensitive": False}}
    refused = make.inspected(
        services.add_version(dataset, actor=alice, upload=make.uploaded(alice, json_lines(*CHATS), "x.jsonl"))
    )
    assert render(refused.refusal) == (
        "The dataset holds a table, but this file holds instructions and chats; register it as a dataset of its own."
    )


def test_what_comes_in_pieces_is_read_as_one(inspect: Any) -> None:
    """A stream of many batches, as programs write them."""
    sink = pa.BufferOutputStream()
    schema = pa.schema([("a", pa.int64()), ("b", pa.dictionary(pa.int32(), pa.string()))])
    with pa.ipc.new_stream(sink, schema) as writer:
        for start in range(0, 3000, 1000):
            words = pa.array(["x", "y"] * 500).dictionary_encode()
            writer.write_batch(pa.record_batch([pa.array(range(start, start + 1000)), words], schema=schema))
    findings, told = inspect(sink.getvalue().to_pybytes())
    assert (findings.rows, told[2999]) == (3000, {"a": 2999, "b": "y"})
