"""What is said of forgetting harder or less hard."""

from collections.abc import Sequence

from camu_core.measures.estimates import Estimate
from camu_core.wording.format import percent
from camu_core.wording.verdict import FORGOTTEN_AT_MOST


def strength_words(strength: float) -> str:
    """'1/16', '1' or '4', of a power of two; '0' of none."""
    return f"1/{1 / strength:g}" if 0 < strength < 1 else f"{strength:g}"


def dial_title(
    strengths: Sequence[float], recognised: Sequence[Estimate], inside: Sequence[Estimate], base: str
) -> str:
    """From where on it is hardly recognised, and what a new classifier finds there.

    Args:
        strengths: ascending.
        recognised: how much of the forgotten classes is, at each.
        inside: how much of them is found after one example.
        base: of which learning rates: "usual".
    """
    known = [each["value"] for each in recognised if each["value"] is not None]
    first = next(
        (i for i, each in enumerate(recognised) if each["value"] is not None and each["value"] <= FORGOTTEN_AT_MOST),
        None,
    )
    if first is not None and strengths[first] == 0:
        return "It is hardly recognised even before forgetting"
    if first is None:
        return f"At none of these strengths is it forgotten: at least {percent(min(known, default=1.0))} is recognised"
    found = inside[first]["value"]
    more = "" if found is None else f", but a new classifier finds {percent(found)} of it after one example"
    strength = strengths[first]
    part = "times" if strength > 1 else "of"
    where = f"the {base} learning rates" if strength == 1 else f"{strength_words(strength)} {part} the {base}"
    return f"At {where} it is hardly recognised{more}"
