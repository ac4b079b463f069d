"""Who asked for a base model hears of it whatever happens to the package."""

from typing import Any

import pytest

from chainhub.activity.models import Notice
from chainhub.core.sentences import render
from chainhub.scenarios import tasks


def test_alice_is_told_when_a_package_is_broken_in_a_way_nobody_foresaw(
    alice: Any, anvil: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tasks, "import_carried", full)
    with pytest.raises(OSError, match="No space"):
        tasks.import_base_model("minilm", anvil.pk, alice.pk)
    said = render(Notice.objects.get(user=alice, kind="model.base-refused").sentence)
    assert said == "The base model “all-MiniLM-L6-v2” could not be imported. Ask the hub's operator to look why."
