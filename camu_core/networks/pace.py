"""How long trainings take on this machine, measured on a handful of images before anybody waits for one."""

from functools import lru_cache

import torch
from torch.nn import functional as F

from camu_core.config import device_name
from camu_core.data import DATASETS
from camu_core.networks.models import build_model, half_precision, pick_device, to_input
from camu_core.networks.training import recipe_for
from camu_core.threads import clock_of, one_thread

_BATCH_SIZE = 16


def training_seconds(dataset: str, model: str) -> float:
    """About what the training of a network takes here, on the device that is wanted."""
    info = DATASETS[dataset]
    return recipe_for(dataset, model).epochs * info.n_images * seconds_an_image(model, info.shape, _device())


def unlearning_seconds(dataset: str, model: str, n_forget: int, epochs: int) -> float:
    """About what CaMU takes here: two updates a step, each with as many retain samples as forget samples."""
    return 4 * epochs * n_forget * seconds_an_image(model, DATASETS[dataset].shape, _device())


@lru_cache(maxsize=32)
def seconds_an_image(model: str, shape: tuple[int, int, int], device: str) -> float:
    """Of an update of the weights by one image of a batch; measured once in a process.

    Args:
        shape: (channels, H, W). device: of torch.
    """
    network = build_model(model, shape, n_classes=2).to(device)
    x = to_input(torch.zeros((_BATCH_SIZE, *shape), dtype=torch.uint8), device)
    y = torch.zeros(_BATCH_SIZE, dtype=torch.int64, device=device)
    clock = clock_of(torch.device(device))
    with one_thread(), half_precision(True, network):
        for _ in range(2):  # the first one prepares what the second one measures
            started = clock()
            F.cross_entropy(network(x)[0], y).backward()
        return (clock() - started) / _BATCH_SIZE


def _device() -> str:
    return pick_device(device_name())
