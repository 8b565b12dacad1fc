"""CIFAR-100, for which no network is shipped: train one in the app, forget a superclass, read the verdict."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from app_server import AppServer
from playwright.sync_api import Page, expect
from tiny_cifar import batch_bytes, write_archive

from camu_core.data import DATASETS

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Read by every Python process of the server before anything else; torchvision accepts no checksums but the published.
PATCH = """
import json
from pathlib import Path
from torchvision.datasets import CIFAR100
for name, value in json.loads(Path(__file__).with_name("checksums.json").read_text()).items():
    setattr(CIFAR100, name, value)
"""


def images_of(rng: np.random.Generator, n: int) -> tuple[np.ndarray, list[int]]:
    """A colour for each class, and some noise."""
    labels = [label for label in range(100) for _ in range(n)]
    colours = np.random.default_rng(0).integers(0, 200, (100, 3))
    noise = rng.integers(0, 56, (len(labels), 3, 32, 32))
    return (colours[labels][:, :, None, None] + noise).astype(np.uint8), labels


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder, rng, info = tmp_path_factory.mktemp("cifar100"), np.random.default_rng(1), DATASETS["cifar100"]
    batches = {name: batch_bytes(info, *images_of(rng, n)) for name, n in (("train", 2), ("test", 1))}
    checksums = write_archive(info, batches, folder)
    (folder / "checksums.json").write_text(json.dumps(checksums.attributes))
    Path(folder, "sitecustomize.py").write_text(PATCH)
    with AppServer(CAMU_DATA=str(folder), PYTHONPATH=str(folder)) as app:
        yield app.address


def test_a_network_is_trained_and_forgets_a_superclass(server: str, page: Page) -> None:
    page.goto(f"{server}/run")
    page.get_by_role("radio", name="CIFAR-100").click()
    expect(page.get_by_text("There is no ResNet-20 for these images yet")).to_be_visible()
    page.get_by_role("button", name="Train the network").click()
    expect(page.get_by_text("Learning the images")).to_be_visible()
    page.get_by_role("combobox", name="A whole superclass").click()
    page.get_by_role("option", name="Fish", exact=True).click()
    expect(page.get_by_text("trout", exact=True)).to_be_visible()
    page.get_by_role("button", name="Forget it").click()
    expect(page.locator(".st-key-verdict")).to_contain_text("aquarium fish, flatfish, ray, shark")
