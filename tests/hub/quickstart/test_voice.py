"""What the terminal shows lines up, in either script."""

import sys

from chainhub.quickstart import results, voice


def test_columns_line_up_whatever_the_script():
    lines = voice.table(["机构", "score"], [["Anvil", "0.9"], ["北方汽车", "1"]], indent="").splitlines()
    assert {voice.width(line[: line.rindex(" ")]) for line in (lines[2], lines[3])} == {9}


def test_a_log_gets_a_line_only_for_news(capsys, monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    screen = voice.Screen()
    screen.draw(["1 %"], changed=[True])
    screen.draw(["2 %"], changed=[False])
    screen.draw(["10 %"], changed=[True])
    assert capsys.readouterr().out == "1 %\n10 %\n"


def test_the_table_shows_alone_beside_together_with_intervals():
    evaluation = {
        "primary_metric": {"name": "accuracy", "higher_is_better": True},
        "weighted": {"alone": {"accuracy": 0.5}, "together": {"accuracy": 0.9}},
        "organizations": [
            {
                "name": "Anvil",
                "own": {"alone": {"accuracy": {"value": 0.61, "low": 0.55, "high": 0.67}}},
                "common": {"together": {"accuracy": {"value": 0.93, "low": None, "high": None}}},
            }
        ],
    }
    shown = results.picture(evaluation)
    assert "0.610 (0.550–0.670)" in shown
    assert "0.930" in shown
    assert results.NOTHING in shown
