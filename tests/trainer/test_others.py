"""Models that each judge one organization: whose rows are looked into, and what is told to nobody."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, pictures, table
from tests.trainer.photos import things
from tests.trainer.test_detection import SMALL
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hostile_recipes import ended
from tests.trainer.test_retrieval import questions, search
from tests.trainer.test_translation import SMALL as SMALL_WRITER
from tests.trainer.test_translation import phrases
from trainer import catalogue
from trainer.contract import Finished, Split, Started
from trainer.data.splits import divide
from trainer.data.target import Target
from trainer.distributed import ALONE
from trainer.evaluation.others import MOST, telling_fold, with_pictures
from trainer.journal import fingerprint_of
from trainer.loop import open_job
from trainer.reproduce import record

__all__ = ["search"]  # a fixture

BY_OTHERS = {"split": {"kind": "organization", "validation_fraction": 0.2}}
THREE = {"anvil": table(40, 1), "borealis": table(90, 2), "cirrus": table(60, 3)}


@pytest.mark.parametrize(("open_to_all", "whose"), [((), "borealis"), (("anvil", "cirrus"), "cirrus")])
def test_the_most_rows_that_all_may_see_are_looked_into_and_their_owner_is_named(
    job: MakeSpec, open_to_all: tuple[str, ...], whose: str
) -> None:
    found = evaluation_of(viewable(job(target="life", tables=THREE, **BY_OTHERS), *open_to_all))
    assert found["told_of"] == whose
    assert list(found["interval"]["organizations"]) == [whose]
    assert found["overall"]["rows"] == 190  # scores are of everybody


def test_of_folds_that_are_alike_nobody_is_named(job: MakeSpec) -> None:
    found = evaluation_of(job(target="life", tables=THREE, split={"kind": "k-fold", "folds": 3}))
    assert "told_of" not in found
    assert list(found["interval"]["organizations"]) == list(THREE)


def test_pictures_of_every_organization_are_shown(job: MakeSpec) -> None:
    tables = {"anvil": things(4, 1), "borealis": things(6, 2), "cirrus": things(3, 3)}
    spec = job(SMALL, recipe="object-detection", target="boxes", fields=["image"], tables=tables, **BY_OTHERS)
    found = evaluation_of(viewable(spec, "anvil", "cirrus"))
    assert found["told_of"] == "anvil"
    assert [one["organization"] for one in found["detections"]] == ["anvil", "cirrus"] * 3 + ["anvil"]


def test_what_a_model_invents_is_not_shown_where_it_learnt_what_some_may_not_see(job: MakeSpec) -> None:
    small = {"hidden_layers": None, "epochs": 1}
    tables = {"anvil": pictures(24, 1, 16), "borealis": pictures(30, 2, 16), "cirrus": pictures(20, 3, 16)}
    spec = job(small, recipe="image-generation", target="shape", fields=None, tables=tables, **BY_OTHERS)
    assert "created" not in evaluation_of(viewable(spec, "anvil", "borealis"))
    assert len(evaluation_of(viewable(spec, *tables))["created"]) == 16


def test_a_handful_of_rows_that_all_may_see_does_not_stand_for_hundreds(job: MakeSpec) -> None:
    tables = {"anvil": table(12, 1), "borealis": table(90, 2), "cirrus": table(60, 3)}
    found = evaluation_of(viewable(job(target="life", tables=tables, **BY_OTHERS), "anvil"))
    assert found["told_of"] == "borealis"
    assert found["partial_dependence"]


def test_of_many_pictures_some_of_each_stay() -> None:
    def drawn(slug: str, count: int) -> dict[str, Any]:
        return {"detections": [{"organization": slug, "picture": n} for n in range(count)]}

    found: dict[str, Any] = {"repeated": {"rows": 0, "of": 3}}
    for slug in "abcd":
        found = with_pictures(found, drawn(slug, 12))
    assert len(found["detections"]) == MOST
    assert [one["organization"] for one in found["detections"]].count("a") == MOST // 4
    assert found["repeated"] == {"rows": 0, "of": 3}


def test_of_what_was_missed_the_farthest_stays_first() -> None:
    found: dict[str, Any] = {}
    for slug, places in (("a", [400, 300, 9]), ("b", [12, 8]), ("c", [900])):
        found = with_pictures(found, {"missed": [{"organization": slug, "place": place} for place in places]})
    assert [one["place"] for one in found["missed"]] == [900, 400, 300, 12, 9, 8]


@pytest.mark.parametrize("kind", ["organization", "holdout", "k-fold"])
def test_guesses_do_not_tell_what_another_has(job: MakeSpec, kind: str) -> None:
    """Who adds rows that equal a partner's is not told how many were right, whatever is held out."""
    theirs = table(60, 2)
    for guessed in (theirs, table(60, 9)):
        tables = {"anvil": pa.concat_tables([table(30, 1), guessed]), "borealis": theirs}
        found = evaluation_of(job({"epochs": 1}, tables=tables, split={"kind": kind, "folds": 2}))
        assert found.get("repeated", {"rows": 0})["rows"] == 0
        assert ("repeated" in found) == (kind != "organization")


def test_who_may_see_all_is_told(job: MakeSpec) -> None:
    theirs = table(60, 2)
    tables = {"anvil": pa.concat_tables([table(30, 1), theirs]), "borealis": theirs}
    seen = viewable(job({"epochs": 1}, tables=tables, split={"kind": "organization"}), "anvil", "borealis")
    assert evaluation_of(seen)["repeated"]["rows"] > 40
    assert "repeated" not in evaluation_of(seen.model_copy(update={"masked": ("load",)}))


def writing(job: MakeSpec, tables: dict[str, pa.Table], **more: Any) -> Any:
    return job(
        SMALL_WRITER | more, recipe="sequence-to-sequence", target="zh", fields=["en"], tables=tables, **BY_OTHERS
    )


def test_who_all_hold_the_same_are_told_so(job: MakeSpec) -> None:
    """Nothing is left to learn from that does not stand among what judges it."""
    same = writing(job, {"anvil": phrases(40, 1), "borealis": phrases(40, 1)})
    ended(launch(viewable(same, "anvil", "borealis"))[1], "hold nearly the same")


def test_nor_do_steps_or_failures_tell_how_many_guesses_are_right(job: MakeSpec) -> None:
    """Where not everyone may see all; whether one's texts are a partner's or not, the work is the same."""
    theirs = phrases(40, 1)
    told = []
    for own in (theirs.slice(0, 12), phrases(12, 7), theirs):
        events = launch(writing(job, {"anvil": own, "borealis": theirs}, batch_size=1))[1]
        assert isinstance(events[-1], Finished), events[-1]
        told.append(next(one.steps_total for one in events if isinstance(one, Started)))
    assert told[0] == told[1]


def test_pieces_of_one_text_validate_together_and_leave_the_others_to_learn_from() -> None:
    """Of twenty texts of twenty pieces each, a tenth of the texts."""
    together, owner = np.repeat(np.arange(40), 20), np.repeat([0, 1], 400)
    split = Split(kind="organization", validation_fraction=0.1)
    for part in divide(owner, ["x", "y"], Target("language", [], np.ones(800)), split, 0, together):
        assert [len(rows) for rows in (part.train, part.validation, part.test)] == [360, 40, 400]
        assert not set(together[part.train]) & set(together[part.validation])


def test_a_search_is_looked_into_where_its_sources_may_be_seen(search: MakeSpec) -> None:
    """It learns there when to refuse, however many questions others hold out."""
    spec = search(tables={"anvil": questions(30, 1), "borealis": questions(150, 2)}, **BY_OTHERS)
    first, second = (one.model_copy(update={"viewable": one.organization == "anvil"}) for one in spec.inputs)
    spec = catalogue.checked(spec.model_copy(update={"inputs": (first, second)}))
    opened = open_job(spec, lambda _: None, ALONE)
    assert telling_fold(opened.source, opened.spec, opened.fits) == 1


def test_who_may_see_the_rows_decides_what_is_learnt_and_so_belongs_to_the_job(job: MakeSpec) -> None:
    """A checkpoint of a job all of whose rows everyone could see is none of one where that has changed meanwhile."""
    closed = job(tables=THREE, **BY_OTHERS)
    assert fingerprint_of(closed, [1], np.ones(1)) != fingerprint_of(viewable(closed, *THREE), [1], np.ones(1))
    usual = job(tables=THREE)
    assert fingerprint_of(usual, [1], np.ones(1)) == fingerprint_of(viewable(usual, *THREE), [1], np.ones(1))


def test_a_reproduced_job_divides_as_the_one_before(job: MakeSpec) -> None:
    spec = viewable(job(tables=THREE, **BY_OTHERS), *THREE)
    told = record(spec, {"input": {}, "made_with": {}}, evaluation_of(spec))
    assert [one["viewable"] for one in told["inputs"]] == [True] * 3
    hidden = record(spec.model_copy(update={"masked": ("load",)}), {"input": {}, "made_with": {}}, evaluation_of(spec))
    assert [one["viewable"] for one in hidden["inputs"]] == [False] * 3
