"""The report a visitor takes home, and the command that makes its run again."""

import shlex
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from doing import causal_job, done

from camu_core import RunResult, RunSpec, plan_run
from camu_core.__main__ import _parser
from camu_core.citation import citation, command_of
from camu_core.commands.run import planned
from camu_core.data import DATASETS
from camu_core.report import document, html_report
from camu_core.specs import ForgetSpec
from camu_core.wording.causal import titles
from camu_core.wording.verdict import judge
from pages.components.privacy import state as state_privacy
from pages.components.shared import state

SPECS = [
    plan_run("digits", [3]),
    plan_run("digits", [1, 8], method="finetune", seed=7, settings={"lr": "0.002", "epochs": "3"}),
    plan_run("digits", ForgetSpec("random", fraction=0.15), method="scrub"),
    plan_run("digits", ForgetSpec("samples", samples=(4, 17, 900))),
]


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: f"{spec.forget.short} {spec.method}")
def test_the_command_plans_the_same_run(spec: RunSpec, tmp_path: Path) -> None:
    command, _, numbers = command_of(spec).partition(" --forget-samples <(echo ")
    words = shlex.split(command)
    if numbers:
        (tmp_path / "numbers.csv").write_text(numbers.removesuffix(")"))
        words += ["--forget-samples", str(tmp_path / "numbers.csv")]
    assert words[:3] == ["python", "-m", "camu_core"]
    assert planned(_parser().parse_args(words[3:])).digest == spec.digest


def test_settings_are_named_only_where_they_differ() -> None:
    assert "--set" not in command_of(SPECS[0])
    assert command_of(SPECS[1]).count("--set") == 2


def test_a_run_of_a_method_that_is_gone_names_all_its_settings() -> None:
    gone = replace(SPECS[0], method="of_somebody", method_sha256="0" * 64)
    assert command_of(gone).count("--set") == len(gone.settings)


def test_the_citation_names_what_is_needed_to_repeat_the_run(digits_result: RunResult) -> None:
    told = citation(digits_result)
    spec = digits_result.spec
    for needed in (spec.digest, spec.weights, "arXiv:2401.17504", digits_result.versions["torch"], command_of(spec)):
        assert needed in told


def test_the_report_is_one_file_with_every_figure(digits_result: RunResult) -> None:
    privacy = state_privacy.report_of(state.example_run().result.spec)
    page = html_report(digits_result, digits_result, privacy)
    assert len(page.encode()) < 6e6
    assert page.count('class="plotly-graph-div"') == 9
    assert html_report(digits_result).count('class="plotly-graph-div"') == 5
    for clause in judge(digits_result, digits_result, privacy).clauses:
        assert f"<li>{escape(clause.text)}</li>" in page
    probe = privacy["linear_probe"]["untrained"]
    assert f"<td>{probe['value']:.4f}</td>" in page
    assert f"<td>{privacy['relearning']['curves']['unlearned'][3]['value']:.4f}</td>" in page
    assert digits_result.digest in page
    assert '<link rel="stylesheet"' not in page
    assert 'src="http' not in page
    assert "Retrained without it" in page
    value = digits_result.metrics["unlearned"]["retain_test"]
    assert f"<td>{value:.4f}</td>" in page


def test_the_report_says_why_it_forgot(digits_result: RunResult) -> None:
    causal = done(causal_job(digits_result, digits_result), digits_result).report
    page = html_report(digits_result, None, None, causal)
    assert page.count('class="plotly-graph-div"') == 5 + 3
    for name in ("effects", "mediation_forget", "layers"):
        first_words = " ".join(titles(causal)[name].split()[:4])
        assert first_words in page
    assert html_report(digits_result, None, None, {**causal, "mediation": None}).count("plotly-graph-div") == 5 + 1


def test_class_names_cannot_put_markup_into_the_report(
    digits_result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    names = (evil, *DATASETS["digits"].class_names[1:])
    monkeypatch.setattr(document, "DATASETS", {"digits": replace(DATASETS["digits"], class_names=names)})
    page = html_report(digits_result)
    assert "<th>&lt;img src=x onerror=alert(1)&gt;</th>" in page
    assert evil not in page
