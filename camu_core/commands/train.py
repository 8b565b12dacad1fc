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
from camu_core.commands.terminal import drain_with_bar
from camu_core.data import DATASETS, Dataset, loading, split
from camu_core.errors import SpecError, StoreUnwritable
from camu_core.files import write_atomically
from camu_core.methods.retrain import SEED_OFFSET
from camu_core.models import MODELS, BlockModel, build_model, predict
from camu_core.specs import ForgetSpec
from camu_core.threads import one_thread
from camu_core.training import recipe_for, training
from camu_core.weights import build_from_bytes, shipped_path, to_bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", default="digits", help=f"one of {', '.join(DATASETS)}; default %(default)s")
    parser.add_argument("--model", default="cnn", help=f"one of {', '.join(MODELS)}; default %(default)s")
    parser.add_argument("--forget-class", type=int, metavar="C",
                        help="train the model that a run of retraining without this class gives")  # fmt: skip
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
    info, forgotten = DATASETS[arguments.dataset], arguments.forget_class
    if forgotten is not None and not 0 <= forgotten < info.n_classes:
        raise SpecError(f"{info.title} has classes 0 to {info.n_classes - 1}; got {forgotten}.")
    values = dict(text.partition("=")[::2] for text in arguments.set)
    recipe = recipe_for(info.name, arguments.model).with_values(values)
    output = arguments.output or shipped_path(info.name, arguments.model, forgotten)

    dataset = drain_with_bar(loading(info.name))
    x, y, seed = dataset.x_train, dataset.y_train, arguments.seed
    if forgotten is not None:  # as `methods.retrain` does it
        idx = split(dataset, ForgetSpec(classes=(forgotten,))).retain_train
        x, y, seed = x[idx], y[idx], seed + SEED_OFFSET
    model = build_model(arguments.model, info.shape, info.n_classes, seed)
    with one_thread():
        checkpoint = Checkpoint({**model.state_dict(), "x": x, "y": y}, {"recipe": dict(recipe.pairs()), "seed": seed})
        seconds = drain_with_bar(training(model, x, y, recipe, seed, checkpoint))
        # rounded, a model without one of ten classes is half the size; there are ten of them
        content = to_bytes(model, torch.float32 if forgotten is None else torch.float16)
        saved = build_from_bytes(content, info.name, arguments.model, output.name)
        accuracies = _accuracies(saved, dataset) if forgotten is None else _split_accuracies(saved, dataset, forgotten)
    card = {
        "dataset": info.name,
        "model": arguments.model,
        "source": info.source,
        "n_train": len(y),
        "n_test": len(dataset.y_test),
        **accuracies,
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
    checkpoint.remove()
    found = ", ".join(f"{name.replace('_', ' ')} {accuracies[name]:.2%}" for name in accuracies if "test" in name)
    print(f"{output}: {found}, {seconds:.0f} s")


def _accuracies(model: BlockModel, dataset: Dataset) -> dict[str, float]:
    return {
        "train_accuracy": _accuracy(model, dataset.x_train, dataset.y_train),
        "test_accuracy": _accuracy(model, dataset.x_test, dataset.y_test),
    }


def _split_accuracies(model: BlockModel, dataset: Dataset, forgotten: int) -> dict[str, Any]:
    parts = {"train": (dataset.x_train, dataset.y_train), "test": (dataset.x_test, dataset.y_test)}
    found = {}
    for part, (x, y) in parts.items():
        for group, mask in (("retain", y != forgotten), ("forget", y == forgotten)):
            found[f"{group}_{part}_accuracy"] = _accuracy(model, x[mask], y[mask])
    return {"forget_classes": [forgotten], "dtype": "float16", **found}


def _accuracy(model: BlockModel, x: torch.Tensor, y: torch.Tensor) -> float:
    return (predict(model, x)[0].argmax(dim=1) == y).double().mean().item()
