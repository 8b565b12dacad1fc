"""The example method of CONTRIBUTING.md works as it stands there, on the command line and in the app."""

import json
import re
from pathlib import Path

import pytest
from opening import open_page

from camu_core import METHODS, RunStore, plan_run
from camu_core.__main__ import main

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def my_method(tmp_path, monkeypatch) -> Path:
    """The example as a file, named in CAMU_METHODS."""
    (source,) = re.findall(r"```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), flags=re.DOTALL)
    path = tmp_path / "my_method.py"
    path.write_text(source)
    monkeypatch.setenv("CAMU_METHODS", str(path))
    return path


@pytest.mark.slow
@pytest.mark.usefixtures("my_method", "fresh_engine")
def test_the_example_runs_from_the_command_line_and_opens_in_the_app(digits, capsys) -> None:
    line = "run --dataset digits --forget-class 3 --method ascent --set lr=0.04 --save --quick --json -"
    assert main(line.split()) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["spec"]["settings"] == {"epochs": 6, "lr": 0.04, "bfloat16": 0}
    result = RunStore().load(printed["digest"])
    assert result.spec == plan_run("digits", [3], "ascent", {"lr": "0.04"})
    climbed = result.losses["forget_error"]
    assert climbed[-5:].mean() > 1.5 * climbed[:5].mean()
    assert result.metrics["unlearned"]["forget_test"] < result.metrics["original"]["forget_test"]
    assert result.cost["samples_backward"] == 6 * int((digits.y_train == 3).sum())

    app = open_page("explore/run", run=result.digest)
    assert not app.exception
    assert app.selectbox(key="method").value == "ascent"
    assert "My gradient ascent" in app.selectbox(key="method").options
    assert app.number_input(key="set-digits-ascent-class-lr").value == 0.04
    assert any("My gradient ascent took" in caption.value for caption in app.caption)
    assert METHODS["ascent"].summary in app.selectbox(key="method").help
