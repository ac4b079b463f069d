"""Chats and instructions: however they are written, each becomes a list of messages {role, content}."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from django.utils.translation import gettext_noop

from chainhub.datasets.canonical import COMPRESSION, ROWS_PER_GROUP
from chainhub.datasets.inspection.faults import Faults
from chainhub.datasets.inspection.findings import Findings, RefusedFileError, Repairs, quiet
from chainhub.datasets.inspection.profile import profile
from chainhub.datasets.inspection.values import plain_text

LISTS = ("messages", "conversations", "conversation")
ASKED = ("instruction", "prompt")
TOLD = ("output", "response", "completion")
SPEAKERS = {
    "system": "system", "developer": "system", "user": "user", "human": "user", "assistant": "assistant",
    "gpt": "assistant", "bot": "assistant", "model": "assistant", "chatgpt": "assistant", "tool": "tool",
    "function": "tool", "observation": "tool", "function_call": "assistant",
}  # fmt: skip
MOSTLY = 0.9
SCHEMA = pa.schema([("messages", pa.string())])
NO_CHAT = gettext_noop("it has no messages with a speaker and a text, of which one is an answer")


def is_chat(objects: list[Mapping[str, Any]]) -> bool:
    """Whether most of the first objects are chats or instructions with their answers."""
    return bool(objects) and sum(messages_of(one) is not None for one in objects) >= MOSTLY * len(objects)


def messages_of(found: Mapping[str, Any]) -> list[dict[str, str]] | None:
    """The turns of one example; None where it is none."""
    for key in LISTS:
        if key in found:
            return _turns(found[key])
    asked = next((found[key] for key in ASKED if isinstance(found.get(key), str)), None)
    told = next((found[key] for key in TOLD if isinstance(found.get(key), str)), None)
    if not asked or not told:
        return None
    more = found.get("input")
    question = f"{asked}\n\n{more}" if isinstance(more, str) and more.strip() else asked
    system = found.get("system")
    first = [{"role": "system", "content": plain_text(system)}] if isinstance(system, str) and system.strip() else []
    return [
        *first,
        {"role": "user", "content": plain_text(question)},
        {"role": "assistant", "content": plain_text(told)},
    ]


def _turns(said: Any) -> list[dict[str, str]] | None:
    if isinstance(said, str):
        try:
            said = json.loads(said)
        except (ValueError, RecursionError):
            return None
    if not isinstance(said, list):
        return None
    turns = [turn for one in said if (turn := _turn(one)) is not None]
    whole = len(turns) == len(said) and any(turn["role"] == "assistant" for turn in turns)
    return turns if whole else None


def _turn(one: Any) -> dict[str, str] | None:
    if not isinstance(one, Mapping):
        return None
    role = SPEAKERS.get(str(one.get("role", one.get("from", ""))).lower())
    content = one.get("content", one.get("value", one.get("text")))
    if content is None and one.get("tool_calls"):
        content = json.dumps(one["tool_calls"], ensure_ascii=False)
    if role is None or not isinstance(content, str):
        return None
    return {"role": role, "content": plain_text(content)}


def inspect_chats(
    objects: Iterable[tuple[int, Mapping[str, Any]]],
    training: Path,
    report: dict[str, Any],
    repairs: Repairs,
    faults: Faults,
) -> Findings:
    """Write the messages of every object to `training` and describe them. Raises `RefusedFileError`."""
    lengths: Counter[int] = Counter()
    with pq.ParquetWriter(training, SCHEMA, compression=COMPRESSION) as writer:
        for part in _parts(_checked(objects, faults, lengths)):
            writer.write_table(pa.table({"messages": pa.array(part, pa.string())}), row_group_size=ROWS_PER_GROUP)
    used = lengths.total()
    faults.judge(used, repairs)
    if not used:
        raise RefusedFileError(gettext_noop("The file holds no rows."))
    findings = profile(training, {"messages": "text"}, report, repairs, pixels=None, tell=quiet)
    findings.kind = "chat"
    findings.report |= {
        "targets": [],
        "identifiers": [],
        "turns": {"mean": round(sum(length * count for length, count in lengths.items()) / used, 2)}
        | {"max": max(lengths), "single": sum(count for length, count in lengths.items() if length <= 2)},  # noqa: PLR2004 - one question, one answer
    }
    return findings


def _checked(
    objects: Iterable[tuple[int, Mapping[str, Any]]], faults: Faults, lengths: Counter[int]
) -> Iterator[str]:  # fmt: skip
    for number, found in objects:
        messages = messages_of(found)
        if messages is None:
            faults.add(number, NO_CHAT)
            continue
        lengths[len(messages)] += 1
        yield json.dumps(messages, ensure_ascii=False)


def _parts(texts: Iterator[str]) -> Iterator[list[str]]:
    part: list[str] = []
    size = 0
    for text in texts:
        part.append(text)
        size += len(text)
        if len(part) == ROWS_PER_GROUP or size > 32 * 2**20:
            yield part
            part, size = [], 0
    if part:
        yield part
