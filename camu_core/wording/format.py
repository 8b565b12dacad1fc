"""Figures and lists as they stand in sentences: one rule for each, whoever writes the sentence."""

import math
from collections.abc import Sequence

# What intervals are over, by `camu_core.comparison.unit_of`.
SAMPLES = {"training": "original networks", "unlearning": "seeds"}


def percent(fraction: float, digits: int = 0) -> str:
    """'43%', '99.7%', '100%': with a tenth within a point of none and of all, lest 99.7% be called all; 99.96% is.

    Args:
        fraction: usually 0..1; shares can be negative, or above 1.
        digits: decimals that are written unless they are 0.
    """
    shown = 100 * fraction
    near_an_end = 0 < abs(shown) < 1 or 99 < shown < 100
    text = number(f"{{:.{max(digits, 1) if near_an_end else digits}f}}", shown)
    return f"{text.removesuffix('.0')}%"


def number(form: str, value: float) -> str:
    """A number as text, without a sign where it is rounded to nothing. Args: form: such as "{:+.1f}"."""
    shown = form.format(value)
    return shown if float(shown) else shown.lstrip("+-")


def counted(n: int, one: str, many: str = "") -> str:
    """'1 image', '2,043 images'. Args: many: if it is not `one` with an s."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def sample(n: float, unit: str) -> str:
    """'3 seeds', '1 original network'. Args: unit: in SAMPLES."""
    words = SAMPLES[unit]
    return f"{n:.0f} {words.removesuffix('s') if n == 1 else words}"


def with_interval(value: float, low: float, high: float) -> str:
    """'43.0% (41.2% to 44.8%)'; the value alone where `low` is NaN. Args: fractions."""
    return f"{value:.1%}" + ("" if math.isnan(low) else f" ({low:.1%} to {high:.1%})")


def place(low: float, high: float) -> str:
    """'2 to 9', '2' where both are the same, nothing where they are NaN: between which places something is."""
    if math.isnan(low):
        return ""
    return f"{low:.0f} to {high:.0f}" if low < high else f"{low:.0f}"


def listed(names: Sequence[str]) -> str:
    """'a, b and c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def small(phrase: str) -> str:
    """With a small letter at its beginning, as in the middle of a sentence, and the rest as it is."""
    return phrase[0].lower() + phrase[1:]


def capital(phrase: str) -> str:
    """With a capital at its beginning, and the rest as it is."""
    return phrase[0].upper() + phrase[1:]
