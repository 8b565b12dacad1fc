import re
from argparse import Namespace

import pytest
import torch

from camu_core import DATASETS, METHODS, plan_run, planning
from camu_core.commands.population import planned
from camu_core.errors import NetworkMissing, RequestError, SpecError, WeightsError
from camu_core.methods import is_control, methods_for
from camu_core.networks import weights
from camu_core.networks.cards import sha256_of
from camu_core.networks.models import build_model, models_for
from camu_core.networks.weights import shipped_path, to_bytes
from camu_core.planning import is_usual_original
from camu_core.specs import ForgetSpec, RunSpec

PROPER = [name for name in methods_for("class") if not is_control(name)]


@pytest.fixture
def own_weights(tmp_path):
    path = tmp_path / "own.safetensors"
    path.write_bytes(to_bytes(build_model("cnn", (1, 8, 8), 10, seed=99)))
    return path


def test_defaults_are_filled_in():
    spec = plan_run("digits", [3])
    assert spec == RunSpec(
        dataset="digits",
        model="cnn",
        weights=sha256_of(shipped_path("digits", "cnn")),
        forget=ForgetSpec(kind="class", classes=(3,)),
        method="camu",
        settings=METHODS["camu"].default_config("digits", "class").pairs(),
        seed=0,
        device="cpu",
    )


@pytest.mark.parametrize("method", PROPER)
def test_settings_replace_defaults_and_all_are_recorded(method):
    spec = plan_run("digits", [3], method=method, settings={"batch_size": "4"})
    defaults = dict(METHODS[method].default_config("digits", "class").pairs())
    assert dict(spec.settings) == {**defaults, "batch_size": 4}


def test_a_batch_too_large_for_the_server_is_refused(monkeypatch):
    assert dict(plan_run("digits", [3], settings={"batch_size": 4096}).settings)["batch_size"] == 4096
    monkeypatch.setenv("CAMU_MAX_JOB_MEMORY_MB", "1")
    plan_run("digits", [3], settings={"batch_size": 44})  # two images of 11.3 kB each
    with pytest.raises(SpecError, match=r"'batch_size' 45 would take about 1 MB of memory, .* choose at most 44"):
        plan_run("digits", [3], settings={"batch_size": 45})
    plan_run("digits", [3], "scrub", {"batch_size": 88})
    with pytest.raises(SpecError, match=r"'forget_batch_size' 89 .* choose at most 88"):
        plan_run("digits", [3], "scrub", {"forget_batch_size": 89})


def test_a_public_server_has_the_memory_for_every_usual_batch(monkeypatch):
    monkeypatch.setenv("CAMU_PUBLIC", "1")
    for name, info in DATASETS.items():
        for model in models_for(info.shape):
            for method in METHODS:
                planning._check_memory(method, model, info, planning.usual_settings(method, name, "class", model))
    large = planning.usual_settings("camu", "cifar10", "class", "resnet20").with_values({"batch_size": 2048})
    with pytest.raises(SpecError, match="5,000 MB"):
        planning._check_memory("camu", "resnet20", DATASETS["cifar10"], large)


def test_another_training_seed_needs_its_network():
    with pytest.raises(NetworkMissing, match="train --dataset digits --model cnn --seed 7"):
        plan_run("digits", [3], training_seed=7)
    with pytest.raises(SpecError, match="Training seed must be"):
        plan_run("digits", [3], training_seed=-1)


def test_a_file_of_weights_has_no_training_seed(own_weights):
    with pytest.raises(SpecError, match="leave out its training seed"):
        plan_run("digits", [3], weights=own_weights, training_seed=1)


def test_a_default_said_aloud_is_the_same_run():
    default = dict(plan_run("digits", [3]).settings)["label_lr"]
    assert plan_run("digits", [3], settings={"label_lr": str(default)}).digest == plan_run("digits", [3]).digest


def test_several_classes_are_sorted_and_unique():
    assert plan_run("digits", [7, 1, 7]).forget.classes == (1, 7)


@pytest.mark.parametrize(
    ("request_", "named"),
    [
        ({"dataset": "digitz"}, "digitz"),
        ({"method": "amnesia"}, "amnesia"),
        ({"model": "transformer"}, "transformer"),
        ({"forget": []}, "at least one class"),
        ({"forget": [10]}, "0 to 9; got 10"),
        ({"forget": [-1]}, "got -1"),
        ({"forget": [3, 10]}, "got 10"),
        ({"forget": range(10)}, "Everything"),
        ({"forget": ["three"]}, "three"),
        ({"forget": [1.5]}, "1.5"),
        ({"settings": {"epochz": 1}}, "epochz"),
        ({"settings": {"epochs": 1.5}}, "epochs"),
        ({"settings": {"epochs": "many"}}, "epochs"),
        ({"settings": {"label_lr": -1}}, "label_lr"),
        ({"seed": -1}, "Seed"),
        ({"seed": 2**31}, "Seed"),
        ({"seed": "0"}, "Seed"),
    ],
    ids=repr,
)
def test_bad_requests_are_refused_in_one_sentence(request_, named, own_weights, camu_home):
    with pytest.raises(SpecError, match=re.escape(named)) as caught:
        plan_run(**{"dataset": "digits", "forget": [3], "weights": own_weights, **request_})
    assert "\n" not in str(caught.value)
    assert not camu_home.exists(), "a refused request must leave nothing behind"


@pytest.mark.parametrize("dataset", DATASETS)
def test_a_model_that_is_not_shipped_says_how_to_get_it(dataset, monkeypatch, tmp_path):
    monkeypatch.setattr(weights, "SHIPPED", tmp_path)
    with pytest.raises(WeightsError, match=f"train --dataset {dataset}"):
        plan_run(dataset, [0])


def test_own_weights_are_kept_and_named_by_their_content(own_weights, camu_home):
    spec = plan_run("digits", [3], weights=own_weights)
    assert spec.weights == sha256_of(own_weights)
    assert spec.digest != plan_run("digits", [3]).digest
    own_weights.unlink()
    assert weights.find_weights(spec.weights).is_relative_to(camu_home)


def test_a_run_from_a_file_of_weights_is_not_judged_by_many_networks_of_our_recipe(own_weights):
    assert is_usual_original(plan_run("digits", [3]))
    spec = plan_run("digits", [3], weights=own_weights)
    assert not is_usual_original(spec)
    assert planned(Namespace(population=None), spec) is None
    with pytest.raises(SpecError, match="leave out --weights"):
        planned(Namespace(population=16), spec)


def test_planning_from_shipped_weights_writes_nothing(camu_home):
    plan_run("digits", [3])
    assert not camu_home.exists()


def test_own_weights_of_another_dataset_are_refused(tmp_path, camu_home):
    path = tmp_path / "mnist.safetensors"
    path.write_bytes(to_bytes(build_model("cnn", (1, 28, 28), 10)))
    with pytest.raises(WeightsError, match="Digits"):
        plan_run("digits", [3], weights=path)
    assert not camu_home.exists()


@pytest.mark.parametrize("given", ["argument", "environment"])
def test_the_device_is_the_one_asked_for_and_part_of_the_digest(given, monkeypatch):
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available=False: torch.device("cuda"))
    asked = {}
    if given == "environment":
        monkeypatch.setenv("CAMU_DEVICE", "cpu")
    else:
        monkeypatch.setenv("CAMU_DEVICE", "auto")
        asked = {"device": "cpu"}
    spec = plan_run("digits", [3], **asked)
    assert spec.device == "cpu"
    monkeypatch.delenv("CAMU_DEVICE")
    assert plan_run("digits", [3]).device == "cuda"
    assert plan_run("digits", [3]).digest != spec.digest
    with pytest.raises(SpecError, match="mps"):
        plan_run("digits", [3], device="mps")


@pytest.mark.parametrize("method", PROPER)
def test_defaults_follow_the_model(method, tmp_path):
    path = tmp_path / "own.safetensors"
    path.write_bytes(to_bytes(build_model("resnet20", (1, 8, 8), 10)))
    spec = plan_run("digits", [3], method, model="resnet20", weights=path)
    assert dict(spec.settings) == dict(METHODS[method].default_config("digits", "class", "resnet20").pairs())
    if method != "ssd":  # whose paper's settings serve on digits too
        assert spec.settings != plan_run("digits", [3], method).settings


def test_every_refusal_is_a_request_error():
    assert issubclass(SpecError, RequestError)
    assert issubclass(WeightsError, RequestError)


def test_the_time_of_a_run_is_that_of_its_updates_and_measurements(monkeypatch):
    monkeypatch.setattr(planning, "image_seconds", lambda *_: 0.001)
    took = {name: planning.run_seconds(plan_run("cifar10", [0], name)) for name in methods_for("class")}
    measuring = 25
    assert took["nothing"] == pytest.approx(measuring, rel=0.5)
    assert took["camu"] == pytest.approx(measuring + 0.001 * 3 * 4 * 5_000)
    assert took["finetune"] == pytest.approx(measuring + 0.001 * 10 * 50_000)
    assert took["retrain"] == pytest.approx(measuring + 0.001 * 30 * 50_000)
    assert took["sfron"] == pytest.approx(measuring + 0.001 * (50_000 + 1_500 * 128 * 1.2), rel=0.2), (
        "rounds, no epochs"
    )
    assert planning.run_seconds(plan_run("mnist", [3], "retrain")) == 30, "it is shipped"
    random = plan_run("cifar10", ForgetSpec("random", fraction=0.5))
    assert planning.run_seconds(random) > 5 * took["camu"]


def test_the_time_of_a_run_may_be_unknown(monkeypatch):
    monkeypatch.setattr(planning, "image_seconds", lambda *_: None)
    assert planning.run_seconds(plan_run("digits", [3])) is None
