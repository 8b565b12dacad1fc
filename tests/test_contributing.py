"""The example method of CONTRIBUTING.md works as it stands there."""

import re
from pathlib import Path

from camu_core import METHODS, plan_run, run

GUIDE = Path(__file__).resolve().parent.parent / "CONTRIBUTING.md"


def test_the_example_method_runs(monkeypatch) -> None:
    (source,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    names: dict = {"__name__": "example"}
    exec(compile(source, str(GUIDE), "exec"), names)
    method = names["GradientAscent"]()
    monkeypatch.setitem(METHODS, method.name, method)

    result = run(plan_run("digits", [3], method.name, {"n_steps": "40"}))
    assert dict(result.spec.settings) == {"n_steps": 40, "lr": 0.02}
    climbed = result.losses["forget_label"]
    assert len(climbed) == 40
    assert climbed[-5:].mean() > 1.5 * climbed[:5].mean()
