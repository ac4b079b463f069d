"""How a network learns: who changes a number sees what follows from it, by keyboard and without a script."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.scenarios.network import Question, computed, stepped
from chainhub.web.forms.learning import NetworkForm

Browse = Callable[[User | None], Client]
ADDRESS = "/learning/"


def asked(**changes: Any) -> dict[str, Any]:
    return NetworkForm.values_of(Question()) | changes


def test_the_first_network_is_there_with_its_numbers(browse: Browse, bob: User) -> None:
    page = browse(bob).get(ADDRESS)
    told = computed(Question())
    assert page.context["told"] == told
    assert f"{told.loss:.4f}" in page.content.decode()
    assert page.content.decode().count('<svg class="network') == 2


def test_one_step_moves_the_weights_and_lowers_the_loss(browse: Browse, bob: User) -> None:
    page = browse(bob).get(ADDRESS, asked(do="step"))
    assert dict(page.context["question"].weights) == pytest.approx(dict(computed(Question()).after), abs=1e-6)
    assert page.context["told"].loss < computed(Question()).loss
    ten = browse(bob).get(ADDRESS, asked(do="steps"))
    assert ten.context["told"].loss == pytest.approx(computed(stepped(Question(), 10)).loss, abs=1e-5)


def test_the_form_holds_the_new_weights(browse: Browse, bob: User) -> None:
    page = browse(bob).get(ADDRESS, asked(do="step", activation="tanh", loss="mse")).content.decode()
    (value,) = re.findall(r'name="w1" value="([^"]+)"', page)
    wanted = computed(Question(activation="tanh", loss="mse")).after["w1"]
    assert float(value) == pytest.approx(wanted, abs=1e-6)


def test_a_value_that_is_none_is_said(browse: Browse, bob: User) -> None:
    for wrong in ("many", "nan", "inf", "1e9", ""):
        page = browse(bob).get(ADDRESS, asked(x=wrong))
        assert page.status_code == 200
        assert page.context["form"].errors["x"]
        assert page.context["question"] == Question()


def test_a_changed_number_brings_only_the_network(browse: Browse, bob: User) -> None:
    part = browse(bob).get(ADDRESS, asked(x=2), headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith('<div class="stack is-loose" id="network">')
    assert "<html" not in part


def test_it_is_read_in_chinese_and_found_from_the_scenarios(browse: Browse, bob: User) -> None:
    said = browse(bob).get(ADDRESS, headers={"Accept-Language": "zh-CN"}).content.decode()
    for text in ("网络如何学习", "正向：它说什么", "链式法则", "走一步", "三种激活函数"):
        assert text in said
    for address in ("/scenarios/", "/scenarios/credit-scoring/"):
        assert 'href="/learning/"' in browse(bob).get(address).content.decode()
    assert 'href="/learning/"' not in browse(bob).get("/scenarios/machine-translation/").content.decode()
