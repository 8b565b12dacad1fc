"""Train an original model, or one that never sees a class, and save its weights with a card.

The state is kept after every epoch: an interrupted training, asked for again, goes on where it was.
"""

import argparse
import hashlib
import json
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from camu_core.checkpoints import Checkpoint
from camu_core.commands.images import add_argument, dataset_named
from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS, Dataset, loading, split
from camu_core.errors import SpecError, StoreUnwritable
from camu_core.files import write_atomically
from camu_core.methods.retrain import SEED_OFFSET
from camu_core.models import MODELS, BlockModel, build_model, predict, usual_model
from camu_core.planning import known
from camu_core.specs import ForgetSpec
from camu_core.threads import one_thread
from camu_core.training import recipe_for, training
from camu_core.weights import build_from_bytes, to_bytes, weights_path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_argument(parser)
    parser.add_argument(
        "--model", help=f"one of {', '.join(MODELS)}; default: cnn for grey images, resnet20 for coloured ones"
    )
    parser.add_argument("--forget-class", type=int, metavar="C",
                        help="train the model that a run of retraining without this class gives")  # fmt: skip
    parser.add_argument(
        "--seed", type=int, default=0, help="of the first weights and the order of samples; default %(default)s"
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of the training; repeatable"
    )
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="safetensors file to write; default: where runs look for it"
    )


def run(arguments: argparse.Namespace) -> None:
    info = DATASETS[known("dataset", dataset_named(arguments.dataset), DATASETS)]
    name = known("model", arguments.model or usual_model(info.shape), MODELS)
    forgotten = arguments.forget_class
    if forgotten is not None and not 0 <= forgotten < info.n_classes:
        raise SpecError(f"{info.title} has classes 0 to {info.n_classes - 1}; got {forgotten}.")
    recipe = recipe_for(info.name, name).with_values(dict(text.partition("=")[::2] for text in arguments.set))
    output = arguments.output or weights_path(info.name, name, forgotten)

    dataset = drain_with_bar(loading(info.name))
    x, y, seed = dataset.x_train, dataset.y_train, arguments.seed
    if forgotten is not None:  # as `methods.retrain` does it
        idx = split(dataset, ForgetSpec(classes=(forgotten,)), seed).retain_train
        x, y, seed = x[idx], y[idx], seed + SEED_OFFSET
    model = build_model(name, info.shape, info.n_classes, seed)
    with one_thread():
        checkpoint = Checkpoint({**model.state_dict(), "x": x, "y": y}, {"recipe": dict(recipe.pairs()), "seed": seed})
        seconds = drain_with_bar(training(model, x, y, recipe, seed, checkpoint))
        # ten models without one of ten classes are many: they are rounded to half the size
        content = to_bytes(model, torch.float32 if forgotten is None else torch.float16)
        saved = build_from_bytes(content, info.name, name, output.name)
        found = _original_card(saved, dataset) if forgotten is None else _retrained_card(saved, dataset, forgotten)
    card = {
        "dataset": info.name,
        "model": name,
        "source": info.source,
        "n_train": len(y),
        "n_test": len(dataset.y_test),
        **found,
        "recipe": dict(recipe.pairs()),
        "seed": arguments.seed,
        "seconds": round(seconds, 1),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("torch", "torchvision")}},
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    _write(output, content, card)
    checkpoint.remove()
    accuracies = ", ".join(f"{key.replace('_', ' ')} {found[key]:.2%}" for key in found if "test" in key)
    print(f"{output}: {accuracies}, {seconds:.0f} s")


def _original_card(model: BlockModel, dataset: Dataset) -> dict[str, Any]:
    return {
        "train_accuracy": _accuracy(model, dataset.x_train, dataset.y_train),
        "test_accuracy": _accuracy(model, dataset.x_test, dataset.y_test),
    }


def _retrained_card(model: BlockModel, dataset: Dataset, forgotten: int) -> dict[str, Any]:
    card: dict[str, Any] = {"forget_classes": [forgotten], "dtype": "float16"}
    for part, x, y in (("train", dataset.x_train, dataset.y_train), ("test", dataset.x_test, dataset.y_test)):
        for group, mask in (("retain", y != forgotten), ("forget", y == forgotten)):
            card[f"{group}_{part}_accuracy"] = _accuracy(model, x[mask], y[mask])
    return card


def _accuracy(model: BlockModel, x: torch.Tensor, y: torch.Tensor) -> float:
    return (predict(model, x)[0].argmax(dim=1) == y).double().mean().item()


def _write(output: Path, content: bytes, card: dict[str, Any]) -> None:
    try:
        write_atomically(output, content)
        write_atomically(output.with_suffix(".json"), (json.dumps(card, indent=2) + "\n").encode())
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot write {output} ({error.strerror}); choose another place with --output."
        ) from error
