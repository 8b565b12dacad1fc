"""How well settings do, the best of several trials, and the files of those that were chosen."""

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from camu_core.config import ASSETS
from camu_core.measures import SPLIT_NAMES
from camu_core.specs import ForgetSpec, Setting

TUNED = ASSETS / "tuned"  # a file a search of several methods, as `python -m camu_core tune` writes it
# Of equal weight, all from 0 to 1; where single images are forgotten, there is no fresh head and no forget_test.
JUDGED = (*SPLIT_NAMES, "fresh_head_1", "attack_confidence")
OBJECTIVE = (
    "mean of |figure - mean over the networks of the reference band| over accuracy on the four splits, recall of a "
    "fresh head shown one image a class, and area under the ROC curve of the membership attack by confidence; smaller "
    "is better"
)


def distance(measures: Mapping[str, float | None], reference: Mapping[str, Sequence[float | None]]) -> float:
    """How far a network is from those retrained without the forget set, 0..1: see OBJECTIVE.

    Args:
        measures: of `Trial`.
        reference: of `Band`, a figure a network.
    """
    gaps = []
    for name in JUDGED:
        retrained = [value for value in reference.get(name, ()) if value is not None]
        value = measures.get(name)
        if value is not None and retrained:
            gaps.append(abs(value - float(np.mean(retrained))))
    return float(np.mean(gaps))


def best(objectives: Sequence[float | None]) -> int | None:
    """The trial with the smallest objective, the first of equal ones; None if all failed."""
    done = [(value, i) for i, value in enumerate(objectives) if value is not None and math.isfinite(value)]
    return min(done)[1] if done else None


def is_on_front(left: Sequence[float], kept: Sequence[float]) -> np.ndarray:
    """Which points no other one beats in one respect without being worse in the other: the Pareto front.

    Args:
        left: what is to be small, such as accuracy on what was forgotten.
        kept: what is to be large.
    Returns:
        bool (N,).
    """
    x, y = np.asarray(left, dtype=float), np.asarray(kept, dtype=float)
    is_no_worse = (x[None] <= x[:, None]) & (y[None] >= y[:, None])
    is_better = (x[None] < x[:, None]) | (y[None] > y[:, None])
    return np.logical_not((is_no_worse & is_better).any(axis=1))


def trial_table(found: Mapping[str, Any]) -> pd.DataFrame:
    """One row a trial that is judged, the nearest to retraining first.

    Args:
        found: a search of `Tuning.reports`, or of the file.
    Returns:
        `trial` (0 is the usual settings), its settings, `objective`, `forgotten` (accuracy on new images of the class,
        or on the forget set where it stands for no new ones), `kept`, `is_on_front`, `is_chosen`, `run`.
    """
    rows = []
    for number, trial in enumerate(found["trials"]):
        if (measures := trial["measures"]) is None:
            continue
        new = measures["forget_test"]
        rows.append(
            {
                "trial": number, **trial["settings"], "objective": trial["objective"],
                "forgotten": measures["forget_train"] if new is None else new, "kept": measures["retain_test"],
                "is_chosen": number == found["chosen"]["trial"], "run": trial["runs"][0],
            }
        )  # fmt: skip
    table = pd.DataFrame(rows)
    front = is_on_front((table["forgotten"] - target_of(found["reference"])[0]).abs(), table["kept"])
    return table.assign(is_on_front=front).sort_values(["objective", "trial"]).reset_index(drop=True)


def target_of(reference: Mapping[str, Sequence[float | None]]) -> tuple[float, float]:
    """What retrained networks recognise of what was forgotten, as in `trial_table`, and of the rest; means."""
    names = ("forget_test", "forget_train", "retain_test")
    new, old, kept = ([value for value in reference[name] if value is not None] for name in names)
    return float(np.mean(new or old)), float(np.mean(kept))


def shipped_search(dataset: str, forget: ForgetSpec, method: str) -> dict[str, Any] | None:
    """That of the files that come with the project; None if they have none of the very same."""
    for found in _tuned(TUNED):
        if (found["dataset"], found["forget"], found["method"]) == (dataset, forget.to_json(), method):
            return found
    return None


def tuned_settings(dataset: str, model: str, forget_kind: str, method: str) -> dict[str, Setting]:
    """Those that a tuning chose, from the files that come with the project; empty if they have none."""
    found = _search_of(dataset, model, forget_kind, method)
    return dict(found["chosen"]["settings"]) if found else {}


def tuned_on(dataset: str, model: str, forget_kind: str, method: str) -> ForgetSpec | None:
    """What was forgotten in the tuning that chose `tuned_settings`; None if there are none."""
    found = _search_of(dataset, model, forget_kind, method)
    return ForgetSpec.from_json(found["forget"]) if found else None


def _search_of(*what: str) -> dict[str, Any] | None:
    """The first search of the files of this dataset, model, kind of forget set and method."""
    for found in _tuned(TUNED):
        if (found["dataset"], found["model"], found["forget"]["kind"], found["method"]) == what:
            return found
    return None


@lru_cache(maxsize=2)
def _tuned(folder: Path) -> list[dict[str, Any]]:
    """Searches of the files that chose something; none without the folder."""
    files = sorted(folder.glob("*.json"))
    return [found for file in files for found in json.loads(file.read_text())["searches"] if found["chosen"]]
