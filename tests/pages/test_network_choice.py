"""The network on the Run page: chosen where several suit the images, trained where there is none."""

from dataclasses import replace

import pytest
from opening import open_page, words

from camu_core import ForgetSpec, RunSpec, RunStore, plan_run, run
from camu_core.data import DATASETS
from camu_core.jobs.imports import TrainJob
from camu_core.networks.pace import training_seconds
from pages.components.own_images import text as text_own
from pages.components.run import forget
from pages.components.shared import notices, state, text


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list:
    """The runs and jobs that were asked for, instead of being started."""
    found = []
    monkeypatch.setattr(state, "start", found.append)
    monkeypatch.setattr(state, "submit", lambda job, *_: found.append(job))
    return found


def test_grey_images_have_one_network_and_no_choice() -> None:
    app = open_page("explore/run")
    assert [each.key for each in app.segmented_control if str(each.key).startswith("network-")] == []


@pytest.mark.slow
def test_the_network_that_is_chosen_is_run_and_its_settings_are_its_own(asked: list) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("cifar10").run()
    assert "0.3 million weights" in words(app)
    app.number_input(key="set-cifar10-camu-class-epochs").set_value(7).run()
    app.segmented_control(key="network-cifar10").set_value("resnet18").run()
    assert "11.2 million weights" in words(app)
    app.button(key="press").click().run()
    assert not app.exception
    assert asked == [plan_run("cifar10", [3], model="resnet18")]
    app.segmented_control(key="network-cifar10").set_value("resnet20").run()
    app.button(key="press").click().run()
    assert asked[1] == plan_run("cifar10", [3], settings={"epochs": 7})


def test_a_network_that_is_not_shipped_is_trained_in_the_app(asked: list, empty_data_dir) -> None:
    assert training_seconds("cifar100", "resnet20")  # measured by now, for the page waits a second only
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("cifar100").run()
    assert text_own.NETWORK.format(model="ResNet-20") in words(app)
    assert "downloads 169 MB" in words(app)
    assert "Training takes about" in words(app)
    next(button for button in app.button if button.label == text_own.TRAIN).click().run()
    assert not app.exception
    assert asked == [TrainJob("cifar100", "resnet20")]


@pytest.mark.parametrize("limit", ["0", "1"])
def test_a_training_that_a_server_would_end_is_not_offered(
    limit: str, monkeypatch: pytest.MonkeyPatch, empty_data_dir
) -> None:
    assert training_seconds("cifar100", "resnet20")
    monkeypatch.setenv("CAMU_MAX_JOB_SECONDS", limit)
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("cifar100").run()
    is_offered = text_own.TRAIN in [button.label for button in app.button]
    assert (is_offered, "this server stops any work after" in words(app)) == (limit == "0", limit == "1")
    assert (text_own.NETWORK_FIRST in words(app)) == is_offered
    assert "your own computer" in words(app) or is_offered, "what to do instead"


@pytest.mark.parametrize("limit", ["0", "1"])
def test_a_retraining_that_a_server_would_end_does_not_start(
    limit: str, asked: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert training_seconds("digits", "cnn") > 1
    monkeypatch.setenv("CAMU_MAX_JOB_SECONDS", limit)
    app = open_page("explore/run")
    app.selectbox(key="method").set_value("retrain").run()
    app.number_input(key="seed").set_value(7).run()  # no network of this seed is shipped
    app.button(key="press").click().run()
    assert not app.exception
    assert (len(asked), "this server stops any work after" in words(app)) == (int(limit == "0"), limit == "1")


def test_only_work_that_is_known_to_take_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMU_PUBLIC", "1")
    assert notices.too_long(None) == notices.too_long(899.0) == ""
    assert "about 5 hours" in notices.too_long(18_000.0)
    assert "after 15 minutes" in notices.too_long(18_000.0)


def test_long_waits_are_told_in_hours() -> None:
    assert text.left(12.4) == "about 12 s left"
    assert text.left(7300) == "about 2 hours left"


def test_a_superclass_is_picked_as_a_whole(asked: list, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a network of CIFAR-100, which is not shipped."""
    monkeypatch.setattr("pages.components.own_images.network.network_card", lambda *_: {"test_accuracy": 1.0})
    monkeypatch.setattr("pages.components.run.controls.plan_run", _planned)
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("cifar100").run()
    app.selectbox(key="group-cifar100").set_value("fish").run()
    names = [DATASETS["cifar100"].class_names[label] for label in DATASETS["cifar100"].groups["fish"]]
    assert app.multiselect(key="list-cifar100").value == names
    app.button(key="press").click().run()
    assert not app.exception
    assert asked[0].forget == ForgetSpec(classes=DATASETS["cifar100"].groups["fish"])


def test_another_run_takes_the_place_of_a_class_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forget, "_TILES", 5)  # so that even the digits are a list
    result = run(plan_run("digits", [5], settings={"epochs": 1}))
    RunStore().save(result)
    app = open_page("explore/run")
    app.selectbox(key="one-digits").set_value("7").run()
    app.query_params["run"] = result.digest
    app.run()
    assert not app.exception
    assert app.selectbox(key="one-digits").value == "5"


def test_a_superclass_is_named_only_while_it_is_what_is_picked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages.components.own_images.network.network_card", lambda *_: {"test_accuracy": 1.0})
    monkeypatch.setattr("pages.components.run.controls.plan_run", _planned)
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("cifar100").run()
    app.selectbox(key="group-cifar100").set_value("fish").run()
    assert app.selectbox(key="group-cifar100").value == "fish"
    app.multiselect(key="list-cifar100").unselect("trout").run()
    app.run()
    assert app.selectbox(key="group-cifar100").value is None
    app.selectbox(key="group-cifar100").set_value("fish").run()
    assert "trout" in app.multiselect(key="list-cifar100").value, "again as a whole"
    app.toggle(key="several").set_value(False).run()
    assert not app.exception
    assert app.selectbox(key="one-cifar100").value == "aquarium fish"
    assert app.selectbox(key="group-cifar100").value is None


def _planned(dataset: str, forget: ForgetSpec, *_: object) -> RunSpec:
    """As `plan_run`, though there are no weights."""
    return replace(plan_run("digits", [3]), dataset=dataset, forget=forget)
