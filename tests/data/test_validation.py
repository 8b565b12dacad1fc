"""The part of the training images by which settings are chosen."""

import torch

from camu_core import DATASETS, plan_run
from camu_core.data import Dataset, load_dataset, origin_of, validation_name
from camu_core.networks.originals import shipped_twin
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import weights_path
from camu_core.planning import changed_settings, usual_settings


def rows(x: torch.Tensor) -> set[bytes]:
    return {image.numpy().tobytes() for image in x}


def test_it_is_cut_from_training_images_alone_each_once(digits: Dataset) -> None:
    found = load_dataset("digits_validation")
    assert len(found.y_train) + len(found.y_test) == len(digits.y_train)
    assert rows(found.x_train) | rows(found.x_test) == rows(digits.x_train)
    assert not (rows(found.x_train) | rows(found.x_test)) & rows(digits.x_test)
    assert not rows(found.x_train) & rows(found.x_test)
    assert DATASETS["digits_validation"].n_images == len(found.y_train)


def test_every_class_has_its_share(digits: Dataset) -> None:
    found = load_dataset("digits_validation")
    shares = found.y_test.bincount() / digits.y_train.bincount()
    assert ((shares - 0.2).abs() < 0.01).all()


def test_it_is_found_but_not_listed() -> None:
    assert validation_name("mnist") in DATASETS
    assert not any(info.origin for info in DATASETS.values())
    assert "nowhere_validation" not in DATASETS
    assert origin_of("mnist_validation") == origin_of("mnist") == "mnist"
    assert origin_of("nowhere") == "nowhere"


def test_its_recipe_and_settings_are_those_of_the_whole() -> None:
    assert recipe_for("digits_validation", "cnn") == recipe_for("digits", "cnn") != recipe_for("mnist", "cnn")
    for method in ("camu", "ssd", "retrain"):
        assert usual_settings(method, "digits_validation", "class", "cnn") == usual_settings(
            method, "digits", "class", "cnn"
        )
    weights = weights_path("digits", "cnn")
    assert changed_settings(plan_run("digits_validation", [3], weights=weights)) == {}


def test_no_network_that_has_seen_its_test_images_is_offered() -> None:
    assert shipped_twin("digits_validation") is None
    assert not weights_path("digits_validation", "cnn").exists()
