"""Train an original model and save its weights with a card."""

import argparse
import hashlib
import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

import torch

from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS, loading
from camu_core.errors import SpecError, StoreUnwritable
from camu_core.files import write_atomically
from camu_core.models import MODELS, build_model, predict
from camu_core.threads import one_thread
from camu_core.training import RECIPES, TrainingConfig, training
from camu_core.weights import shipped_path, to_bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="digits", help=f"one of {', '.join(DATASETS)}; default %(default)s")
    parser.add_argument("--model", default="cnn", help=f"one of {', '.join(MODELS)}; default %(default)s")
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first weights and the order of samples; default %(default)s"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the training; repeatable"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="safetensors file to write; default: the shipped one"
    )


def run(arguments: argparse.Namespace) -> None:
    for what, name, registry in (("dataset", arguments.dataset, DATASETS), ("model", arguments.model, MODELS)):
        if name not in registry:
            raise SpecError(f"There is no {what} '{name}'; expected one of {', '.join(registry)}.")
    info = DATASETS[arguments.dataset]
    values = dict(text.partition("=")[::2] for text in arguments.set)
    recipe = RECIPES.get(info.name, TrainingConfig()).with_values(values)
    output = arguments.output or shipped_path(info.name, arguments.model)
    dataset = drain_with_bar(loading(info.name))
    model = build_model(arguments.model, info.shape, info.n_classes, arguments.seed)
    started = time.perf_counter()
    with one_thread():
        drain_with_bar(training(model, dataset.x_train, dataset.y_train, recipe, arguments.seed))
    seconds = time.perf_counter() - started

    content = to_bytes(model)
    card = {
        "dataset": info.name,
        "model": arguments.model,
        "source": info.source,
        "n_train": len(dataset.y_train),
        "n_test": len(dataset.y_test),
        "train_accuracy": _accuracy(model, dataset.x_train, dataset.y_train),
        "test_accuracy": _accuracy(model, dataset.x_test, dataset.y_test),
        "recipe": dict(recipe.pairs()),
        "seed": arguments.seed,
        "seconds": round(seconds, 1),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("torch", "torchvision")}},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    try:
        write_atomically(output, content)
        write_atomically(output.with_suffix(".json"), (json.dumps(card, indent=2) + "\n").encode())
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot write {output} ({error.strerror}); choose another place with --output."
        ) from error
    print(f"{output}: test accuracy {card['test_accuracy']:.2%}, {seconds:.0f} s")


def _accuracy(model, x: torch.Tensor, y: torch.Tensor) -> float:
    return (predict(model, x)[0].argmax(dim=1) == y).double().mean().item()
