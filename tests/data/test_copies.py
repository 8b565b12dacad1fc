"""The same picture twice: found, counted, said, taken out, and not left behind."""

import time

import numpy as np
import pytest
from PIL import Image
from scenes import encoded, scene

from camu_core.__main__ import main
from camu_core.data import (
    CopyCounts,
    copies_in,
    import_images,
    imported_card,
    left_behind,
    load_dataset,
    without_copies,
)
from camu_core.data.copies import Copies, finding_copies, to_keep
from camu_core.errors import ImagesRefused
from camu_core.progress import drain


def brighter(image):
    return Image.fromarray((np.asarray(image) * 1.1).clip(0, 255).astype(np.uint8))


ALIKE = {
    "another name": lambda image: encoded(image),
    "JPEG": lambda image: encoded(image, "JPEG", quality=60),
    "smaller": lambda image: encoded(image.resize((50, 50))),
    "brighter": lambda image: encoded(brighter(image)),
}


def imported(zipped, files, **options):
    info = drain(import_images(zipped(files), **options))
    return info, copies_in(info.name, load_dataset(info.name))


def found_in(warnings):
    return [warning.split(":")[0] for warning in warnings if warning.startswith("Found")]


def test_other_pictures_are_no_copies(files, zipped):
    info, groups = imported(zipped, files)
    assert (info.warnings, groups) == ((), [])
    assert imported_card(info.name)["copies"] == []


@pytest.mark.parametrize("kind", ALIKE)
def test_copies_within_training(kind, files, zipped):
    split = {f"train/{path}": content for path, content in files.items()}
    split |= {f"test/{name}/{i}.png": encoded(scene(500 + 10 * y + i)) for y, name in enumerate(("cat", "dog"))
              for i in range(2)}  # fmt: skip
    info, groups = imported(zipped, {**split, "train/cat/9.png": ALIKE[kind](scene(3))})
    assert groups == [Copies((3, 6), (), True)]
    assert CopyCounts.of(groups) == CopyCounts(again=1, across=0, labels=0)
    assert info.warnings == ("Found once more: 1 image ('cat/9.png').",)


@pytest.mark.parametrize("kind", ALIKE)
def test_copies_across_training_and_test_and_under_two_labels(kind, files, zipped):
    split = {f"train/{path}": content for path, content in files.items()}
    split |= {f"test/{name}/{i}.png": encoded(scene(500 + 10 * y + i)) for y, name in enumerate(("cat", "dog"))
              for i in range(2)}  # fmt: skip
    split |= {"test/dog/9.png": ALIKE[kind](scene(103)), "train/dog/9.png": ALIKE[kind](scene(2))}
    info, groups = imported(zipped, split)
    groups = sorted(groups, key=lambda group: group.train)
    assert groups == [Copies((2, 12), (), False), Copies((9,), (4,), True)]
    assert CopyCounts.of(groups) == CopyCounts(again=0, across=1, labels=2)
    assert info.warnings == (
        "Found among the training images too: 1 test image ('dog/9.png').",
        "Found under several classes: 2 images ('cat/2.png', 'dog/9.png').",
    )
    clean = without_copies(info.name, load_dataset(info.name))
    images, left = load_dataset(info.name), load_dataset(clean.name)
    assert (len(images.y_train), len(left.y_train)) == (13, 11)
    assert (len(images.y_test), len(left.y_test)) == (5, 4)
    assert copies_in(clean.name, left) == []
    assert clean.warnings == ("Copies removed: 3.",)
    assert clean.name == drain(import_images(zipped(split), drops_copies=True)).name


def test_images_of_one_colour_are_copies_only_if_they_are_equal(picture):
    x = np.stack([np.full((3, 32, 32), level, np.uint8) for level in (10, 11, 200, 10)])
    assert [group.tolist() for group in drain(finding_copies(x))] == [[0, 3]]
    red = np.zeros((4, 3, 32, 32), np.uint8)
    red[:, 0] = np.array([60, 240, 61, 60])[:, None, None]
    assert [group.tolist() for group in drain(finding_copies(red))] == [[0, 3]], "a plain colour has no texture either"


def test_a_picture_of_which_no_image_could_stay_is_told(zipped, files):
    twice = {f"{part}/{path}": content for path, content in files.items() for part in ("train", "test")}
    info, groups = imported(zipped, twice)
    assert CopyCounts.of(groups).across == 12
    with pytest.raises(ImagesRefused, match="Keep the copies, or add images") as caught:
        without_copies(info.name, load_dataset(info.name))
    assert "\n" not in str(caught.value)


def test_one_of_each_picture_stays():
    groups = [Copies((0, 2), (1,), True), Copies((), (0, 3), True), Copies((4,), (4,), False)]
    train, test = to_keep(groups, 5, 5)
    assert train.tolist() == [True, True, False, True, False]
    assert test.tolist() == [True, False, True, False, False]


def test_what_stays_behind():
    groups = [Copies((0, 2, 9), (1,), True), Copies((4, 5), (), False)]
    assert left_behind(groups, [2]) == (0, 9)
    assert left_behind(groups, [0, 2, 9, 7]) == ()
    assert left_behind(groups, [5, 9]) == (0, 2, 4)


def test_datasets_from_before_know_equal_pixels_only(digits):
    groups = copies_in("digits", digits)
    x = digits.x_train.numpy().reshape(len(digits.x_train), -1)
    assert len(groups) == len(x) + len(digits.x_test) - len(np.unique(
        np.concatenate([x, digits.x_test.numpy().reshape(len(digits.x_test), -1)]), axis=0))  # fmt: skip


def test_the_command_line_drops_copies_and_says_what_stays_behind(files, zipped, tmp_path, capsys):
    path = tmp_path / "pets.zip"
    path.write_bytes(zipped({**files, "cat/9.png": files["cat/0.png"]}).getvalue())
    recipe = ["--set", "epochs=1", "--set", "batch_size=4"]
    assert main(["train", "--dataset", str(path), *recipe]) == 0
    told = capsys.readouterr().err
    name = told.split(":")[0].split()[-1]
    (group,) = copies_in(name, load_dataset(name))
    if len(group.train) == 2:  # as the draw of test images has it
        (tmp_path / "mine.csv").write_text(str(group.train[0]))
        request = [
            "run",
            "--dataset",
            name,
            "--forget-samples",
            str(tmp_path / "mine.csv"),
            "--set",
            "epochs=1",
            "--quick",
        ]
        assert main([*request, "--quick"]) == 0
        assert f"1 copy of these images would stay: {group.train[1]}." in capsys.readouterr().err
    assert main(["train", "--dataset", str(path), "--drop-copies", *recipe]) == 0
    assert "1 left out (copies): 'cat/9.png'." in capsys.readouterr().err


@pytest.mark.slow
def test_thousands_of_nearly_equal_images_do_not_take_for_ever():
    rng = np.random.default_rng(0)
    x = np.repeat(np.asarray(scene(1, 32)).transpose(2, 0, 1)[None], 3000, axis=0)
    x[np.arange(3000), 0, rng.integers(0, 32, 3000), rng.integers(0, 32, 3000)] = rng.integers(0, 256, 3000)
    began = time.process_time()
    groups = drain(finding_copies(x))
    assert max(map(len, groups)) > 2900
    assert time.process_time() - began < 30


@pytest.mark.slow
def test_tens_of_thousands_of_images_are_compared():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 256, (20_000, 1, 28, 28), np.uint8)
    x[-1] = x[0]
    assert [group.tolist() for group in drain(finding_copies(x))] == [[0, 19_999]]
