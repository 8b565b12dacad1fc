"""Say what works here: versions, datasets, weights, writable folders."""

import argparse
import os
import platform
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from camu_core import __version__
from camu_core.config import METHOD_FILES, data_dir, home_dir
from camu_core.data import DATASETS, imported_card, imported_datasets
from camu_core.methods import METHODS
from camu_core.networks.cards import sha256_of
from camu_core.networks.weights import SHIPPED, shipped_cards, shipped_path

_PACKAGES = ("torch", "torchvision", "numpy", "scikit-learn", "umap-learn", "plotly", "streamlit", "distributed")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(arguments: argparse.Namespace) -> None:
    print(f"camu_core {__version__}, Python {platform.python_version()}, {os.cpu_count()} processors")
    print("\nPackages")
    for name in _PACKAGES:
        print(f"  {name:14} {_version(name)}")
    print(f"\nDatasets in {data_dir()}")
    for info in DATASETS.values():
        print(f"  {info.name:14} {'ready' if info.is_present() else 'will be downloaded on first use'}")
    for info in imported_datasets():
        card = imported_card(info.name)
        n_images = sum(card["n_train"]) + sum(card["n_test"])
        state = "imported" if info.is_present() else "IMAGES MISSING"
        print(f"  {info.name} {state}: {info.title}, {n_images:,} images, {info.n_classes} classes")
    print(f"\nWeights in {SHIPPED}")
    for card in shipped_cards():
        path = shipped_path(card["dataset"], card["model"])
        print(f"  {path.name:30} {card['test_accuracy']:.2%} test accuracy, {_intact(path, card)}")
    for card in shipped_cards(retrained=True):
        path = shipped_path(card["dataset"], card["model"], *card["forget_classes"])
        print(f"  {path.name:40} {card['retain_test_accuracy']:.2%} on what it learned, {_intact(path, card)}")
    print(f"\nMethods of your own, from {METHOD_FILES}")
    for method in METHODS.from_files():
        print(f"  {method.name:14} {method.title}, {Path(method.file).resolve()}, sha256 {method.sha256[:12]}")
    if not METHODS.from_files():
        print("  none")
    print("\nFolders")
    for variable, folder in (("CAMU_HOME", home_dir()), ("CAMU_DATA", data_dir())):
        print(f"  {variable:10} {folder}  {_writable(folder)}")


def _intact(path: Path, card: dict[str, Any]) -> str:
    return "intact" if path.exists() and sha256_of(path) == card["sha256"] else "DAMAGED OR MISSING"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _writable(folder: Path) -> str:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            return "writable"
    except OSError as error:
        return f"NOT WRITABLE ({error.strerror}): finished runs and downloads cannot be kept"
