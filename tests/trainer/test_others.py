"""Models that each judge one organization: whose rows are looked into, and what is told to nobody."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from tests.trainer.conftest import MakeSpec, launch, table
from tests.trainer.photos import things
from tests.trainer.test_detection import SMALL
from tests.trainer.test_evaluation_parts import evaluation_of, viewable
from tests.trainer.test_hostile_recipes import ended
from tests.trainer.test_translation import SMALL as SMALL_WRITER
from tests.trainer.test_translation import phrases
from trainer.evaluation.others import MOST, with_pictures

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


def test_of_many_pictures_some_of_each_stay() -> None:
    def drawn(slug: str, count: int) -> dict[str, Any]:
        return {"detections": [{"organization": slug, "picture": n} for n in range(count)]}

    found: dict[str, Any] = {"repeated": {"rows": 0, "of": 3}}
    for slug in "abcd":
        found = with_pictures(found, drawn(slug, 12))
    assert len(found["detections"]) == MOST
    assert [one["organization"] for one in found["detections"]].count("a") == MOST // 4
    assert found["repeated"] == {"rows": 0, "of": 3}
    assert with_pictures({"created": ["one"]}, {"created": ["other"]}) == {"created": ["other"]}


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


def test_who_all_hold_the_same_are_told_so(job: MakeSpec) -> None:
    """Nothing is left to learn from that does not stand among what judges it."""
    tables = {"anvil": phrases(40, 1), "borealis": phrases(40, 1)}
    same = job(SMALL_WRITER, recipe="sequence-to-sequence", target="zh", fields=["en"], tables=tables, **BY_OTHERS)
    ended(launch(same)[1], "hold nearly the same")
