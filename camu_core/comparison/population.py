"""Methods beside each other on many networks: ranks by forgetting quality, and by accuracies alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from camu_core.comparison.published import CARD_ENTRIES, read_tables
from camu_core.config import ASSETS
from camu_core.specs import ForgetSpec

FOLDER = ASSETS / "populations"
FLOOR = "floor"  # in place of a method: retrained networks against retrained networks
# rank -> its measure, and whether the highest is the best
RANKS = {"rank_by_quality": ("score", True), "rank_by_accuracy": ("accuracy_gap", False)}
_KEYS = ["dataset", "forget", "method", "m", "n_images"]


def population_table(reports: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a dataset, forget set and method, and one of the noise floor.

    Args:
        reports: of `PopulationResult`.
    Returns:
        `dataset`, `forget`, `method`, `m`, `n_images`; every figure of `population_figures` as NAME, NAME_low and
        NAME_high; `accuracy_gap`: mean distance to retraining over the accuracies, fraction; the ranks of RANKS, 1 the
        best, methods that are equal alike; NaN where there is none.
    """
    rows, floors = [], {}
    for report in reports:
        spec = report["about"]["spec"]
        forget = ForgetSpec.from_json(spec["forget"]).short
        keys = {"dataset": spec["dataset"], "forget": forget, "m": report["m"], "n_images": report["n_images"]}
        rows.append({**keys, "method": spec["method"], **_flat(report["figures"]), "accuracy_gap": _gap(report)})
        floors[spec["dataset"], forget] = {**keys, "method": FLOOR, **_flat(report["noise_floor"])}
    table = pd.DataFrame([*rows, *floors.values()])
    judged = table[table["method"] != FLOOR].groupby(["dataset", "forget"], sort=False)
    for rank, (measure, is_highest_best) in RANKS.items():
        table[rank] = judged[measure].rank(method="min", ascending=not is_highest_best)
    return table[[*_KEYS, *RANKS, *(name for name in table if name not in (*_KEYS, *RANKS))]]


def _flat(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    return {
        name if end == "value" else f"{name}_{end}": each[end]
        for name, each in figures.items()
        for end in ("value", "low", "high")
    }


def _gap(report: Mapping[str, Any]) -> float:
    """Over the other training images, the other test images and, of one class, the forgotten images."""
    ours, gold = (report["accuracies"][kind] for kind in ("unlearned", "retrained"))
    return float(np.mean([abs(ours[name] - gold[name]) for name in gold]))


def is_ranked(folder: Path) -> bool:
    """Whether a folder has the table and the card that `reproduce --population` writes."""
    return all((folder / name).is_file() for name in ("populations.csv", "card.json"))


def read_ranked(folder: Path) -> tuple[dict[str, Any], pd.DataFrame]:
    """The card and the `population_table` of a folder for which `is_ranked` holds.

    Raises:
        StoreError: a file cannot be read, or lacks a column or an entry.
    """
    columns = (*_KEYS, *RANKS, "auc_high", "score_low", "score_high", "accuracy_gap")
    return read_tables(folder, "populations.csv", columns, CARD_ENTRIES, "ranks")
