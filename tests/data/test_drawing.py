"""Pictures from outside, against real images of the datasets shown large, dark on light, off the middle."""

import io
import re
import time

import numpy as np
import pytest
import torch
from PIL import Image

from camu_core import DATASETS, plan_run
from camu_core.data import apart, load_dataset
from camu_core.data.dataset import DatasetInfo
from camu_core.data.drawing import as_input, decoded_side, from_picture
from camu_core.data.importing.pictures import Unreadable, decode
from camu_core.errors import ImagesRefused
from camu_core.networks.models import predict
from camu_core.networks.weights import load_weights


def png(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return buffer.getvalue()


def on_paper(image: np.ndarray, offset: int = 0, is_dark_on_light: bool = True) -> bytes:
    """A dataset's image enlarged and set on a page."""
    large = np.asarray(Image.fromarray(image[0]).resize((200, 200), Image.Resampling.BICUBIC))
    page = np.zeros((300, 300), np.uint8)
    page[50 + offset : 250 + offset, 50 + offset : 250 + offset] = large
    return png(255 - page if is_dark_on_light else page)


def decoded(content: bytes, info: DatasetInfo) -> np.ndarray:
    """As `from_picture` does it, but here: to start 200 processes takes its time."""
    return decode(lambda: io.BytesIO(content), decoded_side(info), 25)


@pytest.mark.parametrize(("dataset", "at_least"), [("digits", 0.85), ("mnist", 0.95)])
def test_real_images_on_paper_are_still_recognised(dataset: str, at_least: float, request) -> None:
    if dataset == "mnist":
        request.getfixturevalue("needs_mnist")
    images, info = load_dataset(dataset), DATASETS[dataset]
    x, y = images.x_test[:200].numpy(), images.y_test[:200]
    seen = np.stack([as_input(decoded(on_paper(image), info), info) for image in x])
    assert seen.shape == (200, *info.shape)
    assert seen.dtype == np.uint8
    model = load_weights(plan_run(dataset, [0]).weights, dataset, "cnn")
    logits, _ = predict(model, torch.from_numpy(seen))
    assert (logits.argmax(1) == y).float().mean() >= at_least


def test_neither_place_nor_ground_matters() -> None:
    image, info = load_dataset("digits").x_test[0].numpy(), DATASETS["digits"]
    expected = from_picture(on_paper(image), info).astype(int)
    assert np.abs(from_picture(on_paper(image, offset=30), info) - expected).max() <= 16
    assert np.abs(from_picture(on_paper(image, is_dark_on_light=False), info) - expected).max() <= 16


@pytest.mark.parametrize("level", [0, 128, 255])
def test_an_empty_page_is_nothing(level: int) -> None:
    assert from_picture(png(np.full((280, 280), level, np.uint8)), DATASETS["digits"]) is None


def test_a_single_dot_is_an_image() -> None:
    page = np.full((280, 280), 255, np.uint8)
    page[140, 140] = 0
    page[138:143, 138:143] = 0
    assert from_picture(png(page), DATASETS["mnist"]).max() > 0


def test_clothes_and_photos_keep_their_whole_square() -> None:
    photo = np.random.default_rng(0).integers(0, 256, (90, 60, 3), dtype=np.uint8)
    assert from_picture(png(photo), DATASETS["fashion_mnist"]).shape == (1, 28, 28)
    assert from_picture(png(photo), DATASETS["cifar10"]).shape == (3, 32, 32)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_what_is_no_image_is_one_sentence(content: bytes) -> None:
    with pytest.raises(ImagesRefused, match="cannot be used"):
        from_picture(content, DATASETS["digits"])


def many_scans(n: int, kind: str = "JPEG") -> bytes:
    """A large, empty progressive JPEG whose last pass over the image is there n times more: some bytes each."""
    buffer = io.BytesIO()
    Image.new("L", (4000, 4000), 128).save(buffer, "JPEG", progressive=True)
    content = buffer.getvalue()
    last = content.rindex(b"\xff\xda")
    return content[:-2] + content[last:-2] * n + content[-2:]


def test_a_picture_of_many_passes_is_refused_before_it_is_decoded() -> None:
    started = time.process_time()
    for side in (32, 256):
        with pytest.raises(Unreadable, match="passes"):
            decode(lambda: io.BytesIO(many_scans(2000)), side, 25)
    assert time.process_time() - started < 3, "the passes alone would take half a minute"
    assert decode(lambda: io.BytesIO(many_scans(3)), 32, 25).shape == (3, 32, 32)


def test_what_follows_a_picture_counts_no_passes_and_none_are_hidden() -> None:
    """A motion photo has a video behind it; a picture of several (MPO) is a JPEG, too."""
    video = np.random.default_rng(0).bytes(6_000_000)
    assert video.count(b"\xff\xda") > 50
    assert decode(lambda: io.BytesIO(many_scans(3) + video), 32, 25).shape == (3, 32, 32)
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), color) for color in ("red", "blue")]
    frames[0].save(buffer, "MPO", save_all=True, append_images=frames[1:], progressive=True)
    content = buffer.getvalue()
    start = content.index(b"\xff\xda")
    end = start + re.search(rb"\xff[^\x00\xd0-\xd7]", content[start + 2 :]).start() + 2
    many = content[:end] + content[start:end] * 200 + content[end:]
    assert Image.open(io.BytesIO(many)).format == "MPO"
    with pytest.raises(Unreadable, match="passes"):
        decode(lambda: io.BytesIO(many), 32, 25)


@pytest.mark.slow
def test_why_a_picture_cannot_be_read_is_one_sentence() -> None:
    buffer = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(buffer, "PNG")  # PIL warns of it
    with pytest.raises(Unreadable, match=r"^more than 25 megapixels$"):
        apart.decode_apart(buffer.getvalue(), 32, 25)


def test_a_picture_is_decoded_in_another_process_with_a_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_SECONDS", 0.01)
    with pytest.raises(ImagesRefused, match="too long"):
        from_picture(png(np.zeros((8, 8), np.uint8)), DATASETS["digits"])


@pytest.mark.slow
def test_a_picture_that_needs_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart, "_SECONDS", 120)  # on a busy machine, too, it is memory that runs out
    bomb = png(np.zeros((4000, 4000), np.uint8))
    with pytest.raises(Unreadable, match="memory"):
        apart.decode_apart(png(np.zeros((9000, 9000, 4), np.uint8)), 32, 1000)
    assert apart.decode_apart(bomb, 32, 25).shape == (3, 32, 32)
