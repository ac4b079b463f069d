"""A version's profile against DuckDB's own SUMMARIZE of the same file: `.venv/bin/python -m benchmarks.summary`.

Must hold: at most twice as long, for 10 million rows of 20 columns. Both read the same Parquet with the same threads
and the same bound on memory; the file is made by DuckDB.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from chainhub.datasets.profile.describe import profile_file
from chainhub.datasets.profile.engine import MEMORY, MOST_THREADS

RATIO = 2.0
NUMBERS = [f"random() * {100 * (place + 1)} AS n{place}" for place in range(8)]
INTEGERS = [f"(random() * {10 ** (place + 1)})::BIGINT AS i{place}" for place in range(6)]
OTHERS = [
    "'c' || (random() * 20)::INT AS c0",
    "'k' || (random() * 500)::INT AS c1",
    "md5(random()::VARCHAR) AS t0",
    "CASE WHEN random() < 0.1 THEN NULL ELSE random() END AS m0",
    "random() < 0.3 AS b0",
    "(random() * 2)::BIGINT AS y",
]
COLUMNS = [*NUMBERS, *INTEGERS, *OTHERS]


def make(path: Path, rows: int) -> None:
    with duckdb.connect() as connection:
        connection.execute("SELECT setseed(0.5)")
        columns = ", ".join(COLUMNS)
        options = "FORMAT parquet, COMPRESSION snappy, ROW_GROUP_SIZE 65536"
        connection.execute(f"COPY (SELECT {columns} FROM range({rows})) TO '{path}' ({options})")


def summarize(path: Path, folder: Path) -> float:
    threads = max(1, min(MOST_THREADS, os.cpu_count() or 1))
    config = {"memory_limit": MEMORY, "threads": threads, "temp_directory": str(folder / "spilled")}
    with duckdb.connect(config=config) as connection:
        began = time.perf_counter()
        connection.execute(f"SUMMARIZE SELECT * FROM read_parquet('{path}')").fetchall()
        return time.perf_counter() - began


def profile(path: Path, folder: Path) -> float:
    names = [column.rsplit(" AS ", 1)[1] for column in COLUMNS]
    report = {"fields": [{"name": name} for name in names], "identifiers": []}
    began = time.perf_counter()
    told = profile_file(path, report, folder, target="y")
    assert len(told["fields"]) == len(COLUMNS)
    return time.perf_counter() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeat", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "data.parquet"
        make(path, options.rows)
        print(f"{options.rows:,} rows × {len(COLUMNS)} columns, {path.stat().st_size / 1e6:,.0f} MB")
        # In turns, so that whatever else the machine does meets both.
        pairs = [(summarize(path, folder), profile(path, folder)) for _turn in range(options.repeat)]
    own, ours = min(one for one, _other in pairs), min(other for _one, other in pairs)
    print(f"SUMMARIZE {own:.1f} s, profile {ours:.1f} s: ratio {ours / own:.2f} (at most {RATIO:g})")
    return 0 if ours <= RATIO * own else 1


if __name__ == "__main__":
    sys.exit(main())
