"""Methods from files: what is registered, what is refused and how, and what a run remembers of its file."""

import hashlib
import os
import pickle
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from opening import new_app, open_page

from camu_core import METHODS, RunStore, plan_run, run
from camu_core.__main__ import main
from camu_core.errors import CamuError, MethodFileError, RunError, SpecError
from camu_core.figures.live import loss_curves
from camu_core.figures.theme import LIGHT
from camu_core.jobs import RunJob
from camu_core.methods import methods_for
from camu_core.planning import plan_like
from camu_core.specs import ForgetSpec

GOOD = """
from __future__ import annotations
from dataclasses import dataclass

from camu_core.progress import Step
from camu_core.settings import Settings, setting


@dataclass(frozen=True)
class FadeConfig(Settings):
    rate: float = setting(0.5, 0.0, 1.0, "What is left of each weight")


class Fade:
    name = "fade"
    title = "Fading"
    summary = "Shrinks every weight."
    source = "This test."
    uses_retain_data = False
    uses_labels = False

    def default_config(self, dataset, forget_kind, model="cnn"):
        return FadeConfig()

    def unlearn(self, task, config):
        for weight in task.model.parameters():
            weight.data *= config.rate
        yield Step(1, 1)
"""


@pytest.fixture
def methods_file(tmp_path, monkeypatch):
    """Write a file, name it in CAMU_METHODS, and tell its path."""

    def write(source: str = GOOD, name: str = "mine.py") -> str:
        path = tmp_path / name
        path.write_text(textwrap.dedent(source))
        monkeypatch.setenv("CAMU_METHODS", str(path))
        return str(path)

    return write


def changed(old: str, new: str) -> str:
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


# ---------------------------------------------------------------------------------------------------- what goes well


def test_a_method_from_a_file_stands_after_ours_and_goes_with_the_variable(methods_file, monkeypatch):
    ours = list(METHODS)
    methods_file()
    assert list(METHODS) == [*ours, "fade"]
    assert METHODS.title("fade", METHODS.sha256("fade")) == "Fading"
    monkeypatch.delenv("CAMU_METHODS")
    assert list(METHODS) == ours


def test_what_a_method_from_a_file_can_forget_is_its_own_to_say(methods_file, capfd):
    limited = changed('name = "fade"', 'name = "fade"\n    forget_kinds = ("class",)\n    batches_pairs = True')
    methods_file(limited)
    assert "fade" not in methods_for("random")
    assert METHODS["fade"].batches_pairs
    with pytest.raises(SpecError, match="can forget"):
        plan_run("digits", ForgetSpec("random", fraction=0.1), "fade")
    methods_file(limited.replace('("class",)', '("classes",)'), "other.py")
    with pytest.raises(MethodFileError, match="forget_kinds"):
        list(METHODS)


def test_several_files_and_several_classes_in_one(methods_file, tmp_path, monkeypatch):
    second = GOOD.replace("fade", "fade2").replace("Fading", "Fading 2") + textwrap.dedent("""
        class Again(Fade):
            name, title = "fade3", "Fading 3"

        class _Base:
            def unlearn(self, task, config): ...

        class Helper:
            size = 3
    """)
    paths = [methods_file(GOOD, "a.py"), methods_file(second, "b.py")]
    monkeypatch.setenv("CAMU_METHODS", os.pathsep.join([paths[0], "", paths[1]]))
    assert [(method.name, method.file) for method in METHODS.from_files()] == [
        ("fade", paths[0]), ("fade2", paths[1]), ("fade3", paths[1]),
    ]  # fmt: skip


def test_a_file_may_look_at_our_methods_while_it_is_read(methods_file):
    methods_file(changed("class Fade:", "from camu_core import METHODS\nassert 'camu' in METHODS\n\nclass Fade:"))
    assert "fade" in METHODS


def test_it_runs_with_its_settings_and_its_file_is_part_of_the_digest(methods_file):
    file = methods_file()
    spec = plan_run("digits", [3], "fade", {"rate": "0"})
    assert spec.method_sha256 == hashlib.sha256(Path(file).read_bytes()).hexdigest()
    result = run(spec)
    assert not any(value.any() for name, value in result.weights.items() if "num_batches" not in name)
    # another version of the file, of the same size and within the same second
    before = METHODS.sha256("fade")
    methods_file(GOOD.replace("Shrinks", "Shranks"), "mine2.py")
    newer = plan_run("digits", [3], "fade", {"rate": "0"})
    assert METHODS.sha256("fade") != before
    assert replace(newer, method_sha256=spec.method_sha256) == spec
    assert newer.digest != spec.digest
    assert METHODS.title("fade", spec.method_sha256) == f"Fading (version {spec.method_sha256[:8]})"


def test_the_run_after_ours_and_the_one_before_have_their_own_code(methods_file):
    methods_file()
    camu = plan_run("digits", [3])
    assert camu.method_sha256 == ""
    fade = plan_like(camu, method="fade")
    assert fade == plan_run("digits", [3], "fade")
    assert plan_like(fade, method="camu") == camu


def test_a_job_travels_without_the_class(methods_file, monkeypatch):
    methods_file()
    parcel = pickle.dumps(RunJob(plan_run("digits", [3], "fade")))
    monkeypatch.delenv("CAMU_METHODS")
    assert pickle.loads(parcel).spec.method == "fade"


def test_a_change_of_the_file_is_not_half_taken_up(methods_file):
    file = methods_file()
    before = METHODS.sha256("fade")
    Path(file).write_text("raise ValueError")
    assert METHODS.sha256("fade") == before


# --------------------------------------------------------------------------------------------------- what goes wrong

REFUSED = {
    "syntax": ("x = 1\ny = = 2\n", "line 2 (SyntaxError"),
    "import": ("import os\n\nimport numpyy\n", "line 3 (ModuleNotFoundError: No module named 'numpyy')"),
    "raises": ("def f():\n    raise ValueError('two\\nlines.')\n\nf()\n", "line 2 (ValueError: two lines)"),
    "library raises": ("import json\njson.loads('')\n", "line 2 (JSONDecodeError"),
    "exits": ("import sys\nsys.exit(0)\n", "line 2 (SystemExit: 0)"),
    "null bytes": ("x = 1\0", "cannot be imported"),
    "empty": ("", "There is no method in"),
    "only settings": (GOOD.split("class Fade:")[0], "There is no method in"),
    "only imported": ("from camu_core.methods.neggrad import NegGrad\n", "There is no method in"),
    **{f"no {word}": (changed(f"    {word} =", f"    not_{word} ="), f"Fade in FILE lacks {word};")
       for word in ("name", "title", "summary", "source", "uses_retain_data", "uses_labels")},
    "no unlearn": (changed("def unlearn", "def forget"), "Fade in FILE lacks unlearn;"),
    "no default_config": (changed("def default_config", "def config"), "Fade in FILE lacks default_config;"),
    "flag": (changed("uses_labels = False", "uses_labels = 'no'"), "uses_labels of Fade in FILE must be True or False"),
    "empty title": (changed('"Fading"', '""'), "title of Fade in FILE must be a text; got ''"),
    "capital": (changed('"fade"', '"Fade"'), "got 'Fade'"),
    "path": (changed('"fade"', '"../fade"'), "got '../fade'"),
    "percent": (changed('"fade"', '"fade%s"'), "got 'fade%s'"),
    "long": (changed('"fade"', f'"{"f" * 41}"'), "up to 40"),
    "our name": (changed('"fade"', '"camu"'), "The name 'camu' in FILE is taken"),
    "our title": (changed('"Fading"', '"CaMU"'), "The title 'CaMU' in FILE is taken"),
    "argument": (changed("    def unl", "    def __init__(self, x): ...\n\n    def unl"), "cannot be made: TypeError"),
    "config fails": (changed("FadeConfig()", "FadeConfig(rate=2)"), "line 23 (SpecError: 'rate' must be a number"),
    "no settings": (changed("return FadeConfig()", "return {'rate': 1}"), "must return settings"),
    "no dataclass": (changed("@dataclass(frozen=True)", ""), "FadeConfig in FILE needs @dataclass(frozen=True)"),
    "not frozen": (changed("(frozen=True)", ""), "line 9 (TypeError: cannot inherit non-frozen"),
    "plain field": (changed('setting(0.5, 0.0, 1.0, "What is left of each weight")', "0.5"), "declared with setting("),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_file_is_exit_2_and_one_sentence(case, methods_file, capfd):
    source, expected = REFUSED[case]
    file = methods_file(source)
    for line in ("run --forget-class 3 --method camu", "doctor", "--help"):
        assert main(line.split()) == 2
        out, err = capfd.readouterr()
        assert out == ""
        (sentence,) = err.splitlines()
        assert sentence.startswith("camu_core: ")
        assert sentence.endswith(".")
        assert expected.replace("FILE", file) in sentence
        assert file in sentence


@pytest.mark.parametrize(("name", "why"), [("nowhere.py", "No such file"), (".", "Is a directory")])
def test_a_file_that_is_not_there(name, why, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("CAMU_METHODS", str(tmp_path / name))
    assert main(["doctor"]) == 2
    assert f"Cannot read {tmp_path / name} ({why}" in capfd.readouterr().err


def test_the_same_file_twice_is_refused(methods_file, monkeypatch):
    file = methods_file()
    monkeypatch.setenv("CAMU_METHODS", os.pathsep.join([file, file]))
    with pytest.raises(MethodFileError, match="name 'fade'"):
        list(METHODS)


def test_a_mended_file_is_read_without_a_restart(methods_file):
    methods_file("raise ValueError")
    with pytest.raises(MethodFileError):
        METHODS["camu"]
    methods_file()
    assert "fade" in METHODS


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("yield Step(1, 1)\n        1 / 0", r"Fade.unlearn in .*mine.py fails at line 27 \(ZeroDivisionError"),
        ("task.model(task.x_forget)\n        yield", r"fails at line 26 \(RuntimeError"),
        ("yield 3", "must yield a Step after each change; got 3"),
        ("return None", r"fails at TypeError: 'NoneType' object is not iterable"),
        ("return iter(())", "must end with the last of its steps.*got none"),
        ("yield Step(0, 2)\n        yield Step(1, 2)", "got 1 of 2"),
    ],
)
def test_a_method_that_fails_in_a_run_is_told_with_its_line(body, expected, methods_file, make_task):
    head, _ = GOOD.split("        for weight in")
    methods_file(f"{head}        {body}\n")
    method = METHODS["fade"]
    with pytest.raises(RunError, match=expected):
        list(method.unlearn(make_task(), method.default_config("digits", "class")))


def test_a_process_without_the_file_refuses_the_run(methods_file, monkeypatch):
    methods_file()
    spec = plan_run("digits", [3], "fade")
    other = replace(spec, method_sha256="0" * 64)
    with pytest.raises(SpecError, match=r"'fade' from a file of sha256 000000000000; .*CAMU_METHODS"):
        run(other)
    monkeypatch.delenv("CAMU_METHODS")
    with pytest.raises(CamuError, match="no method 'fade'"):
        run(spec)


# ----------------------------------------------------------------------------------------------------------- the app


@pytest.mark.usefixtures("fresh_engine")
def test_the_app_says_what_is_wrong_with_the_file(methods_file):
    file = methods_file("import numpyy")
    app = new_app().run()
    assert not app.exception
    (error,) = app.error
    assert error.value.startswith(f"{file} cannot be imported: line 1")


@pytest.mark.usefixtures("fresh_engine")
@pytest.mark.parametrize("page", ["explore/run", "explore/causal", "explore/accuracy", "library/runs"])
def test_a_run_opens_when_its_method_is_gone(page, methods_file, monkeypatch):
    methods_file()
    result = run(plan_run("digits", [3], "fade"))
    RunStore().save(result)
    monkeypatch.delenv("CAMU_METHODS")
    app = open_page(page, run=result.digest)
    assert not app.exception
    called = f"fade (version {result.spec.method_sha256[:8]})"
    if page == "library/runs":
        assert app.dataframe[0].value["method"].tolist() == [called]
    else:
        assert any(called in caption.value for caption in app.caption)
    if page == "explore/causal":
        app.segmented_control(key="causal-part").set_value("map").run()
        assert not app.exception
        assert any("no method 'fade'" in error.value for error in app.error)
    if page == "explore/run":
        assert app.selectbox(key="method").value == "camu"


@pytest.mark.usefixtures("fresh_engine")
def test_settings_of_another_version_stay_out_of_the_controls(methods_file):
    methods_file()
    result = run(plan_run("digits", [3], "fade", {"rate": 1}))
    RunStore().save(result)
    methods_file(GOOD.replace("0.0, 1.0", "0.0, 0.6"), "newer.py")
    app = open_page("explore/run", run=result.digest)
    assert not app.exception
    assert app.selectbox(key="method").value == "fade"
    assert app.number_input(key="set-digits-fade-class-rate").value == 0.5


def test_losses_with_names_of_their_own_are_drawn_beside_ours() -> None:
    losses = {"my_penalty": np.ones(3), "forget_margin": np.ones(3), "retain_label": np.ones(3)}
    figure = loss_curves(losses, 3, "Losses")
    assert [trace.name for trace in figure.data] == ["Keep the other labels", "My penalty", "Forget margin"]
    colors = [trace.line.color for trace in figure.data]
    assert colors == [LIGHT.retain, LIGHT.text, LIGHT.forget]
