"""What a run is: frozen, validated, hashable values with a JSON round trip and one digest."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from operator import index
from typing import Any

from camu_core.errors import SpecError

# Part of every digest. Raise it whenever the same spec would give other numbers than before.
RESULTS_VERSION = 4

SEEDS_END = 2**31  # seeds are 0..SEEDS_END - 1

# forget kind -> the field that says what is forgotten
FORGET_KINDS = {"class": "classes", "random": "fraction", "samples": "samples", "planted": "planting"}
PLANTING_KINDS = {"trigger": 1, "swap": 2}  # and of how many classes each is

# The method of a run that made no network, but was given one; its `RunSpec.method_sha256` is the sha256 of the weights.
GIVEN = "given_network"

Setting = bool | int | float | str


@dataclass(frozen=True)
class Planting:
    """What some training images are made to teach wrongly before the original network is trained, so that what has to
    be forgotten is known exactly; the images are drawn by `data.plant`, the same for all runs.

    Args:
        kind: "trigger": `n` images of other classes get a small mark and the label of the class; "swap": `n` images of
            two classes, half of each, get each other's label.
        classes: one class, or two.
        n: images, 1 or more; of a swap 2 or more.
    Source: a trigger: T. Gu et al., BadNets, arXiv:1708.06733; swapped labels: S. Goel et al., interclass confusion,
        arXiv:2201.06640; both as tests of unlearning: S. Goel et al., corrective unlearning, arXiv:2402.14015.
    """

    kind: str
    classes: tuple[int, ...]
    n: int = 100

    def __post_init__(self) -> None:
        n_classes = PLANTING_KINDS.get(self.kind)
        object.__setattr__(self, "classes", tuple(sorted(self.classes)))
        if len(set(self.classes)) != n_classes or self.n < n_classes:
            raise SpecError(_PLANTING_FORM.format(got=f"'{self}'"))

    def __str__(self) -> str:
        """'trigger:8x100', 'swap:3-5x100'; `parse` is its inverse."""
        return f"{self.kind}:{'-'.join(map(str, self.classes))}x{self.n}"

    @classmethod
    def parse(cls, text: str) -> "Planting":
        """From what people type; the number of images may be left out.

        Raises:
            SpecError: not of that form.
        """
        found = re.fullmatch("([a-z]+):([0-9]{1,4}(?:-[0-9]{1,4})?)(?:x([0-9]{1,6}))?", text.strip())
        if found is None:
            raise SpecError(_PLANTING_FORM.format(got=f"'{text[:40]}'"))
        kind, classes, n = found.groups()
        return cls(kind, tuple(map(int, classes.split("-"))), *([int(n)] if n else []))

    def dataset_of(self, dataset: str) -> str:
        """Name of the dataset in which this is planted into another: 'digits_trigger-8x100'."""
        return f"{dataset}_{self}".replace(":", "-")


_PLANTING_FORM = (
    "Write what is planted as trigger:8 (a mark that makes any image an 8), trigger:8x50 (on 50 images), or swap:3-5 "
    "(3 and 5 swapped); got {got}."
)


@dataclass(frozen=True)
class ForgetSpec:
    """Which training samples to forget.

    Args:
        kind: "class": every training sample of `classes`; "random": a `fraction` of all training samples, drawn by the
            run's seed; "samples": those of the indices `samples`; "planted": those that `planting` changed. The fields
            of the other kinds stay empty.
        classes: sorted class indices, each 0..C-1.
        fraction: above 0, below 1.
        samples: sorted indices into the training set, each 0..N-1.
        planting: what the original network was taught wrongly.
    """

    kind: str = "class"
    classes: tuple[int, ...] = ()
    fraction: float = 0.0
    samples: tuple[int, ...] = ()
    planting: Planting | None = None

    def __post_init__(self) -> None:
        if self.kind not in FORGET_KINDS:
            raise SpecError(f"Forget kind must be one of {', '.join(FORGET_KINDS)}; got '{self.kind}'.")
        for kind, name in FORGET_KINDS.items():
            if kind != self.kind and getattr(self, name):
                raise SpecError(f"A forget set of kind '{self.kind}' has no {name}; got {getattr(self, name)!r}.")
        if self.kind == "class":
            object.__setattr__(self, "classes", _indices(self.classes, "class"))
        elif self.kind == "samples":
            object.__setattr__(self, "samples", _indices(self.samples, "training image"))
        elif self.kind == "planted":
            if not isinstance(self.planting, Planting):
                raise SpecError(_PLANTING_FORM.format(got=repr(self.planting)))
        elif not (type(self.fraction) in (int, float) and 0 < self.fraction < 1):
            raise SpecError(f"The fraction to forget must be above 0 and below 1; got {self.fraction!r}.")

    @property
    def short(self) -> str:
        """For tables: "3+4" for two classes, "10%" of all images, "12 images", "trigger:8x100"."""
        if self.kind == "class":
            return "+".join(map(str, self.classes))
        if self.planting is not None:
            return str(self.planting)
        if self.kind == "random":
            return f"{100 * self.fraction:g}%"
        return "1 image" if len(self.samples) == 1 else f"{len(self.samples)} images"

    def to_json(self) -> dict[str, Any]:
        """The kind and its one field."""
        name = FORGET_KINDS[self.kind]
        value = str(self.planting) if self.planting is not None else getattr(self, name)
        return {"kind": self.kind, name: list(value) if isinstance(value, tuple) else value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "ForgetSpec":
        """Inverse of `to_json`."""
        if value["kind"] not in FORGET_KINDS:
            return cls(value["kind"])
        name = FORGET_KINDS[value["kind"]]
        what = value[name]
        what = Planting.parse(what) if value["kind"] == "planted" else what
        members: dict[str, Any] = {name: tuple(what) if isinstance(what, list) else what}
        return cls(value["kind"], **members)


def check_seed(name: str, seed: object) -> None:
    """Raises: SpecError: not one from 0 to 2**31 - 1. Args: name: of it, which begins the message."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < SEEDS_END:
        raise SpecError(f"{name} must be a whole number from 0 to {SEEDS_END - 1}; got {seed!r}.")


def trained_on(dataset: str, forget: ForgetSpec) -> str:
    """Name of the dataset that networks are trained on before they forget: with what is planted, if anything is."""
    return dataset if forget.planting is None else forget.planting.dataset_of(dataset)


def _indices(given: Iterable[int], what: str) -> tuple[int, ...]:
    """Sorted, each once."""
    if not given:
        raise SpecError(f"Name at least one {what} to forget; got none.")
    for number in given:
        if isinstance(number, bool) or not hasattr(number, "__index__"):
            raise SpecError(f"A {what} to forget must be a whole number; got {number!r}.")
        if index(number) < 0:
            raise SpecError(f"A {what} to forget must be 0 or more; got {number}.")
    return tuple(sorted({index(number) for number in given}))


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
        method_sha256: of the file of a method of CAMU_METHODS, whose other version is another run; empty for our own.
        training_seed: of the training that made the original model, and of the retraining that belongs to it.
    """

    dataset: str
    model: str
    weights: str
    forget: ForgetSpec
    method: str
    settings: tuple[tuple[str, Setting], ...]
    seed: int = 0
    device: str = "cpu"
    method_sha256: str = ""
    training_seed: int = 0

    def __post_init__(self) -> None:
        for name, seed in (("Seed", self.seed), ("Training seed", self.training_seed)):
            check_seed(name, seed)
        object.__setattr__(self, "settings", tuple(sorted((str(k), v) for k, v in self.settings)))

    @property
    def trained_on(self) -> str:
        """Name of the dataset that its networks are trained on: `dataset`, with what is planted in it."""
        return trained_on(self.dataset, self.forget)

    @property
    def digest(self) -> str:
        """20 hex digits that name the run everywhere: store folder, task key, URL."""
        canonical = json.dumps([RESULTS_VERSION, self.to_json()], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:20]

    def to_json(self) -> dict[str, Any]:
        """Plain dict of JSON types; `from_json` is its inverse.

        `method_sha256`, as "code", and `training_seed` only where they are not the usual, so that digests stay.
        """
        plain = {**asdict(self), "forget": self.forget.to_json(), "settings": dict(self.settings)}
        unusual = {"code": plain.pop("method_sha256"), "training_seed": plain.pop("training_seed")}
        return plain | {name: value for name, value in unusual.items() if value}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "RunSpec":
        """Raises: SpecError if `value` is not what `to_json` gives."""
        try:
            forget = ForgetSpec.from_json(value["forget"])
            rest = {name: value[name] for name in ("dataset", "model", "weights", "method", "seed", "device")}
            rest |= {"method_sha256": str(value.get("code", "")), "training_seed": value.get("training_seed", 0)}
            return cls(forget=forget, settings=tuple(value["settings"].items()), **rest)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SpecError(
                f"Expected a run spec as written by this program; {error!r} is missing or wrong."
            ) from error
