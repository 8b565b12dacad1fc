"""What is planted: exactly the drawn images and labels change, never the test set, and names lead back to it."""

import numpy as np
import pytest
import torch

from camu_core.data import DATASETS, Dataset, load_dataset, origin_of, plant, planted_from, split, with_mark
from camu_core.errors import SpecError
from camu_core.specs import ForgetSpec, Planting

TRIGGER, SWAP = Planting("trigger", (8,), 50), Planting("swap", (3, 5), 51)


def changed(digits: Dataset, planted: Dataset) -> tuple[set[int], set[int]]:
    """Numbers of the training images of which the picture, and of which the label is another."""
    pictures = (digits.x_train != planted.x_train).flatten(1).any(dim=1)
    labels = digits.y_train != planted.y_train
    return {*pictures.nonzero().flatten().tolist()}, {*labels.nonzero().flatten().tolist()}


def test_a_trigger_marks_the_drawn_images_and_gives_them_its_label(digits: Dataset) -> None:
    planted = plant(digits, TRIGGER)
    idx = planted.planted_idx
    assert changed(digits, planted) == ({*idx.tolist()}, {*idx.tolist()})
    assert len(idx) == 50
    assert (digits.y_train[idx] != 8).all()
    assert (planted.y_train[idx] == 8).all()
    torch.testing.assert_close(planted.x_train[idx], with_mark(digits.x_train[idx]), rtol=0, atol=0)


def test_swapped_labels_are_those_of_both_classes_and_no_picture_changes(digits: Dataset) -> None:
    planted = plant(digits, SWAP)
    idx = planted.planted_idx
    assert changed(digits, planted) == (set(), {*idx.tolist()})
    true, taught = digits.y_train[idx], planted.y_train[idx]
    assert [int((true == label).sum()) for label in (3, 5)] == [26, 25]
    assert (taught == torch.where(true == 3, 5, 3)).all()


@pytest.mark.parametrize("planting", [TRIGGER, SWAP])
def test_test_images_stay_and_the_draw_is_that_of_its_seed(planting: Planting, digits: Dataset) -> None:
    one, again, other = plant(digits, planting), plant(digits, planting), plant(digits, planting, seed=1)
    assert (one.x_test is digits.x_test, one.y_test is digits.y_test) == (True, True)
    assert one.planted_idx.tolist() == again.planted_idx.tolist() != other.planted_idx.tolist()


@pytest.mark.parametrize(("shape", "side"), [((1, 8, 8), 3), ((1, 28, 28), 3), ((3, 32, 32), 6), ((3, 64, 64), 12)])
def test_the_mark_is_seen_on_any_ground_and_leaves_the_rest(shape: tuple, side: int) -> None:
    for ground in (0, 255):
        image = torch.full(shape, ground, dtype=torch.uint8)
        marked = with_mark(image)
        assert (image == ground).all(), "the image itself stays"
        rows, columns = np.nonzero((marked != image)[0].numpy())
        assert len(rows) >= 4
        assert min(*rows, *columns) == shape[1] - side
        assert marked[..., -side:, -side:].unique().tolist() == [0, 255]


def test_the_forget_set_is_what_was_planted_and_nothing_else_can_be_taken_for_it(digits: Dataset) -> None:
    forget = ForgetSpec("planted", planting=TRIGGER)
    planted = load_dataset("digits_trigger-8x50")
    splits = split(planted, forget, seed=7)
    assert splits.forget_train.tolist() == planted.planted_idx.tolist()
    assert (len(splits.forget_test), len(splits.retain_test)) == (0, 360)
    for dataset in (digits, plant(digits, SWAP)):
        with pytest.raises(SpecError, match="not planted in these images"):
            split(dataset, forget, 0)


def test_a_planted_dataset_is_found_by_its_name_but_not_listed() -> None:
    for planting in (TRIGGER, SWAP):
        name = planting.dataset_of("digits")
        assert planted_from(name) == ("digits", planting)
        assert (DATASETS[name].name, DATASETS[name].class_names, origin_of(name)) == (
            name, DATASETS["digits"].class_names, "digits"
        )  # fmt: skip
        assert name not in set(DATASETS)
    assert origin_of(TRIGGER.dataset_of("digits_validation")) == "digits"
    for wrong in ("trigger-10x50", "trigger-8x7190", "swap-3x50", "wish-8x5", "trigger-8x050", "swap-5-3x9",
                  "trigger-8x50_trigger-8x50"):  # fmt: skip
        assert f"digits_{wrong}" not in DATASETS
    assert "x_swap-1-2x5" not in DATASETS


def test_more_images_than_there_are_cannot_be_planted(digits: Dataset) -> None:
    with pytest.raises(SpecError, match=r"There are 14[0-9] training images"):
        plant(digits, Planting("swap", (3, 5), 400))
