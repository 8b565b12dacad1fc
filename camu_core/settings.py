"""Settings of methods and training: frozen dataclasses whose fields carry their own range and one-line help.

The command line (`--set name=value`), the page's "Advanced" panel and the validation all read the same fields.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any, Self

from camu_core.errors import SpecError
from camu_core.specs import Setting

_RATE_SPAN, _PASSES_SPAN = 10.0, 3.0  # times smaller and larger


def setting(
    default: Setting,
    low: float,
    high: float,
    help: str,
    label: str = "",
    searched: tuple[float, float] | None = None,
) -> Any:
    """A dataclass field with its allowed range, both ends included, and for the page a sentence and perhaps a label.

    Args:
        searched: where tuning looks, which rates and passes need not say; see `search_range`.
    """
    metadata = {"low": low, "high": high, "help": help, "label": label, "searched": searched}
    return field(default=default, metadata=metadata)


def search_range(spec: Field, usual: Setting) -> tuple[float, float] | None:
    """Where tuning looks for a setting: in its own range, or, of rates and passes, around the usual one.

    Args:
        usual: its value in the config to start from.
    Returns:
        both ends, within what is allowed; None of one that stays as it is, such as a rate of 0, which is off.
    """
    low, high = spec.metadata["low"], spec.metadata["high"]
    if spec.metadata["searched"]:
        wanted = spec.metadata["searched"]
    elif isinstance(usual, str) or not usual:
        return None
    elif spec.name.endswith("lr"):
        wanted = usual / _RATE_SPAN, usual * _RATE_SPAN
    elif spec.name.endswith("epochs"):
        wanted = max(1.0, usual / _PASSES_SPAN), usual * _PASSES_SPAN
    else:
        return None
    return max(low, wanted[0]), min(high, wanted[1])


def label_of(spec: Field) -> str:
    """What a page calls a setting: its label, else its name in words."""
    words = ("learning rate" if word == "lr" else word for word in spec.name.split("_"))
    return spec.metadata["label"] or " ".join(words).capitalize()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of all configs. Subclasses declare their fields with `setting`.

    What half precision gains and costs: assets/results/tuning.md.
    """

    bfloat16: int = setting(
        0, 0, 1, "1: half precision where that is safe and the processor supports it, twice as fast; 0: float32",
        label="Half precision",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for spec in fields(self):
            object.__setattr__(self, spec.name, _checked(spec, getattr(self, spec.name)))

    def with_values(self, values: Mapping[str, Any]) -> Self:
        """A copy with some fields replaced; texts such as "1e-3" are read as numbers.

        Raises:
            SpecError: an unknown field, a wrong type, a value out of range.
        """
        known = asdict(self)
        for name in values:
            if name not in known:
                raise SpecError(f"There is no setting '{name}' here; expected one of {', '.join(known)}.")
        return type(self)(**{**known, **values})

    def pairs(self) -> tuple[tuple[str, Setting], ...]:
        """Every field as (name, value), for a RunSpec."""
        return tuple(asdict(self).items())


def _checked(spec: Field, value: Any) -> Setting:
    if "low" not in spec.metadata:
        raise TypeError(f"'{spec.name}' must be declared with setting(default, low, high, help)")
    kind = type(spec.default)
    wanted = "a whole number" if kind is int else "a number"
    if isinstance(value, bool):
        raise SpecError(f"'{spec.name}' must be {wanted}; got {value}.")
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        raise SpecError(f"'{spec.name}' must be {wanted}; got '{value}'.") from None
    if kind is int and not number.is_integer():
        raise SpecError(f"'{spec.name}' must be {wanted}; got {value}.")
    low, high = spec.metadata["low"], spec.metadata["high"]
    if not (math.isfinite(number) and low <= number <= high):
        raise SpecError(f"'{spec.name}' must be {wanted} from {low:g} to {high:g}; got {value}.")
    return int(number) if kind is int else number
