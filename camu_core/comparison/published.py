"""Results that come with the project: tables made beforehand, and the card that says how."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from camu_core.comparison.tables import with_intervals
from camu_core.config import ASSETS
from camu_core.data import DATASETS
from camu_core.errors import StoreError

FOLDER = ASSETS / "results"
_MEASURES = ("retain_train", "forget_train", "retain_test", "forget_test", "attack_auc", "average_gap",
             "unlearn_seconds")  # fmt: skip
_KEYS = ("dataset", "forget", "method", "n_seeds")
_CARD = ("date", "machine", "versions", "command", "seeds")


@dataclass(frozen=True)
class Published:
    """Tables made beforehand.

    Args:
        card: date, machine, versions, command and seeds.
        table: one row a dataset, forget set and method.
    """

    card: dict[str, Any]
    table: pd.DataFrame

    @property
    def datasets(self) -> list[str]:
        return self.table["dataset"].unique().tolist()

    def forgets(self, dataset: str) -> list[str]:
        """What was forgotten of a dataset: "3", "10%"."""
        return self.table.loc[self.table["dataset"] == dataset, "forget"].unique().tolist()

    def of(self, dataset: str, forget: str) -> pd.DataFrame:
        """One row a method, in the form of `by_method` as far as the numbers were published."""
        rows = self.table[(self.table["dataset"] == dataset) & (self.table["forget"] == forget)]
        rows = rows.set_index("method").drop(columns=["dataset", "forget"])
        for end in ("mean", "std"):
            has_new = rows["forget_test_mean"].notna()
            rows[f"forgotten_{end}"] = rows[f"forget_test_{end}"].where(has_new, rows[f"forget_train_{end}"])
            rows[f"kept_{end}"] = rows[f"retain_test_{end}"]
        return with_intervals(rows)


def is_published(folder: Path) -> bool:
    """Whether there are tables, *.csv, and their card.json in a folder."""
    return (folder / "card.json").is_file() and any(folder.glob("*.csv"))


def read_published(folder: Path) -> Published:
    """The tables of a folder for which `is_published` holds.

    Raises:
        StoreError: a file cannot be read, lacks a column or an entry, or is of a dataset that nobody knows.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        paths = sorted(folder.glob("*.csv"))
        table = pd.concat([pd.read_csv(path, dtype={"forget": str}) for path in paths], ignore_index=True)
    except (ValueError, OSError) as error:
        raise StoreError(f"The published results in {folder} cannot be read ({error}); make them again.") from error
    wanted = [*_KEYS, *(f"{name}_{end}" for name in _MEASURES for end in ("mean", "std"))]
    missing = [name for name in wanted if name not in table] + [name for name in _CARD if name not in card]
    if missing:
        raise StoreError(f"The published results in {folder} lack {', '.join(missing)}; make them again.")
    unknown = sorted(set(table["dataset"]) - set(DATASETS))
    if unknown:
        raise StoreError(f"The published results in {folder} are of {', '.join(unknown)}, which this version lacks.")
    numbers = [name for name in wanted if name not in _KEYS]
    return Published(card, table.astype(dict.fromkeys(numbers, np.float64)))
