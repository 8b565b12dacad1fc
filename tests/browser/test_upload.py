"""A user's own images in a real browser, from the upload to a verdict."""

import io
import itertools
import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Page, expect
from resting import rested

from camu_core.config import data_dir

pytestmark = pytest.mark.browser

CLASSES = ("airplane", "cat", "frog", "ship")


N_IMAGES = 50
_turns = itertools.count()


@pytest.fixture
def photos() -> bytes:
    """A zip of 50 images of each of four classes of CIFAR-10, others for each test, and a file that is none."""
    first = N_IMAGES * next(_turns)  # the server has kept what the tests before uploaded and trained
    path = data_dir() / "cifar10-images.zip"
    if not path.exists():
        pytest.skip("cifar10-images.zip is not in CAMU_DATA, and tests download nothing")
    upload = io.BytesIO()
    with ZipFile(path) as source, ZipFile(upload, "w") as archive:
        for name in CLASSES:
            for i in range(N_IMAGES):
                archive.writestr(f"{name}/{i}.jpg", source.read(f"cifar10-images/train/{name}/{first + i:04}.jpg"))
        archive.writestr("readme.txt", "no image")
    return upload.getvalue()


def upload(page: Page, content: bytes) -> None:
    page.get_by_role("radio", name="Your own images").click()
    read = page.get_by_role("button", name="Read the images")
    expect(read).to_be_disabled()  # what an upload before left there is gone: a press now would be of nothing
    rested(page)
    page.locator("input[type=file]").set_input_files(
        {"name": "photos.zip", "mimeType": "application/zip", "buffer": content}
    )
    read.click()


def test_from_upload_to_verdict_and_away_again(server: str, page: Page, photos: bytes) -> None:
    page.goto(f"{server}/run")
    upload(page, b"this is no zip")
    expect(page.get_by_text("not a zip file")).to_be_visible()

    upload(page, photos)
    expect(page.get_by_text("photos: 160 training images, 40 test images")).to_be_visible()
    expect(page.get_by_text("'readme.txt'")).to_be_visible()
    page.wait_for_url(re.compile(r"/run\?dataset=folder-[0-9a-f]{20}$"))
    page.get_by_role("button", name="Train the network").click()
    expect(page.get_by_text("Learning the images")).to_be_visible()
    expect(page.get_by_text(re.compile(r"of the test images \(\d+ of 40\)"))).to_be_visible()
    rested(page)
    page.get_by_role("button", name="frog", exact=True).click()
    expect(page.get_by_test_id("stBaseButton-primary").filter(has_text="frog")).to_be_visible()
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".st-key-verdict")).to_contain_text("The class frog, new images")

    page.reload()
    expect(page.locator(".st-key-verdict")).to_contain_text("The class frog, new images")
    page.get_by_role("button", name="About these images").click()
    page.get_by_text("Delete these images").click()
    page.get_by_role("button", name="Yes, delete them").click()
    expect(page.get_by_text("Example run")).to_be_visible()
    expect(page.get_by_text("photos", exact=True)).to_have_count(0)


def test_a_reload_finds_the_images_again_and_a_training_can_be_stopped(server: str, page: Page, photos: bytes) -> None:
    page.goto(f"{server}/run")
    upload(page, photos)
    expect(page.get_by_role("button", name="Train the network")).to_be_visible()
    page.wait_for_url(re.compile(r"/run\?dataset=folder-[0-9a-f]{20}$"))
    address = page.url
    page.reload()
    page.get_by_role("button", name="Train the network").click()
    expect(page.get_by_text(re.compile("Learning the images · step"))).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("it resumes where it left off")).to_be_visible()
    expect(page).to_have_url(address)
    upload(page, photos)  # the same again is there at once
    expect(page.get_by_role("button", name="Train the network")).to_be_visible()
    expect(page).to_have_url(address)


def flat(photos: bytes) -> bytes:
    """The same images with their classes in their names alone."""
    upload = io.BytesIO()
    with ZipFile(io.BytesIO(photos)) as source, ZipFile(upload, "w") as archive:
        for name in source.namelist():
            if name.endswith("0.jpg") or name.endswith("5.jpg"):
                archive.writestr(name.replace("/", "."), source.read(name))
    return upload.getvalue()


def test_a_question_and_a_training_survive_a_reload(server: str, page: Page, photos: bytes) -> None:
    page.goto(f"{server}/run")
    upload(page, flat(photos))
    question = page.get_by_text("How should these images be read?")
    expect(question).to_be_visible()
    page.reload()
    expect(question).to_be_visible()
    expect(page.get_by_text("4 classes, 40 images, one in five of which will be for testing")).to_be_visible()
    page.get_by_role("button", name="Read them this way").click()
    page.wait_for_url(re.compile(r"/run\?dataset=folder-[0-9a-f]{20}$"))
    page.get_by_role("button", name="Train the network").click()
    learning = page.get_by_text(re.compile("Learning the images · step"))
    expect(learning).to_be_visible()
    page.reload()
    expect(learning).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("it resumes where it left off")).to_be_visible()


def test_a_folder_is_read_as_it_is(server: str, page: Page, photos: bytes, tmp_path: Path) -> None:
    with ZipFile(io.BytesIO(photos)) as source:
        source.extractall(tmp_path / "holiday", [name for name in source.namelist() if name.endswith("0.jpg")])
    page.goto(f"{server}/run")
    page.get_by_role("radio", name="Your own images").click()
    page.get_by_role("radio", name="A folder").click()
    page.locator("input[type=file][webkitdirectory]").set_input_files(tmp_path / "holiday")
    page.get_by_role("button", name="Read the images").click()
    expect(page.get_by_text("holiday: 16 training images, 4 test images")).to_be_visible()
