"""The report a visitor takes home, and the command that makes its run again."""

import base64
import json
import re
import shlex
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from doing import causal_job, done

from camu_core import RunResult, RunSpec, __version__, plan_run, run
from camu_core.__main__ import _parser
from camu_core.board import Imprint, as_png, board_of
from camu_core.citation import bibtex, citation, command_of
from camu_core.commands.run import planned
from camu_core.data import DATASETS
from camu_core.report import document, html_report
from camu_core.report.page import playing_section
from camu_core.specs import ForgetSpec
from camu_core.wording.causal import titles
from camu_core.wording.format import capital
from camu_core.wording.verdict import claims, judge
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


def test_weights_of_ones_own_are_named() -> None:
    own = replace(SPECS[0], weights="f" * 64)
    assert f"--weights {own.weights}.safetensors" in command_of(own)
    assert "--weights" not in command_of(SPECS[0])


def test_of_a_training_seed_the_command_names_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`run` takes a file or a training seed; it trains the network if that is gone from this machine, or never was."""
    monkeypatch.setenv("CAMU_HOME", str(tmp_path))
    command = command_of(replace(SPECS[0], training_seed=5, weights="f" * 64))
    assert "--training-seed 5" in command
    assert "--weights" not in command


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
    assert told.startswith(f"CaMU Explorer {__version__}, run {spec.digest}: CaMU on Digits")


def test_bibtex_has_the_run_and_the_paper_and_no_letter_that_latex_would_compute(digits_result: RunResult) -> None:
    told = bibtex(replace(digits_result, spec=plan_run("digits", ForgetSpec("random", fraction=0.1))))
    assert told.count("@") == 2
    assert told.count("{") == told.count("}")
    assert f"@misc{{camu-{digits_result.digest}," not in told, "another run"
    assert "10\\%" in told
    assert "arXiv:2401.17504" in told


def test_bibtex_has_all_that_a_reference_to_software_needs(digits_result: RunResult) -> None:
    told, _ = bibtex(digits_result).split("@inproceedings")
    (year,) = re.findall("year = {([0-9]{4})}", told)
    assert f"Copyright (c) {year} The CaMU Explorer authors" in (Path(__file__).parents[1] / "LICENSE").read_text()
    for field in ("author = {{The CaMU Explorer authors}}", "howpublished = {", "note = {Versions: python "):
        assert field in told
    assert digits_result.versions["torch"] in told


def test_the_report_is_one_file_with_every_figure(digits_result: RunResult) -> None:
    privacy = state_privacy.report_of(state.example_run().result.spec)
    page = html_report(digits_result, digits_result, privacy)
    assert len(page.encode()) < 6e6
    assert page.count('class="plotly-graph-div') == 2 + 9
    assert html_report(digits_result).count('class="plotly-graph-div') == 2 + 5
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


def test_its_tables_have_a_dash_where_nothing_is_known() -> None:
    result = run(plan_run("digits", ForgetSpec("random", fraction=0.1), settings={"epochs": 1}))
    assert result.metrics["unlearned"]["forget_test"] is None
    page = html_report(result)
    assert "<td>-</td>" in page
    assert "<td>None</td>" not in page
    assert "<td>-0.0000</td>" not in page


def figures_in(page: str) -> dict[str, dict]:
    """Every figure of a report, as plotly is given it, by its name."""
    found = re.findall(r'<script type="application/json" id="([^"]+)">(.*?)</script>', page, re.DOTALL)
    return {name: json.loads(content) for name, content in found}


def numbers(array: list | dict) -> list[float]:
    """As plotly reads them."""
    if isinstance(array, list):
        return array
    return np.frombuffer(base64.b64decode(array["bdata"]), np.dtype(array["dtype"])).tolist()


def test_the_frames_of_the_report_are_the_snapshots_of_the_run(digits_result: RunResult) -> None:
    figures, snapshots = figures_in(html_report(digits_result)), digits_result.snapshots
    probe, points = digits_result.probe, digits_result.joint_points
    moving, accuracies = figures["playing-0"], figures["playing-1"]
    steps = [str(snapshot.index) for snapshot in snapshots]
    assert [frame["name"] for frame in moving["frames"]] == [frame["name"] for frame in accuracies["frames"]] == steps
    for frame, at in zip(moving["frames"], points, strict=True):
        for trace, is_forget in zip(frame["data"], (False, True), strict=True):
            expected = at[probe.is_forget[probe.is_live] == is_forget]
            assert numbers(trace["x"]) == expected[:, 0].tolist()
            assert numbers(trace["y"]) == expected[:, 1].tolist()
    for k, frame in enumerate(accuracies["frames"], start=1):
        kept, forgotten = (numbers(trace["y"]) for trace in frame["data"])
        assert kept == [snapshot.retain_accuracy for snapshot in snapshots[:k]]
        assert forgotten == [snapshot.forget_accuracy for snapshot in snapshots[:k]]
    for figure in (moving, accuracies):  # what stands still is the end
        for trace, last in zip(figure["data"], figure["frames"][-1]["data"], strict=True):
            assert numbers(trace["y"]) == numbers(last["y"])


def test_a_step_says_all_only_of_all() -> None:
    moments = pd.DataFrame({"step": [0, 9], "keep": [1.0, 0.996], "forget": [1.0, 0.004]})
    page = playing_section("Question", "Said", [], moments)
    assert "Step 9 of 9: 99.6% of the images to keep recognised, 0.4% of those to forget" in page
    assert "Step 0 of 9: 100% of the images to keep recognised, 100% of those to forget" in page


def test_a_large_map_is_thinned_out_and_says_so(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_PLAYED", 50)
    page = html_report(digits_result)
    assert f"The map has 50 of {digits_result.probe.is_live.sum()} images" in page
    for frame in figures_in(page)["playing-0"]["frames"]:
        assert sum(len(numbers(trace["x"])) for trace in frame["data"]) == 50


def test_a_run_without_a_course_has_nothing_to_play(digits_result: RunResult) -> None:
    still = replace(digits_result, snapshots=digits_result.snapshots[-1:], joint_points=digits_result.joint_points[-1:])
    page = html_report(still)
    assert "Watch it forget" not in page
    assert digits_result.digest in page


def test_the_report_says_what_may_be_claimed_and_shows_a_picture_without_scripts(digits_result: RunResult) -> None:
    imprint = Imprint("0.1.0", date(2026, 11, 27), "https://camu.example.org/run")
    page = html_report(digits_result, imprint=imprint)
    told = claims(digits_result, judge(digits_result))
    for claim in (*told.may, *told.may_not):
        assert f"<li>{escape(capital(claim))}.</li>" in page
    picture = re.search('<noscript><p>.*?src="data:image/png;base64,([^"]+)"', page)
    assert base64.b64decode(picture[1]) == as_png(board_of(digits_result, imprint))
    assert "27 November 2026" in page


def test_the_report_says_why_it_forgot(digits_result: RunResult) -> None:
    causal = done(causal_job(digits_result, digits_result), digits_result).report
    page = html_report(digits_result, None, None, causal)
    assert page.count('class="plotly-graph-div') == 2 + 5 + 3
    for name in ("effects", "mediation_forget", "layers"):
        first_words = " ".join(titles(causal)[name].split()[:4])
        assert first_words in page
    retrained = html_report(digits_result, None, None, {**causal, "mediation": None})
    assert retrained.count('class="plotly-graph-div') == 2 + 5 + 1


def test_class_names_cannot_put_markup_into_the_report(
    digits_result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<img src=x onerror=alert(1)>"
    names = (evil, *DATASETS["digits"].class_names[1:])
    monkeypatch.setattr(document, "DATASETS", {"digits": replace(DATASETS["digits"], class_names=names)})
    page = html_report(digits_result)
    assert "<th>&lt;img src=x onerror=alert(1)&gt;</th>" in page
    assert evil not in page
