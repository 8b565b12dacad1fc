"""The same picture more than once: found, counted, and taken out.

Two images are copies if all their pixels are equal after resizing, or nearly so: their perceptual hashes (the 64 bits
of `imagehash.phash`) differ in at most 4 and their pixels correlate to at least 0.97. What that
finds and misses, such as crops and mirror images: assets/results/tuning.md.
Source of the hash: C. Zauner, Implementation and Benchmarking of Perceptual Image Hash Functions, 2010.
"""

import hashlib
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

import imagehash
import numpy as np
from PIL import Image

from camu_core.progress import Step

FOUND = "Found "  # how warnings about copies begin
_HASH_BITS = 4
_CORRELATION = 0.97
_FAINT = 2.0  # standard deviation in grey levels below which an image has no texture to compare
_IMAGES_PER_STEP = 500
_ROWS_AT_ONCE = 50
_PAIRS_AT_ONCE = 2000
_MOST_PAIRS = 50  # an image


@dataclass(frozen=True)
class Copies:
    """One picture that is there several times.

    Args:
        train: its places among the training images, sorted.
        test: among the test images.
        is_one_label: all have the same class.
    """

    train: tuple[int, ...]
    test: tuple[int, ...]
    is_one_label: bool

    def to_json(self) -> dict:
        return {"train": list(self.train), "test": list(self.test), "is_one_label": self.is_one_label}

    @classmethod
    def from_json(cls, value: dict) -> "Copies":
        return cls(tuple(value["train"]), tuple(value["test"]), bool(value["is_one_label"]))


@dataclass(frozen=True)
class CopyCounts:
    """How many images are copies.

    Args:
        again: images that are in the same part once more, each beyond the first.
        across: test images that are among the training images, too.
        labels: images of pictures that have several classes.
    """

    again: int
    across: int
    labels: int

    @classmethod
    def of(cls, groups: Iterable[Copies]) -> "CopyCounts":
        groups = list(groups)
        return cls(
            sum(max(0, len(g.train) - 1) + max(0, len(g.test) - 1) for g in groups if g.is_one_label),
            sum(len(g.test) for g in groups if g.train),
            sum(len(g.train) + len(g.test) for g in groups if not g.is_one_label),
        )


def finding_copies(x: np.ndarray) -> Generator[Step, None, list[np.ndarray]]:
    """Groups of images that show the same picture.

    Near copies are looked for until there are more than 50 pairs an image to compare: what is so much alike is no
    upload of photographs.

    Args:
        x: uint8 (N, channels, H, W).
    Returns:
        indices (n,) of each group of at least two, sorted; in the order of their first.
    """
    n_images, pairs = len(x), []
    first: dict[bytes, int] = {}
    hashes, is_textured = np.zeros(n_images, np.uint64), np.zeros(n_images, bool)
    for i, image in enumerate(x):
        before = first.setdefault(hashlib.sha256(image).digest(), i)
        if before != i:
            pairs.append((before, i))
        elif image.std(axis=(1, 2)).max() >= _FAINT:  # a plain colour has no texture, whatever its channels are
            is_textured[i], hashes[i] = True, _hash(image)
        if i % _IMAGES_PER_STEP == 0:
            yield Step(i, 2 * n_images, stage="copies")
    idx, n_left = np.flatnonzero(is_textured), _MOST_PAIRS * n_images
    for start in range(0, len(idx), _ROWS_AT_ONCE):
        rows = idx[start : start + _ROWS_AT_ONCE]
        later = idx[start:]
        near = np.bitwise_count(hashes[rows, None] ^ hashes[None, later]) <= _HASH_BITS
        one, other = rows[np.nonzero(near)[0]], later[np.nonzero(near)[1]]
        one, other = one[one < other][:n_left], other[one < other][:n_left]
        n_left -= len(one)
        for part in range(0, len(one), _PAIRS_AT_ONCE):
            a, b = one[part : part + _PAIRS_AT_ONCE], other[part : part + _PAIRS_AT_ONCE]
            is_copy = _correlation(x[a], x[b]) >= _CORRELATION
            pairs += zip(a[is_copy].tolist(), b[is_copy].tolist(), strict=True)
            yield Step(n_images + start, 2 * n_images, stage="copies")
        yield Step(n_images + start, 2 * n_images, stage="copies")
    return _groups(pairs)


def exact_copies(x: np.ndarray) -> list[np.ndarray]:
    """As `finding_copies`, of images whose pixels are all equal; quick, for datasets of tens of thousands."""
    found: dict[bytes, list[int]] = {}
    for i, image in enumerate(np.ascontiguousarray(x)):
        found.setdefault(hashlib.sha256(image).digest(), []).append(i)
    return [np.array(group) for group in found.values() if len(group) > 1]


def located(groups: Sequence[np.ndarray], y: np.ndarray, in_test: np.ndarray) -> list[Copies]:
    """The groups by their places among training and test images.

    Args:
        y: int64 (N,).
        in_test: bool (N,).
    """
    place = np.where(in_test, np.cumsum(in_test), np.cumsum(~in_test)) - 1
    return [
        Copies(tuple(place[group[~in_test[group]]].tolist()), tuple(place[group[in_test[group]]].tolist()),
               bool(len(set(y[group].tolist())) == 1))
        for group in groups
    ]  # fmt: skip


def to_keep(groups: Iterable[Copies], n_train: int, n_test: int) -> tuple[np.ndarray, np.ndarray]:
    """Which images stay when copies go: one of each picture, a training image if there is one.

    Of a picture with several classes none stays: which is right is not known.

    Returns:
        bool (n_train,), bool (n_test,).
    """
    train, test = np.ones(n_train, bool), np.ones(n_test, bool)
    for group in groups:
        train[list(group.train)], test[list(group.test)] = False, False
        if group.is_one_label:
            part, places = (train, group.train) if group.train else (test, group.test)
            part[places[0]] = True
    return train, test


def left_behind(groups: Iterable[Copies], chosen: Iterable[int]) -> tuple[int, ...]:
    """Training images that are copies of chosen ones, and not chosen."""
    chosen = set(chosen)
    return tuple(sorted({i for group in groups if chosen & set(group.train) for i in group.train} - chosen))


def _hash(image: np.ndarray) -> int:
    grey = image[0] if len(image) == 1 else np.ascontiguousarray(image.transpose(1, 2, 0))
    return int(str(imagehash.phash(Image.fromarray(grey))), 16)


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of the pixels of each pair, float32 (n,)."""
    a, b = (part.reshape(len(part), -1).astype(np.float32) for part in (a, b))
    a, b = (part - part.mean(axis=1, keepdims=True) for part in (a, b))
    return (a * b).sum(axis=1) / np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))


def _groups(pairs: Iterable[tuple[int, int]]) -> list[np.ndarray]:
    """Connected images."""
    root: dict[int, int] = {}

    def find(i: int) -> int:
        while root.setdefault(i, i) != i:
            root[i] = i = root[root[i]]
        return i

    for a, b in pairs:
        one, other = sorted((find(a), find(b)))
        root[other] = one
    members: dict[int, list[int]] = {}
    for i in sorted(root):
        members.setdefault(find(i), []).append(i)
    return [np.array(group) for group in members.values()]
