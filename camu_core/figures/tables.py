"""The numbers of the accuracy figures as tables, for those who cannot or would not read a picture."""

import pandas as pd

from camu_core.figures.theme import MODEL_TITLES
from camu_core.measures import SPLIT_NAMES


def split_table(metrics: dict) -> pd.DataFrame:
    """The four splits, one row a model."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], **{split: report[split] for split in SPLIT_NAMES}}
        for name, report in metrics.items()
    )


def class_table(per_class: dict, counts: list[int], names: tuple[str, ...]) -> pd.DataFrame:
    """Test accuracy by class, one column a model."""
    return pd.DataFrame(
        {"class": names, "test images": counts, **{MODEL_TITLES[name]: values for name, values in per_class.items()}}
    )


def attack_table(metrics: dict) -> pd.DataFrame:
    """The membership attack, one row a model."""
    return pd.DataFrame({"network": MODEL_TITLES[name], **report["attack"]} for name, report in metrics.items())
