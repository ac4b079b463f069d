"""How firmly molecules bind to proteins, divided among partners that each study families of proteins."""

import csv
import io
from collections.abc import Iterator
from functools import cache, partial

from chainhub.scenarios.carriers import member, opened
from chainhub.scenarios.carriers.pins import KIBA
from chainhub.scenarios.samples.kinds import Part, SampleSet, about
from chainhub.scenarios.samples.tables import csv_of

FOLDER = "pydebiaseddta/data/dta/"
ALIKE = 0.4  # from so much likeness of their sequences on, two proteins belong to one family
PARTNERS = ("aster", "birch", "cedar", "dahlia")


def affinities_csv(partner: str) -> bytes:
    """Every pair whose protein the partner studies."""
    mine = _studied()[partner]
    rows = (
        [row["ligand_id"], row["smiles"], row["prot_id"], row["aa_sequence"], row["affinity_score"]]
        for row in measured_pairs()
        if row["prot_id"] in mine
    )
    return csv_of(["ligand_id", "smiles", "protein_id", "protein", "affinity"], rows)


def measured_pairs() -> Iterator[dict[str, str]]:
    """All 5,000 pairs: the package's own division is left, for it leaves nothing known on either side."""
    with opened(KIBA) as package:
        for name in ("train", "val", "test"):
            text = package.read(f"{FOLDER}dta_sample_data/{name}.csv").decode("utf-8")
            yield from csv.DictReader(io.StringIO(text))


@cache
def _studied() -> dict[str, set[str]]:
    """Each partner's proteins: family by family, the largest first, to whoever has fewest pairs so far."""
    counts: dict[str, int] = {}
    for row in measured_pairs():
        counts[row["prot_id"]] = counts.get(row["prot_id"], 0) + 1
    families = sorted(protein_families(sorted(counts)), key=lambda one: (-sum(counts[name] for name in one), one))
    studied: dict[str, set[str]] = {partner: set() for partner in PARTNERS}
    for family in families:
        least = min(PARTNERS, key=lambda partner: (sum(counts[name] for name in studied[partner]), partner))
        studied[least] |= set(family)
    return studied


def protein_families(names: list[str]) -> list[list[str]]:
    """Proteins that are alike, or alike to one that is (single linkage on Smith-Waterman similarities)."""
    text = member(KIBA, f"{FOLDER}dta_sample_sw_sim_matrix.csv").decode("ascii")
    likeness = {row[""]: row for row in csv.DictReader(io.StringIO(text))}
    left, families = set(names), []
    for name in names:
        if name not in left:
            continue
        family, waiting = [], [name]
        left.discard(name)
        while waiting:
            one = waiting.pop()
            family.append(one)
            near = [other for other in sorted(left) if float(likeness[one][other]) >= ALIKE]
            left -= set(near)
            waiting += near
        families.append(sorted(family))
    return families


KIBA_SET = SampleSet(
    slug="kiba",
    title="Binding affinities",
    title_zh="结合亲和力",
    summary="Molecules and kinases with how firmly they bind (KIBA score)",
    summary_zh="分子与激酶及其结合强度（KIBA 分数）",
    licence="MIT (pyDebiasedDTA); CC BY-SA 3.0 (ChEMBL)",
    source="KIBA (J. Tang et al. 2014), a sample of 5,000 pairs as shipped by pydebiaseddta 0.1.0",
    source_url="https://github.com/boun-tabi/debiased-dta",
    citation="J. Tang et al.: Making Sense of Large-Scale Kinase Inhibitor Bioactivity Data Sets. J. Chem. Inf. Model. "
    "54 (2014) 735–743.",
    kind="molecules",
    target="affinity",
    fields={
        "ligand_id": about(
            "ChEMBL number of the molecule; by it a cold split keeps molecules apart",
            "分子的 ChEMBL 编号，冷启动划分以此分开分子",
            role="identifier",
        ),
        "protein_id": about(
            "UniProt number of the protein; by it a cold split keeps proteins apart",
            "蛋白质的 UniProt 编号，冷启动划分以此分开蛋白质",
            role="identifier",
        ),
        "protein": about("Sequence of amino acids, a letter each", "氨基酸序列，每个字母代表一个氨基酸", role="text"),
        "affinity": about("KIBA score: the higher, the firmer the bond", "KIBA 分数，越高结合越强"),
    },
    carriers=(KIBA,),
    parts=tuple(
        Part(
            slug=slug,
            organization=name,
            organization_zh=name_zh,
            filename="affinities.csv",
            rows=rows,
            content=partial(affinities_csv, slug),
            told={"proteins": str(proteins)},
        )
        for slug, name, name_zh, rows, proteins in (
            ("aster", "Aster Therapeutics", "紫菀医药", 1_250, 44),
            ("birch", "Birch Biosciences", "白桦生物", 1_250, 49),
            ("cedar", "Cedar Pharma", "雪松制药", 1_250, 48),
            ("dahlia", "Dahlia Labs", "大丽实验室", 1_250, 48),
        )
    ),
)
