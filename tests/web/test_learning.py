"""How a network learns: who changes a number sees what follows from it, by keyboard and without a script."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from chainhub.accounts.models import User
from chainhub.jobs.catalogue import check_task, checked_parameters, find_recipe
from chainhub.scenarios.network import ACTIVATIONS, LOSSES, Question, computed, parameters_of, stepped
from chainhub.web.forms.learning import FASTEST, NetworkForm
from tests.hub.jobs.conftest import ours, theirs
from tests.web.test_jobs import said

__all__ = ["ours", "said", "theirs"]

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


def led_to(client: Client, said: dict[str, Any], **changes: Any) -> str:
    """The step of the parameters, for who follows the page's link and fills in what comes before."""
    page = client.get(ADDRESS, asked(**changes)).content.decode()
    (address,) = re.findall(r'href="(/jobs/new/[^"]+)"', page)
    address = html.unescape(address)
    assert client.get(address).status_code == 200
    proposed = dict(parse_qsl(urlsplit(address).query))
    kept = {name: value for name, value in said.items() if not name.startswith("p-")}
    recipe = client.post("/jobs/new/", {**kept, **proposed, "seen": [], "step": "goal"}).content.decode()
    assert re.search(r'name="recipe" value="tabular" checked', recipe)
    assert f'<input type="hidden" name="p-activation" value="{proposed["p-activation"]}">' in recipe
    return client.post(
        "/jobs/new/", {**kept, **proposed, "seen": ["goal", "recipe", "data"], "step": "fields"}
    ).content.decode()


def test_a_job_is_launched_with_what_was_set_here(browse: Browse, alice: User, said: dict[str, Any]) -> None:
    form = led_to(browse(alice), said, activation="tanh", rate="0.25")
    for name, value in (("p-hidden_layers", "2"), ("p-learning_rate", "0.25"), ("p-momentum", "0.0")):
        assert re.search(rf'name="{name}" value="{value}"', form), name
    for value in ("tanh", "sgd", "classification", "cross-entropy"):
        assert f'<option value="{value}" selected>' in form
    squared = led_to(browse(alice), said, loss="mse", rate="0")
    assert '<option value="regression" selected>' in squared
    assert 'name="p-learning_rate" value="0.001"' in squared  # no step at all is nothing to learn by


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_proposed_is_what_the_recipe_takes(activation: str, loss: str) -> None:
    for rate in (0.0, 0.5, FASTEST):
        proposed = parameters_of(Question(activation=activation, loss=loss, rate=rate))
        recipe = find_recipe("tabular")
        checked = checked_parameters(recipe, proposed)
        assert checked | proposed == checked
        check_task(recipe, proposed, str(proposed["task"]))


def test_another_recipe_begins_with_its_own_parameters(browse: Browse, alice: User, said: dict[str, Any]) -> None:
    """Of the two that have an activation, only the one that was proposed takes it over."""
    wished = {**said, "wished": "image-classification", "p-activation": "tanh", "seen": ["goal", "recipe", "data"]}
    form = browse(alice).post("/jobs/new/", {**wished, "step": "fields"}).content.decode()
    assert '<option value="tanh" selected>' not in form


def test_it_is_read_in_chinese_and_found_from_the_scenarios(browse: Browse, bob: User) -> None:
    said = browse(bob).get(ADDRESS, headers={"Accept-Language": "zh-CN"}).content.decode()
    for text in ("网络如何学习", "正向：它说什么", "链式法则", "走一步", "三种激活函数"):
        assert text in said
    for address in ("/scenarios/", "/scenarios/credit-scoring/"):
        assert 'href="/learning/"' in browse(bob).get(address).content.decode()
    assert 'href="/learning/"' not in browse(bob).get("/scenarios/machine-translation/").content.decode()
