"""Summaries of runs and published tables, made up for tests."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from camu_core.comparison import TESTS
from camu_core.measures import COST_NAMES, SPLIT_NAMES


def summary(
    method: str, seed: int, splits: tuple, seconds: float = 1.0, auc: float = 0.5, per_class=(1.0, 0.0),
    training_seed: int = 0,
) -> dict:  # fmt: skip
    """splits: retain_train, forget_train, retain_test, forget_test after forgetting; all were 1 before."""
    report = dict(zip(SPLIT_NAMES, splits, strict=True))
    return {
        "digest": f"{method}-{training_seed}-{seed}",
        "seconds": seconds,
        "cost": {"samples_forward": 10, "samples_backward": 8, "forward_passes": 4, "backward_passes": 2},
        "spec": {
            "dataset": "digits", "model": "cnn", "method": method, "seed": seed,
            "forget": {"kind": "class", "classes": [3]}, **({"training_seed": training_seed} if training_seed else {}),
        },
        "metrics": {
            "original": {**dict.fromkeys(SPLIT_NAMES, 1.0), "attack": {"value": 0.5}, "per_class_test": [1.0, None]},
            "unlearned": {**report, "attack": {"value": auc}, "per_class_test": list(per_class)},
        },
    }  # fmt: skip


MEASURED = (*SPLIT_NAMES, "attack_auc", "average_gap", "tug_of_war", "unlearn_seconds", *COST_NAMES, *TESTS)
MACHINE = {"processor": "A chip", "n_processors": 2, "vector_instructions": "AVX512", "load_1_minute": 0.5}
CARD = {"date": "2026-11-24", "machine": MACHINE, "versions": {"torch": "2"}, "command": "make", "seeds": [0, 1, 2]}


def publish(folder: Path, **changes) -> Path:
    """Two methods that forgot class 3 of the digits, and one that forgot a tenth of the images."""
    rows = []
    for forget, method, new in (("3", "camu", 0.02), ("3", "retrain", 0.0), ("10%", "camu", np.nan)):
        numbers = {f"{name}_{end}": 0.5 if end == "mean" else 0.1 for name in MEASURED for end in ("mean", "std")}
        rows.append({"dataset": "digits", "forget": forget, "settings": "usual", "method": method, "n_seeds": 3,
                     **numbers, "forget_test_mean": new})  # fmt: skip
    folder.mkdir(exist_ok=True)
    pd.DataFrame(rows).assign(**changes).to_csv(folder / "results.csv", index=False)
    (folder / "card.json").write_text(json.dumps(CARD))
    return folder
