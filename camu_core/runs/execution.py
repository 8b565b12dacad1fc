"""`execute(spec)`: the one generator behind page, command line, tests and sweeps."""

import math
import platform
import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import torch
from sklearn.decomposition import PCA

from camu_core.data import DATASETS, Dataset, PlantedDataset, ProbeSet, draw_probe_set, load_dataset, loading, split
from camu_core.errors import RunDiverged
from camu_core.measures import CostMeter, accuracy_report, membership_attack, planted_report, training_cost
from camu_core.methods import METHODS, Method, UnlearningTask
from camu_core.networks.models import BlockModel, half_precision, knows_bfloat16, predict
from camu_core.networks.weights import load_weights, shipped_retrained
from camu_core.progress import Snapshot, Step, loss_columns
from camu_core.runs.projection import DRAWN_ANEW, aligned, fit_pca, frame_of
from camu_core.runs.results import RunResult
from camu_core.specs import RunSpec
from camu_core.threads import one_thread

N_SNAPSHOTS = 24
_IMAGES_PER_STEP = 1000
_LIBRARIES = ("torch", "torchvision", "numpy", "scikit-learn")


def execute(spec: RunSpec, method: Method | None = None) -> Generator[Step, None, RunResult]:
    """Load, unlearn, look, measure. Close the generator to stop; it holds nothing but memory.

    The same spec gives the same metrics on one machine.

    Args:
        method: what unlearns; None takes the one that the spec names from the registry.
    Raises:
        DatasetUnavailable: the images are neither here nor to be had.
        WeightsError: the original model's weights are not here.
        RunDiverged: a loss became NaN or infinite.
        SpecError: the method is not here, or in another version; RunError: it is one of CAMU_METHODS, and failed.
    """
    with one_thread():
        seconds = {}
        started = time.perf_counter()
        dataset = yield from loading(spec.trained_on)
        splits = split(dataset, spec.forget, spec.seed)
        probe = draw_probe_set(dataset, splits, spec.seed)
        original = load_weights(spec.weights, spec.dataset, spec.model).to(spec.device)
        seconds["data"] = time.perf_counter() - started

        n_classes = DATASETS[spec.dataset].n_classes
        task = UnlearningTask.of(original, dataset, splits, n_classes, spec.seed, spec.training_seed)
        shipped, watch = shipped_retrained(spec), _Watch(task, probe, spec.seed, turns=spec.method in DRAWN_ANEW)
        losses: list[dict[str, float]] = []
        meter = CostMeter(task.original, task.model)
        for step in _unlearning(spec, task, watch, meter, shipped, method):
            losses += [step.losses] if step.losses else []
            yield step
        meter.close()
        seconds["unlearn"] = meter.seconds

        started = time.perf_counter()
        metrics, logits, representations = {}, {}, {}
        models = {"original": original, "unlearned": task.model.eval()}
        for i, (name, model) in enumerate(models.items()):
            part = i, len(models)
            predicting = _by_original(spec, model, part) if model is original else _predicting(model, dataset, part)
            train, test = yield from predicting
            metrics[name] = {
                **accuracy_report(
                    train.argmax(axis=1), dataset.y_train.numpy(), test.argmax(axis=1), dataset.y_test.numpy(), splits,
                    task.n_classes,
                ),
                "attack": membership_attack(train, test, splits),
            }  # fmt: skip
            if isinstance(dataset, PlantedDataset):
                metrics[name]["planted"] = yield from planted_report(model, dataset, test.argmax(axis=1))
            outputs = predict(model, torch.from_numpy(probe.x))
            logits[name], representations[name] = (output.numpy() for output in outputs)
        seconds["measure"] = time.perf_counter() - started

    result = RunResult(
        spec=spec,
        versions={**versions(), "precision": _precision(spec)},
        is_shipped=shipped is not None,
        seconds=seconds,
        losses=loss_columns(losses),
        snapshots=tuple(watch.snapshots),
        joint_points=np.empty((0, 0, 2), np.float32),
        metrics=metrics,
        cost=meter.counts,
        probe=probe,
        logits=logits,
        representations=representations,
        weights={name: value.detach().cpu().numpy().copy() for name, value in task.model.state_dict().items()},
    )
    return replace(result, joint_points=watch.points_in(frame_of(result)))


class _Watch:
    """Looks at the live part of the probe set in the middle of a run.

    Args:
        turns: whether the representation is drawn anew, so that it is turned onto the original's axes, see `aligned`.
    """

    def __init__(self, task: UnlearningTask, probe: ProbeSet, seed: int, turns: bool) -> None:
        self._model, self._turns = task.model, turns
        self._x = torch.from_numpy(probe.x[probe.is_live])
        self._y, self._is_forget = probe.y[probe.is_live], probe.is_forget[probe.is_live]
        self._original = predict(task.original, self._x)[1].numpy()
        self._frame = fit_pca([self._original], seed)
        self._representations: list[np.ndarray] = []
        self.snapshots: list[Snapshot] = []

    def look(self, index: int) -> Snapshot:
        """A snapshot of the model after `index` steps."""
        logits, representation = (output.numpy() for output in predict(self._model, self._x))
        if not (np.isfinite(logits).all() and np.isfinite(representation).all()):
            raise _diverged(index, "its answers are not numbers any more")
        if self._turns:
            representation = aligned(representation, self._original, ~self._is_forget)
        correct = logits.argmax(axis=1) == self._y
        self._representations.append(representation)
        self.snapshots.append(
            Snapshot(
                index=index,
                logits=logits,
                points=self._frame.transform(representation).astype(np.float32),
                forget_accuracy=float(correct[self._is_forget].mean()),
                retain_accuracy=float(correct[~self._is_forget].mean()),
            )
        )
        return self.snapshots[-1]

    def points_in(self, frame: PCA) -> np.ndarray:
        """All snapshots so far in another frame, float32 (S, N, 2)."""
        return np.stack([frame.transform(part) for part in self._representations]).astype(np.float32)


def _unlearning(
    spec: RunSpec,
    task: UnlearningTask,
    watch: _Watch,
    meter: CostMeter,
    shipped: dict[str, Any] | None,
    method: Method | None,
) -> Iterator[Step]:
    """The method's steps, N_SNAPSHOTS of them with a snapshot; the meter sees only the method's own work.

    A retraining whose weights are shipped is not done again: it is one step, and its cost is that of their card.

    Args:
        shipped: their card, of `shipped_retrained`.
        method: see `execute`.
    """
    yield Step(0, 1, snapshot=watch.look(0))
    if shipped is not None:
        task.model.load_state_dict(load_weights(shipped["sha256"], spec.dataset, spec.model).state_dict())
        recipe, meter.seconds = shipped["recipe"], shipped["seconds"]
        meter.counts = training_cost(recipe["epochs"], recipe["batch_size"], len(task.y_retain))
        yield Step(1, 1, snapshot=watch.look(1))
        return
    method = method or METHODS.of(spec.method, spec.method_sha256)
    config = method.default_config(spec.dataset, spec.forget.kind, spec.model).with_values(dict(spec.settings))
    steps = method.unlearn(task, config)
    while True:
        with meter, half_precision(bool(config.bfloat16), task.original, task.model):
            step = next(steps, None)
        if step is None:
            return
        _check_finite(step)
        if step.index in _snapshot_steps(step.total):
            step = replace(step, snapshot=watch.look(step.index))
        yield step


@lru_cache(maxsize=8)
def _snapshot_steps(total: int) -> frozenset[int]:
    """Closer together at the beginning, where a run changes most; the last step is one of them."""
    return frozenset(math.ceil(total * (i / N_SNAPSHOTS) ** 2) for i in range(1, N_SNAPSHOTS + 1))


def _check_finite(step: Step) -> None:
    for name, value in step.losses.items():
        if not math.isfinite(value):
            raise _diverged(step.index, f"its loss '{name}' became {value}")


def _diverged(index: int, what: str) -> RunDiverged:
    return RunDiverged(
        f"The run was stopped at step {index}: {what}, so the network's weights diverged. "
        "Lower the learning rates and run again."
    )


Logits = tuple[np.ndarray, np.ndarray]


def _predicting(model: BlockModel, dataset: Dataset, part: tuple[int, int]) -> Generator[Step, None, Logits]:
    """Logits of all training and all test images, float32 (N, C) and (M, C); a step each 1,000 images.

    Args:
        part: (i, n) if this is the i-th of n such passes, for the count of steps.
    """
    n_images = len(dataset.x_train) + len(dataset.x_test)
    n_seen, logits = part[0] * n_images, []
    for x in (dataset.x_train, dataset.x_test):
        pieces = []
        for piece in x.split(_IMAGES_PER_STEP):
            pieces.append(predict(model, piece)[0])
            n_seen += len(piece)
            yield Step(n_seen, part[1] * n_images, stage="measure")
        logits.append(torch.cat(pieces).numpy())
    return logits[0], logits[1]


_original_logits: dict[tuple[str, str, str], Logits] = {}
_ORIGINALS_REMEMBERED = 4


def _by_original(spec: RunSpec, original: BlockModel, part: tuple[int, int]) -> Generator[Step, None, Logits]:
    """`_predicting`, once a process: many runs start from the same original."""
    key = spec.weights, spec.trained_on, spec.device
    found = _original_logits.get(key)
    if found is None:
        found = yield from _predicting(original, load_dataset(spec.trained_on), part)
        while len(_original_logits) >= _ORIGINALS_REMEMBERED:
            _original_logits.pop(next(iter(_original_logits), key), None)  # another thread may be faster
        _original_logits[key] = found
    return found


def _precision(spec: RunSpec) -> str:
    """In which the method computed: processors without bfloat16 stay in float32."""
    is_half = dict(spec.settings).get("bfloat16") and knows_bfloat16(torch.device(spec.device).type)
    return "bfloat16" if is_half else "float32"


def versions() -> dict[str, str]:
    """Of what numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in _LIBRARIES}}
