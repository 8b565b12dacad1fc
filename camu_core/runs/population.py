"""Many networks for one question: originals of several training seeds, and what becomes of each when it unlearns.

Small networks are made many at once, the others one by one; they are the same networks either way, up to rounding.
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace

import numpy as np
import torch

from camu_core.data import DATASETS, Dataset, Splits, loading, split
from camu_core.errors import RunDiverged
from camu_core.measures import Networks, scaled_margins
from camu_core.methods import METHODS, UnlearningTask
from camu_core.networks.models import BlockModel, build_model, half_precision, predict
from camu_core.networks.stacked import can_stack, predict_together, train_together
from camu_core.networks.training import recipe_for, training
from camu_core.progress import Step
from camu_core.settings import Settings
from camu_core.specs import RunSpec

# Of the forget set, drawn by SEED: the same for all networks.
MAX_IMAGES, SEED = 500, 0
NETWORKS_AT_ONCE = 16

Work = Generator[Step, None, list[BlockModel]]


def networks_at_once(dataset: str, model: str) -> int:
    """How many networks of a kind are made together: 1 where each keeps a processor busy by itself."""
    info, recipe = DATASETS[dataset], recipe_for(dataset, model)
    fits = can_stack(build_model(model, info.shape, info.n_classes), info.shape, recipe)
    return NETWORKS_AT_ONCE if fits else 1


def train_originals(spec: RunSpec, seeds: Sequence[int]) -> Work:
    """The networks that `python -m camu_core train` makes with these seeds.

    Args:
        spec: for its dataset, model and device.
    """
    images = yield from loading(spec.trained_on)
    recipe, models, x, y = recipe_for(spec.dataset, spec.model), _fresh(spec, seeds), images.x_train, images.y_train
    if can_stack(models[0], DATASETS[spec.dataset].shape, recipe):
        yield from as_part(train_together(models, x, y, recipe, seeds), 0, 1)
    else:
        for i, (model, seed) in enumerate(zip(models, seeds, strict=True)):
            yield from as_part(training(model, x, y, recipe, seed), i, len(models))
    return [model.eval().requires_grad_(False) for model in models]


def make_forget(spec: RunSpec, originals: Sequence[BlockModel] | None, seeds: Sequence[int]) -> Work:
    """The run's method on each original network, with a seed of its own.

    Args:
        originals: None where the method starts from nothing, as retraining does.
    Raises:
        SpecError: the method is not here.
    """
    images = yield from loading(spec.trained_on)
    splits, info = split(images, spec.forget, spec.seed), DATASETS[spec.dataset]
    method = METHODS.of(spec.method, spec.method_sha256)
    config = method.default_config(spec.dataset, spec.forget.kind, spec.model).with_values(dict(spec.settings))
    starts = originals or [model.eval().requires_grad_(False) for model in _fresh(spec, seeds)]
    tasks = [
        UnlearningTask.of(start, images, splits, info.n_classes, seed)
        for start, seed in zip(starts, seeds, strict=True)
    ]
    together: Callable[[list[UnlearningTask], Settings], Iterator[Step]] | None
    together = getattr(method, "unlearn_together", None)
    if together is not None and can_stack(tasks[0].model, info.shape, config):
        yield from as_part(together(tasks, config), 0, 1)
    else:
        for i, task in enumerate(tasks):
            with half_precision(bool(config.bfloat16), task.original, task.model):
                yield from as_part(method.unlearn(task, config), i, len(tasks))
    return [task.model.eval().requires_grad_(False) for task in tasks]


def asked(spec: RunSpec) -> Generator[Step, None, tuple[Dataset, Splits, torch.Tensor]]:
    """Images, splits and which training images all networks are asked about: at most MAX_IMAGES that are forgotten."""
    images = yield from loading(spec.trained_on)
    splits = split(images, spec.forget, spec.seed)
    order = np.random.default_rng(SEED).permutation(splits.forget_train.numpy())
    return images, splits, torch.from_numpy(np.sort(order[:MAX_IMAGES]))


def questioned(spec: RunSpec, models: Sequence[BlockModel]) -> Generator[Step, None, Networks]:
    """What the networks say of the forgotten images, and how well they know the others.

    Raises:
        RunDiverged: one of them says nothing that is a number.
    """
    images, splits, idx = yield from asked(spec)
    y, n_classes = images.y_train[idx].numpy(), DATASETS[spec.dataset].n_classes
    logits, accuracies = [], []
    parts = (
        (splits.retain_train, images.x_train, images.y_train),
        (splits.retain_test, images.x_test, images.y_test),
    )
    x_forget = images.x_train[idx]
    if can_stack(models[0], DATASETS[spec.dataset].shape, Settings()):
        yield Step(0, 1, stage="population")
        logits = list(predict_together(models, x_forget).numpy())
        right = [
            (predict_together(models, x[rows]).argmax(dim=2) == labels[rows]).double().mean(dim=1).tolist()
            for rows, x, labels in parts
        ]
        accuracies = list(zip(*right, strict=True))
    else:
        for i, model in enumerate(models):
            yield Step(i, len(models), stage="population")
            logits.append(predict(model, x_forget)[0].numpy())
            each = []
            for rows, x, labels in parts:
                each.append((predict(model, x[rows])[0].argmax(dim=1) == labels[rows]).double().mean().item())
                yield Step(i, len(models), stage="population")
            accuracies.append(tuple(each))
    answers = [np.bincount(each.argmax(axis=1), minlength=n_classes) / len(y) for each in logits]
    retain_train, retain_test = np.array(accuracies, dtype=np.float64).T
    found = Networks(scaled_margins(np.stack(logits), y), retain_train, retain_test, np.stack(answers))
    if not np.isfinite(found.margins).all():
        raise RunDiverged("A network of the population says nothing that is a number. Lower the learning rates.")
    return found


def fresh_networks(dataset: str, model: str, device: str, seeds: Sequence[int]) -> list[BlockModel]:
    """Before any training, of these seeds."""
    info = DATASETS[dataset]
    return [build_model(model, info.shape, info.n_classes, seed).to(device) for seed in seeds]


def _fresh(spec: RunSpec, seeds: Sequence[int]) -> list[BlockModel]:
    return fresh_networks(spec.dataset, spec.model, spec.device, seeds)


def as_part(work: Iterator[Step], i: int, n: int) -> Iterator[Step]:
    """The steps of the i-th of n networks as steps of all."""
    for step in work:
        yield replace(step, index=i * step.total + step.index, total=n * step.total, losses={}, stage="population")
