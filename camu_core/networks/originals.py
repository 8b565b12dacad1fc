"""The network that runs start from: trained, or a shipped one taken over, measured, and kept with its card.

The state of a training is kept after every epoch if that is wanted: asked for again, it goes on where it was.
"""

import hashlib
import json
import platform
from collections.abc import Generator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from camu_core.config import device_name
from camu_core.data import DATASETS, Dataset, delete_dataset, loading, split
from camu_core.errors import StoreUnwritable
from camu_core.files import write_atomically
from camu_core.networks.cards import check_card, sha256_of
from camu_core.networks.checkpoints import Checkpoint, delete_checkpoints
from camu_core.networks.models import (
    BlockModel,
    build_model,
    device_title,
    models_for,
    pick_device,
    predict,
    usual_model,
)
from camu_core.networks.training import SEED_OFFSET, TrainingConfig, training
from camu_core.networks.weights import build_from_bytes, delete_weights, shipped_path, to_bytes, weights_path
from camu_core.progress import Step
from camu_core.specs import ForgetSpec
from camu_core.threads import one_thread

_IMAGES_PER_STEP = 500


@dataclass(frozen=True)
class Network:
    """Weights and what is known of them.

    Args:
        content: a safetensors file.
        card: JSON types: data, training, accuracy, versions, sha256.
        checkpoint: to be removed once the network is kept; None if there is none.
    """

    content: bytes
    card: dict[str, Any]
    checkpoint: Checkpoint | None = None


def train_network(
    dataset: str,
    model: str,
    recipe: TrainingConfig,
    seed: int,
    forgotten: int | None = None,
    resumes: bool = False,
    device: str | None = None,
) -> Generator[Step, None, Network]:
    """Train an original model, or one that never sees a class, and measure it.

    Args:
        dataset, model: names in `DATASETS` and `MODELS`.
        seed: of the first weights and the order of samples.
        forgotten: a class; the weights are then float16 and those that a run of retraining gives.
        resumes: keep a checkpoint under CAMU_HOME, and go on from one.
        device: "auto" or one that torch finds here; None takes CAMU_DEVICE's.
    Raises:
        SpecError: there is no such device here.
        DatasetUnavailable: the images are neither here nor to be had.
    """
    info, images = DATASETS[dataset], (yield from loading(dataset))
    x, y, first = images.x_train, images.y_train, seed
    if forgotten is not None:  # as `methods.retrain` does it
        idx = split(images, ForgetSpec(classes=(forgotten,)), seed).retain_train
        x, y, first = x[idx], y[idx], seed + SEED_OFFSET
    device = pick_device(device or device_name())
    built = build_model(model, info.shape, info.n_classes, first).to(device)
    settings = {"recipe": dict(recipe.pairs()), "seed": first}
    checkpoint = Checkpoint({**built.state_dict(), "x": x, "y": y}, settings, dataset) if resumes else None
    with one_thread():
        seconds = yield from training(built, x, y, recipe, first, checkpoint)
        # ten models without one of ten classes are many: they are rounded to half the size
        content = to_bytes(built, torch.float32 if forgotten is None else torch.float16)
        made = {
            "n_train": len(y), "recipe": dict(recipe.pairs()), "seed": seed, "seconds": round(seconds, 1),
            "device": device_title(device),
        }  # fmt: skip
        card = yield from _card(content, dataset, model, images, made, forgotten, device=device)
    return Network(content, card, checkpoint)


def take_shipped(dataset: str, model: str, shipped: str) -> Generator[Step, None, Network]:
    """The shipped network of another dataset with the same classes, measured on the test images of this one.

    Args:
        shipped: what `shipped_twin` found.
    Raises:
        WeightsError: the shipped file is damaged.
    """
    images, path = (yield from loading(dataset)), shipped_path(shipped, model)
    check_card(path, path.read_bytes())
    theirs = json.loads(path.with_suffix(".json").read_text())
    made = {name: theirs[name] for name in ("n_train", "recipe", "seed", "seconds", "device") if name in theirs}
    with one_thread():
        card = yield from _card(
            path.read_bytes(), dataset, model, images, {"trained_on": shipped, **made}, None, ("test",)
        )
    return Network(path.read_bytes(), card)


def shipped_twin(dataset: str, model: str | None = None) -> str | None:
    """The listed dataset whose shipped network fits a user's images: the same classes, in order, and the same shape.

    Args:
        model: a name in `MODELS`; None for the usual one, as below.
    """
    info = DATASETS[dataset]
    if info.origin:  # that network has seen what these are tested on
        return None
    model = model or usual_model(info.shape)
    for name, other in DATASETS.items():
        is_alike = (other.class_names, other.shape) == (info.class_names, info.shape)
        if is_alike and name != dataset and shipped_path(name, model).exists():
            return name
    return None


def network_card(dataset: str, model: str | None = None, training_seed: int = 0) -> dict[str, Any] | None:
    """The card of the network that runs on a dataset start from; None if it has none that is whole."""
    path = weights_path(dataset, model or usual_model(DATASETS[dataset].shape), training_seed=training_seed)
    try:
        card = json.loads(path.with_suffix(".json").read_text())
        return card if sha256_of(path) == card["sha256"] else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def network_cards(dataset: str) -> dict[str, dict[str, Any]]:
    """The cards of all whole networks of a dataset, by model."""
    cards = {model: network_card(dataset, model) for model in models_for(DATASETS[dataset].shape)}
    return {model: card for model, card in cards.items() if card is not None}


def has_damaged_network(dataset: str, model: str | None = None) -> bool:
    """Whether there is a network for a dataset, and its file is not that of its card."""
    path = weights_path(dataset, model or usual_model(DATASETS[dataset].shape))
    return path.is_file() and path.with_suffix(".json").is_file() and network_card(dataset, model) is None


def keep_network(network: Network, output: Path) -> None:
    """Write a network and its card.

    Raises:
        StoreUnwritable: read-only folder, or disk full.
    """
    try:
        write_atomically(output, network.content)
        write_atomically(output.with_suffix(".json"), (json.dumps(network.card, indent=2) + "\n").encode())
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot write {output} ({error.strerror}); make the folder writable or choose another place."
        ) from error


def forget_dataset(name: str) -> None:
    """Delete imported images and the networks of them, unfinished ones too; finished runs keep some of the images.

    Raises:
        StoreUnwritable: they cannot be removed.
    """
    delete_weights(name)
    delete_checkpoints(name)
    delete_dataset(name)


def _card(
    content: bytes,
    dataset: str,
    model: str,
    images: Dataset,
    made: dict[str, Any],
    forgotten: int | None,
    measured: tuple[str, ...] = ("train", "test"),
    device: str = "cpu",
) -> Generator[Step, None, dict[str, Any]]:
    """Everything worth knowing, with the accuracies of the weights as they are kept.

    Args:
        made: how the weights came about.
        measured: on which images.
    """
    saved = build_from_bytes(content, dataset, model, f"{dataset}-{model}").to(device)
    parts = {"train": (images.x_train, images.y_train), "test": (images.x_test, images.y_test)}
    correct = yield from _correct(saved, {part: parts[part] for part in measured})
    found: dict[str, Any] = {}
    if forgotten is None:
        found = {f"{part}_accuracy": right.double().mean().item() for part, right in correct.items()}
    else:
        found = {"forget_classes": [forgotten], "dtype": "float16"}
        for part, right in correct.items():
            y = parts[part][1]
            for group, mask in (("retain", y != forgotten), ("forget", y == forgotten)):
                found[f"{group}_{part}_accuracy"] = right[mask].double().mean().item()
    return {
        "dataset": dataset,
        "model": model,
        "source": DATASETS[dataset].source,
        "n_test": len(images.y_test),
        **made,
        **found,
        "versions": {"python": platform.python_version(), **{name: version(name) for name in ("torch", "torchvision")}},
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _correct(
    model: BlockModel, parts: dict[str, tuple[torch.Tensor, torch.Tensor]]
) -> Generator[Step, None, dict[str, torch.Tensor]]:
    """Which images are classified correctly, bool (N,) by part."""
    n_images, n_seen, correct = sum(len(y) for _, y in parts.values()), 0, {}
    for part, (x, y) in parts.items():
        pieces = []
        for batch, labels in zip(x.split(_IMAGES_PER_STEP), y.split(_IMAGES_PER_STEP), strict=True):
            pieces.append(predict(model, batch)[0].argmax(dim=1) == labels)
            n_seen += len(batch)
            yield Step(n_seen, n_images, stage="measure")
        correct[part] = torch.cat(pieces)
    return correct
