"""Six novels by Jane Austen, each with a publisher of its own."""

from functools import partial

from chainhub.scenarios.carriers import opened
from chainhub.scenarios.carriers.pins import NOVELS
from chainhub.scenarios.carriers.rdata import vector_of
from chainhub.scenarios.samples.kinds import Part, SampleSet

DATABASE = "usr/lib/R/site-library/janeaustenr/data/Rdata"
BOOKS = (
    ("sensesensibility", "Sense and Sensibility", "理智与情感", 1_864),
    ("prideprejudice", "Pride and Prejudice", "傲慢与偏见", 2_126),
    ("mansfieldpark", "Mansfield Park", "曼斯菲尔德庄园", 1_841),
    ("emma", "Emma", "爱玛", 2_376),
    ("northangerabbey", "Northanger Abbey", "诺桑觉寺", 1_056),
    ("persuasion", "Persuasion", "劝导", 1_035),
)


def book_txt(name: str) -> bytes:
    """The whole book, lines as they were scanned, paragraphs apart by blank lines."""
    with opened(NOVELS) as package:
        lines = vector_of(package, DATABASE, name)
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


NOVELS_SET = SampleSet(
    slug="austen",
    title="Jane Austen's novels",
    title_zh="简·奥斯汀小说",
    summary="The full text of a novel by Jane Austen",
    summary_zh="简·奥斯汀小说全文",
    licence="Public domain (texts); MIT (janeaustenr)",
    licence_zh="公有领域（文本）；MIT（janeaustenr）",
    source="Project Gutenberg's texts as shipped by the R package janeaustenr 1.0.0 (J. Silge)",
    source_url="https://github.com/juliasilge/janeaustenr",
    citation="J. Austen: Sense and Sensibility (1811), Pride and Prejudice (1813), Mansfield Park (1814), Emma (1815), "
    "Northanger Abbey and Persuasion (1817). Project Gutenberg.",
    kind="corpus",
    target="",
    carriers=(NOVELS,),
    parts=tuple(
        Part(
            slug=slug,
            organization=title,
            organization_zh=title_zh,
            filename=f"{slug}.txt",
            rows=rows,
            content=partial(book_txt, slug),
        )
        for slug, title, title_zh, rows in BOOKS
    ),
)
