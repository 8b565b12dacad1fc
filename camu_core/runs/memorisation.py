"""Many networks that each learn a random half of the images: what they say of those they saw and of those they did not.

Two networks of one pair of seeds, 2j and 2j + 1, have halves that complete each other, so that every image is seen by
as many networks as do not see it; of an odd number of images each pair leaves one out.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from camu_core.data import DATASETS, loading
from camu_core.errors import RunDiverged
from camu_core.networks.models import BlockModel, predict
from camu_core.networks.stacked import can_stack, predict_together, train_together
from camu_core.networks.training import SEED_OFFSET, recipe_for, training
from camu_core.progress import Step
from camu_core.runs.population import as_part, fresh_networks
from camu_core.settings import Settings

_IMAGES_PER_STEP = 1000
_HALVES_DRAW = 2  # with the pair's number, the seed of its halves


@dataclass(frozen=True)
class Answers:
    """What S networks say of all N training images.

    Args:
        right: bool (S, N).
        probability: float16 (S, N), of the true class.
    """

    right: np.ndarray
    probability: np.ndarray


def halves(n: int, seeds: Sequence[int]) -> np.ndarray:
    """int64 (S, n // 2): which images the networks of these seeds learn, drawn without regard to classes."""
    size, found = n // 2, []
    for seed in seeds:
        order = np.random.default_rng((seed // 2, _HALVES_DRAW)).permutation(n)
        found.append(np.sort(order[:size] if seed % 2 == 0 else order[size : 2 * size]))
    return np.stack(found)


def is_in_half(n: int, seeds: Sequence[int]) -> np.ndarray:
    """bool (S, n): the same as a mask."""
    mask = np.zeros((len(seeds), n), dtype=bool)
    np.put_along_axis(mask, halves(n, seeds), True, axis=1)
    return mask


def answers_after_half(dataset: str, model: str, device: str, seeds: Sequence[int]) -> Generator[Step, None, Answers]:
    """Train a network a seed on its half, by the recipe of the original, and ask it about all training images.

    Raises:
        DatasetUnavailable: the images are neither here nor to be had.
        RunDiverged: a network says nothing that is a number.
    """
    images = yield from loading(dataset)
    x, y, rows = images.x_train, images.y_train, torch.from_numpy(halves(len(images.y_train), seeds))
    recipe, starts = recipe_for(dataset, model), [seed + SEED_OFFSET for seed in seeds]
    models = fresh_networks(dataset, model, device, starts)
    if can_stack(models[0], DATASETS[dataset].shape, recipe):
        yield from as_part(train_together(models, x, y, recipe, starts, rows), 0, 1)
    else:
        for i, (network, start, half) in enumerate(zip(models, starts, rows, strict=True)):
            yield from as_part(training(network, x[half], y[half], recipe, start), i, len(models))
    parts = []
    for batch, labels in zip(x.split(_IMAGES_PER_STEP), y.split(_IMAGES_PER_STEP), strict=True):
        yield Step(1, 1, stage="population")
        logits = _asked(models, batch, DATASETS[dataset].shape)
        if not logits.isfinite().all():
            raise RunDiverged("A network trained on half of the images says nothing that is a number.")
        probability = logits.softmax(dim=2).gather(2, labels.expand(len(models), -1)[:, :, None])[:, :, 0]
        parts.append(((logits.argmax(dim=2) == labels).numpy(), probability.numpy().astype(np.float16)))
    return Answers(*(np.concatenate(part, axis=1) for part in zip(*parts, strict=True)))


def _asked(models: Sequence[BlockModel], x: torch.Tensor, shape: tuple[int, int, int]) -> torch.Tensor:
    """Logits (S, N, C)."""
    if can_stack(models[0], shape, Settings()):
        return predict_together(models, x)
    return torch.stack([predict(model, x)[0] for model in models])
