"""Results that come with the project: tables made beforehand, and the card that says how."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from camu_core.comparison.tables import by_method, by_run, title_of, with_intervals
from camu_core.config import ASSETS
from camu_core.data import DATASETS
from camu_core.errors import StoreError
from camu_core.measures import COST_NAMES

FOLDER = ASSETS / "results"
PLANTED_FOLDER = ASSETS / "planted"  # of planted secrets: other networks, made by another command
_TABLES, _RUNS = "results*.csv", "runs.csv"
# measure -> its heading in the Markdown table
_HEADINGS = {
    "retain_train": "retain train", "forget_train": "forget train", "retain_test": "retain test",
    "forget_test": "forget test", "attack_auc": "attack AUC", "average_gap": "gap", "tug_of_war": "tug of war",
    "old_head": "old head", "fresh_head_1": "one example", "relearning": "relearned", "epsilon": "epsilon",
    "unlearn_seconds": "seconds",
}  # fmt: skip
# And where something was planted.
_PLANTED = {"planted": "planted works"}
_MEASURES = (*_HEADINGS, *COST_NAMES, *_PLANTED)
_KEYS = ("dataset", "forget", "settings", "method", "n_seeds")
_PLANTED_NOTE = (
    " Planted works: how often new images with the mark are called its class, or new images of two swapped classes the "
    "other one."
)
USUAL_SETTINGS, TUNED_SETTINGS = "usual", "tuned"
CARD_ENTRIES = ("date", "machine", "versions", "command")


@dataclass(frozen=True)
class Published:
    """Tables made beforehand.

    Args:
        cards: date, machine, versions, command and seeds of each folder; perhaps a note, and `authors`: the accuracies
            that CaMU's own authors published of this task, and `source`, their address.
        runs: the file of each folder with a row a run, as `sweep_table` and `with_tests` have it; None without one.
        table: one row a dataset, forget set, kind of settings and method; `card`: the place of its card.
    """

    cards: tuple[dict[str, Any], ...]
    runs: tuple[Path | None, ...]
    table: pd.DataFrame

    @property
    def datasets(self) -> list[str]:
        there = set(self.table["dataset"])
        return [name for name in DATASETS if name in there]

    def forgets(self, dataset: str) -> list[str]:
        """What was forgotten of a dataset: "3", "10%"."""
        forgets = self.table.loc[self.table["dataset"] == dataset, "forget"].unique().tolist()
        return sorted(forgets, key=lambda forget: (forget.endswith("%"), int(forget) if forget.isdigit() else 0))

    def settings(self, dataset: str, forget: str) -> list[str]:
        """With which settings there are tables of it: USUAL_SETTINGS, TUNED_SETTINGS."""
        there = set(self._of(dataset, forget)["settings"])
        return [settings for settings in (USUAL_SETTINGS, TUNED_SETTINGS) if settings in there]

    def card(self, dataset: str, forget: str, settings: str = USUAL_SETTINGS) -> dict[str, Any]:
        """When, where and how a table was made."""
        return self.cards[self._with(dataset, forget, settings)["card"].iloc[0]]

    def runs_of(self, dataset: str, forget: str, settings: str = USUAL_SETTINGS) -> Path | None:
        """The CSV with a row a run, if there is one."""
        return self.runs[self._with(dataset, forget, settings)["card"].iloc[0]]

    def of(self, dataset: str, forget: str, settings: str = USUAL_SETTINGS) -> pd.DataFrame:
        """One row a method, in the form of `by_method` as far as the numbers were published."""
        rows = self._with(dataset, forget, settings).set_index("method")
        rows = rows.drop(columns=["dataset", "forget", "settings", "card"])
        for end in ("mean", "std", "n"):
            has_new = rows["forget_test_mean"].notna()
            rows[f"forgotten_{end}"] = rows[f"forget_test_{end}"].where(has_new, rows[f"forget_train_{end}"])
            rows[f"kept_{end}"] = rows[f"retain_test_{end}"]
        before = {name: rows[f"{name}_mean"].get("nothing", np.nan) for name in ("kept", "old_head")}
        trained = self.card(dataset, forget, settings).get("training_seeds", (0,))
        return with_intervals(rows).assign(
            kept_drop_mean=before["kept"] - rows["kept_mean"], old_head_before_mean=before["old_head"],
            unit="training" if len(trained) > 1 else "unlearning",
        )  # fmt: skip

    def _of(self, dataset: str, forget: str) -> pd.DataFrame:
        return self.table[(self.table["dataset"] == dataset) & (self.table["forget"] == forget)]

    def _with(self, dataset: str, forget: str, settings: str) -> pd.DataFrame:
        rows = self._of(dataset, forget)
        return rows[rows["settings"] == settings]


def is_published(folder: Path) -> bool:
    """Whether there are tables, results*.csv, and their card.json in a folder or in folders in it."""
    return bool(_folders(folder))


def _folders(folder: Path) -> list[Path]:
    """Each as `reproduce` writes one."""
    cards = [*folder.glob("card.json"), *sorted(folder.glob("*/card.json"))]
    return [card.parent for card in cards if any(card.parent.glob(_TABLES))]


def published_table(runs: pd.DataFrame, tuned: Collection[tuple[str, str, str]] = ()) -> pd.DataFrame:
    """One row a dataset, forget set and method: means, and standard deviations of a sample, over seeds; `<name>_n`
    where some runs lack a measure that others have.

    Args:
        runs: of `sweep_table`; several datasets and forget sets.
        tuned: dataset, forget set and method of those with tuned settings.
    """
    parts = []
    for (dataset, forget), group in runs.groupby(["dataset", "forget"], sort=False):
        rows = by_method(by_run(group)).reset_index()
        is_tuned = [(dataset, forget, method) in tuned for method in rows["method"]]
        settings = np.where(is_tuned, TUNED_SETTINGS, USUAL_SETTINGS)
        rows = rows.assign(dataset=dataset, forget=forget, settings=settings)
        parts.append(rows[[*_KEYS, *_numbers(), *_numbers(_PLANTED), *(f"{name}_n" for name in _MEASURES)]])
    table = pd.concat(parts, ignore_index=True)
    counts = {f"{name}_n": table[f"{name}_n"] for name in _MEASURES}
    table = table.drop(columns=[name for name, n in counts.items() if ((n == 0) | (n == table["n_seeds"])).all()])
    return table if table["planted_mean"].notna().any() else table.drop(columns=_numbers(_PLANTED))


def as_markdown(table: pd.DataFrame, card: dict[str, Any]) -> str:
    """The table for people: percent, mean ± standard deviation.

    Args:
        table: of `published_table`.
        card: see `Published`.
    """
    trained = card.get("training_seeds", (0,))
    over = f", training seeds {', '.join(map(str, trained))}, over which all spreads are" if len(trained) > 1 else ""
    note = f" {card['note']}" if "note" in card else ""
    lines = [
        f"Made on {card['date']} by `{card['command']}`, seeds {', '.join(map(str, card['seeds']))}{over}.{note}",
        "Accuracies and gaps in percent, mean ± standard deviation over seeds. Gap: mean distance to retraining with "
        "the same seed over these accuracies. Tug of war: 1 is retraining's. AUC: of the membership attack, 0.5 is "
        "chance. Old head: how well the original's classifier finds the class in the new representation (0 is chance; "
        "before forgetting: the row of doing nothing); one example: found by a new classifier taught with one image of "
        "it; relearned: mean accuracy over 20 batches with a fresh head; epsilon (nats): answers against those of the "
        "reference band. Seconds: of unlearning alone." + _PLANTED_NOTE * ("planted_mean" in table),
    ]
    for (dataset, forget, settings), rows in table.groupby(["dataset", "forget", "settings"], sort=False):
        what = f"a random {forget}" if forget.endswith("%") else forget if ":" in forget else f"class {forget}"
        what += ", tuned settings" * (settings == TUNED_SETTINGS)
        headings = (_PLANTED if ":" in forget else {}) | _HEADINGS
        headings = {name: heading for name, heading in headings.items() if rows[f"{name}_mean"].notna().any()}
        lines += [
            f"\n## {DATASETS[dataset].title}, {what}\n",
            "| " + " | ".join(["method", *headings.values()]) + " |",
            "| --- |" + " ---: |" * len(headings),
            *(
                f"| {title_of(row['method'])} | " + " | ".join(_cell(row, name) for name in headings) + " |"
                for _, row in rows.iterrows()
            ),
        ]
    return "\n".join(lines)


def _cell(row: pd.Series, name: str) -> str:
    mean, std = row[f"{name}_mean"], row[f"{name}_std"]
    if np.isnan(mean):
        return "-"
    own = {"attack_auc": (1, 3), "tug_of_war": (1, 3), "epsilon": (1, 2), "unlearn_seconds": (1, 1)}
    factor, digits = own.get(name, (100, 2))
    spread = "" if np.isnan(std) else f" ± {factor * std:.{digits}f}"
    return f"{factor * mean:.{digits}f}{spread}"


def _numbers(names: Iterable[str] = (*_HEADINGS, *COST_NAMES)) -> list[str]:
    return [f"{name}_{end}" for name in names for end in ("mean", "std")]


def read_published(folder: Path) -> Published:
    """The tables of a folder for which `is_published` holds.

    Raises:
        StoreError: a file cannot be read, lacks a column or an entry, or is of a dataset that nobody knows.
    """
    folders, cards, tables = _folders(folder), [], []
    for i, each in enumerate(folders):
        card, table = read_tables(each, _TABLES, [*_KEYS, *_numbers()], [*CARD_ENTRIES, "seeds"], "published results")
        cards.append(card)
        tables.append(table.assign(card=i))
    table = pd.concat(tables, ignore_index=True)
    for name in (name for name in _MEASURES if f"{name}_mean" in table):
        usual = table["n_seeds"].where(table[f"{name}_mean"].notna(), 0)
        table[f"{name}_n"] = table[f"{name}_n"].fillna(usual) if f"{name}_n" in table else usual
    unknown = sorted(set(table["dataset"]) - set(DATASETS))
    if unknown:
        raise StoreError(f"The published results in {folder} are of {', '.join(unknown)}, which this version lacks.")
    runs = tuple(path if (path := each / _RUNS).is_file() else None for each in folders)
    return Published(tuple(cards), runs, table.astype(dict.fromkeys(_numbers(), np.float64)))


def read_tables(
    folder: Path, pattern: str, columns: Iterable[str], entries: Iterable[str], what: str
) -> tuple[dict[str, Any], pd.DataFrame]:
    """The card of a folder and the rows of all its tables.

    Args:
        pattern: of the tables' file names.
        columns, entries: that tables and card must have.
        what: they are, for the refusal.
    Raises:
        StoreError: a file cannot be read, or lacks a column or an entry.
    """
    try:
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        paths = sorted(folder.glob(pattern))
        table = pd.concat([pd.read_csv(path, dtype={"forget": str}) for path in paths], ignore_index=True)
    except (ValueError, OSError) as error:
        raise StoreError(f"The {what} in {folder} cannot be read ({error}); make them again.") from error
    missing = [name for name in columns if name not in table] + [name for name in entries if name not in card]
    if missing:
        raise StoreError(f"The {what} in {folder} lack {', '.join(missing)}; make them again.")
    return card, table
