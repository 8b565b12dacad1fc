"""A network that was made to forget elsewhere is judged like a run."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from safetensors.torch import save

from camu_core import METHODS, RunStore, plan_run, run
from camu_core.__main__ import main
from camu_core.citation import citation, command_of
from camu_core.data import content_of
from camu_core.errors import RunDiverged, SpecError, WeightsError
from camu_core.jobs import RunJob
from camu_core.networks.models import build_model
from camu_core.networks.weights import from_arrays, shipped_path, to_bytes
from camu_core.progress import drain
from camu_core.runs.given import executing, plan_given
from camu_core.specs import GIVEN, RunSpec
from camu_core.wording.verdict import finding


@pytest.fixture(scope="module")
def forgotten(digits_result) -> bytes:
    """The weights that CaMU made, as somebody would hand them over."""
    return to_bytes(from_arrays(digits_result.weights, "digits", "cnn"))


def test_it_gets_the_figures_of_the_run_that_made_it(forgotten, digits_result):
    spec = plan_given("digits", [3], forgotten, "theirs.safetensors")
    result = drain(executing(spec))
    assert result.metrics == digits_result.metrics
    np.testing.assert_array_equal(result.logits["unlearned"], digits_result.logits["unlearned"])
    assert (result.cost, result.is_shipped) == ({}, False)
    assert finding(result).split(",")[0]
    assert GIVEN not in METHODS


def test_the_weights_are_part_of_the_digest(forgotten):
    one = plan_given("digits", [3], forgotten, "a")
    other = plan_given("digits", [3], to_bytes(build_model("cnn", (1, 8, 8), 10, seed=1)), "b")
    assert one.method_sha256 == hashlib.sha256(forgotten).hexdigest()
    assert len({one.digest, other.digest, plan_given("digits", [4], forgotten, "a").digest}) == 3
    assert one.digest == plan_given("digits", [3], forgotten, "another name").digest
    assert RunSpec.from_json(json.loads(json.dumps(one.to_json()))) == one
    assert one.weights == plan_run("digits", [3]).weights


def test_an_untouched_network_is_found_out(capsys):
    """The positive control: somebody gives the original and says that it has forgotten."""
    path = shipped_path("digits", "cnn")
    assert main(["run", "--forget-class", "3", "--unlearned", str(path), "--quick", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["metrics"]["unlearned"] == found["metrics"]["original"]
    assert found["metrics"]["unlearned"]["forget_test"] > 0.9
    assert (found["seconds"], found["cost"]) == (None, {}), "what it cost elsewhere is not known"


@pytest.mark.slow
def test_the_command_line_judges_and_keeps(forgotten, digits_result, tmp_path, capsys):
    path = tmp_path / "theirs.safetensors"
    path.write_bytes(forgotten)
    assert main(["run", "--forget-class", "3", "--unlearned", str(path), "--save"]) == 0
    told = capsys.readouterr().out
    assert f"given network, sha256 {hashlib.sha256(forgotten).hexdigest()[:12]}" in told
    digest = told.split("run ")[1].split(",")[0]
    stored = RunStore().load(digest)
    assert stored.metrics == digits_result.metrics
    assert f"--unlearned {stored.spec.method_sha256}.safetensors" in command_of(stored.spec)
    assert "--method" not in command_of(stored.spec)
    assert f"Weights of the given network, sha256: {stored.spec.method_sha256}" in citation(stored)


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"garbage", "not a safetensors file"), (None, "Cannot read the unlearned network"),
     (to_bytes(build_model("cnn", (1, 28, 28), 10)), "does not hold a cnn for Digits")],
)  # fmt: skip
def test_what_is_no_such_network_is_refused(content, told, tmp_path, capsys, camu_home):
    path = tmp_path / "theirs.safetensors"
    if content is not None:
        path.write_bytes(content)
    assert main(["run", "--forget-class", "3", "--unlearned", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert told in line
    assert "theirs.safetensors" in line
    assert not camu_home.exists()


def test_a_card_beside_it_must_fit(forgotten, tmp_path, capsys):
    path = tmp_path / "theirs.safetensors"
    path.write_bytes(forgotten)
    path.with_suffix(".json").write_text(json.dumps({"sha256": "0" * 64}))
    assert main(["run", "--forget-class", "3", "--unlearned", str(path)]) == 2
    assert "was changed or damaged" in capsys.readouterr().err


@pytest.mark.parametrize("more", [["--method", "scrub"], ["--set", "epochs=1"], ["--training-seed", "1"]])
def test_a_method_beside_it_is_refused(more, capsys):
    path = shipped_path("digits", "cnn")
    assert main(["run", "--forget-class", "3", "--unlearned", str(path), *more]) == 2
    assert "leave out --method, --set and --training-seed" in capsys.readouterr().err


def test_nobody_can_choose_it_as_a_method():
    with pytest.raises(SpecError, match="no method"):
        plan_run("digits", [3], GIVEN)
    assert GIVEN not in list(METHODS)
    with pytest.raises(SpecError):
        run(replace(plan_run("digits", [3]), method=GIVEN, method_sha256="0" * 64))
    assert content_of("digits") is None


def test_a_worker_elsewhere_gets_it_with_the_job(forgotten, digits_result, tmp_path, monkeypatch):
    job = RunJob(plan_given("digits", [3], forgotten, "theirs"))
    payload = job.pack(RunStore().load)
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "worker"))
    with pytest.raises(WeightsError):
        job.pack(RunStore().load)
    assert drain(job.execute(payload)).metrics == digits_result.metrics


def test_answers_that_are_no_numbers_are_the_file_s_fault():
    state = {
        name: (value * 1e30).contiguous()
        for name, value in build_model("cnn", (1, 8, 8), 10, seed=1).state_dict().items()
    }
    with pytest.raises(RunDiverged, match="Expected a network whose answers are numbers") as told:
        drain(executing(plan_given("digits", [3], save(state), "a")))
    assert "learning rate" not in str(told.value)
