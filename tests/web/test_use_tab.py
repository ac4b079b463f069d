"""The tab “Use” as a partner reads it, and the form of its policy as its owner sees it while typing."""

from typing import Any

from chainhub.policies.services import grant_on_terms
from chainhub.policies.terms import TRAIN_POOLED, VIEW_ROWS, Terms
from tests.factories import datasets as make

STAY, MAY = "The rows stay with Anvil Steel", "You may view its rows"


def test_whoever_may_view_rows_is_not_told_that_they_stay_away(
    browse: Any, alice: Any, bob: Any, anvil: Any, alliance: Any
) -> None:
    data = make.registered_csv(alice, anvil, visibility="granted")
    page = f"{data.get_absolute_url()}?tab=use"
    for uses, said, unsaid in (((TRAIN_POOLED,), STAY, MAY), ((TRAIN_POOLED, VIEW_ROWS), MAY, STAY)):
        grant_on_terms(data, alliance, actor=alice, terms=Terms(uses=uses))
        seen = browse(bob).get(page).content.decode()
        assert said in seen
        assert unsaid not in seen
    own = browse(alice).get(page).content.decode()
    assert MAY not in own
    assert STAY not in own


def test_the_policy_is_shown_as_odrl_while_it_is_written(browse: Any, alice: Any, bob: Any, anvil: Any) -> None:
    data = make.registered_csv(alice, anvil, visibility="hub")
    page = f"{data.get_absolute_url()}policy/"
    assert f'data-estimate="{page}preview/?as=odrl"' in browse(alice).get(page).content.decode()
    form = {"training": "train-pooled", "rows": "none", "models_may_leave": "on", "max_jobs": "7"}
    shown = browse(alice).post(f"{page}preview/?as=odrl", form).content.decode()
    assert "chainhub:jobsUnderAgreement" in shown
    assert data.get_absolute_url() in shown
    wrong = browse(alice).post(f"{page}preview/?as=odrl", {**form, "max_jobs": "-1"}).content.decode()
    assert "once the form is filled in without mistakes" in wrong
    assert browse(bob).post(f"{page}preview/?as=odrl", form).status_code == 403
