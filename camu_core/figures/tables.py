"""The numbers of figures as tables, for those who cannot or would not read a picture."""

import pandas as pd

from camu_core.figures.theme import MODEL_TITLES, PROBED_TITLES
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


def relearning_table(lesson: dict) -> pd.DataFrame:
    """Accuracy as the forgotten images are taught again, one row a model and checkpoint."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], "batches": batches, **estimate}
        for name, curve in lesson["curves"].items()
        for batches, estimate in zip(lesson["batches"], curve, strict=True)
    )


def probe_table(probes: dict) -> pd.DataFrame:
    """How often a linear probe is right, one row a model; one that was never trained is the last."""
    return pd.DataFrame({"network": PROBED_TITLES[name], **estimate} for name, estimate in probes.items())
