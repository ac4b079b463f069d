"""Texts of four sources with how twenty people rated their mood: tweets, product and film reviews, editorials."""

import io
import tarfile
from collections.abc import Iterator
from functools import partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import RATED_TEXTS
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.tables import csv_of

RATED = "additional_resources/hutto_ICWSM_2014.tar.gz"
NEUTRAL = 0.3  # ratings from -4 to 4: no nearer to zero than this counts
SOURCES = {
    "tweets": ("tweets", "Tweets", "推文", 3_687),
    "amazon": ("amazonReviewSnippets", "Amazon reviews", "亚马逊评论", 3_132),
    "movies": ("movieReviewSnippets", "Film reviews", "影评", 10_311),
    "nyt": ("nytEditorialSnippets", "New York Times editorials", "《纽约时报》社论", 3_521),
}


def moods_csv(source: str) -> bytes:
    """One source's texts that people did not find neutral, each with its mood."""
    rated = rated_texts(source)
    kept = ([text, "positive" if rating > 0 else "negative"] for rating, text in rated if abs(rating) > NEUTRAL)
    return csv_of(["text", "mood"], kept)


def rated_texts(source: str) -> Iterator[tuple[float, str]]:
    """Every text of a source with its mean rating from -4 (very negative) to 4 (very positive)."""
    name = SOURCES[source][0]
    with tarfile.open(fileobj=io.BytesIO(member(RATED_TEXTS, RATED))) as files:
        (found,) = (one for one in files if one.name.endswith(f"/{name}_GroundTruth.txt"))
        content = files.extractfile(found)
        lines = content.read().decode("utf-8", "replace").split("\n") if content else []
    for line in lines:
        if line:
            _number, rating, text = line.split("\t")[:3]
            yield float(rating), text.strip()


SENTIMENT_SET = SampleSet(
    slug="sentiment",
    title="Rated texts",
    title_zh="情感评分文本",
    summary="Short texts that people rated as positive or negative",
    summary_zh="由人评为正面或负面的短文本",
    licence="MIT",
    source="VADER ground truth (C. J. Hutto, E. Gilbert, ICWSM 2014), as shipped by the source package vaderSentiment "
    "3.3.2",
    source_url="https://github.com/cjhutto/vaderSentiment",
    citation="C. J. Hutto, E. Gilbert: VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media "
    "Text. ICWSM 2014.",
    kind="text",
    target="mood",
    carriers=(RATED_TEXTS,),
    parts=tuple(
        Part(
            slug=slug,
            organization=title,
            organization_zh=title_zh,
            filename=f"{slug}.csv",
            rows=rows,
            content=partial(moods_csv, slug),
        )
        for slug, (_file, title, title_zh, rows) in SOURCES.items()
    ),
)
