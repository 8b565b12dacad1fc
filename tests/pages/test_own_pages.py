"""Own images and given networks on the Run page: what is asked, shown and offered."""

import hashlib
import time
from dataclasses import replace

import numpy as np
import pytest
from opening import new_app, open_page, words
from scenes import encoded, scene

from camu_core import ForgetSpec, RunStore, plan_run, run
from camu_core.data import Way, copies_in, import_images, imported_card, load_dataset
from camu_core.data.importing.uploads import keep_upload
from camu_core.engine.owners import IMAGES
from camu_core.jobs import imports
from camu_core.jobs.imports import Imported, ImportJob
from camu_core.networks.models import build_model
from camu_core.networks.originals import Network, keep_network, network_cards
from camu_core.networks.weights import to_bytes, weights_path
from camu_core.progress import drain
from pages.components.own_images import state as state_own
from pages.components.own_images import text as text_own
from pages.components.run import given
from pages.components.run import state as state_given
from pages.components.run import text as text_given
from pages.components.shared import state, text


def own_page(monkeypatch):
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value(state.OWN_IMAGES).run()
    assert not app.exception
    return app


def button(app, label):
    return next(each for each in app.button if each.label == label)


@pytest.fixture
def way():
    sample = np.zeros((3, 32, 32), np.uint8)
    return Way("inner", ("cat", "dog"), (5, 4), None, ((sample,), (sample,)), ("1 left out (links): 'x'.",))


def test_a_layout_is_asked_with_classes_counts_and_thumbnails(way, monkeypatch) -> None:
    ways = (Way("splits", ("cat", "dog"), (5, 4), (2, 1), way.samples, ()), way)
    monkeypatch.setattr(state_own, "question", lambda: ways)
    chosen = []
    monkeypatch.setattr(state_own, "read_as", chosen.append)
    app = own_page(monkeypatch)
    said = words(app)
    for part in (
        text_own.QUESTION_LEAD, text_own.WAYS["splits"], text_own.WAYS["inner"],
        text_own.WAY_COUNTS.format(n_classes=2, n_train=9, n_test=3), text_own.WAY_DRAWN.format(n_classes=2, n=9),
        "**cat** · 7", "1 left out (links): 'x'.",
    ):  # fmt: skip
        assert part in said
    app.button(key="read-inner").click().run()
    assert chosen == ["inner"]


def asked(way) -> ImportJob:
    """An upload of which it is to be asked how to read it, as a worker hands that over."""
    job = ImportJob(keep_upload(b"pets"), "Our pets", 32)
    question = Imported(job.digest, "", ways=(way,))
    question.publish()
    state.engine().store.save(question)
    return job


def test_an_answer_that_comes_too_late_is_told(way, monkeypatch) -> None:
    app = own_page(monkeypatch)
    app.session_state["import"] = asked(way)
    assert app.run().button(key="read-inner")
    imports._questions.clear()
    app.button(key="read-inner").click().run()
    assert not app.exception
    assert [error.value for error in app.error] == [text_own.GONE]


def test_a_question_outlives_what_others_finish_meanwhile(way, monkeypatch) -> None:
    """The engine remembers few jobs that are done."""
    app, job = own_page(monkeypatch), asked(way)
    app.session_state["import"] = job
    app.run().button(key="read-inner").click().run()
    assert not app.exception
    assert state.engine().under_way() == [replace(job, layout="inner")]


def read(content: bytes, visitor: str):
    """Upload a zip and press the button, in a tab of this visitor; the page."""
    app = new_app().switch_page("pages/explore/run.py")
    app.session_state["visitor-key"] = visitor
    app.run().segmented_control(key="dataset").set_value(state.OWN_IMAGES).run()
    app.file_uploader(key="own-zip").upload("pets.zip", content, "application/zip").run()
    button(app, text_own.READ).click().run()
    assert not app.exception
    return app


def test_uploads_that_are_still_read_count(camu_home, monkeypatch) -> None:
    monkeypatch.setenv("CAMU_MAX_UPLOADS", "2")
    tabs = [read(content, "anna") for content in (b"1", b"2", b"3", b"2")]
    told = text_own.TOO_MANY.format(most=2)
    assert [told in words(app) for app in tabs] == [False, False, True, False]
    assert len(state.engine().under_way()) == len(list((camu_home / "uploads").iterdir())) == 2
    assert told not in words(read(b"4", "ben"))


def test_a_question_is_no_set_of_images(way) -> None:
    state.engine().submit(asked(way), "anna")
    assert state.engine().owners.things(IMAGES, "anna") == []


@pytest.mark.parametrize("variable", ["CAMU_READ_ONLY", "CAMU_MAX_WAITING_JOBS"])
def test_of_what_is_refused_nothing_is_kept(variable, camu_home, monkeypatch) -> None:
    monkeypatch.setenv(variable, {"CAMU_READ_ONLY": "1"}.get(variable, "0"))
    refused = "computes nothing" if variable == "CAMU_READ_ONLY" else "at most 0 waiting runs"
    assert refused in words(read(b"1", "anna"))
    app = open_page("explore/run")
    network = to_bytes(build_model("cnn", (1, 8, 8), 10))
    app.file_uploader(key="given-file-0").upload("theirs.safetensors", network, "application/octet-stream").run()
    app.button(key="judge").click().run()
    assert not app.exception
    assert refused in words(app)
    assert not (camu_home / "uploads").exists()
    assert not (camu_home / "weights").exists()


@pytest.fixture
def pets(files, zipped):
    """Training and test images of two classes, with one picture twice for training and one in both."""
    split = {f"train/{path}": content for path, content in files.items()}
    split |= {f"test/{name}/{i}.png": encoded(scene(500 + 10 * y + i)) for y, name in enumerate(("cat", "dog"))
              for i in range(2)}  # fmt: skip
    more = {"train/cat/9.png": encoded(scene(3)), "test/dog/9.png": encoded(scene(103))}
    return drain(import_images(zipped({**split, **more}))).name


def test_copies_are_counted_and_can_be_dropped(pets) -> None:
    app = open_page("explore/run", dataset=pets)
    said = words(app)
    assert text_own.COPIES_ACROSS.format(n=1) in said
    assert text_own.COPIES_AGAIN.format(n=1) in said
    assert "Found" not in said, "it is said once"
    app.button(key="drop-copies").click().run()
    assert not app.exception
    name = app.query_params["dataset"]
    name = name[0] if isinstance(name, list) else name
    assert name != pets
    assert copies_in(name, load_dataset(name)) == []
    assert sum(imported_card(name)["n_train"] + imported_card(name)["n_test"]) == 16
    assert "Copies removed: 2." in " ".join(warning.value for warning in app.warning)


def test_dropping_copies_deletes_no_network(pets) -> None:
    """Also not that of the larger kind alone, which is not the usual one."""
    network = to_bytes(build_model("resnet18", (3, 32, 32), 2, seed=1))
    card = {"test_accuracy": 1.0, "n_test": 5, "sha256": hashlib.sha256(network).hexdigest()}
    keep_network(Network(network, card), weights_path(pets, "resnet18"))
    app = open_page("explore/run", dataset=pets)
    app.button(key="drop-copies").click().run()
    assert not app.exception
    assert app.query_params["dataset"] not in (pets, [pets])
    assert network_cards(pets) == {"resnet18": card}
    assert not any(each.key == "undo" for each in app.button), "nor is anything about to be deleted"


def test_a_run_whose_network_was_given_by_hand_is_shown(pets, tmp_path) -> None:
    """Its dataset has no network of its own yet, which can be trained above."""
    weights = tmp_path / "theirs.safetensors"
    weights.write_bytes(to_bytes(build_model("resnet20", (3, 32, 32), 2, seed=1)))
    result = run(plan_run(pets, [0], "finetune", {"epochs": 1}, weights=weights))
    RunStore().save(result)
    app = open_page("explore/run", run=result.digest)
    assert not app.exception
    assert button(app, text_own.TRAIN)
    assert button(app, text.REPLAY)


def test_copies_of_chosen_images_are_offered_to_be_forgotten_too(pets, monkeypatch) -> None:
    network = to_bytes(build_model("resnet20", (3, 32, 32), 2, seed=1))
    card = {"test_accuracy": 1.0, "n_test": 5, "sha256": hashlib.sha256(network).hexdigest()}
    keep_network(Network(network, card), weights_path(pets, "resnet20"))
    asked = []
    monkeypatch.setattr(state, "start", asked.append)
    app = open_page("explore/run", dataset=pets)
    app.segmented_control(key="forget-kind").set_value("samples").run()
    app.file_uploader(key=f"file-{pets}").upload("mine.csv", b"3, 7", "text/csv").run()
    assert text.SAMPLES_COPIES[True] in words(app)
    app.button(key="copies-too").click().run()
    assert text.SAMPLES_COPIES[True] not in words(app)
    app.button(key="press").click().run()
    assert not app.exception
    assert asked[0].forget == ForgetSpec("samples", samples=(3, 6, 7))


def test_a_network_is_judged_for_what_is_picked(monkeypatch) -> None:
    judged = []
    monkeypatch.setattr(state_given, "judge", lambda *asked: judged.append(asked))
    app = open_page("explore/run")
    app.button(key="class-digits-5").click().run()
    assert app.button(key="judge").disabled
    assert "has forgotten **the digit 5**" in words(app)
    app.file_uploader(key="given-file-0").upload("theirs.safetensors", b"weights", "application/octet-stream").run()
    app.button(key="judge").click().run()
    assert not app.exception
    assert judged == [("digits", "cnn", ForgetSpec(classes=(5,)), b"weights", "theirs.safetensors", 0)]


def test_a_file_that_is_no_network_is_refused_in_one_sentence() -> None:
    app = open_page("explore/run")
    app.file_uploader(key="given-file-0").upload("theirs.safetensors", b"weights", "application/octet-stream").run()
    app.button(key="judge").click().run()
    assert not app.exception
    assert any("theirs.safetensors is not a safetensors file" in error.value for error in app.error)


def test_the_words_name_what_was_forgotten() -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value("random").run()
    assert text_given.RANDOM.format(fraction="10%", seed=0) in words(app)
    assert given._what("digits", ForgetSpec("random", fraction=0.125), 0).startswith("the random 12.5% of")
    assert given._what("digits", ForgetSpec("samples", samples=(17,)), 0) == "the 1 image chosen above"


@pytest.mark.slow
@pytest.mark.workers
def test_an_upload_under_way_is_found_again_by_its_address(files, zipped, camu_home) -> None:
    """As after a reload, or a dropped connection: another session, which knows nothing but the address."""
    job = ImportJob(keep_upload(zipped(files).getvalue()), "Our pets", 32)
    digest = state.engine().submit(job, "the session that is gone")
    app = open_page("explore/run", upload=digest)
    assert app.segmented_control(key="dataset").value == state.OWN_IMAGES
    deadline = time.monotonic() + 120
    while "dataset" not in app.query_params:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
        assert not app.exception
    assert "upload" not in app.query_params
    assert "Our pets: 10 training images, 2 test images" in words(app) + app.subheader[0].value


def test_an_upload_that_nobody_knows_is_no_error() -> None:
    for digest in ("0" * 20, "<b>", "../../x"):
        app = open_page("explore/run", upload=digest)
        assert not app.exception
        assert "upload" not in app.query_params
