"""Imported datasets on disk: a folder each under CAMU_HOME/datasets, named by the digest of its content.

The images are a safetensors file, the rest is a JSON card. Nothing lists them to strangers: who knows the name may see.
"""

import hashlib
import json
import re
import shutil
from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from camu_core.config import home_dir, import_limits
from camu_core.data.copies import Copies
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.errors import DatasetUnavailable, ImagesRefused, StoreUnwritable, deleting
from camu_core.files import write_atomically
from camu_core.progress import Step

_PREFIX = "folder-"
_DIGEST = "[0-9a-f]" * 20
_IMAGES, _CARD = "images.safetensors", "card.json"


def keep_images(
    images: Dataset, class_names: list[str], title: str, source: str, warnings: list[str], copies: Sequence[Copies] = ()
) -> DatasetInfo:
    """Write a dataset; one of the same content that is already there stays, and what is damaged of it is mended.

    Args:
        title: for pages.
        source: name of the file or folder it came from.
        warnings: sentences on what was left out.
        copies: pictures that are there several times.
    Raises:
        ImagesRefused: no room left among the imported datasets.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    # the names are a tensor too, so that one digest covers all that a run depends on
    names = torch.from_numpy(np.frombuffer(json.dumps(class_names).encode(), np.uint8).copy())
    content = save_tensors({**vars(images), "class_names": names})
    name = _name_of(content)
    max_mb = import_limits().kept_mb
    others = set(_root().glob(f"{_DIGEST}/{_IMAGES}")) - {_folder(name) / _IMAGES}
    needed_mb = (sum(path.stat().st_size for path in others) + len(content)) / 1e6
    if needed_mb > max_mb:
        raise ImagesRefused(
            f"Expected at most {max_mb:g} MB of imported images in all; there would be {needed_mb:,.1f} MB. "
            "Delete some, or set CAMU_MAX_KEPT_MB on the server."
        )
    card = _card(images, class_names, title, source, warnings)
    _write(name, content, {**card, "copies": [group.to_json() for group in copies]})
    return replace(imported_info(name), warnings=tuple(warnings))


def imported_info(name: str) -> DatasetInfo:
    """What is known of an imported dataset. Raises: KeyError if there is none of this name."""
    card = imported_card(name)
    return DatasetInfo(
        name=name,
        title=card["title"],
        class_names=tuple(card["class_names"]),
        class_noun="class",
        shape=tuple(card["shape"]),
        source=f"your own images, from {card['source']}",
        is_present=lambda: (_folder(name) / _IMAGES).is_file(),
        load=partial(_load, name),
        warnings=tuple(card["warnings"]),
        n_train=tuple(card["n_train"]),
        n_images=sum(card["n_train"]),
    )


def imported_card(name: str) -> dict[str, Any]:
    """Title, class names, shape, images per class, file name, warnings and sha256 of an imported dataset.

    Raises:
        KeyError: there is none of this name, or its card is damaged.
    """
    try:
        if _is_name(name):
            return json.loads((_folder(name) / _CARD).read_text())
    except (OSError, ValueError):
        pass  # no dataset without a card
    raise KeyError(name)


def imported_datasets() -> list[DatasetInfo]:
    """All imported datasets of this machine, the latest first; not for the eyes of visitors."""
    cards = sorted(_root().glob(f"{_DIGEST}/{_CARD}"), key=lambda path: -path.stat().st_mtime)
    names = [f"{_PREFIX}{path.parent.name}" for path in cards]
    return [imported_info(name) for name in names if is_imported(name)]


def is_imported(name: str) -> bool:
    """Whether there is an imported dataset of this name."""
    try:
        return bool(imported_card(name))
    except KeyError:
        return False


def content_of(name: str) -> bytes | None:
    """An imported dataset as one piece, to be sent to a machine that lacks it; None for datasets that all have.

    Raises:
        DatasetUnavailable: it is not here, or damaged.
    """
    return _content(name) if _is_name(name) else None


def keep_content(
    name: str,
    content: bytes,
    title: str = "",
    source: str = "another machine",
    warnings: Sequence[str] = (),
    copies: Sequence[dict[str, Any]] | None = None,
) -> None:
    """Inverse of `content_of`, on the machine that lacks the dataset.

    Args:
        title: for pages, the name by default.
        source, warnings: as of `keep_images`.
        copies: as on the card; None if they are not known.
    Raises:
        DatasetUnavailable: the content is not that of the name.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    if _name_of(content) != name:
        raise _damaged(name)
    images, class_names = _unpacked(content)
    card = _card(images, class_names, title or name, source, list(warnings))
    _write(name, content, card if copies is None else {**card, "copies": copies})


def delete_imported(name: str) -> None:
    """Remove an imported dataset; nothing happens if there is none. Finished runs on it keep some of its images.

    Raises:
        StoreUnwritable: it cannot be removed.
    """
    if not _is_name(name) or not _folder(name).exists():
        return
    with deleting(f"the images in {_folder(name)}"):
        (_folder(name) / _CARD).unlink(missing_ok=True)  # first: without it the rest is no dataset
        shutil.rmtree(_folder(name))


def _root() -> Path:
    return home_dir() / "datasets"


def _is_name(name: str) -> bool:
    """Names come from URLs; anything else could be a path."""
    return isinstance(name, str) and re.fullmatch(_PREFIX + _DIGEST, name) is not None


def _folder(name: str) -> Path:
    return _root() / name.removeprefix(_PREFIX)


def _name_of(content: bytes) -> str:
    return _PREFIX + hashlib.sha256(content).hexdigest()[:20]


def _damaged(name: str) -> DatasetUnavailable:
    return DatasetUnavailable(f"The imported images '{name}' are damaged; import them again.")


def _card(images: Dataset, class_names: list[str], title: str, source: str, warnings: list[str]) -> dict[str, Any]:
    return {
        "title": title,
        "class_names": class_names,
        "shape": list(images.x_train.shape[1:]),
        "n_train": torch.bincount(images.y_train, minlength=len(class_names)).tolist(),
        "n_test": torch.bincount(images.y_test, minlength=len(class_names)).tolist(),
        "source": source,
        "warnings": warnings,
    }


def _write(name: str, content: bytes, card: dict[str, Any]) -> None:
    """Write the images, then the card, which makes them a dataset; leave alone what is there already."""
    images = _folder(name) / _IMAGES
    try:
        if not images.is_file() or images.read_bytes() != content:
            write_atomically(images, content, is_private=True)
        if not is_imported(name):
            card = {"name": name, **card, "sha256": hashlib.sha256(content).hexdigest()}
            write_atomically(_folder(name) / _CARD, (json.dumps(card, indent=2) + "\n").encode(), is_private=True)
    except OSError as error:
        if not is_imported(name):
            shutil.rmtree(_folder(name), ignore_errors=True)
        raise StoreUnwritable(
            f"Cannot keep the images in {_root()} ({error.strerror}); make the folder writable or set CAMU_HOME."
        ) from error


def _content(name: str) -> bytes:
    try:
        content = (_folder(name) / _IMAGES).read_bytes()
    except OSError as error:
        raise DatasetUnavailable(f"The imported images '{name}' are not here; import them again.") from error
    if _name_of(content) != name:
        raise _damaged(name)
    return content


def _load(name: str) -> Generator[Step, None, Dataset]:
    images, _ = _unpacked(_content(name))
    yield Step(1, 1, stage="data")
    return images


def _unpacked(content: bytes) -> tuple[Dataset, list[str]]:
    """Images and class names."""
    tensors = load_tensors(content)
    class_names = json.loads(tensors.pop("class_names").numpy().tobytes())
    return Dataset(**tensors), class_names
