"""Images of one's own and their network as jobs: what comes back, what is kept where, what a deletion leaves."""

import io
import os
import re
import signal
import stat
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from doing import done, steps_of
from PIL import Image

from camu_core import RunSpec, RunStore, execute, plan_run
from camu_core.__main__ import main
from camu_core.citation import command_of
from camu_core.data import DATASETS, import_images, imported_card, imported_datasets, is_imported, load_dataset
from camu_core.data.importing.uploads import drop_upload, keep_upload, upload_content
from camu_core.engine import TRAINING_PRIORITY, Engine
from camu_core.engine.sweeps import SweepSpec
from camu_core.errors import ImagesRefused
from camu_core.jobs import RunJob
from camu_core.jobs.imports import Imported, ImportJob, Trained, TrainJob
from camu_core.jobs.population import Originals, PopulationResult
from camu_core.methods import METHODS
from camu_core.networks.cards import sha256_of
from camu_core.networks.originals import forget_dataset, has_damaged_network, network_card, shipped_twin
from camu_core.networks.training import TrainingConfig, recipe_for
from camu_core.networks.weights import load_weights, shipped_path, weights_path
from camu_core.planning import settings_phrase
from camu_core.progress import drain


@pytest.fixture
def pets(zipped, picture):
    """A zip of two classes of five images, and a file that is none."""
    images = {f"{name}/{i}.png": picture(100 * y + 10 * i) for y, name in enumerate(("cat", "dog")) for i in range(5)}
    return zipped({**images, "cat/broken.png": b"no image"}).getvalue()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr("camu_core.jobs.imports.recipe_for", lambda *names: TrainingConfig(epochs=1, batch_size=4))


@pytest.fixture
def engine():
    engine = Engine(RunStore(), n_workers=1)
    yield engine
    engine.close()


def wait(engine, job):
    digest, deadline = engine.submit(job, "me"), time.monotonic() + 120
    while not (view := engine.watch(digest)).is_over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return view


@pytest.mark.slow
def test_from_upload_to_network_in_a_worker_and_again_after_deleting(engine, pets, camu_home):
    job = ImportJob(keep_upload(pets), "Our pets", 32)
    view = wait(engine, job)
    assert (view.state, view.message) == ("done", "")
    name = engine.result(job.digest, Imported).name
    assert DATASETS[name].title == "Our pets"
    assert "broken.png" in DATASETS[name].warnings[0]
    assert engine.has(job), "the same upload again is no work"

    training = TrainJob(name, "resnet20")
    assert wait(engine, training).state == "done"
    card = network_card(name)
    assert engine.result(training.digest, Trained).sha256 == card["sha256"]
    assert plan_run(name, [0]).weights == card["sha256"]
    assert 0.0 <= card["test_accuracy"] <= 1.0

    forget_dataset(name)
    receipts = [path for path in camu_home.rglob("*") if path.is_file()]
    assert {path.parent.parent.name for path in receipts} == {"imports", "networks", "camu-home"}
    notes = [path.read_bytes() for path in receipts if path.parent.name != "uploads"]
    assert not any(b"Our pets" in note or b"broken" in note for note in notes)
    assert not engine.has(job), "its receipt is stale"
    assert wait(engine, job).state == "done"
    assert is_imported(name)
    assert network_card(name) is None
    assert not engine.has(training)


@pytest.mark.slow
def test_a_refused_upload_fails_with_the_reason(engine):
    view = wait(engine, ImportJob(keep_upload(b"not a zip"), "", 32))
    assert view.state == "failed"
    assert "not a zip file" in view.message


def test_what_a_worker_elsewhere_made_is_put_in_place_here(pets, quick, tmp_path, monkeypatch):
    here = tmp_path / "server"
    monkeypatch.setenv("CAMU_SCHEDULER", "tcp://elsewhere:8786")
    receipt = done(ImportJob(keep_upload(pets), "Our pets", 32))
    made = dict(imported_card(receipt.name))
    monkeypatch.setenv("CAMU_HOME", str(here))
    assert not receipt.is_published
    for _ in range(2):
        receipt.publish()
    assert receipt.is_published
    assert imported_card(receipt.name) == made, "title, source and warnings too"
    assert Imported.from_parts(receipt.summary(), receipt.arrays()) == replace(receipt, parcel=None)

    job = TrainJob(receipt.name, "resnet20")
    payload = job.pack(RunStore().load)
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "another-worker"))
    trained = drain(job.execute(payload))
    assert network_card(receipt.name) is None
    monkeypatch.setenv("CAMU_HOME", str(here))
    trained.publish()
    assert trained.is_published
    assert plan_run(receipt.name, [1]).weights == trained.sha256
    forget_dataset(receipt.name)
    trained.publish()
    assert not list((here / "weights").iterdir()), "a network of images that are deleted by now is not kept"


@pytest.mark.slow
def test_a_network_of_another_training_seed_stands_beside_the_usual_one(capsys):
    assert main(["run", "--dataset", "digits", "--forget-class", "3", "--training-seed", "1", "--quick", "--save"]) == 0
    assert "run " in capsys.readouterr().out
    spec = plan_run("digits", [3], training_seed=1)
    assert RunStore().has(spec.digest)
    assert network_card("digits", "cnn", 1)["seed"] == 1
    assert spec.weights != plan_run("digits", [3]).weights
    assert RunSpec.from_json(spec.to_json()) == spec
    assert "--training-seed 1" in command_of(spec)
    assert settings_phrase(spec) == "training seed 1"
    assert not SweepSpec.from_texts("digits", "3", ("camu",), "0", "0-1").trainings()
    specs = [plan_run("digits", [3], "retrain", {"epochs": 1}, training_seed=seed) for seed in (0, 1)]
    one, other = (drain(execute(spec)).weights for spec in specs)
    assert any((one[name] != other[name]).any() for name in one), "another retraining beside it"
    assert plan_run("digits", [3]).weights == sha256_of(weights_path("digits", "cnn")), "the usual one stays"


def test_a_damaged_network_can_be_trained_again(pets, quick, capsys):
    name = done(ImportJob(keep_upload(pets), "", 32)).name
    trained = done(TrainJob(name, "resnet20"))
    trained.publish()
    whole = weights_path(name, "resnet20").read_bytes()
    weights_path(name, "resnet20").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert network_card(name) is None
    assert has_damaged_network(name)
    assert not trained.is_published, "so that it is made again"
    assert main(["datasets"]) == 0
    assert "its resnet20 is DAMAGED" in capsys.readouterr().out
    done(TrainJob(name, "resnet20")).publish()
    assert weights_path(name, "resnet20").read_bytes() == whole
    assert not has_damaged_network(name)


def test_the_card_tells_the_accuracy_of_the_weights(pets, quick):
    name = done(ImportJob(keep_upload(pets), "", 32)).name
    trained = done(TrainJob(name, "resnet20"))
    trained.publish()
    spec, images = plan_run(name, [0]), load_dataset(name)
    model = load_weights(spec.weights, name, spec.model)
    answers = model(images.x_test.float() / 255)[0].argmax(1)
    assert network_card(name)["test_accuracy"] == (answers == images.y_test).double().mean().item()
    assert network_card(name)["n_train"] == 8


@pytest.fixture
def cifar_like(zipped):
    """Four images of each class of CIFAR-10, of noise."""
    rng = np.random.default_rng(0)
    contents = {}
    for label in DATASETS["cifar10"].class_names:
        for i in range(4):
            buffer = io.BytesIO()
            Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(buffer, "PNG")
            contents[f"{label}/{i}.png"] = buffer.getvalue()
    return zipped(contents)


def test_the_shipped_network_is_taken_where_the_classes_are_its_own(cifar_like, pets):
    name = drain(import_images(cifar_like)).name
    assert shipped_twin(name) == "cifar10"
    done(TrainJob(name, "resnet20", shipped="cifar10")).publish()
    card = network_card(name)
    assert (card["trained_on"], card["n_test"]) == ("cifar10", 10)
    assert plan_run(name, [0]).weights == card["sha256"]
    assert weights_path(name, "resnet20").read_bytes() == shipped_path("cifar10", "resnet20").read_bytes()
    assert shipped_twin(done(ImportJob(keep_upload(pets), "", 32)).name) is None
    assert shipped_twin(drain(import_images(cifar_like, size=64)).name) is None, "another shape"


def test_stopping_a_training_leaves_its_state_alone(pets, camu_home):
    name = done(ImportJob(keep_upload(pets), "", 32)).name
    steps = steps_of(TrainJob(name, "resnet20"))
    while next(steps).stage != "train":
        pass
    steps.close()
    assert {path.name for path in camu_home.iterdir()} == {"checkpoints", "datasets", "uploads"}
    again = (step for step in steps_of(TrainJob(name, "resnet20")) if step.stage == "train")
    assert next(again).index == 2


_TRAIN_AND_DIE = """
import os, signal, sys
from camu_core import RunStore
from camu_core.engine import LocalDriver
from camu_core.jobs.imports import Trained, TrainJob
from camu_core.networks.training import TrainingConfig
from camu_core.progress import drain
import camu_core.jobs.imports as imports

imports.recipe_for = lambda *names: TrainingConfig(epochs=1, batch_size=4)
result = drain(LocalDriver(RunStore()).follow(TrainJob(sys.argv[1], "resnet20")))
os.kill(os.getpid(), signal.SIGKILL)  # before it is published
"""


@pytest.mark.slow
def test_an_app_that_dies_before_it_keeps_a_network_does_not_lose_the_training(pets, quick, camu_home):
    name = done(ImportJob(keep_upload(pets), "", 32)).name
    died = subprocess.run([sys.executable, "-c", _TRAIN_AND_DIE, name], check=False)
    assert died.returncode == -signal.SIGKILL
    assert network_card(name) is None
    stages = []
    trained = drain(steps_of(TrainJob(name, "resnet20")), lambda step: stages.append(step.stage))
    assert "train" not in stages, "nothing of it has to be done again"
    trained.publish()
    RunStore().save(trained)
    assert network_card(name)["sha256"] == trained.sha256
    assert not list(camu_home.rglob("*.pt"))


@pytest.mark.slow
def test_a_run_starts_at_once_while_networks_are_trained(engine, pets):
    """On the one worker there is; the training gives way, and then goes on where it was."""
    name = done(ImportJob(keep_upload(pets), "", 32)).name  # 200 epochs
    training = engine.submit(TrainJob(name, "resnet20"), "me", TRAINING_PRIORITY)
    deadline = time.monotonic() + 120
    while (view := engine.watch(training)).index < 100:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run = engine.submit(RunJob(plan_run("digits", [3])), "me")
    pressed = time.monotonic()
    while engine.watch(run).state == "queued":
        assert time.monotonic() - pressed < 10
        time.sleep(0.02)
    view = engine.watch(training)
    assert (view.state, view.queue_position, view.index >= 100) == ("queued", 1, True)
    while engine.watch(training).state == "queued" or (view := engine.watch(training)).stage != "train":
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert engine.watch(run).state == "done"
    assert view.index >= 100, "it goes on where it was"

    engine.end_overdue(0.01)
    view = wait(engine, TrainJob(name, "resnet20"))
    assert (view.state, view.message.endswith("Train it again, and it resumes where it left off.")) == ("failed", True)


@pytest.mark.parametrize(
    ("n_train", "batch_size", "epochs"), [(8, 32, 200), (160, 32, 40), (1600, 32, 30), (5000, 128, 30)]
)
def test_few_images_get_enough_steps_to_learn(n_train, batch_size, epochs, pets, monkeypatch):
    info = drain(import_images(io.BytesIO(pets)))
    monkeypatch.setattr("camu_core.data.imported_info", lambda name: replace(info, n_train=(n_train // 2,) * 2))
    recipe = recipe_for(info.name, "resnet20")
    assert (recipe.batch_size, recipe.epochs) == (batch_size, epochs)
    assert METHODS["retrain"].default_config(info.name, "class", "resnet20") == recipe


@pytest.mark.parametrize(("n_train", "epochs"), [((4, 900), 40), ((40, 40), 20), ((400, 400), 4), ((3000, 3000), 3)])
def test_few_images_get_enough_steps_to_be_forgotten(n_train, epochs, pets, monkeypatch):
    info = drain(import_images(io.BytesIO(pets)))
    monkeypatch.setattr("camu_core.data.imported_info", lambda name: replace(info, n_train=n_train))
    assert METHODS["camu"].default_config(info.name, "class", "resnet20").epochs == epochs


def test_what_an_unfinished_training_learned_is_deleted_with_the_images(pets, quick, camu_home):
    name = done(ImportJob(keep_upload(pets), "Our pets", 32)).name
    steps = steps_of(TrainJob(name, "resnet20"))
    while next(steps).stage != "measure":  # after an epoch
        pass
    steps.close()
    assert list(camu_home.rglob("*.pt"))
    steps = steps_of(TrainJob(name, "resnet20"))
    while next(steps).stage != "measure":
        pass
    forget_dataset(name)
    steps.close()
    assert not list(camu_home.rglob("*.pt")), "also of one that is still under way"


def test_many_networks_of_deleted_images_are_deleted_with_them(pets, camu_home):
    name, store = done(ImportJob(keep_upload(pets), "Our pets", 32)).name, RunStore()
    nothing = {"epsilons": np.zeros(2), "floor_epsilons": np.zeros(2), "aucs": np.zeros(2)}
    for dataset, digest in ((name, "a" * 20), ("digits", "b" * 20)):
        about = {"about": {"spec": {"dataset": dataset}}}
        images = np.zeros((2, 3, 32, 32), np.uint8)
        of_it = (images, np.arange(2), np.arange(2))
        store.save(PopulationResult(digest, about, {}, {}, *nothing.values(), *of_it))
        store.save(Originals(digest, {"dataset": dataset}, {"weight": np.zeros(3)}))
    assert main(["datasets", "--delete", name]) == 0
    left = {path.parent.name for path in camu_home.rglob("summary.json")}
    assert left == {"b" * 20}


def test_the_command_line_lists_and_deletes(pets, quick, capsys):
    assert main(["datasets"]) == 0
    assert "No images were imported" in capsys.readouterr().out
    name = done(ImportJob(keep_upload(pets), "Our pets", 32)).name
    assert main(["datasets"]) == 0
    assert capsys.readouterr().out == f"{name}: Our pets, 10 images, 2 classes, no network yet\n"
    done(TrainJob(name, "resnet20")).publish()
    plan_run(name, [0])
    assert main(["datasets"]) == 0
    assert re.search("2 classes, resnet20 .*% test accuracy", capsys.readouterr().out)
    assert main(["datasets", "--delete", name, "--delete", "folder-" + "0" * 20]) == 2
    assert "There are no imported images" in capsys.readouterr().err
    assert is_imported(name), "nothing was deleted"
    assert main(["datasets", "--delete", name]) == 0
    assert imported_datasets() == []
    assert not list(weights_path("digits", "cnn").parent.glob("folder-*"))
    assert main(["datasets", "--delete", "digits"]) == 2


# ------------------------------------------------------------------------------------------------ to be asked


@pytest.fixture
def flat(zipped, picture):
    """Images whose classes only their names tell."""
    files = {f"{name}.{i}.png": picture(100 * y + 10 * i) for y, name in enumerate(("cat", "dog")) for i in range(5)}
    return zipped(files).getvalue()


@pytest.mark.slow
def test_an_upload_that_must_be_asked_about_keeps_nothing_but_the_question(engine, flat, camu_home):
    job = ImportJob(keep_upload(flat), "Our pets", 32)
    assert wait(engine, job).state == "done"
    asked = engine.result(job.digest, Imported)
    (way,) = asked.ways
    assert (asked.name, way.layout, way.class_names, way.n_train, way.n_test) == (
        "", "names", ("cat", "dog"), (5, 5), None,
    )  # fmt: skip
    assert [len(samples) for samples in way.samples] == [4, 4]
    assert [int(image[0, 0, 0]) for image in way.samples[1]] == [100, 110, 120, 130]
    assert not (camu_home / "datasets").exists()
    assert not any(b"PNG" in path.read_bytes() for path in (camu_home / "imports").rglob("*") if path.is_file())

    answer = ImportJob(keep_upload(flat), "Our pets", 32, way.layout)
    assert answer.digest != job.digest
    assert wait(engine, answer).state == "done"
    assert DATASETS[engine.result(answer.digest, Imported).name].class_names == ("cat", "dog")


def test_uploads_are_kept_for_a_while_and_by_their_content_only(flat, camu_home, monkeypatch):
    sha256 = keep_upload(flat)
    assert upload_content(sha256) == flat
    (path,) = (camu_home / "uploads").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    os.utime(path, (0, 0))
    other = keep_upload(b"another")
    with pytest.raises(ImagesRefused, match="choose the file again"):
        upload_content(sha256)
    for wrong in ("../weights", "", other[:-1]):
        with pytest.raises(ImagesRefused):
            upload_content(wrong)
    drop_upload(other)
    drop_upload(other)
    assert list((camu_home / "uploads").iterdir()) == []


@pytest.mark.slow
def test_the_same_images_of_two_visitors_go_when_the_last_deletes_them(pets, tmp_path, camu_home, monkeypatch):
    from camu_core.engine import service
    from camu_core.engine.owners import IMAGES, Owners, Thing, Visitor

    engine = Engine(RunStore(), n_workers=1, owners=Owners(camu_home))
    monkeypatch.setattr(service, "engine", lambda: engine)
    try:
        job = ImportJob(keep_upload(pets), "Our pets", 32)
        wait(engine, job)
        engine.submit(job, "ben")
    finally:
        engine.close()
    thing = Thing(IMAGES, engine.result(job.digest, Imported).name)
    assert engine.owners.of(thing) == {"me", "ben"}
    for owner, remains in (("me", True), ("ben", False)):
        assert engine.owners.leave(thing, Visitor(owner))
        service.tidy()
        assert is_imported(thing.name), "for a minute"
        service.tidy(now=4e9)
        assert is_imported(thing.name) == remains
