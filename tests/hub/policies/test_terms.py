"""Terms as values: read, compared, said in words, written as ODRL and read back."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given, settings

from chainhub.core.sentences import render
from chainhub.policies import odrl
from chainhub.policies.comparing import NARROWER, OTHER, WIDER, differences, narrower_than
from chainhub.policies.duties import duties_of, reminder
from chainhub.policies.enforcement import Use, refusals
from chainhub.policies.parsing import TermsError, parse_terms
from chainhub.policies.sentences import sentence_of, sentences_of
from chainhub.policies.templates import template, templates
from chainhub.policies.terms import FIELDS, TRAIN_POOLED, Terms
from tests.hub.policies.test_enforcement import policies

WHOM = {"uid": "urn:x:1", "target": "urn:x:data", "assigner": "urn:x:anvil"}


@settings(max_examples=300, deadline=None)
@given(policies)
def test_terms_survive_json_and_odrl(policy: dict[str, Any]) -> None:
    terms = parse_terms(policy)
    assert parse_terms(json.loads(json.dumps(terms.as_json()))) == terms
    assert hash(parse_terms(terms.as_json())) == hash(terms)
    offered = json.loads(json.dumps(odrl.offer(terms, **WHOM)))
    assert offered["@type"] == "Offer"
    assert odrl.terms_of_policy(offered) == terms
    agreed = odrl.agreement(terms, **WHOM, assignee="urn:x:borealis")
    assert odrl.terms_of_policy(json.loads(json.dumps(agreed))) == terms


@settings(max_examples=300, deadline=None)
@given(policies, policies)
def test_narrower_is_an_order(one: dict[str, Any], other: dict[str, Any]) -> None:
    a, b = parse_terms(one), parse_terms(other)
    assert not narrower_than(a, a)
    assert not (narrower_than(a, b) and narrower_than(b, a))
    assert narrower_than(a, b) == (a != b and {d.direction for d in differences(b, a)} == {NARROWER})
    mirrored = {NARROWER: WIDER, WIDER: NARROWER, OTHER: OTHER}
    there, back = differences(a, b), differences(b, a)
    assert [mirrored[d.direction] for d in there] == [d.direction for d in back]


def test_the_order_in_which_names_are_given_does_not_matter() -> None:
    assert parse_terms({"organizations": ["b", "a", "b"]}) == parse_terms({"organizations": ["a", "b"]})
    assert parse_terms({"uses": ["download"]}).uses == ("view-rows", "download")
    assert parse_terms({"uses": ["train-pooled"]}) == parse_terms({"uses": ["evaluate", "train-pooled"]})
    assert parse_terms({}) == Terms()


@pytest.mark.parametrize(
    ("raw", "field", "said"),
    [
        ({"until": "soon"}, "until", "“Last day” must be a day such as 2027-12-31."),
        ({"until": 3}, "until", "“Last day” must be a day"),
        ({"uses": []}, "uses", "“Permitted uses” must permit something."),
        ({"uses": ["dance"]}, "uses", "“Permitted uses” knows no “dance”."),
        ({"max_jobs": 0}, "max_jobs", "“Number of jobs” must be a whole number from 1"),
        ({"max_jobs": True}, "max_jobs", "whole number"),
        ({"min_rows_per_class": -1}, "min_rows_per_class", "whole number from 0"),
        ({"min_organizations": None}, "min_organizations", "whole number"),
        ({"max_epsilon": 0}, "max_epsilon", "a number above 0"),
        ({"max_epsilon": float("nan")}, "max_epsilon", "a number above 0"),
        ({"ask_each_job": "yes"}, "ask_each_job", "yes or no"),
        ({"recipes": "tabular"}, "recipes", "a list of short names"),
        ({"recipes": ["<script>"]}, "recipes", "a list of short names"),
        ({"colour": 1}, "terms", "no field “colour”"),
        ([], "terms", "an object of fields"),
    ],
)
def test_nonsense_is_refused_with_the_field(raw: Any, field: str, said: str) -> None:
    with pytest.raises(TermsError) as refused:
        parse_terms(raw)
    assert refused.value.field == field
    assert said in str(refused.value)
    with translation.override("zh-hans"):
        assert said not in str(refused.value)


def test_other_policies_are_no_terms() -> None:
    for policy in ({}, {"permission": []}, {"permission": [{"action": ["odrl:sell"]}]}):
        with pytest.raises(TermsError):
            odrl.terms_of_policy(policy)


@pytest.mark.django_db
def test_every_term_is_said_in_both_languages(anvil: Any, alliance: Any) -> None:
    terms = Terms(
        organizations=("anvil",),
        collaborations=(alliance.slug,),
        purposes=("disease-diagnosis",),
        recipes=("tabular", "image-classification"),
        until=parse_terms({"until": "2027-12-31"}).until,
        max_jobs=20,
        min_organizations=3,
        min_rows_per_class=20,
        max_epsilon=8.0,
        models_may_leave=False,
        ask_each_job=True,
        name_source=True,
        delete_after_days=30,
    )
    said = sentences_of(terms)
    assert [one.field for one in said] == list(FIELDS)
    english = [render(one.sentence) for one in said]
    with translation.override("zh-hans"):
        chinese = [render(one.sentence) for one in said]
    assert not set(english) & set(chinese)
    assert "Anvil Steel" in english[0]
    assert "Anvil Steel" in chinese[0]
    assert "Disease diagnosis" in english[2]
    assert "疾病诊断" in chinese[2]
    assert "ε = 8." in english[9]


def test_templates_are_different_and_say_what_they_promise() -> None:
    assert len({one.terms for one in templates()}) == len(templates()) >= 6
    assert {one.name for one in templates()} >= {"collaboration", "ask", "evaluate", "attribution"}
    found = template("evaluate")
    assert found is not None
    assert found.terms.uses == ("evaluate",)
    assert template("nothing") is None


@pytest.mark.django_db
def test_what_is_given_to_one_organization_says_so(anvil: Any) -> None:
    """Whomever the terms name, in an agreement with one nobody else may use the data."""
    for terms in (Terms(), Terms(organizations=("anvil",)), Terms(organizations=("anvil", "borealis"))):
        assert render(sentences_of(terms, user=anvil)[0].sentence) == "Only Anvil Steel may use the data."
    assert render(sentences_of(Terms())[0].sentence) == "Every participant of the collaboration may use the data."
    named = render(sentences_of(Terms(organizations=("anvil",)))[0].sentence)
    assert named == f"Only these organizations may use the data: {anvil.name}."


def test_jobs_are_counted_alike_in_the_sentence_and_in_odrl() -> None:
    terms = Terms(max_jobs=3)
    (permission,) = odrl.offer(terms, uid="urn:1", target="urn:2", assigner="urn:3")["permission"]
    said = {"leftOperand": "chainhub:jobsUnderAgreement", "operator": "lteq", "rightOperand": 3}
    assert permission["constraint"] == [said]
    told = sentence_of("max_jobs", terms)
    assert told is not None
    assert "only a new agreement of both sides begins a new count" in render(told)
    former = {"permission": [{**permission, "constraint": [{**said, "leftOperand": "count"}]}]}
    assert odrl.terms_of_policy(former) == terms, "as the hub wrote it before"


SINGLE = Terms(max_jobs=1, min_rows_per_class=1, delete_after_days=1)
SEVERAL = Terms(max_jobs=2, min_rows_per_class=2, delete_after_days=2)


def said_of(terms: Terms, owner: Any) -> str:
    """Every sentence in which one of these numbers stands: of the terms, of refusals by them, and of duties."""
    use = Use(act=TRAIN_POOLED, organization="a", owner="b", at=timezone.now(), approved=True)
    refused = [
        *refusals(replace(use, jobs_before=2, fewest_rows=0), terms),
        *refusals(replace(use, countable=False), terms),
    ]
    due = reminder("Bob", "Bearings", owner, at=timezone.now(), days=terms.delete_after_days or 0)
    told = [*(one.sentence for one in sentences_of(terms)), *(one.reason for one in refused)]
    return " ".join(render(one) for one in [*told, *(one.said for one in duties_of([(owner, terms)])), due])


def test_a_single_thing_is_no_plural(anvil: Any) -> None:
    with translation.override("en"):
        single, several = said_of(SINGLE, anvil), said_of(SEVERAL, anvil)
    assert not re.findall(r"\b1 (?:\w+ )?(?:jobs|rows|days)\b", single)
    for one in ("one training job", "one row", "after one day", "one job", "a row of each class"):
        assert one in single
        assert one not in several
    assert {"2 training jobs", "2 rows", "2 days", "2 jobs"} <= set(re.findall(r"2 (?:training )?\w+", several))
    with translation.override("zh-hans"):
        single, several = said_of(SINGLE, anvil), said_of(SEVERAL, anvil)
    assert not re.search(r"[a-z]{4}", single.replace("Bearings", "").replace(str(anvil.name), ""))
    assert (single.count("1个"), single.count("1行"), single.count("1天")) == (2, 3, 3)
    assert (several.count("2个"), several.count("2天")) == (2, 3)
