"""What a run is: frozen, validated, hashable values with a JSON round trip and one digest."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import index
from typing import Any

from camu_core.errors import SpecError

# Part of every digest. Raise it whenever the same spec would give other numbers than before.
RESULTS_VERSION = 2

FORGET_KINDS = ("class",)

Setting = bool | int | float | str


@dataclass(frozen=True)
class ForgetSpec:
    """Which training samples to forget.

    Args:
        kind: "class": every training sample of `classes`.
        classes: sorted class indices, each 0..C-1.
    """

    kind: str = "class"
    classes: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in FORGET_KINDS:
            raise SpecError(f"Forget kind must be one of {', '.join(FORGET_KINDS)}; got '{self.kind}'.")
        if not self.classes:
            raise SpecError("Name at least one class to forget; got none.")
        for label in self.classes:
            if isinstance(label, bool) or not hasattr(label, "__index__"):
                raise SpecError(f"A class to forget must be a whole number; got {label!r}.")
        object.__setattr__(self, "classes", tuple(sorted({index(label) for label in self.classes})))


@dataclass(frozen=True)
class RunSpec:
    """Everything that determines a run's numbers. Build it with `camu_core.plan_run`, which fills in defaults.

    Args:
        dataset: a name in `DATASETS`.
        model: a name in `MODELS`.
        weights: sha256 of the original model's weights file.
        forget: what to forget.
        method: a name in `METHODS`.
        settings: every field of the method's config, as sorted (name, value) pairs.
        seed: of every random draw of the run, 0..2**31-1.
        device: a torch device, such as "cpu", "cuda" or "mps".
    """

    dataset: str
    model: str
    weights: str
    forget: ForgetSpec
    method: str
    settings: tuple[tuple[str, Setting], ...]
    seed: int = 0
    device: str = "cpu"

    def __post_init__(self) -> None:
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**31:
            raise SpecError(f"Seed must be a whole number from 0 to 2147483647; got {self.seed!r}.")
        object.__setattr__(self, "settings", tuple(sorted((str(k), v) for k, v in self.settings)))

    @property
    def digest(self) -> str:
        """20 hex digits that name the run everywhere: store folder, task key, URL."""
        canonical = json.dumps([RESULTS_VERSION, self.to_json()], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:20]

    def to_json(self) -> dict[str, Any]:
        """Plain dict of JSON types; `from_json` is its inverse."""
        return {**asdict(self), "forget": self.forget_json(), "settings": dict(self.settings)}

    def forget_json(self) -> dict[str, Any]:
        return {"kind": self.forget.kind, "classes": list(self.forget.classes)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "RunSpec":
        """Raises: SpecError if `value` is not what `to_json` gives."""
        try:
            forget = ForgetSpec(kind=value["forget"]["kind"], classes=tuple(value["forget"]["classes"]))
            rest = {name: value[name] for name in ("dataset", "model", "weights", "method", "seed", "device")}
            return cls(forget=forget, settings=tuple(value["settings"].items()), **rest)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SpecError(
                f"Expected a run spec as written by this program; {error!r} is missing or wrong."
            ) from error
