"""What a user's own images become; how it is kept is in test_imported_datasets.py."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageOps

from camu_core import data
from camu_core.data import DATASETS, import_images, imported_card, load_dataset
from camu_core.errors import ImagesRefused, SpecError
from camu_core.progress import drain


@pytest.fixture(autouse=True)
def nothing_loaded(monkeypatch):
    monkeypatch.setattr(data, "_loaded", {})


@pytest.fixture
def pets(picture):
    """Three classes of five images, each a level of grey of its own."""
    return {
        f"{name}/{i}.png": picture(50 * label + 10 * i)
        for label, name in enumerate(["cat", "dog", "emu"])
        for i in range(5)
    }


def levels(x):
    """The level of grey of each image of one colour."""
    assert (x == x[:, :1, :1, :1]).all()
    return x[:, 0, 0, 0].tolist()


def written(folder, contents):
    for path, content in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


# ------------------------------------------------------------------------------------------------ what becomes of it


def test_a_zip_becomes_a_dataset(pets, zipped):
    steps = []
    info = drain(import_images(zipped(pets)), steps.append)
    read = [(step.index, step.total) for step in steps if step.stage == "data"]
    assert read == [(i + 1, 15) for i in range(15)]
    assert {step.stage for step in steps} == {"data", "copies"}
    assert (info.title, info.class_names, info.class_noun) == ("pets", ("cat", "dog", "emu"), "class")
    assert (info.shape, info.n_classes) == ((3, 32, 32), 3)
    assert "pets.zip" in info.source
    assert info.is_present()
    dataset = drain(info.load())
    assert dataset.x_train.shape == (12, 3, 32, 32)
    assert dataset.x_test.shape == (3, 3, 32, 32)
    assert {part.dtype for part in (dataset.x_train, dataset.x_test)} == {torch.uint8}
    assert {part.dtype for part in (dataset.y_train, dataset.y_test)} == {torch.int64}
    assert dataset.y_train.tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert dataset.y_test.tolist() == [0, 1, 2]
    assert sorted(levels(dataset.x_train) + levels(dataset.x_test)) == list(range(0, 150, 10))
    for x, y in ((dataset.x_train, dataset.y_train), (dataset.x_test, dataset.y_test)):
        assert [level // 50 for level in levels(x)] == y.tolist()
        assert levels(x) == sorted(levels(x))


def test_its_card_says_what_is_in_it(pets, zipped, camu_home):
    name = drain(import_images(zipped(pets), title="Our pets")).name
    card = imported_card(name)
    assert (card["name"], card["title"], card["source"]) == (name, "Our pets", "pets.zip")
    assert (card["n_train"], card["n_test"], card["warnings"]) == ([4, 4, 4], [1, 1, 1], [])
    assert name == f"folder-{card['sha256'][:20]}"
    folder = camu_home / "datasets" / card["sha256"][:20]
    assert sum(path.is_file() for path in camu_home.rglob("*")) == 2
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "images.safetensors"]


@pytest.mark.parametrize("prefix", ["", "wrapper/", "a/b/c/", "./", "deep\\"])
def test_folder_zip_and_wrapped_zip_of_the_same_images_are_the_same_dataset(prefix, pets, zipped, tmp_path):
    folder = drain(import_images(written(tmp_path / "pets", pets)))
    wrapped = zipped({f"{prefix}{path}".replace("/", "\\" if "\\" in prefix else "/"): pets[path] for path in pets})
    (tmp_path / "w.zip").write_bytes(wrapped.getvalue())
    assert drain(import_images(wrapped)).name == drain(import_images(tmp_path / "w.zip")).name == folder.name
    assert folder.title == "pets"


def test_the_name_tells_other_images_classes_and_sizes_apart(pets, zipped, picture):
    others = [
        pets,
        {**pets, "cat/0.png": picture(1)},
        {path.replace("cat", "cow"): content for path, content in pets.items()},
        {path.replace("cat/4", "dog/9"): content for path, content in pets.items()},
    ]
    names = [drain(import_images(zipped(contents))).name for contents in others]
    names.append(drain(import_images(zipped(pets), size=64)).name)
    assert len(set(names)) == 5
    assert DATASETS[names[-1]].shape == (3, 64, 64)


def test_the_first_title_stays(pets, zipped):
    first = drain(import_images(zipped(pets), title="Mine"))
    assert drain(import_images(zipped(pets), title="Yours")).title == first.title == "Mine"


def test_a_file_that_was_read_before_is_read_from_its_start(pets, zipped):
    upload = zipped(pets)
    upload.read()
    drain(import_images(upload))
    assert not upload.closed


@pytest.mark.parametrize("size", [0, 28, 33, 4096, "32"])
def test_only_sizes_that_models_know(size, pets, zipped):
    with pytest.raises(SpecError, match="32 or 64"):
        drain(import_images(zipped(pets), size=size))


# ------------------------------------------------------------------------------------------------ train and test


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("Train", "TEST"), ("train", "val"), ("x/train", "x/test")]
)
def test_train_and_test_folders_are_respected(train, test, zipped, picture):
    contents = {f"{train}/{name}/{i}.png": picture(10 * i) for name in ("a", "b") for i in range(3)}
    contents |= {f"{test}/{name}/{i}.png": picture(100 + i) for name in ("a", "b") for i in range(2)}
    info = drain(import_images(zipped(contents)))
    assert info.class_names == ("a", "b")
    dataset = load_dataset(info.name)
    assert (levels(dataset.x_train), dataset.y_train.tolist()) == ([0, 10, 20, 0, 10, 20], [0, 0, 0, 1, 1, 1])
    assert (levels(dataset.x_test), dataset.y_test.tolist()) == ([100, 101, 100, 101], [0, 0, 1, 1])


def test_test_and_validation_folders_are_both_for_testing(zipped, picture):
    contents = {f"{part}/{name}/{part}.png": picture(0) for part in ("train", "test", "val") for name in ("a", "b")}
    card = imported_card(drain(import_images(zipped(contents))).name)
    assert (card["n_train"], card["n_test"]) == ([1, 1], [2, 2])


def test_a_train_folder_alone_is_only_a_wrapper(pets, zipped):
    alone = drain(import_images(zipped({f"train/{path}": content for path, content in pets.items()})))
    assert alone.name == drain(import_images(zipped(pets))).name


def test_train_may_be_a_class_among_others(zipped, picture):
    assert class_names_of(["car", "test", "train"], zipped, picture) == ("car", "test", "train")


def test_files_beside_the_wrapper_are_no_class(pets, zipped):
    wrapped = {f"wrapper/{path}": content for path, content in pets.items()}
    info = drain(import_images(zipped({**wrapped, "docs/a/b/notes.txt": b""})))
    assert info.class_names == ("cat", "dog", "emu")
    assert info.warnings == ("1 left out (not images by their names): 'b/notes.txt'.",)


@pytest.mark.parametrize(("n", "n_test"), [(2, 1), (3, 1), (7, 1), (8, 2), (10, 2), (103, 21)])
def test_one_in_five_is_for_testing_and_at_least_one(n, n_test, zipped, picture):
    contents = {f"few/{i}.png": picture(i) for i in range(2)} | {f"some/{i:03}.png": picture(i) for i in range(n)}
    name = drain(import_images(zipped(contents))).name
    assert imported_card(name)["n_train"] == [1, n - n_test]
    assert imported_card(name)["n_test"] == [1, n_test]
    dataset = load_dataset(name)
    tested = levels(dataset.x_test[dataset.y_test == 1])
    assert sorted(tested + levels(dataset.x_train[dataset.y_train == 1])) == list(range(n))
    if n > 100:  # a draw, not the first or the last
        assert min(tested) < 25
        assert max(tested) > 75
        assert tested != list(range(0, n, 5))[: len(tested)]


# ------------------------------------------------------------------------------------------------ kinds of image


def imported_pixels(content, zipped, picture, suffix=".png", size=32):
    """What becomes of one image: uint8 (3, size, size)."""
    classes = {f"a/x{suffix}": content, "b/x.png": picture()}
    contents = {f"{part}/{path}": classes[path] for part in ("train", "test") for path in classes}
    info = drain(import_images(zipped(contents), size=size))
    return load_dataset(info.name).x_train[0].numpy()


@pytest.mark.parametrize(
    ("mode", "kind", "color", "expected"),
    [
        ("RGB", "PNG", (10, 20, 30), (10, 20, 30)),
        ("RGB", "BMP", (10, 20, 30), (10, 20, 30)),
        ("RGB", "TIFF", (10, 20, 30), (10, 20, 30)),
        ("RGB", "WEBP", (10, 20, 30), (10, 20, 30)),
        ("RGB", "GIF", (10, 20, 30), (10, 20, 30)),
        ("RGB", "HEIF", (100, 100, 100), (100, 100, 100)),
        ("RGB", "AVIF", (100, 100, 100), (100, 100, 100)),
        ("RGBA", "HEIF", (100, 100, 100, 0), (255, 255, 255)),
        ("RGB", "JPEG", (100, 100, 100), (100, 100, 100)),
        ("1", "PNG", 1, (255, 255, 255)),
        ("L", "PNG", 77, (77, 77, 77)),
        ("L", "JPEG", 77, (77, 77, 77)),
        ("LA", "PNG", (77, 255), (77, 77, 77)),
        ("LA", "PNG", (77, 0), (255, 255, 255)),
        ("RGBA", "PNG", (10, 20, 30, 255), (10, 20, 30)),
        ("RGBA", "PNG", (10, 20, 30, 0), (255, 255, 255)),
        ("RGBA", "PNG", (0, 0, 0, 51), (204, 204, 204)),
        ("CMYK", "TIFF", (255, 0, 0, 0), (0, 255, 255)),
        ("CMYK", "JPEG", (0, 0, 0, 155), (100, 100, 100)),
        ("I;16", "PNG", 257 * 100, (100, 100, 100)),
        ("I;16", "TIFF", 257 * 100, (100, 100, 100)),
        ("I;16", "PNG", 65535, (255, 255, 255)),
    ],
)  # fmt: skip
def test_every_mode_becomes_the_right_colours(mode, kind, color, expected, zipped, picture):
    content = picture(color, mode, kind, **({"lossless": True} if kind == "WEBP" else {}))
    pixels = imported_pixels(content, zipped, picture)
    assert pixels.shape == (3, 32, 32)
    np.testing.assert_allclose(pixels, np.broadcast_to(np.reshape(expected, (3, 1, 1)), (3, 32, 32)), atol=1)


def test_palettes_keep_their_colours_and_transparency_is_white(zipped, picture):
    image = Image.new("P", (32, 32), 1)
    image.putpalette([0, 0, 0, 10, 200, 30, 90, 90, 90])
    image.paste(2, (0, 0, 32, 16))
    buffer = io.BytesIO()
    image.save(buffer, "PNG", transparency=2)
    pixels = imported_pixels(buffer.getvalue(), zipped, picture)
    assert (pixels[:, :16] == 255).all()
    assert (pixels[:, 16:] == np.reshape([10, 200, 30], (3, 1, 1))).all()


def test_the_first_frame_of_an_animation_counts(zipped, picture):
    frames = [Image.new("RGB", (32, 32), color) for color in ("red", "lime", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    assert Image.open(buffer).n_frames == 3
    pixels = imported_pixels(buffer.getvalue(), zipped, picture, ".gif")
    assert (pixels == np.reshape([255, 0, 0], (3, 1, 1))).all()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_put_upright(orientation, zipped, picture):
    upright = Image.new("RGB", (32, 32))
    upright.paste("red", (0, 0, 16, 16))
    upright.paste("lime", (16, 0, 32, 16))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    buffer = io.BytesIO()
    stored.save(buffer, "PNG", exif=exif)
    pixels = imported_pixels(buffer.getvalue(), zipped, picture)
    assert (pixels == np.asarray(upright).transpose(2, 0, 1)).all()


@pytest.mark.parametrize(("width", "height"), [(96, 32), (32, 96), (300, 100)])
def test_the_middle_square_is_kept(width, height, zipped, picture):
    image = Image.new("RGB", (width, height), "blue")
    side = min(width, height)
    corner = ((width - side) // 2, (height - side) // 2)
    image.paste("red", (*corner, corner[0] + side, corner[1] + side))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    pixels = imported_pixels(buffer.getvalue(), zipped, picture)
    assert (pixels[:, 1:-1, 1:-1] == np.reshape([255, 0, 0], (3, 1, 1))).all()


def test_images_of_the_right_size_are_not_changed(zipped, picture):
    noise = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    for kind in ("PNG", "JPEG"):
        buffer = io.BytesIO()
        Image.fromarray(noise).save(buffer, kind)
        pixels = imported_pixels(buffer.getvalue(), zipped, picture, f".{kind.lower()}")
        assert (pixels == np.asarray(Image.open(buffer)).transpose(2, 0, 1)).all()


@pytest.mark.parametrize("size", [32, 64])
def test_large_photographs_are_resized_as_pil_does(size, zipped, picture):
    x, y = np.meshgrid(np.linspace(0, 250, 1000), np.linspace(0, 250, 1000))
    photo = Image.fromarray(np.stack([x, y, 250 - x], axis=2).astype(np.uint8))
    buffer = io.BytesIO()
    photo.save(buffer, "JPEG", quality=95)
    pixels = imported_pixels(buffer.getvalue(), zipped, picture, ".jpg", size)
    expected = np.asarray(ImageOps.fit(photo, (size, size))).transpose(2, 0, 1)
    assert pixels.shape == (3, size, size)
    assert np.abs(pixels.astype(int) - expected).max() <= 4


# ------------------------------------------------------------------------------------------------ class names


def class_names_of(folders, zipped, picture):
    contents = {f"{name}/{i}.png": picture(i) for name in folders for i in range(2)}
    return drain(import_images(zipped(contents))).class_names


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("猫", "猫"),
        ("cafe\u0301", "caf\u00e9"),
        ("  two \t words ", "two words"),
        ("a\x1b[31mb\x07", "a 31mb"),
        ("\u202egnp\u200b", "gnp"),
        ("\u200b", "unnamed"),
        ("<b onclick=x>&amp;", "b onclick=x amp;"),
        ("x" * 300, "x" * 59 + "…"),
        ("x" * 60, "x" * 60),
    ],
)
def test_class_names_become_plain_text(folder, expected, zipped, picture):
    assert expected in class_names_of([folder, "Other"], zipped, picture)


def test_names_in_utf8_that_do_not_say_so_are_read(zipped, picture):
    name = "hôtel"
    stand_in = "#" * len(name.encode())
    raw = zipped({f"{folder}/{i}.png": picture(i) for folder in (stand_in, "other") for i in range(2)})
    info = drain(import_images(io.BytesIO(raw.getvalue().replace(stand_in.encode(), name.encode()))))
    assert info.class_names == (name, "other")


@pytest.mark.parametrize("folders", [("cafe\u0301", "caf\u00e9"), ("a", "a\u200b"), ("y" * 80 + "1", "y" * 80 + "2")])
def test_class_names_that_read_alike_are_refused(folders, zipped, picture):
    with pytest.raises(ImagesRefused, match="two read"):
        class_names_of(folders, zipped, picture)


def test_classes_are_in_the_order_of_their_names(zipped, picture):
    assert class_names_of(["b", "B", "10", "a", "9"], zipped, picture) == ("9", "10", "B", "a", "b")


def test_labels_go_with_names_that_were_made_plain(zipped, picture):
    contents = {f"{folder}/{i}.png": picture(level) for folder, level in ((" b", 200), ("a", 100)) for i in range(2)}
    info = drain(import_images(zipped(contents)))
    assert info.class_names == ("a", "b")
    dataset = load_dataset(info.name)
    assert dict(zip(dataset.y_train.tolist(), levels(dataset.x_train), strict=True)) == {0: 100, 1: 200}


def test_the_plural_of_a_class():
    assert (DATASETS["cifar10"].class_nouns, DATASETS["digits"].class_nouns) == ("classes", "digits")
