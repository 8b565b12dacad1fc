"""A user's own images, one folder per class, in a folder or a zip, made into a dataset."""

import itertools
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import BinaryIO, TypeVar

import numpy as np
import torch

from camu_core.config import ImportLimits, import_limits
from camu_core.data.copies import FOUND, Copies, finding_copies, located, to_keep
from camu_core.data.dataset import Dataset, DatasetInfo
from camu_core.data.importing.imported import keep_images
from camu_core.data.importing.layout import Layout, arrange
from camu_core.data.importing.members import Member, members_of
from camu_core.data.importing.naming import listed, noted, plain_name, shown
from camu_core.data.importing.pictures import SIZES, Leash, Unreadable, decode
from camu_core.errors import ImagesRefused, SpecError
from camu_core.progress import Step

_TEST_FRACTION = 0.2
_SPLIT_SEED = 0
_LOOK_SECONDS = 0.1

T = TypeVar("T")


def import_images(
    source: Path | BinaryIO, title: str = "", size: int = 32, layout: str | None = None, drops_copies: bool = False
) -> Generator[Step, None, DatasetInfo]:
    """Read, resize and keep a user's images, yielding progress, a step an image.

    Args:
        source: a folder or a zip: a folder per class, perhaps below train/ and test/, perhaps all in one folder more.
            Without test images, a fixed draw of about one image in five of each class is for testing.
        title: what the dataset is called; the name of the source by default.
        size: height and width to which the middle square of each image is resized, in SIZES.
        layout: how folders are read, see `arrange`.
        drops_copies: take out all but one of each picture, see `to_keep`.
    Returns:
        What `DATASETS` has under the new name from now on, with a warning for everything that was left out.
    Raises:
        SpecError: a size that is not in SIZES, or a layout that is not in LAYOUTS.
        LayoutUnclear: the folders can be read in several ways; nothing is kept.
        ImagesRefused: no class folders, unsafe, or over a limit of `ImportLimits`; nothing is kept.
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    if size not in SIZES:
        raise SpecError(f"Images can be made {' or '.join(map(str, SIZES))} pixels high and wide; got {size!r}.")
    limits = import_limits()
    placed = arrange(members_of(source, limits), limits, layout)
    n_images = len(placed.members)
    needed_mb = n_images * 3 * size * size / 1e6
    if needed_mb > limits.memory_mb:
        raise ImagesRefused(
            f"Expected images that take at most {limits.memory_mb:g} MB in memory; these take {needed_mb:,.0f} MB. "
            "Leave some out, choose a smaller size, or set CAMU_MAX_MEMORY_MB on the server."
        )
    x, is_read, unreadable = yield from decode_all(placed.members, size, limits)
    x, y, in_test = x[is_read] if unreadable else x, placed.y[is_read], placed.in_test
    in_test = _draw_test(y) if in_test is None else in_test[is_read]
    _check_every_class(placed, y, in_test)
    groups = located((yield from _in_time(finding_copies(x), limits)), y, in_test)
    names = [shown(m) for m, read in zip(placed.members, is_read, strict=True) if read]
    told = _told(groups, names, in_test)
    if drops_copies and groups:
        stays = np.ones(len(x), bool)
        stays[~in_test], stays[in_test] = to_keep(groups, int(np.sum(~in_test)), int(np.sum(in_test)))
        told, groups = noted(itertools.compress(names, ~stays), "copies"), []
        x, y, in_test = x[stays], y[stays], in_test[stays]
        _check_every_class(placed, y, in_test)
    warnings = [*noted(unreadable, "cannot be read"), *placed.warnings, *told]
    images = Dataset(*(torch.from_numpy(part) for part in (x[~in_test], y[~in_test], x[in_test], y[in_test])))
    del x  # hundreds of megabytes, perhaps
    path = source.resolve() if isinstance(source, Path) else Path(str(getattr(source, "name", "")))
    title, origin = plain_name(title or path.stem) or "Own images", plain_name(path.name) or "an upload"
    return keep_images(images, placed.class_names, title, origin, warnings, groups)


def decode_all(
    members: list[Member], size: int, limits: ImportLimits
) -> Generator[Step, None, tuple[np.ndarray, np.ndarray, list[str]]]:
    """Decode in a thread beside this one, so that who drives this generator can stop in the middle of an image.

    Returns:
        uint8 (N, 3, size, size); bool (N,), which of them could be read; and what is to be said of the others.
    Raises:
        ImagesRefused: it takes longer than the limit.
    """
    n_images, ends = len(members), time.monotonic() + limits.import_seconds
    x, is_read, unreadable = np.empty((n_images, 3, size, size), np.uint8), np.ones(n_images, bool), []
    pool, leash = ThreadPoolExecutor(1, "decode"), Leash()
    try:
        for i, member in enumerate(members):
            decoding = pool.submit(decode, leash.on(member.opener), size, limits.megapixels)
            while not wait([decoding], _LOOK_SECONDS).done:
                yield Step(i, n_images, stage="data")
                _check_time(ends, limits)
            try:
                x[i] = decoding.result()
            except Unreadable as error:
                is_read[i] = False
                unreadable.append(f"{shown(member)} ({error})")
            yield Step(i + 1, n_images, stage="data")
            _check_time(ends, limits)
    finally:
        leash.is_cut = True
        pool.shutdown(wait=False)
    return x, is_read, unreadable


def _in_time(work: Generator[Step, None, T], limits: ImportLimits) -> Generator[Step, None, T]:
    """Raises: ImagesRefused if the work takes longer than the limit."""
    ends = time.monotonic() + limits.import_seconds
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            return end.value
        _check_time(ends, limits)
        yield step


def _check_time(ends: float, limits: ImportLimits) -> None:
    if time.monotonic() > ends:
        raise ImagesRefused(
            f"Expected images that can be read within {limits.import_seconds:g} s; these take longer. "
            "Leave some out, make them smaller, or set CAMU_MAX_IMPORT_SECONDS on the server."
        )


def _draw_test(y: np.ndarray) -> np.ndarray:
    """About one in five of each class, and at least one, which scikit-learn's stratified split does not promise."""
    rng, in_test = np.random.default_rng(_SPLIT_SEED), np.zeros(len(y), bool)
    for label in np.unique(y):
        idx = rng.permutation(np.flatnonzero(y == label))
        in_test[idx[: max(1, round(_TEST_FRACTION * len(idx)))]] = True
    return in_test


def _check_every_class(layout: Layout, y: np.ndarray, in_test: np.ndarray) -> None:
    for label, name in enumerate(layout.class_names):
        n_train, n_test = np.sum((y == label) & ~in_test), np.sum((y == label) & in_test)
        if not n_train or not n_test:
            raise ImagesRefused(
                f"Expected at least one image to train and one to test with in each class; '{name}' has {n_train} and "
                f"{n_test} that can be read. Add images to it, or take its folder out."
            )


def _told(groups: list[Copies], names: list[str], in_test: np.ndarray) -> list[str]:
    """Warnings about copies, by the files' names."""
    train, test = (list(itertools.compress(names, part)) for part in (~in_test, in_test))
    across = [test[i] for group in groups if group.train for i in group.test]
    again = [part[i] for g in groups for part, places in ((train, g.train), (test, g.test)) for i in places[1:]
             if g.is_one_label]  # fmt: skip
    labels = [part[i] for g in groups for part, places in ((train, g.train), (test, g.test)) for i in places
              if not g.is_one_label]  # fmt: skip
    return [
        *([f"{FOUND}among the training images too: {_images(across, 'test image')}."] if across else []),
        *([f"{FOUND}once more: {_images(again, 'image')}."] if again else []),
        *([f"{FOUND}under several classes: {_images(labels, 'image')}."] if labels else []),
    ]


def _images(names: list[str], noun: str) -> str:
    return f"{len(names):,} {noun}{'s' if len(names) > 1 else ''} ({listed(names)})"
