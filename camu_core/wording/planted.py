"""What was planted, in words."""

from collections.abc import Mapping
from typing import Any

from camu_core.data import DATASETS, DatasetInfo
from camu_core.specs import Planting, RunSpec
from camu_core.wording.format import listed, percent

_VOICES = {"original": "before", "unlearned": "after forgetting", "retrained": "retrained"}


def planting_phrase(planting: Planting, info: DatasetInfo) -> str:
    """The planted images: '100 marked images taught as 8', '100 images with swapped labels, 3 and 5'."""
    taught = [info.class_names[label] for label in planting.classes]
    images = f"{planting.n:,} {{}}image{'s' * (planting.n > 1)}"
    if planting.kind == "swap":
        return f"{images.format('')} with swapped labels, {listed(taught)}"
    return f"{images.format('marked ')} taught as {taught[0]}"


def planted_subject(planting: Planting, info: DatasetInfo) -> str:
    """In short, of what share of new images it is: 'The mark works', '3 and 5 confused'."""
    names = [info.class_names[label] for label in planting.classes]
    return "The mark works" if planting.kind == "trigger" else f"{listed(names)} confused"


def planted_title(spec: RunSpec, metrics: Mapping[str, Mapping[str, Any]]) -> str:
    """How often it works, network by network.

    Args:
        metrics: of a run of planted images by network, see `RunResult.metrics_with`.
    """
    planting, info = spec.forget.planting, DATASETS[spec.dataset]
    names = [info.class_names[label] for label in planting.classes] if planting else []
    asked = (
        f"New images with the mark called {names[0]}" if len(names) == 1 else f"New images of {listed(names)} confused"
    )
    shares = {name: report["planted"]["success"]["value"] for name, report in metrics.items()}
    told = [f"{_VOICES[name]} {percent(share)}" for name, share in shares.items() if share is not None]
    return f"{asked}: {', '.join(told)}"
