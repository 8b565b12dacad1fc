"""Weights files: safetensors only, each known by its sha256, shipped ones with a JSON card beside them."""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from camu_core.config import ASSETS, home_dir, networks_limit_bytes
from camu_core.data import DATASETS, is_imported
from camu_core.errors import StoreUnwritable, WeightsError, deleting
from camu_core.files import make_room, note_use, write_atomically
from camu_core.networks.cards import card_sha256, check_card, sha256_of
from camu_core.networks.models import BlockModel, build_model
from camu_core.specs import RunSpec

SHIPPED = ASSETS / "weights"
_WITHOUT = "-without-"
# Originals of which anybody can have any number: with something planted, or of another training seed.
_ONE_OF_MANY = re.compile("_(trigger|swap)-[0-9]|-seed-[0-9]+$")
_SOON_SECONDS = 600.0
_RESTING_SECONDS = 24 * 3600.0  # nothing that a run under way or of today needs is cleared away
_STARTING_SECONDS = 60.0  # what was given so lately may be about to be needed


def shipped_path(dataset: str, model: str, without: int | None = None) -> Path:
    """Where the shipped weights of a model are, if there are any.

    Args:
        without: the class that the model never saw; None for the original model.
    """
    suffix = "" if without is None else f"{_WITHOUT}{without}"
    return SHIPPED / f"{dataset}-{model}{suffix}.safetensors"


def weights_path(dataset: str, model: str, without: int | None = None, training_seed: int = 0) -> Path:
    """Where a trained model belongs: among the shipped ones, or, an original that is not shipped, in CAMU_HOME.

    Args:
        without: see `shipped_path`.
        training_seed: of an original model; those of other seeds than 0 are never shipped.
    """
    shipped = shipped_path(dataset, model, without)
    if training_seed and without is None:
        return _given_dir() / f"{shipped.stem}-seed-{training_seed}.safetensors"
    is_ours = is_imported(dataset) or (without is None and not shipped.exists())
    return _given_dir() / shipped.name if is_ours else shipped


def delete_weights(dataset: str) -> None:
    """Remove the networks trained on an imported dataset; nothing happens to others.

    Raises:
        StoreUnwritable: they cannot be removed.
    """
    if not is_imported(dataset):
        return
    with deleting(f"the network in {_given_dir()}"):
        for card in _given_dir().glob(f"{dataset}[-_]*.json"):  # "_": with something planted
            for path in _files_of(card):
                path.unlink(missing_ok=True)


def _files_of(card: Path) -> list[Path]:
    """A network that was trained here: its copy, see `adopt_weights`, its weights and its card, as far as they exist.

    The card knows by which name the copy goes, so that weights are read only where it is damaged.
    """
    weights = card.with_suffix(".safetensors")
    name = card_sha256(card) or (sha256_of(weights) if weights.exists() else "")
    return [path for path in (_given_dir() / f"{name}.safetensors", weights, card) if path.exists()]


def clear_away(path: Path, n_bytes: int) -> None:
    """Make room for an original of which anybody can have any number: the longest unused of them go, which can soon be
    trained again; nothing happens for any other.

    Args:
        path: where its weights are to be.
        n_bytes: of them.
    Raises:
        StoreUnwritable: those of today, and those that took long, leave no room.
    """
    if not _ONE_OF_MANY.search(path.stem):
        return
    groups, limit = [], networks_limit_bytes()
    most = limit - 2 * n_bytes
    for card in _given_dir().glob("*.json"):
        weights = card.with_suffix(".safetensors")
        if weights == path or not (_ONE_OF_MANY.search(card.stem) and weights.exists()):
            continue
        group = _files_of(card)
        if _seconds_of(card) <= _SOON_SECONDS:
            groups.append(group)
        else:
            most -= sum(each.stat().st_size for each in group)
    if not make_room(groups, most, _RESTING_SECONDS):
        raise StoreUnwritable(
            "There is no room for this network: those with something planted and of other training seeds may take "
            f"{limit / 1e6:,.0f} MB (CAMU_NETWORKS_MB), and those used today fill it. Try again tomorrow."
        )


def clear_given(content: bytes, find_needed: Callable[[], set[str]]) -> None:
    """Make room for a network that somebody gives, unless it is here: the longest unused that nothing needs go.

    Args:
        content: of its file.
        find_needed: sha256 of weights that stay; asked for only where room has to be made.
    Raises:
        StoreUnwritable: they, and those of the last minute, leave no room.
    """
    if (_given_dir() / f"{hashlib.sha256(content).hexdigest()}.safetensors").exists():
        return
    trained = {card_sha256(card) for card in _given_dir().glob("*.json")}
    copies = (path for path in _given_dir().glob("*.safetensors") if re.fullmatch("[0-9a-f]{64}", path.stem))
    sizes, limit = {}, networks_limit_bytes()
    for path in copies:
        with suppress(FileNotFoundError):  # another session makes room at the same time
            if path.stem not in trained:
                sizes[path] = path.stat().st_size
    most = limit - len(content)
    if sum(sizes.values()) <= most:
        return
    needed = find_needed()
    most -= sum(size for path, size in sizes.items() if path.stem in needed)
    if not make_room([[path] for path in sizes if path.stem not in needed], most, _STARTING_SECONDS):
        raise StoreUnwritable(
            f"There is no room for this network: those that were given may take {limit / 1e6:,.0f} MB "
            "(CAMU_NETWORKS_MB), and runs need them all. Delete runs of given networks, or try again later."
        )


def _seconds_of(card: Path) -> float:
    """That its training took; 0 where the card cannot be read, so that its network may go."""
    try:
        return float(json.loads(card.read_text()).get("seconds", 0))
    except (OSError, ValueError, AttributeError, TypeError):
        return 0.0


def shipped_retrained(spec: RunSpec) -> dict[str, Any] | None:
    """The card of the weights that a run of retraining would give, up to their rounding to float16; None without any.

    Args:
        spec: any run; only retraining for one forgotten class, with the very settings of the card, has such weights.
    """
    if spec.method != "retrain" or len(spec.forget.classes) != 1 or spec.training_seed:
        return None
    path = shipped_path(spec.dataset, spec.model, *spec.forget.classes)
    if not path.exists():
        return None
    card = json.loads(path.with_suffix(".json").read_text())
    return card if (card["recipe"], card["seed"]) == (dict(spec.settings), spec.seed) else None


def _given_dir() -> Path:
    return home_dir() / "weights"


def shipped_cards(retrained: bool = False) -> list[dict[str, Any]]:
    """The cards of all shipped weights: data, training, accuracy, versions, sha256.

    Args:
        retrained: of the retrained models instead of the original ones.
    """
    paths = sorted(SHIPPED.glob("*.json"))
    return [json.loads(path.read_text()) for path in paths if (_WITHOUT in path.stem) is retrained]


def all_have(sha256: str) -> bool:
    """Whether every installation has the weights of this content, because they are shipped."""
    return any(sha256_of(path) == sha256 for path in SHIPPED.glob("*.safetensors"))


def find_weights(sha256: str) -> Path:
    """The file of given contents: shipped, or given by a user earlier.

    Raises:
        WeightsError: there is none, or it was damaged.
    """
    given = _given_dir() / f"{sha256}.safetensors"
    if given.exists() and sha256_of(given) == sha256:
        note_use(given)
        return given
    for path in (*SHIPPED.glob("*.safetensors"), *_given_dir().glob("*.safetensors")):
        if sha256_of(path) == sha256:
            return path
    for card in SHIPPED.glob("*.json"):
        if card_sha256(card) == sha256 and (path := card.with_suffix(".safetensors")).exists():
            check_card(path, path.read_bytes())
    if given.exists():
        raise WeightsError(f"The weights file {given} was changed or damaged; give the file again with --weights.")
    raise WeightsError(
        f"The weights {sha256[:12]}... of this run are not on this machine; give the file again with --weights."
    )


def adopt_weights(path: Path, dataset: str, model: str) -> str:
    """Check a user's weights file, keep a copy under CAMU_HOME, and return its sha256.

    Raises:
        WeightsError: unreadable, or of another model or dataset.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"Cannot read the weights file {path} ({error.strerror}); give the path of a .safetensors file."
        ) from error
    check_card(path, content)
    return adopt_content(content, dataset, model, str(path))


def adopt_content(content: bytes, dataset: str, model: str, name: str) -> str:
    """As `adopt_weights`, of a file that was read or uploaded.

    Args:
        name: of the file, for messages.
    """
    build_from_bytes(content, dataset, model, name)
    sha256 = hashlib.sha256(content).hexdigest()
    keep_weights(sha256, content)
    return sha256


def weights_named(path: Path, dataset: str, model: str, training_seed: int = 0) -> str:
    """sha256 of the file that a run starts from; it is checked, and a copy kept under CAMU_HOME if it is not shipped.

    Raises: see `adopt_weights`.
    """
    ours = weights_path(dataset, model, training_seed=training_seed)
    expected = card_sha256(path.with_suffix(".json")) if path == ours else None
    is_kept = path == shipped_path(dataset, model) or (_given_dir() / f"{expected}.safetensors").exists()
    if expected is None or not is_kept:
        return adopt_weights(path, dataset, model)
    if sha256_of(path) != expected:  # remembered, so that a page may ask at each click
        check_card(path, path.read_bytes())
    if path.parent == _given_dir():
        note_use(path)
    return expected


def keep_weights(sha256: str, content: bytes) -> None:
    """Write a weights file under its name in CAMU_HOME, whole or not at all; a damaged one there is mended.

    Raises:
        WeightsError: the content is not of that sha256.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(f"Expected weights of sha256 {sha256[:12]}...; what came is damaged. Send them again.")
    target = _given_dir() / f"{sha256}.safetensors"
    try:
        if target.exists() and target.read_bytes() == content:
            return
        write_atomically(target, content, is_private=True)
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot keep the weights in {target.parent} ({error.strerror}); make the folder writable or set CAMU_HOME."
        ) from error


def build_from_bytes(content: bytes, dataset: str, model: str, name: str) -> BlockModel:
    """A model with the weights of a safetensors file, in eval mode.

    Args:
        name: of the file, for messages.
    Raises:
        WeightsError: not safetensors, or names or shapes of another model.
    """
    info = DATASETS[dataset]
    try:
        state = load_tensors(content)
    except (SafetensorError, KeyError) as error:  # KeyError: a number type that torch does not know
        raise WeightsError(
            f"{name} is not a safetensors file that can be read ({error}); give weights saved by this program."
        ) from error
    built = build_model(model, info.shape, info.n_classes)
    fresh = built.state_dict()
    expected = {key: tuple(value.shape) for key, value in fresh.items()}
    got = {key: tuple(value.shape) for key, value in state.items()}
    if expected != got:
        differing = sorted(key for key in expected.keys() | got.keys() if expected.get(key) != got.get(key))
        key = differing[0]
        raise WeightsError(
            f"{name} does not hold a {model} for {info.title}: '{key}' should be {expected.get(key, 'absent')} "
            f"and is {got.get(key, 'absent')}; give weights of that model and dataset."
        )
    # batch normalisation also keeps a count, which is a whole number
    same_kind = all(value.is_floating_point() == fresh[key].is_floating_point() for key, value in state.items())
    state = {key: value.to(fresh[key].dtype) for key, value in state.items()} if same_kind else state
    if not (
        same_kind
        and all(
            value.isfinite().all() and not (key.endswith("running_var") and (value < 0).any())
            for key, value in state.items()
        )
    ):
        raise WeightsError(f"{name} holds values that are not finite numbers; give weights of a trained model.")
    built.load_state_dict(state)
    return built.eval()


def load_weights(sha256: str, dataset: str, model: str) -> BlockModel:
    """The model of a weights file by its content, frozen, in eval mode.

    Raises:
        WeightsError: the file is not on this machine, or its content has changed.
    """
    path = find_weights(sha256)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise WeightsError(
            f"The weights file {path} was changed or damaged; delete it and give it again with --weights."
        )
    return build_from_bytes(content, dataset, model, path.name).requires_grad_(False)


def to_bytes(model: BlockModel, dtype: torch.dtype = torch.float32) -> bytes:
    """A model's weights as a safetensors file.

    Args:
        dtype: of all weights but counts, which stay whole numbers.
    """
    state = {key: value.detach().cpu().contiguous() for key, value in model.state_dict().items()}
    return save_tensors({key: value.to(dtype) if value.is_floating_point() else value for key, value in state.items()})


def from_arrays(arrays: dict[str, np.ndarray], dataset: str, model: str) -> BlockModel:
    """A model from the arrays of a RunResult, in eval mode."""
    info = DATASETS[dataset]
    built = build_model(model, info.shape, info.n_classes)
    built.load_state_dict({key: torch.from_numpy(value) for key, value in arrays.items()})
    return built.eval().requires_grad_(False)
