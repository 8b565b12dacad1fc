"""Methods beside each other on many networks: ranks by the score, and by accuracies alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from camu_core.comparison.published import CARD_ENTRIES, read_tables
from camu_core.comparison.tables import is_compared, places
from camu_core.config import ASSETS
from camu_core.specs import ForgetSpec

FOLDER = ASSETS / "populations"
FLOOR = "floor"  # in place of a method: retrained networks against retrained networks
# rank among methods -> its measure, and whether the highest is the best
RANKS = {"rank_by_score": ("score", True), "rank_by_accuracy": ("accuracy_gap", False)}
PLACES = ("place_low", "place_high")
_KEYS = ["dataset", "forget", "method", "m", "n_images"]


def population_table(reports: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """One row a dataset, forget set and method, and one of the noise floor.

    Args:
        reports: of `PopulationResult`.
    Returns:
        `dataset`, `forget`, `method`, `m`, `n_images`; every figure of `population_figures` as NAME, NAME_low and
        NAME_high; `accuracy_gap`: mean distance to retraining over the accuracies, fraction; the ranks of RANKS, 1 the
        best, methods that are equal alike; `place_low` and `place_high`: between which places a method is by its score,
        one being before another where their intervals are apart. Methods alone have ranks and places: retraining, the
        controls and the floor are what they are measured by. NaN where there is none.
    """
    rows, floors = [], {}
    for report in reports:
        spec = report["about"]["spec"]
        forget = ForgetSpec.from_json(spec["forget"]).short
        keys = {"dataset": spec["dataset"], "forget": forget, "m": report["m"], "n_images": report["n_images"]}
        rows.append({**keys, "method": spec["method"], **_flat(report["figures"]), "accuracy_gap": _gap(report)})
        floors[spec["dataset"], forget] = {**keys, "method": FLOOR, **_flat(report["noise_floor"])}
    table = pd.DataFrame([*rows, *floors.values()])
    judged = methods_of(table).groupby(["dataset", "forget"], sort=False)
    for rank, (measure, is_highest_best) in RANKS.items():
        table[rank] = judged[measure].rank(method="min", ascending=not is_highest_best)
    table = table.join(pd.concat([_places(rows) for _, rows in judged] or [pd.DataFrame(columns=PLACES, dtype=float)]))
    first = [*_KEYS, *RANKS, *PLACES]
    return table[[*first, *(name for name in table if name not in first)]]


def methods_of(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of those that are to unlearn: not of retraining, the floor or a control."""
    return table[[name != FLOOR and is_compared(name) for name in table["method"]]]


def _places(rivals: pd.DataFrame) -> pd.DataFrame:
    """PLACES of methods of one dataset and forget set, by the intervals of their scores, of which higher is better."""
    return places(-rivals["score_high"], -rivals["score_low"], PLACES)


def _flat(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, float]:
    """Every end as NAME_low and NAME_high; NaN where there is none."""
    return {
        name if end == "value" else f"{name}_{end}": np.nan if each[end] is None else each[end]
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
    columns = (*_KEYS, *RANKS, *PLACES, "auc_high", "score_low", "score_high", "accuracy_gap")
    return read_tables(folder, "populations.csv", columns, CARD_ENTRIES, "ranks")
