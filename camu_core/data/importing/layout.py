"""Which of a user's files are images of which class, for training or for testing.

Folders can be read in several ways (`readings`). One that is the only sensible way is taken; else it is asked which.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from camu_core.config import ImportLimits
from camu_core.data.importing.members import Member
from camu_core.data.importing.naming import TEST, TRAIN, counting_order, noted, plain_name, shown
from camu_core.data.importing.pictures import FORMATS
from camu_core.data.importing.readings import Reading, Tree, by_folders, by_inner, by_names, by_splits, looks_named
from camu_core.data.importing.tables import by_table, is_table
from camu_core.errors import ImagesRefused, SpecError

# What --layout takes, and what it means in a sentence "The classes are ...".
LAYOUTS = {
    "folders": "the outermost folders",
    "splits": "the folders inside those that say train and test",
    "inner": "the folders next to the images",
    "names": "what file names say in front of a number",
    "table": "what the CSV says",
}
_CLASSES_NAMED = 3


@dataclass(frozen=True)
class Layout:
    """Which image belongs where.

    Args:
        y: int64 (N,), the class of each member.
        in_test: bool (N,), or None where there are no test images.
    """

    members: list[Member]
    y: np.ndarray
    in_test: np.ndarray | None
    class_names: list[str]
    warnings: list[str]


class LayoutUnclear(ImagesRefused):
    """There is more than one way to read the folders, or one that needs a yes.

    Args:
        layouts: by name in `LAYOUTS`, those that are possible.
    """

    def __init__(self, message: str, layouts: dict[str, Layout]) -> None:
        super().__init__(message)
        self.layouts = layouts


def arrange(members: list[Member], limits: ImportLimits, layout: str | None = None) -> Layout:
    """Find the classes.

    Args:
        members: sorted by path.
        layout: which way to read the folders, in `LAYOUTS`; None takes the only sensible one.
    Raises:
        LayoutUnclear: there is more than one such way, or only one that is not sure.
        ImagesRefused: there is no class, but one, or there are too many of them or of images.
        SpecError: a layout that is not in LAYOUTS.
    """
    if layout is not None and layout not in LAYOUTS:
        raise SpecError(f"There is no layout '{layout}'; expected one of {', '.join(LAYOUTS)}.")
    images = [member for member in members if member.is_image]
    if not images:
        raise ImagesRefused(f"There are no images here; give {', '.join(FORMATS)} files in one folder per class.")
    if len(images) > limits.images:
        raise ImagesRefused(
            f"Expected at most {limits.images:,.0f} images; got {len(images):,}. "
            "Leave some out, or set CAMU_MAX_IMAGES on the server."
        )
    tree, tables = Tree.of(members), [member for member in members if is_table(member)]
    if layout is not None:
        return _laid_out(_read(layout, tree, tables), members, limits)
    found, is_sure = _possible(tree, tables)
    if is_sure:
        return _laid_out(_read(found[0], tree, tables), members, limits)
    layouts = {}
    for name in found:
        try:
            layouts[name] = _laid_out(_read(name, tree, tables), members, limits)
        except ImagesRefused:  # then it is no way to read them
            continue
    if not layouts:
        raise _no_class(images)
    raise LayoutUnclear(_question(layouts), layouts)


def _possible(tree: Tree, tables: list[Member]) -> tuple[list[str], bool]:
    """Names of layouts, and whether the first can be taken without asking.

    Raises:
        ImagesRefused: there is none, or a table cannot be read.
    """
    roles, inner = tree.roles(), tree.inside()
    has_split = {TRAIN, TEST} <= set(roles.values())
    has_inner_classes = any(inner[top] for top, role in roles.items() if role == TRAIN)
    is_split_only = has_split and None not in roles.values() and not has_inner_classes
    if not tree.tops or is_split_only or (len(tree.tops) == 1 and not any(inner.values())):
        told = ["table"] if tables and by_table(tree, tables) else []
        told += ["names"] if looks_named(by_names(tree), len(tree.images)) else []
        if told:
            return told, False
        if is_split_only or not tree.tops:
            raise _no_class(tree.images)
    if TRAIN in roles.values() and None not in roles.values() and has_inner_classes:
        return ["splits"], True
    n_shared = sum(n > 1 for n in Counter(name for below in inner.values() for name in below).values())
    mixed = has_split and has_inner_classes
    if mixed or n_shared > 1:
        return [*(["splits"] if mixed else []), "folders", "inner"], False
    return ["folders"], True


def _read(layout: str, tree: Tree, tables: list[Member]) -> Reading:
    """Raises: ImagesRefused if there is no class that way."""
    if layout == "table":
        reading = by_table(tree, tables)
        if reading is None:
            raise ImagesRefused(
                "Expected a CSV beside the images with a row of file and label for each; there is none that names "
                "them. Add one, or choose another layout."
            )
        return reading
    reading = {"folders": by_folders, "splits": by_splits, "inner": by_inner, "names": by_names}[layout](tree)
    if not reading.placed:
        if layout == "names":
            raise ImagesRefused(
                "Expected file names with a class and a number, such as cat.0.jpg; got "
                f"{shown(tree.images[0])}. Rename them, or put each image into the folder of its class."
            )
        raise _no_class(tree.images)
    return reading


def _laid_out(reading: Reading, members: list[Member], limits: ImportLimits) -> Layout:
    """Raises: ImagesRefused if there are too few or too many classes."""
    names = _class_names(reading.names, limits)
    class_names = sorted(names.values(), key=counting_order)
    numbers = {name: number for number, name in enumerate(class_names)}
    tables = reading.layout == "table"
    others = [m for m in members if not m.is_image and m.open is not None and not (tables and is_table(m))]
    links = [m for m in members if m.open is None and m.parts[-1]]
    return Layout(
        list(reading.placed),
        np.array([numbers[names[label]] for label in reading.labels]),
        None if reading.in_test is None else np.array(reading.in_test),
        class_names,
        [
            *reading.notes,
            *noted(map(shown, others), "not images by their names"),
            *noted(map(shown, links), "links or special files"),
        ],
    )


def _class_names(labels: Iterable[str], limits: ImportLimits) -> dict[str, str]:
    """The name of the class of each label."""
    names = {label: plain_name(label) or "unnamed" for label in dict.fromkeys(labels)}
    if len(names) < 2:
        (only,) = names.values()
        raise ImagesRefused(f"Expected at least two class folders; got one, '{only}'. Add another.")
    if len(names) > limits.classes:
        raise ImagesRefused(
            f"Expected at most {limits.classes:g} class folders; got {len(names):,}. "
            "Leave some out, or set CAMU_MAX_CLASSES on the server."
        )
    seen: set[str] = set()
    for name in names.values():
        if name in seen:
            raise ImagesRefused(f"Expected class folders of different names; two read '{name}'. Rename one.")
        seen.add(name)
    return names


def _no_class(images: list[Member]) -> ImagesRefused:
    return ImagesRefused(
        f"Expected one folder per class; got {len(images):,} images without one, such as {shown(images[0])}. "
        "Put each image into the folder of its class, or a CSV of file,label beside them."
    )


def _question(layouts: dict[str, Layout]) -> str:
    ways = []
    for name, layout in layouts.items():
        names = ", ".join(f"'{each}'" for each in layout.class_names[:_CLASSES_NAMED])
        more = f" and {len(layout.class_names) - _CLASSES_NAMED:,} more" if len(layout.class_names) > 3 else ""
        ways.append(f"--layout {name} if the classes are {LAYOUTS[name]} ({names}{more})")
    return f"Expected one folder per class, perhaps below train and test; say how to read this: {', or '.join(ways)}."
