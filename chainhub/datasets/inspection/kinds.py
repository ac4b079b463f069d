"""What kind of data a table is, and which part each of its fields plays."""

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from chainhub.datasets.inspection.sensitive import is_sensitive
from chainhub.datasets.inspection.smiles import has_structure, is_smiles
from chainhub.datasets.inspection.units import unit_of

Field = dict[str, Any]
# Kinds that are tables of their own columns: one may be corrected to another.
COLUMNAR = ("table", "series", "text", "pairs", "answers", "molecules")

SAMPLE_ROWS = 2_000
SERIES_ROWS = 200_000
SHORTEST_SERIES = 8
MOSTLY = 0.95
FEW_FIELDS = 4
SENTENCE, WORDS, HANZI = 20, 3, 6  # letters, words or Chinese letters that make a sentence
CLASSES = 50
SMILES_NAME = re.compile(r"smiles|^(mol|molecule|structure|compound|分子|结构式)$", re.IGNORECASE)
TIME_NAME = re.compile(
    r"(^|[_ ])(date|datetime|time|timestamp|day|month|year|week|period|ds|at|ts)$|日期|时间|年月|月份|年份|时刻",
    re.IGNORECASE,
)
ENTITY_NAME = re.compile(r"(^|[_ ])(entity|series|sensor|device|machine|store|item|unit|cell|ticker|symbol|site|state)"
                         r"([_ ]?id)?$|设备|传感器|门店|机组|站点|股票", re.IGNORECASE)  # fmt: skip
WEIGHT_NAME = re.compile(r"^(sample|case|instance|survey|row)[_ ]?weights?$|权重|加权", re.IGNORECASE)
QUESTION = re.compile(r"^(question|query|problem|问题|提问|问)$", re.IGNORECASE)
ANSWER = re.compile(r"^(answers?|answer_text|response|reply|答案|回答|答)$", re.IGNORECASE)
SIDES = re.compile(
    r"(^|[_ .-])(source|src|target|tgt|trg|original|translation|en|eng|english|zh|cn|chinese|de|fr|es|ja|ko|ru|it|pt"
    r"|ar|vi|th|原文|译文|中文|英文|英语|源文|目标)([_ .-](text|sentence|hans|cn))?$",
    re.IGNORECASE,
)
INSTRUCTED = ({"instruction", "output"}, {"instruction", "response"}, {"prompt", "completion"}, {"prompt", "response"})
LISTS = ("messages", "conversations")


def kind_of(training: Path, fields: list[Field], *, pixels: bool) -> tuple[str, dict[str, str]]:
    """The kind and the roles that it gives to fields by name."""
    if pixels or not fields:
        return "table", {}
    names = {field["name"].lower() for field in fields}
    if any(words <= names for words in INSTRUCTED) or any(name in LISTS for name in names):
        return "chat", {}
    with pq.ParquetFile(training) as file:
        sample = next(file.iter_batches(SAMPLE_ROWS, columns=[field["name"] for field in fields], use_threads=False))
    texts = [field for field in fields if _is_prose(field, sample)]
    for find in (_molecules, _answers, _pairs, _labelled):
        if found := find(fields, texts, sample):
            return found
    return _series(training, fields) or ("table", {})


def assign_roles(fields: list[Field], roles: dict[str, str], *, target: str, identifiers: list[str]) -> None:
    """Give each field its role, its unit, and whether it seems to be sensitive."""
    for field in fields:
        name = field["name"]
        if unit := unit_of(name):
            field["unit"] = unit
        if is_sensitive(name, field.get("examples", [])):
            field["sensitive"] = True
        field["role"] = roles.get(name) or _usual_role(field, target, identifiers)


def fits(kind: str, fields: list[Field]) -> bool:
    """Whether the owner may call a table with these fields so."""
    words = sum(field["type"] == "text" for field in fields)
    needed = {"table": 0, "series": 0, "text": 1, "molecules": 1, "pairs": 2, "answers": 2}
    if kind == "series":
        return any(field["type"] in {"date", "time", "integer"} for field in fields)
    return kind in needed and words >= needed[kind]


def _usual_role(field: Field, target: str, identifiers: list[str]) -> str:
    if field["name"] == target:
        return "target"
    if field["name"] in identifiers:
        return "identifier"
    if WEIGHT_NAME.search(field["name"]) and field["kind"] == "number":
        return "weight"
    return {"image": "image"}.get(field["kind"], "feature")


def _is_prose(field: Field, sample: pa.RecordBatch) -> bool:
    """Whether its values are sentences rather than names and codes."""
    if field["kind"] != "text":
        return False
    values = [value for value in sample.column(field["name"]).to_pylist() if value]
    long = sum(len(value) >= SENTENCE or value.count(" ") >= WORDS - 1 or _hanzi(value) >= HANZI for value in values)
    return bool(values) and long >= len(values) / 2 and any(" " in value or _hanzi(value) for value in values)


def _hanzi(value: str) -> int:
    return sum("一" <= letter <= "鿿" for letter in value[:100])


Found = tuple[str, dict[str, str]] | None


def _molecules(fields: list[Field], texts: list[Field], sample: pa.RecordBatch) -> Found:
    for field in fields:
        if field["type"] != "text":
            continue
        words = [word for word in sample.column(field["name"]).to_pylist() if word]
        good = [word for word in words if is_smiles(word)]
        if len(words) < 2 or len(good) < MOSTLY * len(words):  # noqa: PLR2004 - one word proves nothing
            continue
        if SMILES_NAME.search(field["name"]) or sum(map(has_structure, good)) >= len(good) / 2:
            return "molecules", {field["name"]: "text"}
    return None


def _answers(fields: list[Field], texts: list[Field], sample: pa.RecordBatch) -> Found:
    words = [field["name"] for field in fields if field["type"] == "text"]
    asked = next((name for name in words if QUESTION.search(name)), None)
    told = next((name for name in words if ANSWER.search(name)), None)
    if not asked or not told:
        return None
    return "answers", {**{field["name"]: "text" for field in texts}, asked: "text", told: "target"}


def _pairs(fields: list[Field], texts: list[Field], sample: pa.RecordBatch) -> Found:
    words = [field for field in fields if field["type"] == "text"]
    named = [field for field in words if SIDES.search(field["name"])]
    two = named if len(named) == 2 else texts  # noqa: PLR2004 - a pair
    if len(two) != 2 or len(fields) > FEW_FIELDS or any(field not in (*named, *texts) for field in words):  # noqa: PLR2004
        return None
    if two is texts and len(fields) > 2:  # noqa: PLR2004 - two prose fields beside others are a table, unless named
        return None
    return "pairs", {two[0]["name"]: "text", two[1]["name"]: "target"}


def _labelled(fields: list[Field], texts: list[Field], sample: pa.RecordBatch) -> Found:
    if len(texts) != 1 or len(fields) > FEW_FIELDS:
        return None
    if len(fields) == 1:
        return "corpus", {texts[0]["name"]: "text"}
    labels = [field for field in fields if field is not texts[0] and _is_label(field)]
    return ("text", {texts[0]["name"]: "text"}) if labels else None


def _is_label(field: Field) -> bool:
    few = 2 <= (field["distinct"] or 0) <= CLASSES  # noqa: PLR2004 - two classes or more
    return few and (field["kind"] in {"category", "boolean"} or field["type"] == "integer")


def _series(training: Path, fields: list[Field]) -> Found:
    """Moments that go on from row to row, for each thing that is measured."""
    moments = [field for field in fields if _may_be_time(field)]
    things = [field["name"] for field in fields if field["kind"] == "category" or ENTITY_NAME.search(field["name"])]
    measured = [field for field in fields if field["kind"] == "number" and field not in moments]
    if not moments or not measured:
        return None
    for moment in moments:
        for thing in (None, *(name for name in things if name != moment["name"])):
            if _goes_on(training, moment["name"], thing):
                return "series", {moment["name"]: "time"} | ({thing: "entity"} if thing else {})
    return None


def _may_be_time(field: Field) -> bool:
    if field["missing"] or (field["distinct"] or SHORTEST_SERIES) < SHORTEST_SERIES:
        return False
    if field["type"] in {"date", "time"}:
        return True
    return field["type"] == "integer" and bool(TIME_NAME.search(field["name"])) and field.get("min", 0) >= 0


def _goes_on(training: Path, moment: str, thing: str | None) -> bool:
    columns = [moment, *([thing] if thing else [])]
    with pq.ParquetFile(training) as file:
        table = pa.Table.from_batches([next(file.iter_batches(SERIES_ROWS, columns=columns, use_threads=False))])
    if table.num_rows < SHORTEST_SERIES:
        return False
    codes = pc.rank(table.column(moment), tiebreaker="dense").to_numpy()
    if thing is None and codes.max() < table.num_rows:
        return False  # a moment comes twice: there is more than one thing
    if thing is None:
        steps = codes[1:].astype("int64") - codes[:-1].astype("int64")
    else:
        things = table.column(thing).combine_chunks().dictionary_encode().indices.fill_null(-1).to_numpy()
        order = things.argsort(kind="stable")
        same = things[order][1:] == things[order][:-1]
        steps = (codes[order][1:].astype("int64") - codes[order][:-1].astype("int64"))[same]
    if not len(steps):
        return False
    return bool((steps > 0).mean() >= MOSTLY or (steps < 0).mean() >= MOSTLY)
