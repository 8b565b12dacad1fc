"""What is said of single images: where one lies among the others, and which get another answer than before."""

from collections.abc import Mapping

from camu_core.measures.changed import ChangedAnswers
from camu_core.measures.estimates import wilson_interval
from camu_core.wording.format import listed, percent

_WHERE = {"original": "before", "unlearned": "after forgetting", "retrained": "in the retrained network"}


def neighbours_line(n_own: Mapping[str, int], k: int, is_forget: bool) -> str:
    """How many of an image's nearest images are of its class in each network, and what that means.

    Args:
        n_own: 0..k by model name: original, unlearned and, if there is one, retrained.
        k: how many nearest images were looked at.
        is_forget: the image is to be forgotten.
    """
    counts = listed([f"{n} {_WHERE[name]}" for name, n in n_own.items()])
    is_among = {name: 2 * n > k for name, n in n_own.items()}
    reading = _forgotten_reading(is_among) if is_forget else _kept_reading(is_among)
    return f"How many of its {k} nearest images are of its own class: **{counts}**. {reading}"


def _forgotten_reading(is_among: Mapping[str, bool]) -> str:
    ours, gold = is_among["unlearned"], is_among.get("retrained")
    if not is_among["original"] and not ours:
        return "It lay apart from its own class already before."
    stays = "It still lies" if is_among["original"] else "It came to lie"
    place = f"{stays} among its own class" if ours else "It no longer lies among its own class"
    if gold is None:
        return f"{place}."
    if gold == ours:
        return f"{place}, as it does in the network that never saw it." if ours else (
            f"{place}, and neither does it in the network that never saw it."
        )  # fmt: skip
    return f"{place}; in the network that never saw it, it does{'' if gold else ' not'}."


def _kept_reading(is_among: Mapping[str, bool]) -> str:
    if is_among["unlearned"]:
        return "It stayed among its own class." if is_among["original"] else "It came to lie among its own class."
    if is_among["original"]:
        return "It lost its place among its own class."
    return "It lay apart from its own class before, too."


def changed_line(ours: ChangedAnswers, retrained: ChangedAnswers | None = None) -> str:
    """How many kept images get another answer than before, with what it did to them, and how many in retraining.

    Args:
        ours: before against after forgetting.
        retrained: before against the retrained network, of the same images.
    """
    if not len(ours.idx):
        line = f"**None of {ours.n:,} kept images gets another answer than before** ({_share(ours)})."
    else:
        others = len(ours.idx) - ours.n_lost - ours.n_gained
        parts = [f"{n:,} {how}" for n, how in (
            (ours.n_lost, "from right to wrong"), (ours.n_gained, "from wrong to right"),
            (others, "from one wrong answer to another"),
        ) if n or "another" not in how]  # fmt: skip
        verb = "gets" if len(ours.idx) == 1 else "get"
        line = (
            f"**{len(ours.idx):,} of {ours.n:,} kept images {verb} another answer than before** ({_share(ours)}): "
            f"{listed(parts)}."
        )
    if retrained is None:
        return line
    n = f"{len(retrained.idx):,} answer{'' if len(retrained.idx) == 1 else 's'}"
    return (
        f"{line} Retraining without the forgotten images changes {n} to the same {retrained.n:,} images "
        f"({_share(retrained)})."
    )


def _share(found: ChangedAnswers) -> str:
    share = len(found.idx) / found.n
    low, high = wilson_interval(share, found.n)
    return f"{percent(share, 1)}, 95% interval {percent(low, 1)} to {percent(high, 1)}"
