"""How fast CaMU is, as ratios within one run: against a straightforward loop, against retraining, against the machine.

Machines differ and are shared: seconds are those that the process computed, what is compared ran one right after the
other, and the ratios are what to cite.
"""

import os
import platform
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

import torch
from torch.nn import functional as F

from camu_core.bench.straightforward import straightforward_camu
from camu_core.data import DATASETS, load_dataset, split
from camu_core.measures import accuracies
from camu_core.methods import METHODS, UnlearningTask
from camu_core.networks.models import build_model, half_precision, predict, to_input
from camu_core.networks.stacked import train_together
from camu_core.networks.training import recipe_for, training
from camu_core.networks.weights import load_weights
from camu_core.planning import plan_run
from camu_core.progress import Step
from camu_core.runs.execution import versions
from camu_core.threads import one_thread

RETRAINING_EPOCHS = 20
_MEASURED_STEPS, _WARM_UP_STEPS = 100, 10


def benchmark(dataset: str, label: int, seed: int = 0) -> Generator[Step, None, dict[str, Any]]:
    """Forget a class on one thread: ours, straightforward, in one pass, ours again; then train for a moment.

    Args:
        dataset: a name in `DATASETS`.
        label: the class, 0..C-1.
        seed: of all draws.
    Returns:
        `camu`: `seconds` (mean of our two runs), `straightforward_seconds`, `speedup`, `max_accuracy_gap` (the largest
        difference of the two in any of the four splits, 0..1), `image_steps_per_second` (samples forward and backward),
        `fraction_of_throughput` (that, of what the network reaches here on nothing but forward and backward passes of
        such batches). `camu_one_pass`: `seconds`, `speedup` over the straightforward loop, `speedup_over_camu`.
        `retrain`: `seconds` of RETRAINING_EPOCHS epochs at the same precision, reckoned from
        `measured_steps` of its `steps`, and `speedup_of_camu`. `machine`, `versions`.
    Raises: see `plan_run`, `load_dataset`.
    """
    spec = plan_run(dataset, [label], seed=seed)
    method = METHODS[spec.method]
    config = method.default_config(dataset, spec.forget.kind, spec.model).with_values(dict(spec.settings))
    images, original = load_dataset(dataset), load_weights(spec.weights, dataset, spec.model)
    splits = split(images, spec.forget, seed)
    recipe = replace(recipe_for(dataset, spec.model), epochs=RETRAINING_EPOCHS, bfloat16=config.bfloat16)

    def task() -> UnlearningTask:
        return UnlearningTask.of(original, images, splits, DATASETS[dataset].n_classes, seed)

    def answers(done: UnlearningTask) -> dict[str, float]:
        predicted = [predict(done.model, x)[0].argmax(dim=1).numpy() for x in (images.x_train, images.x_test)]
        found = accuracies(predicted[0], images.y_train.numpy(), predicted[1], images.y_test.numpy(), splits)
        return {name: share for name, share in found.items() if share is not None}

    with one_thread():
        yield Step(0, 6, stage="bench")
        seconds, found = [], []
        one_pass = METHODS["camu_one_pass"].unlearn
        for i, unlearn in enumerate((method.unlearn, straightforward_camu, one_pass, method.unlearn)):
            work = task()
            in_half = bool(config.bfloat16) and unlearn is not straightforward_camu
            with half_precision(in_half, work.original, work.model):
                took, n_steps = _timed(unlearn(work, config))
            seconds.append(took)
            found.append(answers(work))
            yield Step(i + 1, 6, stage="bench")
        ours = (seconds[0] + seconds[3]) / 2

        work = task()
        steps = training(work.model, work.x_retain, work.y_retain, recipe, seed)
        n_retraining = next(steps).total
        retraining = _seconds_a_step(steps) * n_retraining
        yield Step(5, 6, stage="bench")
        with half_precision(bool(config.bfloat16), work.model):
            per_pass = _seconds_a_step(_passes(work, 2 * config.batch_size))
        yield Step(6, 6, stage="bench")

    done, best = n_steps * 4 * config.batch_size / ours, 2 * config.batch_size / per_pass
    return {
        "camu": {
            "seconds": ours,
            "straightforward_seconds": seconds[1],
            "speedup": seconds[1] / ours,
            "max_accuracy_gap": max(abs(found[0][name] - found[1][name]) for name in found[0]),
            "image_steps_per_second": done,
            "fraction_of_throughput": done / best,
        },
        "camu_one_pass": {
            "seconds": seconds[2],
            "speedup": seconds[1] / seconds[2],
            "speedup_over_camu": ours / seconds[2],
        },
        "retrain": {
            "seconds": retraining,
            "measured_steps": _MEASURED_STEPS,
            "steps": n_retraining,
            "speedup_of_camu": retraining / ours,
        },
        "machine": machine(),
        "versions": versions(),
    }


def population_speed(n_networks: int = 16) -> Generator[Step, None, dict[str, Any]]:
    """Train the digits' network on one thread for a moment: one alone, many together, one alone again.

    Returns:
        `networks_per_second` and `one_by_one_per_second`, reckoned from `measured_steps` of the `steps` of a training;
        `speedup`; `n_networks`, trained together.
    """
    images, info = load_dataset("digits"), DATASETS["digits"]
    recipe = recipe_for("digits", "cnn")
    models = [build_model("cnn", info.shape, info.n_classes, seed) for seed in range(n_networks)]
    with one_thread():
        alone = training(build_model("cnn", info.shape, info.n_classes), images.x_train, images.y_train, recipe, 0)
        together = train_together(models, images.x_train, images.y_train, recipe, range(n_networks))
        n_steps = next(alone).total
        seconds = []
        for i, steps in enumerate((alone, together, alone)):
            yield Step(i, 3, stage="bench")
            seconds.append(_seconds_a_step(steps))
    one_by_one = 1 / (n_steps * (seconds[0] + seconds[2]) / 2)
    at_once = n_networks / (n_steps * seconds[1])
    return {
        "networks_per_second": at_once, "one_by_one_per_second": one_by_one, "speedup": at_once / one_by_one,
        "n_networks": n_networks, "measured_steps": _MEASURED_STEPS, "steps": n_steps,
    }  # fmt: skip


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    load = {"load_1_minute": os.getloadavg()[0]} if hasattr(os, "getloadavg") else {}  # which Windows lacks
    return {
        "processor": _processor(),
        "n_processors": os.cpu_count(),
        "vector_instructions": torch.backends.cpu.get_cpu_capability(),
        **load,
    }


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as lines:
            return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def _timed(work: Iterator[Any]) -> tuple[float, int]:
    """Seconds that this process computed until the end, and how many steps that were."""
    started = time.process_time()
    n_steps = sum(1 for _ in work)
    return time.process_time() - started, n_steps


def _seconds_a_step(work: Iterator[Any]) -> float:
    for _ in islice(work, _WARM_UP_STEPS):
        pass
    return _timed(islice(work, _MEASURED_STEPS))[0] / _MEASURED_STEPS


def _passes(task: UnlearningTask, batch_size: int) -> Iterator[None]:
    """One batch forward and backward, for ever."""
    x, y = to_input(task.x_retain[:batch_size]), task.y_retain[:batch_size]
    while True:
        F.cross_entropy(task.model(x)[0], y).backward()
        yield
