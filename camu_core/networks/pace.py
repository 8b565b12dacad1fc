"""How long trainings take on this machine, measured on a handful of images before anybody waits for one."""

import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import torch
from torch.nn import functional as F

from camu_core.config import device_name
from camu_core.data import DATASETS
from camu_core.networks.models import build_model, half_precision, pick_device, to_input
from camu_core.networks.training import recipe_for
from camu_core.threads import clock_of, one_thread

_BATCH_SIZE = 16
PATIENCE = 1.0  # seconds that a page waits for a measurement before it does without
_measurer = ThreadPoolExecutor(1, "pace")


def training_seconds(dataset: str, model: str, patience: float | None = None) -> float | None:
    """About what the training of a network takes here, on the device that is wanted.

    Args:
        patience: seconds to wait for the measurement, which goes on; None waits for its end.
    Returns:
        None if it is not known yet.
    """
    seconds = image_seconds(dataset, model, patience)
    return None if seconds is None else recipe_for(dataset, model).epochs * DATASETS[dataset].n_images * seconds


def unlearning_seconds(
    dataset: str, model: str, n_forget: int, epochs: int, patience: float | None = None
) -> float | None:
    """About what CaMU takes here: two updates a step, each with as many retain samples as forget samples.

    Args:
        patience: see `training_seconds`, as for what is returned.
    """
    seconds = image_seconds(dataset, model, patience)
    return None if seconds is None else 4 * epochs * n_forget * seconds


def image_seconds(dataset: str, model: str, patience: float | None = None) -> float | None:
    """About what an update of the weights takes here by image of a batch; see `training_seconds`."""
    try:
        return _measurement(model, DATASETS[dataset].shape, pick_device(device_name())).result(patience)
    except TimeoutError:
        return None


@lru_cache(maxsize=32)
def _measurement(model: str, shape: tuple[int, int, int], device: str) -> Future[float]:
    """Under way, once a process, beside whoever asks: a page is not kept waiting where others compute."""
    return _measurer.submit(_measure, model, shape, device)


def _measure(model: str, shape: tuple[int, int, int], device: str) -> float:
    """Seconds that an update of the weights takes by image of a batch."""
    network = build_model(model, shape, n_classes=2).to(device)
    x = to_input(torch.zeros((_BATCH_SIZE, *shape), dtype=torch.uint8), device)
    y = torch.zeros(_BATCH_SIZE, dtype=torch.int64, device=device)
    with one_thread(), half_precision(True, network):
        # on a processor that of this thread, beside which pages are drawn
        clock = time.thread_time if device == "cpu" else clock_of(torch.device(device))
        for _ in range(2):  # the first one prepares what the second one measures
            started = clock()
            F.cross_entropy(network(x)[0], y).backward()
        return (clock() - started) / _BATCH_SIZE
