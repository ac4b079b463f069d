"""Pictures in numbers: how large they are, in which form, how they divide into classes."""

import io
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from PIL import Image, UnidentifiedImageError

from chainhub.datasets.inspection.findings import Tell

AT_ONCE = 64
SHOWN = 12


def describe_images(source: Path, name: str, tell: Tell) -> dict[str, Any]:
    """`{sizes, formats, colours, width, height, bytes, unreadable}` from the head of every picture."""
    sizes: Counter[tuple[int, int]] = Counter()
    formats: Counter[str] = Counter()
    colours: Counter[str] = Counter()
    weights: list[int] = []
    unreadable = 0
    with pq.ParquetFile(source) as file:
        rows = max(file.metadata.num_rows, 1)
        for number, batch in enumerate(file.iter_batches(AT_ONCE, columns=[name], use_threads=False), 1):
            for data in batch.column(name).to_pylist():
                head = _head(data)
                if head is None:
                    unreadable += 1
                    continue
                sizes[head.size] += 1
                formats[head.format or "?"] += 1
                colours[head.mode] += 1
                weights.append(len(data))
            tell(min(1.0, number * AT_ONCE / rows))
    return {
        "sizes": [{"width": at[0], "height": at[1], "count": rows} for at, rows in sizes.most_common(SHOWN)],
        "other_sizes": sum(rows for _at, rows in sizes.most_common()[SHOWN:]),
        "width": _limits([at[0] for at in sizes]),
        "height": _limits([at[1] for at in sizes]),
        "bytes": _limits(weights) | {"mean": round(sum(weights) / len(weights)) if weights else None},
        "formats": dict(formats),
        "colours": dict(colours),
        "unreadable": unreadable,
    }


def _head(data: bytes | None) -> Image.Image | None:
    if data is None:
        return None
    try:
        return Image.open(io.BytesIO(data), formats=["PNG", "JPEG"])
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None


def _limits(values: list[int]) -> dict[str, int | None]:
    return {"min": min(values, default=None), "max": max(values, default=None)}
