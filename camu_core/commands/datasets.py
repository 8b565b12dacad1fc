"""List the images that were imported on this machine, or delete some with their network."""

import argparse

from camu_core.data import DatasetInfo, imported_card, imported_datasets, is_imported
from camu_core.errors import SpecError
from camu_core.jobs.population import delete_images
from camu_core.networks.models import models_for
from camu_core.networks.originals import has_damaged_network, network_cards
from camu_core.runs.store import RunStore


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--delete", action="append", default=[], metavar="NAME",
                        help="delete these images and their network; finished runs keep some; repeatable")  # fmt: skip


def run(arguments: argparse.Namespace) -> None:
    for name in arguments.delete:
        if not is_imported(name):
            raise SpecError(f"There are no imported images '{name}' here; 'python -m camu_core datasets' lists them.")
    for name in arguments.delete:
        delete_images(name, RunStore())
        print(f"{name}: deleted")
    if not arguments.delete:
        print("\n".join(map(_line, imported_datasets())) or "No images were imported here.")


def _line(info: DatasetInfo) -> str:
    card, found = imported_card(info.name), []
    n_images = sum(card["n_train"]) + sum(card["n_test"])
    networks = network_cards(info.name)
    for model in models_for(info.shape):
        if model in networks:
            found.append(f"{model} {networks[model]['test_accuracy']:.2%} test accuracy")
        elif has_damaged_network(info.name, model):
            found.append(f"its {model} is DAMAGED, train it again")
    learned = ", ".join(found) or "no network yet"
    return f"{info.name}: {info.title}, {n_images:,} images, {info.n_classes} classes, {learned}"
