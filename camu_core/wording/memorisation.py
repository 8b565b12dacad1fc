"""What is said of images that are easy or hard to forget."""

from collections.abc import Mapping
from typing import Any

from camu_core.comparison import gaps
from camu_core.measures.estimates import Measured, are_apart
from camu_core.wording.format import capital, listed

GROUP_NAMES = {"easy": "least memorised", "typical": "typical", "worst": "most memorised"}


def harder_title(groups: Mapping[str, Mapping[str, Any]], method: str) -> str:
    """Which group's network ended furthest from retraining, and how far each is from it.

    Args:
        groups: as of `gaps`, two or more of which are known.
        method: its title.
    """
    found = gaps(groups)
    least, most = (end(found, key=lambda group: abs(found[group]["value"])) for end in (min, max))
    if are_apart(found[most], found[least]):
        nearer = [group for group in found if group != most and are_apart(found[most], found[group])]
        others = listed([f"{GROUP_NAMES[group]} {_points(gap)}" for group, gap in found.items() if group != most])
        is_more = found[most]["value"] > 0  # less than after retraining is another failure than being hard to forget
        rank = "were the hardest to forget" if is_more else "ended furthest from retraining"
        if len(nearer) < len(found) - 1:
            than = f"than {listed([GROUP_NAMES[group] for group in nearer])} ones"
            rank = f"were harder to forget {than}" if is_more else f"ended further from retraining {than}"
        return (
            f"{capital(GROUP_NAMES[most])} images {rank}: {_points(found[most], ' points')} recognised after {method}, "
            f"compared with retraining; {others}"
        )
    told = listed([f"{GROUP_NAMES[group]} {_points(gap)}" for group, gap in found.items()])
    return (
        f"No images were harder to forget than others, as far as {found[most]['n']} of each can tell; points "
        f"recognised after {method}, compared with retraining: {told}"
    )


def group_line(mean_score: float, mean_of_all: float) -> str:
    """What is known of images that are picked.

    Args:
        mean_score: of their memorisation.
        mean_of_all: of that of all images.
    """
    return (
        f"**Memorisation {mean_score:.2f}** on average, {mean_of_all:.2f} over all images: how much more often a "
        "network gets an image right if it was trained on it."
    )


def _points(gap: Measured, unit: str = "") -> str:
    """'+52 points (+38 to +64)'."""
    low, value, high = (round(100 * gap[end]) for end in ("low", "value", "high"))
    return f"{f'{value:+d}' if value else '0'}{unit} ({low:+d} to {high:+d})"
