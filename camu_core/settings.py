"""Settings of methods and training: frozen dataclasses whose fields carry their own range and one-line help.

The command line (`--set name=value`), the page's "Advanced" panel and the validation all read the same fields.
"""

import math
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any, Self

from camu_core.errors import SpecError
from camu_core.specs import Setting


def setting(default: Setting, low: float, high: float, help: str, label: str = "") -> Any:
    """A dataclass field with its allowed range, both ends included, and for the page a sentence and perhaps a label."""
    return field(default=default, metadata={"low": low, "high": high, "help": help, "label": label})


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
