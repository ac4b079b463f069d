"""Partners learn from molecules: what stands on both sides, what cannot be read, what a model answers and why."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, StopAfter, launch
from tests.trainer.test_evaluation_parts import evaluation_of
from tests.trainer.test_hostile_recipes import ended
from trainer.catalogue import recipe
from trainer.contract import Artifact, JobSpec, Log, Started
from trainer.metrics import Judged
from trainer.predict import Predictor
from trainer.recipes.molecule import chemistry, encoding, proteins, size
from trainer.sizes import Data, estimate_of
from trainer.tasks import plain

TAILS = ["O", "N", "C(=O)O", "F", "Cl", "c1ccccc1", "S", "C#N"]
LETTERS = {"network": "letters", "smiles_length": 24, "sequence_length": 32, "filters": 4, "vector_size": 4}
SMALL = {"hidden_layers": [8], "bits": 64, "epochs": 3, "bootstrap_samples": 100, "batch_size": 16}


def molecules(rows: int, seed: int) -> pa.Table:
    """Chains with an end: how well they dissolve falls with their length; and how they bind to short proteins."""
    random = np.random.default_rng(seed)
    length, tail = random.integers(1, 12, rows), random.choice(TAILS, rows)
    sequence = random.choice(["MKT" * 8, "GAV" * 9, "DERKH" * 5], rows)
    solubility = 2.0 - 0.5 * length + (tail == "O") + 0.1 * random.normal(size=rows)
    return pa.table({
        "structure": ["C" * n + end for n, end in zip(length, tail, strict=True)], "sequence": sequence,
        "solubility": solubility, "affinity": solubility + 2.0 * (sequence == "GAV" * 9),
        "soluble": np.where(solubility > 0, "yes", "no"), "plate": random.choice(["p1", "p2", "p3", "p4"], rows),
    })  # fmt: skip


@pytest.fixture
def of(job: MakeSpec) -> MakeSpec:
    """A small job on two partners' molecules."""

    def make(parameters: dict[str, Any] | None = None, **changes: Any) -> JobSpec:
        tables = {"anvil": molecules(60, 1), "borealis": molecules(40, 2)}
        values = {"recipe": "molecule", "target": "solubility", "fields": ["structure"], "tables": tables} | changes
        return job(SMALL | (parameters or {}), **values)

    return make


def test_a_property_is_learnt_from_structures_alone(of: MakeSpec) -> None:
    found = evaluation_of(of({"epochs": 40, "learning_rate": 0.01, "dropout": 0.0}))
    assert found["overall"]["metrics"]["r2"]["value"] > 0.8
    assert found["overall"]["metrics"]["concordance"]["value"] > 0.8
    assert found["repeated"]["rows"] == 0  # the same molecule never stands on both sides


def test_an_affinity_is_learnt_from_molecule_and_protein(of: MakeSpec) -> None:
    parameters = {"epochs": 40, "learning_rate": 0.01, "dropout": 0.0}
    both = evaluation_of(of(parameters, target="affinity", fields=["structure", "sequence"]))
    assert both["overall"]["metrics"]["r2"]["value"] > 0.8
    alone = evaluation_of(of(parameters, target="affinity", fields=["structure"]))
    assert alone["overall"]["metrics"]["r2"]["value"] < both["overall"]["metrics"]["r2"]["value"]


def test_letters_are_read_one_after_the_other(of: MakeSpec, tmp_path: Path) -> None:
    spec = of(LETTERS | {"epochs": 30, "learning_rate": 0.01}, target="affinity", fields=["structure", "sequence"])
    assert evaluation_of(spec)["overall"]["metrics"]["r2"]["value"] > 0.5
    answer = Predictor(spec.output).predict([{"smiles": "CCCO", "sequence": "GAV" * 9}])[0]
    other = Predictor(spec.output).predict([{"smiles": "OCCC", "sequence": "gav" * 9}])[0]
    assert answer["value"] == other["value"]  # one molecule, however it is written
    long = {"smiles": "C" * 20, "sequence": "GAV" * 10}
    beside = Predictor(spec.output).predict([{"smiles": "CCCO", "sequence": "GAV" * 9}, long])[0]
    assert beside["value"] == pytest.approx(answer["value"], abs=1e-5)  # whatever it is asked with


@pytest.mark.parametrize("parameters", [{}, LETTERS], ids=["fingerprint", "letters"])
def test_a_class_is_told_with_its_picture(of: MakeSpec, parameters: dict[str, Any]) -> None:
    spec = of(parameters, target="soluble")
    found = evaluation_of(spec)
    assert found["task"] == "classification"
    answer = Predictor(spec.output).predict([{"structure": "CCO"}], explain=True)[0]
    assert set(answer["probabilities"]) == {"yes", "no"}
    assert answer["picture"].startswith("<?xml")
    assert "svg" in answer["picture"]


def test_atoms_tell_what_they_add(of: MakeSpec) -> None:
    spec = of({"epochs": 40, "learning_rate": 0.01})
    evaluation_of(spec)
    reasons = Predictor(spec.output).predict([{"smiles": "CCCO"}], explain=True)[0]["reasons"]
    assert [one["text"] for one in reasons["tokens"]] == ["C", "C", "C", "O"]
    assert any(one["weight"] for one in reasons["tokens"])
    assert "svg" in reasons["picture"]


def test_without_an_atom_nothing_is_left_that_it_was_part_of() -> None:
    ethanol = chemistry.molecule_of("CCO")
    whole, without = chemistry.fingerprint(ethanol, 2, 1024), chemistry.without_each_atom(ethanol, 2, 1024)
    assert (without <= whole + 1e-6).all()
    assert (without[1] > 0).sum() == 2  # beside the middle atom only the two others themselves
    assert chemistry.without_each_atom(chemistry.molecule_of("C"), 2, 64).sum() == 0


def test_a_strange_molecule_is_called_strange(of: MakeSpec) -> None:
    spec = of({"bits": 1024})
    evaluation_of(spec)
    strange, usual = Predictor(spec.output).predict(
        [{"smiles": "O=S(=O)(N1CCOCC1)c1cnc2[nH]ccc2c1Br"}, {"smiles": "CCCO"}]
    )
    assert strange["warnings"]
    assert "warnings" not in usual


def test_one_molecule_written_in_two_ways_stays_on_one_side(of: MakeSpec) -> None:
    """Every molecule is there twice: the second time written from its other end."""
    names = [f"{'C' * n}{end}" for n in range(2, 12) for end in ("O", "N", "S")]
    twice = names + [name[::-1] for name in names]
    content = pa.table({"structure": twice, "solubility": [float(len(name)) for name in twice]})
    found = evaluation_of(of(tables={"anvil": content}))
    assert found["overall"]["rows"] % 2 == 0
    assert found["repeated"]["rows"] == 0


@pytest.mark.parametrize("field", ["structure", "plate"])
def test_whole_molecules_and_plates_are_held_out(of: MakeSpec, field: str) -> None:
    spec = of(split={"kind": "group", "group": field, "test_fraction": 0.25})
    found = evaluation_of(spec)
    assert found["split"]["group"] == field
    assert 5 < found["overall"]["rows"] < 60
    assert found["repeated"]["rows"] == 0 or field == "plate"


def test_what_is_no_molecule_is_left_out_and_told_without_its_text(of: MakeSpec) -> None:
    content = molecules(40, 1)
    texts = ["secret stuff", "C1=CC=C2C=CC=CC2=C1" * 104, None, "C" * 5000, *content["structure"].to_pylist()[4:]]
    content = content.set_column(0, "structure", pa.array(texts))
    code, events = launch(of(tables={"anvil": content}, masked=["structure"]))
    assert code == 0, events[-1]
    told = [event.text % event.params for event in events if isinstance(event, Log) and event.level == "warning"]
    assert told == ["4 rows are left out: their “structure” is no molecule."]
    rows = next(event.rows for event in events if isinstance(event, Started))
    assert rows == {"anvil": 36}
    written = json.loads(Path(of().output, "preprocessing.json").read_text())
    assert written["samples"] == []  # of a masked field nothing is shown


def test_samples_are_offered_where_everyone_may_see_rows(of: MakeSpec) -> None:
    spec = of()
    evaluation_of(spec)
    assert json.loads(Path(spec.output, "preprocessing.json").read_text())["samples"] == []
    opened = spec.model_copy(update={"inputs": tuple(one.model_copy(update={"viewable": True}) for one in spec.inputs)})
    evaluation_of(opened)
    samples = json.loads(Path(spec.output, "preprocessing.json").read_text())["samples"]
    assert 1 <= len(samples) <= 5
    assert len(Predictor(spec.output).predict(samples)) == len(samples)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fields": ["plate"]}, "No field holds molecules"),
        ({"parameters": {"smiles": "plate"}}, "has a structure that can be read"),
        ({"parameters": {"sequence": "plate"}}, "has a structure that can be read"),
        ({"parameters": {"smiles": "absent"}}, "absent"),
        ({"parameters": {"smiles": "solubility"}}, "cannot be what it is predicted from"),
        ({"target": "soluble", "parameters": {"loss": "mae"}}, "cross-entropy"),
        ({"parameters": {"task": "regression"}, "target": "soluble"}, "numbers"),
        ({"split": {"kind": "group", "group": "absent"}}, "tells groups apart by “absent”"),
    ],
)
def test_nonsense_ends_in_a_sentence(of: MakeSpec, changes: dict[str, Any], words: str) -> None:
    _, events = launch(of(changes.get("parameters"), **{k: v for k, v in changes.items() if k != "parameters"}))
    ended(events, words)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "given as “smiles”"),
        ({"smiles": 7}, "given as “smiles”"),
        ({"smiles": "not a molecule"}, "no molecule that can be read"),
        ({"smiles": "C(" * 50}, "no molecule that can be read"),
        ({"smiles": "C" * 100_000}, "no molecule that can be read"),
        ({"smiles": "CC\udc80"}, "no molecule that can be read"),
        ({"smiles": "CC\x00"}, "no molecule that can be read"),
        ({"smiles": "CCO"}, "given as “sequence”"),
        ({"smiles": "CCO", "sequence": "12 34"}, "given as “sequence”"),
        ({"smiles": "CCO", "sequence": "<script>"}, "given as “sequence”"),
    ],
)
def test_nonsense_is_answered_with_a_sentence(of: MakeSpec, row: dict[str, Any], words: str) -> None:
    spec = of(target="affinity", fields=["structure", "sequence"])
    evaluation_of(spec)
    with pytest.raises(Exception, match=words):
        Predictor(spec.output).predict([row])


@pytest.mark.parametrize("parameters", [{}, LETTERS], ids=["fingerprint", "letters"])
def test_interrupted_and_resumed_is_bit_for_bit_the_same(of: MakeSpec, parameters: dict[str, Any]) -> None:
    _, whole = launch(of(parameters))
    spec = of(parameters)
    code, events = launch(spec, StopAfter(5))
    assert code == 3
    code, after = launch(of(parameters, resume_from=str(Path(spec.output, events[-1].path))))
    assert code == 0
    told = [{e.path: e.sha256 for e in run if isinstance(e, Artifact)} for run in (whole, after)]
    assert told[0] == told[1]


@pytest.mark.parametrize(("parameters", "paired"), [({}, False), ({}, True), (LETTERS, False), (LETTERS, True)])
def test_size_is_told_beforehand(of: MakeSpec, parameters: dict[str, Any], paired: bool) -> None:
    spec = of(parameters, target="affinity", fields=["structure", "sequence"] if paired else ["structure"])
    code, events = launch(spec)
    assert code == 0, events[-1]
    count = next(event.parameters_count for event in events if isinstance(event, Started))
    known = recipe("molecule")
    data = Data(rows=100, classes=1, size=100 * (200 if paired else 10))
    found = estimate_of(known, known.check(spec.parameters), data)
    assert found is not None
    assert count <= found.parameters  # what never varies is left out, letters that never occur have no vector
    assert len(chemistry.descriptors(chemistry.molecule_of("CCO"))) == size.DESCRIPTORS
    assert size.COMPOSITION == proteins.WIDTH


def test_descriptors_are_numbers_whatever_the_molecule_is() -> None:
    for text in ("[H][H]", "[Na+].[Cl-]", "[U]", "C" * 300, "*", "[2H]O[2H]", "C1CC1.[Fe+2]"):
        made = encoding.Prints(2, 64).of([text])
        assert np.isfinite(made).all()


def test_what_never_varies_is_left_out_of_many_molecules_too() -> None:
    """The mean of a hundred thousand equal numbers is that number, also where it is added up in short ones."""
    raw = np.full((100_000, 30), 7.3, np.float32)
    raw[:, 3] = np.arange(len(raw)) % 5
    learnt = encoding.Scaling.learnt(raw)
    assert learnt.columns == [3]
    assert (learnt.center, learnt.scale) == ([pytest.approx(2.0)], [pytest.approx(np.sqrt(2))])


def test_concordance_is_the_share_of_pairs_in_the_right_order() -> None:
    targets, predicted = np.array([1.0, 2.0, 3.0, 3.0]), np.array([1.0, 1.0, 5.0, 0.0])
    assert plain("concordance", Judged(targets, predicted, "regression")) == pytest.approx(2.5 / 5)
    assert plain("concordance", Judged(np.ones(3), np.arange(3.0), "regression")) is None
    random = np.random.default_rng(0)
    many = random.normal(size=3000)
    assert plain("concordance", Judged(many, many**3, "regression")) == 1.0
    assert plain("concordance", Judged(many, random.normal(size=3000), "regression")) == pytest.approx(0.5, abs=0.02)


def test_a_stranger_is_told_to_install_rdkit(of: MakeSpec) -> None:
    spec = of({"epochs": 1})
    evaluation_of(spec)
    assert f"rdkit=={version('rdkit')}" in Path(spec.output, "reproduce", "requirements.txt").read_text()


@pytest.mark.parametrize("fields", [["structure"], ["structure", "sequence"]])
def test_the_example_runs_on_the_published_files(of: MakeSpec, fields: list[str]) -> None:
    """-I: nothing of the hub is on the path, no variable bends the interpreter."""
    spec = of({"epochs": 1}, target="affinity", fields=fields)
    assert launch(spec)[0] == 0
    command = [sys.executable, "-I", "example.py"]
    done = subprocess.run(command, cwd=spec.output, check=False, capture_output=True, text=True, env={})
    assert done.returncode == 0, done.stderr
    assert "'value': " in done.stdout
    assert "svg" not in done.stdout


def test_other_jobs_do_not_load_rdkit() -> None:
    code = "import sys; from trainer.preload import preload; preload(); assert 'rdkit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_machine_that_cannot_draw_answers_without_a_picture(of: MakeSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """rdkit draws with libraries of X, which a bare Debian lacks."""
    spec = of({"epochs": 1})
    assert launch(spec)[0] == 0
    monkeypatch.setitem(sys.modules, "rdkit.Chem.Draw", None)
    (answer,) = Predictor(spec.output).predict([{"smiles": "CCO"}], explain=True)
    assert "picture" not in answer
    assert "picture" not in answer["reasons"]
    assert answer["reasons"]["tokens"]
