"""The real `mlcroissant` reads a dataset from a running hub, with a token as its password."""

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chainhub.accounts.models import User
from chainhub.collaborations.models import Collaboration
from chainhub.datasets.models import Dataset
from chainhub.organizations.models import Organization
from tests.factories.datasets import granted, registered_csv, registered_file
from tests.running import RunningHub, hub_environment, running_hub

__all__ = ["hub_environment", "running_hub"]

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# A process of its own: the package reads its password from the environment, and keeps what it loads in a cache there.
READER = """
import json, sys
import mlcroissant, requests
from requests.auth import HTTPBasicAuth
import os
address, out = sys.argv[1:]
password = os.environ["CROISSANT_BASIC_AUTH_PASSWORD"]
said = requests.get(address, auth=HTTPBasicAuth("token", password))
said.raise_for_status()
open(out, "w").write(said.text)
dataset = mlcroissant.Dataset(jsonld=out)
issues = [*dataset.metadata.ctx.issues.errors, *dataset.metadata.ctx.issues.warnings]
sets = [one.uuid for one in dataset.metadata.record_sets]
rows = [
    {name: value.decode() if isinstance(value, bytes) else str(value) for name, value in row.items()}
    for one in sets for row in dataset.records(one)
]
print(json.dumps({"issues": [str(one) for one in issues], "sets": sets, "rows": rows}))
"""


def read(hub: RunningHub, dataset: Dataset, key: str, tmp_path: Path) -> dict[str, Any]:
    """What mlcroissant finds."""
    out = tmp_path / f"{key[-6:]}-{dataset.slug}.json"
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path),
        "CROISSANT_BASIC_AUTH_USERNAME": "token", "CROISSANT_BASIC_AUTH_PASSWORD": key,
    }  # fmt: skip
    address = hub.url(f"{dataset.get_absolute_url()}croissant.json")
    done = subprocess.run(
        [sys.executable, "-c", READER, address, str(out)],
        check=False, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_mlcroissant_finds_no_fault_and_loads_every_row(
    running_hub: RunningHub, alice: User, bob: User, anvil: Organization, alliance: Collaboration,
    token_for: Callable[..., str], tmp_path: Path,
) -> None:  # fmt: skip
    rows = [["wheel speed", "温度", "when", "ok"]]
    rows += [[at, at / 2 if at % 5 else "", f"2026-01-{at + 1:02}", "ny"[at % 2]] for at in range(25)]
    dataset = registered_csv(alice, anvil, rows, summary="Wear", licence="CC-BY-4.0", visibility="granted")
    granted(dataset, alliance, alice)
    found = read(running_hub, dataset, token_for(alice), tmp_path)
    assert found["issues"] == []
    assert found["sets"] == ["rows"]
    assert len(found["rows"]) == 25
    assert found["rows"][1] == {
        "rows/wheel_speed": "1", "rows/温度": "0.5", "rows/when": "2026-01-02", "rows/ok": "y",
    }  # fmt: skip
    assert found["rows"][5]["rows/温度"] == "None"
    partner = read(running_hub, dataset, token_for(bob), tmp_path)
    assert partner == {"issues": [], "sets": [], "rows": []}


def test_mlcroissant_loads_images(
    running_hub: RunningHub, alice: User, anvil: Organization, token_for: Callable[..., str], tmp_path: Path
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(4):
            picture = io.BytesIO()
            Image.new("RGB", (8, 8), (number * 60, 0, 0)).save(picture, "PNG")
            archive.writestr(f"{'ab'[number % 2]}/{number}.png", picture.getvalue())
    dataset = registered_file(alice, anvil, packed.getvalue(), filename="parts.zip", name="Parts")
    found = read(running_hub, dataset, token_for(alice), tmp_path)
    assert found["issues"] == []
    assert sorted(row["rows/label"] for row in found["rows"]) == ["a", "a", "b", "b"]
    assert all("size=8x8" in row["rows/image"] for row in found["rows"])
