"""The ways in which a user's folders can be read: what is a class, and what is for training or for testing."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import takewhile

from camu_core.data.importing.members import Member
from camu_core.data.importing.naming import TEST, TRAIN, UNLABELLED, noted, plain_name, role_of, shown

# In front of the number of an image: cat.0.jpg, cat_001.jpg, american_bulldog_12.jpg, cat (3).jpg
_NUMBERED = re.compile(r"(?P<label>.*[^\s._()-])(?:[\s._-]+|(?<=[^0-9])|\s*(?=\())\(?[0-9]+\)?")
_LONGEST_NAME = 255  # as on disks; those in a zip may be longer
_AROUND_CLASSES = {"images", "imgs", "data"}


@dataclass(frozen=True)
class Reading:
    """One way.

    Args:
        placed: the images that have a class.
        labels: of each, as it stands.
        in_test: likewise; None without test images.
        names: every class, also those without an image.
        notes: sentences on what is left out, or put together.
    """

    layout: str
    placed: tuple[Member, ...]
    labels: tuple[str, ...]
    in_test: tuple[bool, ...] | None
    names: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tree:
    """A user's files below the folders that are around everything.

    Args:
        members: all of them.
        images: those that say they are one.
        depth: number of folders around everything.
    """

    members: list[Member]
    images: list[Member]
    depth: int

    @classmethod
    def of(cls, members: list[Member]) -> "Tree":
        images = [member for member in members if member.is_image]
        wrapper = _wrapper([member.parts for member in images])
        return cls([member for member in members if member.parts[: len(wrapper)] == wrapper], images, len(wrapper))

    @cached_property
    def tops(self) -> dict[str, list[Member]]:
        """The images in each outermost folder that holds some."""
        found: dict[str, list[Member]] = {}
        for image in self.images:
            if len(image.parts) > self.depth + 1:
                found.setdefault(image.parts[self.depth], []).append(image)
        return found

    def inside(self) -> dict[str, set[str]]:
        """The folders with images in each outermost folder."""
        return {
            top: {image.parts[self.depth + 1] for image in images if len(image.parts) > self.depth + 2}
            for top, images in self.tops.items()
        }

    def roles(self) -> dict[str, str | None]:
        return {top: role_of(top) for top in self.tops}


def _wrapper(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Folders around everything, of which zips often have one; the class folders stay."""
    common = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))]
    return tuple(common[: max(0, max(map(len, paths)) - 2)])


def by_folders(tree: Tree) -> Reading:
    """Each outermost folder is a class."""
    placed = [member for member in tree.images if len(member.parts) > tree.depth + 1]
    names = dict.fromkeys(m.parts[tree.depth] for m in tree.members if len(m.parts) > tree.depth + 1)
    return Reading(
        "folders", tuple(placed), tuple(m.parts[tree.depth] for m in placed), None, tuple(names),
        tuple(_loose(set(tree.images) - set(placed), tree.images)),
    )  # fmt: skip


def by_inner(tree: Tree) -> Reading:
    """The folder next to each image is its class, whatever is around it."""
    placed = [member for member in tree.images if len(member.parts) > tree.depth + 1]
    labels = tuple(member.parts[-2] for member in placed)
    loose = _loose(set(tree.images) - set(placed), tree.images)
    return Reading("inner", tuple(placed), labels, None, tuple(dict.fromkeys(labels)), tuple(loose))


def by_splits(tree: Tree) -> Reading:
    """Outermost folders say what is for training and for testing; the classes are inside."""
    roles = tree.roles()
    above = {top: _above_classes(images, tree.depth, roles[top]) for top, images in tree.tops.items()}
    parts: dict[str, list[tuple[Member, str]]] = {top: [] for top in roles}
    for member in tree.members:
        top = member.parts[tree.depth] if len(member.parts) > tree.depth else None
        if top in above and len(member.parts) > above[top] + 1:
            parts[top].append((member, member.parts[above[top]]))
    names = {label.casefold(): label for top, found in parts.items() if roles[top] == TRAIN for _, label in found}
    placed: dict[str, list[tuple[Member, str]]] = {}
    for top, found in parts.items():
        known = {label.casefold() for _, label in found} & names.keys()
        if roles[top] in (TRAIN, TEST) and known:  # without a class in common it only looks as if it had classes
            names |= {label.casefold(): label for _, label in found if label.casefold() not in names}
            placed[top] = [(member, names[label.casefold()]) for member, label in found if member.is_image]
    used = {member for found in placed.values() for member, _ in found}
    order = [(m, label, roles[top] == TEST) for top, found in placed.items() for m, label in found]
    order.sort(key=lambda entry: entry[0].parts)
    has_test = any(is_test for *_, is_test in order)
    return Reading(
        "splits",
        tuple(member for member, *_ in order),
        tuple(label for _, label, _ in order),
        tuple(is_test for *_, is_test in order) if has_test else None,
        tuple(names.values()),
        (*_split_notes(tree, roles, placed), *_loose(_rest(tree, used, placed), tree.images)),
    )


def _above_classes(images: list[Member], depth: int, role: str | None) -> int:
    """Number of folders above the class folders: some zips have seg_train/seg_train/cat."""
    above = depth + 1
    inside = [image.parts for image in images if len(image.parts) > above]
    while len(around := {parts[above] for parts in inside}) == 1 and all(len(parts) > above + 2 for parts in inside):
        (name,) = around
        if role_of(name) != role and name.lower() not in _AROUND_CLASSES:
            break
        above += 1
    return above


def _rest(tree: Tree, used: set[Member], placed: Iterable[str]) -> set[Member]:
    """Images outside the class folders of a part that is used, or outside all parts."""
    return {
        m for m in tree.images if m not in used and (len(m.parts) <= tree.depth + 1 or m.parts[tree.depth] in placed)
    }


def _split_notes(tree: Tree, roles: dict[str, str | None], placed: dict[str, list]) -> list[str]:
    notes = []
    tests = [(plain_name(top), len(found)) for top, found in placed.items() if roles[top] == TEST]
    if len(tests) > 1:
        names, counts = (" and ".join(texts) for texts in zip(*((f"'{t}'", f"{n:,}") for t, n in tests), strict=True))
        notes.append(f"Combined for testing: the images of {names} ({counts}).")
    for top, role in roles.items():
        if top not in placed:
            why = "no class is given for them" if role in (TEST, UNLABELLED) else "not among the training images"
            notes += noted(map(shown, tree.tops[top]), f"in '{plain_name(top)}', {why}")
    return notes


def by_names(tree: Tree) -> Reading:
    """File names say the class, with a number behind it, as in cat.0.jpg; folders may say training or testing."""
    stems = ((member, member.parts[-1].rsplit(".", 1)[0]) for member in tree.images)
    found = [(member, _NUMBERED.fullmatch(stem)) for member, stem in stems if len(stem) <= _LONGEST_NAME]
    counts = Counter(match["label"] for _, match in found if match)
    labels = [(member, match["label"]) for member, match in found if match and counts[match["label"]] > 1]
    return by_labels("names", tree, labels, "no class with others in their names")


def by_labels(
    layout: str, tree: Tree, labels: list[tuple[Member, str]], why: str,
    role: Callable[[Member], str | None] | None = None, notes: Iterable[str] = (),
) -> Reading:  # fmt: skip
    """Images whose labels are known from elsewhere.

    Args:
        why: the others are left out.
        role: TRAIN or TEST of an image; by default what its outermost folder says.
    """
    role = role or (lambda m: role_of(m.parts[tree.depth]) if len(m.parts) > tree.depth + 1 else None)
    placed = dict(labels)
    roles = [role(member) for member in placed]
    is_split = {TRAIN, TEST} <= set(roles)
    left = [member for member in tree.images if member not in placed]
    return Reading(
        layout,
        tuple(placed),
        tuple(placed.values()),
        tuple(each == TEST for each in roles) if is_split else None,
        tuple(dict.fromkeys(placed.values())),
        (*notes, *noted(map(shown, left), why)),
    )


def looks_named(reading: Reading, n_images: int) -> bool:
    """Whether file names name at least two classes, for most of the images."""
    return len(set(reading.labels)) >= 2 and len(reading.placed) >= n_images / 2


def _loose(loose: set[Member], order: list[Member]) -> list[str]:
    return noted((shown(member) for member in order if member in loose), "outside the class folders")
