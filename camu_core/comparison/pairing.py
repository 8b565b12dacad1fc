"""Two finished runs on the same images: their answers, their representations in one frame, their differences."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import torch
from scipy.special import softmax

from camu_core.data import ProbeSet, forget_mask, load_dataset
from camu_core.errors import SpecError
from camu_core.measures import SPLIT_NAMES, confusion_counts
from camu_core.measures.estimates import wilson_interval
from camu_core.networks.models import predict
from camu_core.networks.weights import from_arrays
from camu_core.runs.projection import DRAWN_ANEW, aligned, fit_pca
from camu_core.runs.results import RunResult


@dataclass(frozen=True)
class Pair:
    """Runs A and B on A's probe set.

    Args:
        probe: of A.
        is_forget: bool (N,), forgotten by A, by B or by both.
        logits: float32 (N, C) of both networks after forgetting.
        points: float (N, 2) of both, in one PCA frame fitted on both; `explained`: its share of the variance, 0..1.
        is_turned: bool of both, trained apart and therefore turned onto the original's axes.
    """

    probe: ProbeSet
    is_forget: np.ndarray
    logits: tuple[np.ndarray, np.ndarray]
    points: tuple[np.ndarray, np.ndarray]
    explained: float
    is_turned: tuple[bool, bool]

    @property
    def answers(self) -> tuple[np.ndarray, np.ndarray]:
        """int64 (N,) classes that both networks say."""
        one, other = (logits.argmax(axis=1) for logits in self.logits)
        return one, other

    @property
    def odds(self) -> tuple[np.ndarray, np.ndarray]:
        """float64 (N, C): both networks' probabilities."""
        one, other = (softmax(logits.astype(np.float64), axis=1) for logits in self.logits)
        return one, other

    @property
    def distance(self) -> np.ndarray:
        """float64 (N,): how far the two answers to each image lie apart, total variation, 0..1."""
        one, other = self.odds
        return np.abs(one - other).sum(axis=1) / 2

    def agreement(self) -> np.ndarray:
        """int64 (C, C): new images of the probe set, rows = what A says, columns = what B says."""
        is_new = ~self.probe.in_train
        one, other = self.answers
        return confusion_counts(one[is_new], other[is_new], self.logits[0].shape[1])


def pair_runs(a: RunResult, b: RunResult) -> Pair:
    """Put two runs side by side; B answers the images of A's probe set, again if its own are others.

    Representations of networks that come from one original share its axes. One that was trained apart, by retraining
    or from another original, is first turned onto the axes of A's original, see `aligned`.

    Raises:
        SpecError: they are of different datasets or models, which have no image or no axis in common.
        DatasetUnavailable: the images are needed and not here.
    """
    if (a.spec.dataset, a.spec.model) != (b.spec.dataset, b.spec.model):
        raise SpecError(
            f"Two runs side by side must be of one dataset and one network; got {a.spec.dataset} with {a.spec.model} "
            f"and {b.spec.dataset} with {b.spec.model}."
        )
    probe, original = a.probe, a.representations["original"]
    is_forget = a.probe.is_forget | _forgotten_by(b, probe)
    (logits_a, inside_a), (logits_b, inside_b) = (_answers(run, probe) for run in (a, b))
    turns_a, turns_b = (run.spec.method in DRAWN_ANEW or run.spec.weights != a.spec.weights for run in (a, b))
    shown = [
        aligned(representation, original, anchors=~is_forget) if turns else representation
        for representation, turns in ((inside_a, turns_a), (inside_b, turns_b))
    ]
    frame = fit_pca(shown, a.spec.seed)
    points_a, points_b = (frame.transform(part) for part in shown)
    return Pair(
        probe=probe,
        is_forget=is_forget,
        logits=(logits_a, logits_b),
        points=(points_a, points_b),
        explained=float(frame.explained_variance_ratio_.sum()),
        is_turned=(turns_a, turns_b),
    )


def difference_table(a: Mapping[str, Any], b: Mapping[str, Any]) -> pd.DataFrame:
    """What B does otherwise than A, a row a measure.

    Args:
        a, b: `RunResult.metrics["unlearned"]` of both runs.
    Returns:
        `measure` (a split, or "attack_auc"), `a`, `b`, `difference` (B minus A), `low`, `high` (its 95% interval);
        measures that one of them lacks, or has no interval of, are left out.
    """
    rows = [
        {"measure": name, **_difference(*((m[name], *wilson_interval(m[name], m["n"][name])) for m in (a, b)))}
        for name in SPLIT_NAMES
        if a[name] is not None and b[name] is not None
    ]
    attacks = [(m["attack"]["value"], m["attack"]["low"], m["attack"]["high"]) for m in (a, b)]
    if None not in (*attacks[0], *attacks[1]):
        rows.append({"measure": "attack_auc", **_difference(*attacks)})
    return pd.DataFrame(rows, columns=["measure", "a", "b", "difference", "low", "high"])


def _difference(a: tuple[float, float, float], b: tuple[float, float, float]) -> dict[str, float]:
    """Difference of two numbers from their own intervals (value, low, high), taken as independent.

    Source: R. G. Newcombe, Statistics in Medicine 17, 1998, method 10 (for two Wilson intervals); G. Y. Zou,
        A. Donner, Statistics in Medicine 27, 2008 (for any two).
    """
    difference = b[0] - a[0]
    return {
        "a": a[0],
        "b": b[0],
        "difference": difference,
        "low": difference - float(np.hypot(b[0] - b[1], a[2] - a[0])),
        "high": difference + float(np.hypot(b[2] - b[0], a[0] - a[1])),
    }


def _is_same(one: ProbeSet, other: ProbeSet) -> bool:
    return np.array_equal(one.idx, other.idx) and np.array_equal(one.in_train, other.in_train)


def _answers(run: RunResult, probe: ProbeSet) -> tuple[np.ndarray, np.ndarray]:
    """Logits and representation of the network after forgetting, on the images of a probe set."""
    if _is_same(run.probe, probe):
        return run.logits["unlearned"], run.representations["unlearned"]
    model = from_arrays(run.weights, run.spec.dataset, run.spec.model)
    logits, representation = predict(model, torch.from_numpy(probe.x))
    return logits.numpy(), representation.numpy()


def _forgotten_by(run: RunResult, probe: ProbeSet) -> np.ndarray:
    """bool (N,): which images of a probe set a run forgets, or of the test set those that its forget set stands for."""
    if run.spec.forget.kind == "class":
        return np.isin(probe.y, run.spec.forget.classes)
    if _is_same(run.probe, probe):
        return run.probe.is_forget
    mask = forget_mask(load_dataset(run.spec.trained_on), run.spec.forget, run.spec.seed).numpy()
    return probe.in_train & mask[np.where(probe.in_train, probe.idx, 0)]
