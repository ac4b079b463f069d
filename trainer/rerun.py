"""Trains a published model again, away from the hub, and says whether it comes to the same metrics.

What `reproduce.py` and the notebook beside a published model call; `record` is their `spec.json`.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.preload import calm

calm()

import torch  # noqa: E402 - what calms libraries comes before they are loaded

from trainer import ranks  # noqa: E402
from trainer.catalogue import ELSEWHERE  # noqa: E402
from trainer.contract import FINISHED, Failed, JobSpec, Log, Metric, Payload  # noqa: E402
from trainer.main import run, work  # noqa: E402
from trainer.reproduce import digest, digests, metrics_of  # noqa: E402

CLOSE = 1e-6
SAME, DIFFERENT, IMPOSSIBLE = 0, 1, 2  # exit codes

Record = dict[str, Any]
Tell = Callable[[str], object]


class RerunError(Exception):
    """It cannot be trained again; one sentence says why."""


@dataclass(frozen=True)
class Line:
    """One metric, as recorded and as found now; `of` is an organization, or "" for all together."""

    of: str
    metric: str
    recorded: float | None
    found: float | None

    @property
    def equal(self) -> bool:
        if self.recorded is None or self.found is None:
            return self.recorded is self.found
        return math.isclose(self.recorded, self.found, rel_tol=CLOSE, abs_tol=CLOSE)


def read(folder: Path) -> Record:
    """The job and what it came to; recipes that came along are announced to the trainer."""
    record: Record = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
    if record["recipes"]:
        os.environ[ELSEWHERE] = ",".join(record["recipes"])
    return record


def find(record: Record, data: Path) -> list[Path]:
    """The files of the inputs, wherever in the folder and under whatever names they lie. Raises RerunError."""
    if not data.is_dir():
        raise RerunError(f"There is no folder {data}. / 没有文件夹 {data}。")
    sizes = {item["size"] for item in record["inputs"]}
    present = [path for path in sorted(data.rglob("*")) if path.is_file() and path.stat().st_size in sizes]
    by_hash = {digest(path): path for path in present}
    for item in record["inputs"]:
        if item["sha256"] not in by_hash:
            name, known = item["organization_name"], item["sha256"]
            raise RerunError(
                f"The data of {name} with SHA-256 {known} is not in {data}. / "
                f"{data} 中没有 {name} 的数据（SHA-256 {known}）。"
            )
    return [by_hash[item["sha256"]] for item in record["inputs"]]


def spec_for(record: Record, files: list[Path], output: Path, base: str | None = None) -> JobSpec:
    """The job on this machine; a graphics card is used where the job had one and there is one. Raises RerunError."""
    output.mkdir(parents=True, exist_ok=True)
    told = ("sha256", "size", "kind")
    inputs = [
        {name: value for name, value in item.items() if name not in told} | {"path": _named(path, item, output)}
        for path, item in zip(files, record["inputs"], strict=True)
    ]
    job = record["job"] | {"inputs": inputs, "output": str(output)}
    if not (torch.cuda.is_available() or torch.backends.mps.is_available()):
        job["device"] = "cpu"
    if record["base"]:
        job["base"] = {"path": _checked_base(record["base"], base)}
    return JobSpec.model_validate(job)


def train(spec: JobSpec, tell: Tell = print) -> dict[str, Any]:
    """Train, and give the evaluation; RerunError with the trainer's own sentence when it fails."""
    failure: list[Failed] = []

    def said(payload: Payload) -> None:
        if isinstance(payload, Failed):
            failure.append(payload)
        elif isinstance(payload, Log) and payload.level != "debug":
            tell(_sentence(payload.text, payload.params))
        elif isinstance(payload, Metric) and (payload.name, payload.split) == ("loss", "train"):
            tell(f"{payload.organization or payload.series}  epoch {payload.epoch}  loss {payload.value:.4f}")

    stop = threading.Event()
    code = ranks.run(spec, work, said, stop) if spec.processes > 1 else run(spec, said, stop)
    if code != FINISHED:
        raise RerunError(" ".join(_sentence(one.text, one.params) for one in failure) or f"It ended with code {code}.")
    found: dict[str, Any] = json.loads(Path(spec.output, "evaluation.json").read_bytes())
    return found


def compare(recorded: dict[str, dict[str, float | None]], evaluation: dict[str, Any]) -> list[Line]:
    """Every recorded metric beside the one found now."""
    now = metrics_of(evaluation)
    return [
        Line(of, metric, value, now.get(of, {}).get(metric))
        for of, metrics in recorded.items()
        for metric, value in metrics.items()
    ]


def told(lines: list[Line]) -> str:
    """A table for people."""
    rows = [("", "metric / 指标", "recorded / 记录值", "now / 现值", "")]
    rows += [
        (line.of, line.metric, _number(line.recorded), _number(line.found), "=" if line.equal else "≠")
        for line in lines
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def main(folder: Path, arguments: list[str] | None = None) -> int:
    """The command line of `reproduce.py`: 0 the same metrics, 1 others, 2 it could not be trained."""
    parser = argparse.ArgumentParser(prog="reproduce.py")
    parser.add_argument("--data", type=Path, help="folder that holds the data / 数据所在的文件夹")
    parser.add_argument("--base", help="folder of the base model, of a fine-tuned model / 基础模型所在的文件夹")
    parser.add_argument("--output", type=Path, help="where the files go; a temporary folder by default / 输出文件夹")
    chosen = parser.parse_args(arguments)
    try:
        data = chosen.data or Path(input("Folder of the data / 数据所在的文件夹: "))
        record = read(folder)
        output = chosen.output or Path(tempfile.mkdtemp(prefix="reproduced-"))
        evaluation = train(spec_for(record, find(record, data), output, chosen.base), _say)
    except RerunError as error:
        sys.stderr.write(f"{error}\n")
        return IMPOSSIBLE
    lines = compare(record["metrics"], evaluation)
    _say(told(lines))
    same = all(line.equal for line in lines)
    _say("The same metrics, to 1e-6. / 指标相同（1e-6 以内）。" if same else "Not the same metrics. / 指标不同。")
    _say(f"{output}")
    return SAME if same else DIFFERENT


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _named(path: Path, item: Record, output: Path) -> str:
    """The file itself, or another name for it where its own does not say what kind it is."""
    if path.suffix.lower() == item["kind"]:
        return str(path)
    named = output / f"{item['sha256'][:16]}{item['kind']}"
    if not named.exists():
        named.symlink_to(path.resolve())
    return str(named)


def _checked_base(known: list[str], base: str | None) -> str:
    if base is None or not Path(base).is_dir():
        raise RerunError("Name the folder of the base model with --base. / 请用 --base 指定基础模型所在的文件夹。")
    if missing := set(known) - set(digests(Path(base))):
        raise RerunError(
            f"{base} is not the base model it was: {len(missing)} of its files are others. / "
            f"{base} 不是当时的基础模型：其中 {len(missing)} 个文件不同。"
        )
    return base


def _sentence(text: str, params: dict[str, Any]) -> str:
    return text % params if params else text


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.9g}"
