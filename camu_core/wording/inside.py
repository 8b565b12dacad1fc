"""Sentences about what is inside the network: weights, first layers, saliency."""

import math
from collections.abc import Mapping

from camu_core.wording.format import listed, percent


def weights_title(changes: Mapping[str, float]) -> str:
    """Where the weights changed most. Args: changes: by layer, as a fraction of their norm before."""
    moved = {name: change for name, change in changes.items() if change > 0}
    if not moved:
        return "No weight changed"
    most = max(moved, key=moved.__getitem__)
    if len(moved) == 1:
        return f"Only {most} changed, by {percent(moved[most], digits=1)} of the size of its weights"
    least = min(changes, key=changes.__getitem__)
    return (
        f"The weights changed most in {most} ({percent(changes[most], digits=1)}) and least in {least} "
        f"({percent(changes[least], digits=1)})"
    )


def maps_title(changes: Mapping[str, float]) -> str:
    """How far the first layers answer otherwise. Args: changes: by layer, as a fraction of the norm before."""
    known = {layer: change for layer, change in changes.items() if math.isfinite(change)}
    if not known:
        return "The first layers put out nothing for this image"
    if not any(known.values()):
        return "The first layers see this image exactly as before"
    parts = listed([f"{layer} {percent(change)}" for layer, change in known.items()])
    return f"Change in what the first layers see in this image: {parts}"


def saliency_title(name: str, likeness: Mapping[str, float]) -> str:
    """Which class's score is explained, and how alike the pictures are.

    Args:
        name: of the class.
        likeness: rank correlation with the network before, of `unlearned` and perhaps `retrained`.
    """
    alike = [
        f"{likeness[network]:.2f} {words}"
        for network, words in (("unlearned", "after forgetting"), ("retrained", "in the retrained network"))
        if math.isfinite(likeness.get(network, math.nan))
    ]
    title = f"Pixels on which the score of {name} depends"
    return f"{title}; similarity to before: {listed(alike)}" if alike else title
