"""What a stranger needs to train a published model again without the hub: this very trainer, the job, a notebook.

No data is inside, and no name of a dataset: whoever may read the model need not know of each dataset that it was
trained on. Files are known by their organization and SHA-256; the holder of one recognizes it, nobody else.
"""

from __future__ import annotations

import json
from functools import cache
from hashlib import file_digest
from pathlib import Path
from typing import Any

import torch

from trainer import catalogue
from trainer.contract import InputFile, JobSpec
from trainer.notebook import notebook
from trainer.source import needed, packed, pinned, source_of

FOLDER = "reproduce"
OF_A_BASE = {".safetensors", ".json", ".txt", ".model", ".jinja"}
SCRIPT = '''\
"""Train this model again and compare its metrics with the recorded ones. / 重新训练该模型，并与记录的指标对比。

    pip install -r requirements.txt
    python reproduce.py --data FOLDER    # the folder that holds the data / 数据所在的文件夹
"""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "trainer.zip"))

from trainer.rerun import main

if __name__ == "__main__":
    sys.exit(main(HERE))
'''
OPTIONAL = "# for the notebook / 用于笔记本: pip install notebook matplotlib\n"


def reproduction(spec: JobSpec, config: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, bytes]:
    """The files by path. `config` and `evaluation` are the published ones."""
    package = catalogue.recipe(spec.recipe).package
    archive, requirements = program(package)
    made = {
        "trainer.zip": archive,
        "spec.json": _json(record(spec, config, evaluation) | {"recipes": _beyond(package)}),
        "reproduce.py": SCRIPT.encode(),
        "notebook.ipynb": _json(notebook()),
        "requirements.txt": requirements.encode(),
    }
    return {f"{FOLDER}/{name}": content for name, content in made.items()}


@cache
def program(package: str) -> tuple[bytes, str]:
    """The trainer with that recipe as an archive, and its requirements; read once, by the fork server for its children.

    So a job tells of the source that it runs, also where the files on disk were renewed since.
    """
    source = source_of("trainer", *_beyond(package))
    modules = needed(source, ["trainer.rerun", f"{package}.schema", f"{package}.program"])
    return packed(source), pinned(modules) + OPTIONAL


def _beyond(package: str) -> list[str]:
    """The recipe's own package, where it is not one of the trainer's."""
    return [] if package.startswith(f"{catalogue.HOME}.") else [package]


def record(spec: JobSpec, config: dict[str, Any], evaluation: dict[str, Any]) -> dict[str, Any]:
    """The job without places, names of datasets and limits of time, and what it came to."""
    left_out = {"job", "run", "inputs", "base", "output", "resume_from", "limits", "masked", "threads"}
    told = spec.model_dump(mode="json", exclude=left_out)
    used = {spec.target, *config["input"].get("fields", [])}  # a masked field that is not used is not even named
    told |= {"masked": [name for name in spec.masked if name in used], "limits": {"epochs": spec.limits.epochs}}
    return {
        "format": 1,
        "job": told | {"job": "reproduced", "threads": torch.get_num_threads()},
        "inputs": [_known(item) | {"viewable": spec.is_open} for item in spec.inputs],  # it decides what stays together
        "base": digests(Path(spec.base.path)) if spec.base else [],
        "metrics": metrics_of(evaluation),
        "made_with": config["made_with"],
    }


def metrics_of(evaluation: dict[str, Any]) -> dict[str, dict[str, float | None]]:
    """Overall under "", and each organization's on its own held-out rows under its slug."""
    found = {"": evaluation["overall"]["metrics"]}
    found |= {item["organization"]: item["own"]["together"] for item in evaluation["organizations"]}
    return {name: {metric: entry["value"] for metric, entry in own.items()} for name, own in found.items()}


def digest(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _known(item: InputFile) -> dict[str, Any]:
    path = Path(item.path)
    told = {"organization": item.organization, "organization_name": item.organization_name}
    return told | {"sha256": digest(path), "size": path.stat().st_size, "kind": path.suffix.lower()}


def digests(folder: Path) -> list[str]:
    """SHA-256 of the files of which a base model consists, in order; without their names, which are its owner's."""
    return sorted(digest(path) for path in folder.iterdir() if path.suffix in OF_A_BASE and path.is_file())


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"
