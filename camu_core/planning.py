"""From what a person asks for to a complete, valid RunSpec: the one place where requests are checked."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from camu_core.config import device_name, share_limits
from camu_core.data import DATASETS, DatasetInfo, check_planting, listing, origin_of
from camu_core.errors import NetworkMissing, SpecError
from camu_core.methods import METHODS, forget_kinds
from camu_core.networks.cards import card_sha256
from camu_core.networks.models import MODELS, activation_bytes, pick_device, usual_model
from camu_core.networks.pace import image_seconds
from camu_core.networks.weights import shipped_retrained, weights_named, weights_path
from camu_core.settings import Settings
from camu_core.specs import GIVEN, ForgetSpec, RunSpec, Setting

_MEASURING = 0.5  # updates that looking at an image takes before and after, and the attack


def plan_run(
    dataset: str,
    forget: ForgetSpec | Iterable[int],
    method: str = "camu",
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    model: str | None = None,
    weights: Path | None = None,
    device: str | None = None,
    training_seed: int = 0,
) -> RunSpec:
    """Fill in defaults and check everything that can be checked without loading images.

    Args:
        dataset: a name in `DATASETS`.
        forget: what to forget; or the classes to forget, each 0..C-1.
        method: a name in `METHODS`.
        settings: fields of the method's config that differ from its defaults; texts are read as numbers.
        model: a name in `MODELS`; None takes the usual one for the dataset's images.
        weights: a safetensors file of the original model; None takes the one that is shipped, or was trained on
            images of one's own.
        device: "auto" or one that torch finds here; None takes CAMU_DEVICE's.
        training_seed: which original model to start from; 0 is the usual one.
    Raises:
        SpecError: a name, a class, a setting, a seed or the device is wrong, the method cannot forget such, or a batch
            is too large for this server.
        WeightsError: the weights cannot be read, or belong to another model.
        NetworkMissing: no such model is shipped, or was trained here.
    """
    info = DATASETS[known("dataset", dataset, DATASETS)]
    method = known("method", method, METHODS)
    model = known("model", model or usual_model(info.shape), MODELS)
    forget = forget if isinstance(forget, ForgetSpec) else ForgetSpec(classes=tuple(forget))
    for label in forget.classes:
        if not 0 <= label < info.n_classes:
            names = "" if info.class_names == tuple(map(str, range(info.n_classes))) else f", {listing(info)}"
            raise SpecError(f"{info.title} has classes 0 to {info.n_classes - 1}{names}; got {label}.")
    if forget.planting is not None:
        check_planting(forget.planting, info)
    if len(forget.classes) == info.n_classes:
        raise SpecError("Everything would be forgotten; leave at least one class to keep.")
    _check_kind(method, forget)
    config = usual_settings(method, dataset, forget.kind, model).with_values(settings or {})
    _check_memory(method, model, info, config)
    device = pick_device(device or device_name())
    sha256 = METHODS.sha256(method)
    spec = RunSpec(dataset, model, "", forget, method, config.pairs(), seed, device, sha256, training_seed)
    if weights and training_seed:
        raise SpecError("A weights file is the original model itself; leave out its training seed, or the file.")
    # last, when nothing else can be wrong: it may keep a copy of the file
    path = weights or _original(spec.trained_on, model, training_seed)
    return replace(spec, weights=weights_named(path, spec.trained_on, model, training_seed))


def usual_settings(method: str, dataset: str, forget_kind: str, model: str) -> Settings:
    """What a method starts from; on a part of a dataset's training images the same as on the dataset."""
    return METHODS[method].default_config(origin_of(dataset), forget_kind, model)


def plan_like(spec: RunSpec, forget: ForgetSpec | None = None, method: str | None = None) -> RunSpec:
    """The run with another forget set, or another method, or both, and that method's defaults; all else stays.

    Raises:
        SpecError: there is no such method, or it cannot forget what is of this kind.
    """
    forget, method = forget or spec.forget, known("method", method or spec.method, METHODS)
    _check_kind(method, forget)
    config = usual_settings(method, spec.dataset, forget.kind, spec.model)
    return replace(spec, forget=forget, method=method, settings=config.pairs(), method_sha256=METHODS.sha256(method))


def is_usual_original(spec: RunSpec) -> bool:
    """Whether a run starts from a network of our recipe, shipped or trained here, and not from a file given by hand."""
    path = weights_path(spec.trained_on, spec.model, training_seed=spec.training_seed)
    return spec.weights == card_sha256(path.with_suffix(".json"))


def changed_settings(spec: RunSpec) -> dict[str, Setting]:
    """Those that differ from the method's defaults; all of a method whose file is gone, none of a network given."""
    if spec.method == GIVEN:
        return {}
    is_here = spec.method in METHODS
    defaults = asdict(usual_settings(spec.method, spec.dataset, spec.forget.kind, spec.model)) if is_here else {}
    return {name: value for name, value in spec.settings if value != defaults.get(name)}


def run_seconds(spec: RunSpec, patience: float | None = None) -> float | None:
    """About what a run takes here, its measurements included: right within a factor of two for what takes long.

    Args:
        patience: see `training_seconds`, as for what is returned.
    """
    seconds = image_seconds(spec.dataset, spec.model, patience)
    if seconds is None:
        return None
    info = DATASETS[spec.dataset]
    settings = {name: value for name, value in spec.settings if not isinstance(value, str)}
    n_forget = {
        "class": info.n_images * len(spec.forget.classes) / info.n_classes,
        "random": info.n_images * (spec.forget.fraction or 0.0),
        "samples": len(spec.forget.samples),
        "planted": spec.forget.planting.n if spec.forget.planting else 0,
    }[spec.forget.kind]
    if shipped_retrained(spec):
        n_updates = 0.0
    elif spec.method == "camu":  # see `unlearning_seconds`
        n_updates = 4 * n_forget * settings["repeats"]
    else:
        method = METHODS.get(spec.method)
        n_updates = info.n_images if method is None or method.uses_retain_data else n_forget
    n_updates += settings.get("rounds", 0) * settings.get("batch_size", 0)  # SFR-on's, after one pass
    return seconds * (settings.get("epochs", 1) * n_updates + _MEASURING * info.n_images)


def settings_phrase(spec: RunSpec) -> str:
    """What makes a run differ from its method's usual one: "epochs 3, training seed 1"; empty if nothing does."""
    unusual = changed_settings(spec) | ({"training_seed": spec.training_seed} if spec.training_seed else {})
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in unusual.items())


_KINDS = {"class": "whole classes", "random": "random images", "samples": "chosen images", "planted": "planted images"}


def _check_kind(method: str, forget: ForgetSpec) -> None:
    kinds = forget_kinds(method)
    if forget.kind not in kinds:
        raise SpecError(
            f"{METHODS[method].title} can forget {' or '.join(_KINDS[kind] for kind in kinds)}, not "
            f"{_KINDS[forget.kind]}. Choose another method, or something else to forget."
        )


def _check_memory(method: str, model: str, info: DatasetInfo, config: Settings) -> None:
    """By what a step in float32 takes besides the network; within a fifth of it in a ResNet, the only large ones."""
    most_mb = share_limits().job_memory_mb
    if not most_mb:
        return
    n_images = 2 if getattr(METHODS[method], "batches_pairs", False) else 1
    sample_mb = activation_bytes(model, info.shape, info.n_classes) / 1e6 * n_images
    for name, value in config.pairs():
        if name.endswith("batch_size") and float(value) * sample_mb > most_mb:
            raise SpecError(
                f"'{name}' {value} would take about {float(value) * sample_mb:,.0f} MB of memory, and this server has "
                f"{most_mb:,.0f} MB for a run; choose at most {int(most_mb / sample_mb)}."
            )


def known(what: str, name: str, registry: Iterable[str]) -> str:
    """The name, if it is in the registry.

    Raises:
        SpecError: it is not; the message says which are.
    """
    if name not in registry:
        raise SpecError(f"There is no {what} '{name}'; expected one of {', '.join(registry)}.")
    return name


def _original(dataset: str, model: str, training_seed: int) -> Path:
    path = weights_path(dataset, model, training_seed=training_seed)
    if not path.exists():
        of_seed, flag = (
            (f" of training seed {training_seed}", f" --seed {training_seed}") if training_seed else ("", "")
        )
        raise NetworkMissing(
            f"There is no trained {model} for {dataset}{of_seed}; make one with "
            f"'python -m camu_core train --dataset {dataset} --model {model}{flag}'."
        )
    return path
