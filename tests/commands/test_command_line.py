"""The command line, in this process where that is enough, in a process of its own where it is not."""

import json
import os
import pty
import signal
import subprocess
import sys
import termios
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from camu_core import RunStore, plan_run, run
from camu_core.__main__ import main
from camu_core.commands import decomposition, train
from camu_core.networks.checkpoints import Checkpoint
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes

ROOT = Path(__file__).resolve().parents[2]
ACCEPTANCE_LINE = "run --dataset digits --forget-class 3 --method camu --seed 0 --json -"
ACCEPTANCE = ACCEPTANCE_LINE.split()
SPLITS = {"retain_train", "forget_train", "retain_test", "forget_test"}

# What to ask for, beside `run --json -`, and a word that the one sentence must contain.
BAD_REQUESTS = [
    ("--forget-class 3 --board page.doc", ".pptx; got 'page.doc'"),
    ("--forget-class 3 --dataset digitz", "digitz"),
    ("--forget-class 3 --method amnesia", "amnesia"),
    ("--forget-class 3 --model transformer", "transformer"),
    ("--forget-class 3 --model resnet20", "train --dataset digits --model resnet20"),
    ("--forget-class 10", "got 10"),
    ("--forget-class three", "got three"),
    ("--forget-class 1.5", "got 1.5"),
    ("--forget-class -1", "got -1"),
    (" ".join(f"--forget-class {label}" for label in range(10)), "Everything"),
    ("--forget-class 3 --seed -1", "Seed"),
    ("--forget-class 3 --seed 99999999999", "Seed"),
    ("--forget-class 3 --set epochz=1", "epochz"),
    ("--forget-class 3 --set epochs", "NAME=VALUE"),
    ("--forget-class 3 --set =1", "NAME=VALUE"),
    ("--forget-class 3 --set epochs=", "epochs"),
    ("--forget-class 3 --set epochs=1.5", "epochs"),
    ("--forget-class 3 --set epochs=many", "epochs"),
    ("--forget-class 3 --set epochs=0", "epochs"),
    ("--forget-class 3 --set label_lr=nan", "label_lr"),
    ("--forget-class 3 --set label_lr=2", "label_lr"),
    ("--forget-class 3 --method retrain --set label_lr=0.1", "label_lr"),
    ("--forget-class 3 --weights nowhere.safetensors", "nowhere.safetensors"),
    ("--forget-class 3 --weights FOLDER", "safetensors"),
    ("--forget-class 3 --weights EMPTY", "empty.safetensors"),
    ("--forget-class 3 --weights GARBAGE", "garbage.safetensors"),
    ("--forget-class 3 --weights CUT", "cut.safetensors"),
    ("--forget-class 3 --weights OTHER", "other.safetensors"),
    ("--forget-class 3 --weights NAN", "nan.safetensors"),
    ("--forget-class 3 --weights GOOD --seed -1", "Seed"),
    ("--forget-class 3 --light", "add --save"),
    ("--forget-class 3 --quick --privacy", "--quick skips the tests"),
    ("--forget-class 3 --quick --retrain-band", "--quick skips the tests"),
    ("--forget-class 3 --layout names", "--layout and --drop-copies"),
    ("--forget-class 3 --drop-copies", "--layout and --drop-copies"),
    ("--forget-class 3 --set epochs=3 --set epochs=4", "'epochs' two values, 3 and 4"),
    ("--forget-class 3 --dataset /tmp/nope.zip", "no such file or folder"),
    ("--forget-class=", "got nothing"),
    ("--forget-planted swap:3-3", "got 'swap:3-3x100'"),
    ("--forget-planted trigger:8x0", "got 'trigger:8x0'"),
]
USAGE_ERRORS = [
    "",
    "dance",
    "run",
    "run --forget-class",
    "run --forget-class 3 --seed x",
    "run --forget-class 3 --speed 11",
    "doctor --forget-class 3",
]


@pytest.fixture
def files(tmp_path):
    """Weights files, good and bad, by the names used above."""
    good = build_model("cnn", (1, 8, 8), 10, seed=42)
    poisoned = build_model("cnn", (1, 8, 8), 10, seed=42)
    poisoned.get_parameter("blocks.output.bias").data.fill_(float("nan"))
    contents = {
        "EMPTY": b"",
        "GARBAGE": b"no weights " * 99,
        "CUT": to_bytes(good)[:-7],
        "OTHER": to_bytes(build_model("cnn", (1, 28, 28), 10)),
        "NAN": to_bytes(poisoned),
        "GOOD": to_bytes(good),
    }
    folder = tmp_path / "given"
    folder.mkdir()
    paths = {name: folder / f"{name.lower()}.safetensors" for name in contents}
    for name, content in contents.items():
        paths[name].write_bytes(content)
    return {**paths, "FOLDER": folder}


def words(line, files=None):
    return [str((files or {}).get(word, word)) for word in line.split()]


def in_a_process(arguments, timeout=600):
    return subprocess.run(
        [sys.executable, "-m", "camu_core", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=timeout
    )


def assert_one_sentence(stderr, named):
    (line,) = stderr.splitlines()
    assert line.startswith("camu_core: ")
    assert line.endswith(".")
    assert named in line
    assert "Traceback" not in line


# -------------------------------------------------------------------------------------------------- what goes well


@pytest.mark.slow
def test_acceptance_command_prints_one_json_object_and_nothing_else(camu_home, digits_result):
    done = in_a_process([*ACCEPTANCE, "--save"])
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1
    printed = json.loads(done.stdout)
    assert isinstance(printed, dict)
    assert {"spec", "digest", "seconds", "metrics"}.issubset(printed)
    assert 0 < printed["seconds"] < 60
    for model in ("original", "unlearned"):
        metrics = printed["metrics"][model]
        assert SPLITS.issubset(metrics)
        assert all(0 <= metrics[name] <= 1 for name in SPLITS)
        assert isinstance(metrics["per_class_test"], list)
        assert len(metrics["per_class_test"]) == 10
    # the same from another process: names, digests and numbers, and the weights to the bit
    assert printed["spec"] == digits_result.spec.to_json()
    assert printed["digest"] == digits_result.digest
    assert printed["metrics"] == digits_result.metrics
    weights = RunStore().load(digits_result.digest).weights
    assert {name: value.tobytes() for name, value in weights.items()} == {
        name: value.tobytes() for name, value in digits_result.weights.items()
    }
    assert "Traceback" not in done.stderr


def test_tests_that_are_kept_are_of_the_run_that_is_kept(camu_home, digits_result, capfd):
    """Seen before: on another processor, figures of a network made anew were kept beside the run that was there."""
    unlike = {name: np.zeros_like(value) for name, value in digits_result.weights.items()}
    RunStore().save(replace(digits_result, weights=unlike))
    assert main([*ACCEPTANCE, "--save", "--causal", "--quick"]) == 0
    effects = json.loads(capfd.readouterr().out)["causal"]["effects"]
    assert effects["retain"]["unlearned"]["prediction_bits"]["value"] == 0, "zeros answer the same to every image"
    assert effects["retain"]["original"]["prediction_bits"]["value"] > 0.5


def test_a_run_of_another_version_is_computed_anew_and_kept(camu_home, digits_result, capfd):
    store = RunStore()
    store.save(digits_result)
    manifest = next(camu_home.rglob("manifest.json"))
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": 0}))
    assert main([*ACCEPTANCE, "--save", "--quick"]) == 0
    assert store.has(digits_result.digest)


def test_stdout_is_clean_json_in_this_process_too(capfd):
    assert main(words("run --forget-class 3 --forget-class 5 --set epochs=1 --quick --json -")) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["spec"]["forget"] == {"kind": "class", "classes": [3, 5]}
    assert printed["spec"]["settings"]["epochs"] == 1


def test_set_reaches_the_run(capfd):
    line = "run --forget-class 3 --set epochs=1 --set label_lr=1e-4 --set forget_label_weight=0 --quick --json -"
    assert main(words(line)) == 0
    printed = json.loads(capfd.readouterr().out)
    settings = {"epochs": 1, "label_lr": 1e-4, "forget_label_weight": 0}
    expected = plan_run("digits", [3], settings=settings)
    assert printed["digest"] == expected.digest
    assert printed["metrics"] == run(expected).metrics


@pytest.mark.parametrize(("method", "quick"), [("retrain", "--set epochs=1"), ("ssd", ""), ("mask", "")])
def test_other_methods_run_by_the_same_command(method, quick, capfd):
    assert main(words(f"run --forget-class 3 --method {method} {quick} --quick --json -")) == 0
    assert json.loads(capfd.readouterr().out)["spec"]["method"] == method


def test_given_weights_are_the_original_model(files, capfd):
    assert main(words("run --forget-class 3 --set epochs=1 --quick --weights GOOD --json -", files)) == 0
    printed = json.loads(capfd.readouterr().out)
    assert printed["metrics"]["original"]["retain_test"] < 0.5, "an untrained network"
    files["GOOD"].unlink()
    assert run(plan_run("digits", [3])).metrics["original"]["retain_test"] > 0.9


def test_json_to_a_file(tmp_path, capfd):
    target = tmp_path / "result.json"
    assert main(["run", "--forget-class", "3", "--set", "epochs=1", "--quick", "--json", str(target)]) == 0
    assert capfd.readouterr().out == ""
    assert set(json.loads(target.read_text())["metrics"]) == {"original", "unlearned"}


def test_a_report_and_pages_for_the_board_are_written_beside_what_is_printed(tmp_path, capfd):
    names = ("report.html", "board.pdf", "board.PNG", "board.pptx")
    report, *boards = (tmp_path / "made" / name for name in names)
    pages = [word for path in boards for word in ("--board", str(path))]
    quick = ["run", "--forget-class", "3", "--set", "epochs=1", "--quick"]
    assert main([*quick, "--report", str(report), *pages, "--json", "-"]) == 0
    digest = json.loads(capfd.readouterr().out)["digest"]
    assert f"Run {digest}" in report.read_text(encoding="utf-8")
    assert [path.read_bytes()[:4] for path in boards] == [b"%PDF", b"\x89PNG", b"PK\x03\x04"]


def test_without_json_a_table_for_people(capfd):
    assert main(words("run --forget-class 3 --set epochs=1 --quick")) == 0
    out = capfd.readouterr().out
    assert all(name in out for name in (*SPLITS, "original", "unlearned"))
    assert "%" in out


def test_doctor_says_what_works_and_makes_no_folder(capfd, camu_home, empty_data_dir):
    assert main(["doctor"]) == 0
    out = capfd.readouterr().out
    assert all(word in out for word in ("torch", "digits", "mnist", "fashion_mnist", "CAMU_HOME", "CAMU_DATA"))
    assert str(camu_home) in out
    assert "intact" in out
    assert "DAMAGED" not in out
    assert not camu_home.exists()
    assert not empty_data_dir.exists()


def test_doctor_sees_a_folder_that_cannot_be_written(tmp_path, monkeypatch, capfd):
    (tmp_path / "a-file").write_text("")
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "a-file" / "home"))
    assert main(["doctor"]) == 0
    assert "NOT WRITABLE" in capfd.readouterr().out


def test_training_makes_weights_that_run_accepts(tmp_path, capfd):
    target = tmp_path / "trained" / "own.safetensors"
    assert main(["train", "--set", "epochs=2", "--output", str(target)]) == 0
    card = json.loads(target.with_suffix(".json").read_text())
    assert (card["dataset"], card["model"], card["n_train"], card["n_test"]) == ("digits", "cnn", 1437, 360)
    assert (
        main(["run", "--forget-class", "3", "--set", "epochs=1", "--quick", "--weights", str(target), "--json", "-"])
        == 0
    )
    printed = json.loads(capfd.readouterr().out.splitlines()[-1])
    assert printed["spec"]["weights"] == card["sha256"]
    right = card["test_accuracy"] * 360
    metrics = printed["metrics"]["original"]
    assert right == pytest.approx(sum(metrics[name] * metrics["n"][name] for name in ("forget_test", "retain_test")))


@pytest.mark.parametrize("options", [[], ["--forget-class", "3", "--seed", "5"]])
def test_training_never_writes_over_a_network_of_the_app(options, capfd, monkeypatch):
    monkeypatch.setattr(train, "train_network", None)
    assert main(["train", "--dataset", "digits", *options]) == 2
    assert "--output" in capfd.readouterr().err


def test_training_without_a_class_gives_what_a_run_of_retraining_would(tmp_path):
    target = tmp_path / "retrained.safetensors"
    assert main(["train", "--forget-class", "3", "--set", "epochs=2", "--output", str(target)]) == 0
    result = run(plan_run("digits", [3], "retrain", {"epochs": 2}))
    saved = load_file(target)
    assert saved.keys() == result.weights.keys()
    for name, value in result.weights.items():
        assert saved[name].dtype == torch.float16
        assert torch.equal(saved[name], torch.from_numpy(value).half()), name
    card = json.loads(target.with_suffix(".json").read_text())
    assert (card["forget_classes"], card["seed"], card["dtype"]) == ([3], 0, "float16")
    assert card["n_train"] == result.metrics["unlearned"]["n"]["retain_train"]
    for split in SPLITS:  # of the rounded weights
        assert card[f"{split}_accuracy"] == pytest.approx(result.metrics["unlearned"][split], abs=0.01)


def test_an_interrupted_training_goes_on_where_it_was(tmp_path, monkeypatch, camu_home, capfd):
    files = [tmp_path / name for name in ("whole.safetensors", "parts.safetensors")]
    line = words("train --set epochs=3 --output")
    assert main([*line, str(files[0])]) == 0
    save, n_saved = Checkpoint.save, []

    def save_then_press_ctrl_c(checkpoint, state):
        save(checkpoint, state)
        n_saved.append(1)
        if len(n_saved) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(Checkpoint, "save", save_then_press_ctrl_c)
    assert main([*line, str(files[1])]) == 130
    assert not files[1].exists()
    assert main([*line, str(files[1])]) == 0
    assert len(n_saved) == 3, "two epochs were done already"
    assert files[0].read_bytes() == files[1].read_bytes()
    assert not [path for path in camu_home.rglob("*") if path.is_file()], "nothing is left to go on with"


@pytest.mark.slow
@pytest.mark.parametrize("line", ["datasets", "doctor --help"])
def test_a_reader_that_closes_the_pipe_gives_no_traceback(line):
    reading, writing = os.pipe()
    os.close(reading)
    arguments = [sys.executable, "-m", "camu_core", *words(line)]
    buffered = {**os.environ, "PYTHONUNBUFFERED": ""}
    done = subprocess.run(arguments, stdout=writing, stderr=subprocess.PIPE, text=True, cwd=ROOT, env=buffered)
    os.close(writing)
    assert done.returncode == 1
    assert "Error" not in done.stderr


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip()


# ------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(("line", "named"), BAD_REQUESTS)
def test_bad_requests_exit_2_with_one_sentence(line, named, files, capfd, camu_home, empty_data_dir):
    assert main(["run", *words(line, files), "--json", "-"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert_one_sentence(err, named)
    assert not camu_home.exists()
    assert not empty_data_dir.exists()


@pytest.mark.slow
def test_a_bad_request_exits_2_as_a_process_too(camu_home, empty_data_dir):
    line, named = BAD_REQUESTS[0]
    done = in_a_process(["run", *words(line), "--json", "-"])
    assert done.returncode == 2
    assert done.stdout == ""
    assert_one_sentence(done.stderr, named)
    assert not camu_home.exists()
    assert not empty_data_dir.exists()


def test_images_that_cannot_be_fetched_exit_2_and_leave_nothing(capfd, camu_home, empty_data_dir, no_network):
    assert main(words("run --dataset mnist --forget-class 3 --json -")) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert_one_sentence(err, "built-in digits")
    assert not camu_home.exists()
    assert not empty_data_dir.exists(), [str(path) for path in empty_data_dir.rglob("*")]


@pytest.mark.parametrize("line", USAGE_ERRORS)
def test_usage_errors_exit_2_too(line, capfd, camu_home):
    with pytest.raises(SystemExit) as caught:
        main(words(line))
    assert caught.value.code == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "error:" in err
    assert not camu_home.exists()


@pytest.mark.parametrize(
    "line",
    [
        "train --dataset digitz",
        "train --model transformer",
        "train --set epochz=1",
        "train --set epochs=many",
        "train --forget-class 10",
        "train --forget-class -1",
        "train --dataset cifar100 --forget-class fish",
        "train --set epochs=1 --set epochs=2",
        "train --seed -1",
        "train --seed 2147483648",
    ],
)
def test_bad_training_requests_exit_2_and_write_nothing(line, tmp_path, capfd):
    target = tmp_path / "own.safetensors"
    assert main([*words(line), "--output", str(target)]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert not target.exists()


@pytest.mark.parametrize("name", ["-", "own.json", "my.v1"])
def test_a_network_is_written_under_its_own_ending_alone(name, tmp_path, monkeypatch, capfd):
    """Its card lies beside it, with another ending; and a device must stay what it is."""
    monkeypatch.chdir(tmp_path)
    assert main([*words("train --set epochs=1"), "--output", name]) == 2
    assert "ends in .safetensors" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("sweep --forget-random 0.1 --method mask", "None of these methods can forget such: mask"),
        ("sweep --forget-class=", "got nothing."),
        ("sweep --forget-class ,", "got nothing."),
        ("reproduce --dataset digits --forget 3 --population 8 --quick", "leave out --quick"),
        ("reproduce --dataset digits --forget trouser", "got trouser."),
        ("reproduce --dataset digits --forget 10% --method mask", "None of these methods can forget such: mask"),
        ("run --forget-class 3 --dataset=", "--dataset expects a name"),
        ("memorisation --dataset nope", "There is no dataset 'nope'"),
        ("memorisation --networks 5", "multiple of 4"),
    ],
)
def test_what_is_empty_or_cannot_be_is_refused(line, said, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    assert main(words(line)) == 2
    assert said in capfd.readouterr().err


def test_a_place_that_is_no_folder_is_told_before_anything_has_run(tmp_path, capfd):
    (tmp_path / "afile").write_text("")
    assert main([*words("reproduce --dataset digits --forget 3 --method mask --output"), str(tmp_path / "afile")]) == 2
    assert "--output expects a folder" in capfd.readouterr().err


def test_a_report_that_cannot_be_written_does_not_cost_the_figures(tmp_path, capfd):
    line = [*words("run --forget-class 3 --set epochs=1 --quick --report"), str(tmp_path)]
    assert main(line) == 1
    out, err = capfd.readouterr()
    assert "retain_test" in out
    assert "choose another place" in err


# ------------------------------------------------------------------------------------------------------ interruption


@pytest.mark.slow
def test_ctrl_c_in_mid_run_exits_130_and_leaves_nothing(camu_home):
    """Wait for the progress bar, which needs a terminal on stderr, and press Ctrl-C."""
    terminal, stderr = pty.openpty()
    termios.tcsetwinsize(stderr, (24, 80))
    settings = words("--set epochs=200 --set batch_size=32")  # 146 images of the digit 3: 5 batches, 1000 steps
    arguments = [sys.executable, "-m", "camu_core", *ACCEPTANCE, *settings]
    listens = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a test run in the background ignores Ctrl-C
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=stderr, cwd=ROOT, preexec_fn=listens)
    os.close(stderr)
    seen = b""
    try:
        while b"Forgetting" not in seen:
            seen += os.read(terminal, 4096)
        while seen.count(b"Forgetting") < 4:
            seen += os.read(terminal, 4096)
        process.send_signal(signal.SIGINT)
        while chunk := _read(terminal):
            seen += chunk
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
        os.close(terminal)
    assert process.returncode == 130, seen.decode()
    assert out == b""
    assert b"Traceback" not in seen
    assert b"interrupted" in seen
    assert b"/1000 [" in seen, "the bar counts to the number of steps"
    assert not camu_home.exists()


def _read(terminal):
    """What the terminal shows next; nothing once the process has let go of it."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_an_interruption_in_this_process_is_status_130(monkeypatch, capfd):
    def pressed(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("camu_core.jobs.run.executing", pressed)
    assert main(ACCEPTANCE) == 130
    assert capfd.readouterr().out == ""


# ------------------------------------------------------------------------------------------------- the causal part


@pytest.fixture(scope="module")
def causal_json(tmp_path_factory):
    path = tmp_path_factory.mktemp("causal") / "run.json"
    assert main([*ACCEPTANCE[:-1], str(path), "--causal", "--quick"]) == 0
    return json.loads(path.read_text())["causal"]


def test_causal_has_the_keys_that_other_programs_rely_on(causal_json):
    for group in ("forget", "retain"):
        for model in ("original", "unlearned"):
            measures = causal_json["effects"][group][model]
            assert set(measures) == {"true_class", "prediction_bits", "representation_bits"}
            assert all(set(estimate) == {"value", "low", "high", "n"} for estimate in measures.values())
    assert "attribution" not in causal_json, "it takes 48 runs, so it must be asked for"


def test_causal_sums_are_exact(causal_json):
    for parts in causal_json["mediation"].values():
        assert parts["representation"] + parts["head"] + parts["interaction"] == pytest.approx(parts["total"], abs=1e-6)
    layers = causal_json["layers"]["forget"]
    assert list(layers["increments"]) == ["conv1", "conv2", "representation", "hidden", "output"]
    assert sum(layers["increments"].values()) == pytest.approx(layers["total"], abs=1e-6)
    assert layers["total"] == pytest.approx(causal_json["mediation"]["forget"]["total"], abs=1e-6)


@pytest.mark.slow
def test_attribution_of_a_quick_run(monkeypatch, capsys):
    """Over one seed; over three it is 48 runs, see causal/test_attribution.py."""
    monkeypatch.setattr(decomposition, "attribution_specs", partial(decomposition.attribution_specs, n_seeds=1))
    assert main([*ACCEPTANCE, "--attribution", "--set", "epochs=1", "--quick"]) == 0
    attribution = json.loads(capsys.readouterr().out)["causal"]["attribution"]
    for outcome in ("forget_test", "retain_test", "attack"):
        found = attribution[outcome]
        total = found["everybody"]["value"] - found["nobody"]["value"]
        assert sum(share["value"] for share in found["shapley"].values()) == pytest.approx(total, abs=1e-6)
        assert found["total"]["n"] == 1


def test_attribution_of_another_method_is_refused_before_anything_runs(capsys):
    assert main(["run", "--forget-class", "3", "--method", "retrain", "--attribution"]) == 2
    assert_one_sentence(capsys.readouterr().err, "retrain")
