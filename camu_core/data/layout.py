"""Which of a user's files are images of which class, for training or for testing; and user text made plain."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

import numpy as np

from camu_core.config import ImportLimits
from camu_core.data.members import Member
from camu_core.data.pictures import FORMATS
from camu_core.errors import ImagesRefused

_TRAIN_FOLDER = "train"
_TEST_FOLDERS = {"test", "val", "valid", "validation"}
_MAX_NAME_LENGTH = 60
_MARKUP = str.maketrans(dict.fromkeys("<>&*`[]{}$:~|#\\!^", " "))
_NAMES_SHOWN = 3


def plain_name(text: str) -> str:
    """A user's text on one short line, without invisible characters and without what HTML or Markdown is made of.

    Pages, figures and reports can then show it as it is.
    """
    visible = "".join(c for c in unicodedata.normalize("NFC", text) if c.isspace() or unicodedata.category(c)[0] != "C")
    line = " ".join(visible.translate(_MARKUP).split())
    return line if len(line) <= _MAX_NAME_LENGTH else line[: _MAX_NAME_LENGTH - 1] + "…"


@dataclass(frozen=True)
class Layout:
    """Which image belongs where.

    Args:
        y: int64 (N,), the class of each member.
        in_test: bool (N,), or None where there is no test folder.
    """

    members: list[Member]
    y: np.ndarray
    in_test: np.ndarray | None
    class_names: list[str]
    warnings: list[str]


def arrange(members: list[Member], limits: ImportLimits) -> Layout:
    """Find the class folders.

    Args:
        members: sorted by path.
    Raises:
        ImagesRefused: there are none, there is but one, or there are too many of them or of images.
    """
    images = [member for member in members if member.is_image]
    if not images:
        raise ImagesRefused(f"There are no images here; give {', '.join(FORMATS)} files in one folder per class.")
    if len(images) > limits.images:
        raise ImagesRefused(
            f"Expected at most {limits.images:,.0f} images; got {len(images):,}. "
            "Leave some out, or set CAMU_MAX_IMAGES on the server."
        )
    wrapper = _wrapper(images)
    depth = len(wrapper)
    tops = {member.parts[depth].lower() for member in images if len(member.parts) > depth + 1}
    has_test = _TRAIN_FOLDER in tops and tops <= {_TRAIN_FOLDER, *_TEST_FOLDERS}
    above_class = depth + 1 if has_test else depth
    folders = [m.parts[above_class] for m in members if m.parts[:depth] == wrapper and len(m.parts) > above_class + 1]
    placed = [member for member in images if len(member.parts) > above_class + 1]
    loose = [member for member in images if len(member.parts) <= above_class + 1]
    if not placed:
        raise ImagesRefused(
            f"Expected one folder per class; got {len(loose):,} images without one, such as {shown(loose[0])}. "
            "Put each image into the folder of its class."
        )
    names = _class_names(folders, limits)
    class_names = sorted(names.values())
    labels = {folder: class_names.index(name) for folder, name in names.items()}
    others = [m for m in members if not m.is_image and m.open is not None]
    links = [m for m in members if m.open is None and m.parts[-1]]
    return Layout(
        placed,
        np.array([labels[member.parts[above_class]] for member in placed]),
        np.array([member.parts[depth].lower() != _TRAIN_FOLDER for member in placed]) if has_test else None,
        class_names,
        [
            *noted(map(shown, loose), "outside the class folders"),
            *noted(map(shown, others), "not images by their names"),
            *noted(map(shown, links), "links or special files"),
        ],
    )


def _wrapper(images: list[Member]) -> tuple[str, ...]:
    """Folders around everything, of which zips often have one; the class folders stay."""
    paths = [member.parts for member in images]
    common = [level[0] for level in takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))]
    return tuple(common[: max(0, max(map(len, paths)) - 2)])


def _class_names(folders: Iterable[str], limits: ImportLimits) -> dict[str, str]:
    """The name of the class of each folder."""
    names = {folder: plain_name(folder) or "unnamed" for folder in dict.fromkeys(folders)}
    if len(names) < 2:
        (only,) = names.values()
        raise ImagesRefused(f"Expected at least two class folders; got one, '{only}'. Add another.")
    if len(names) > limits.classes:
        raise ImagesRefused(
            f"Expected at most {limits.classes:g} class folders; got {len(names):,}. "
            "Leave some out, or set CAMU_MAX_CLASSES on the server."
        )
    twice = [name for name in names.values() if list(names.values()).count(name) > 1]
    if twice:
        raise ImagesRefused(f"Expected class folders of different names; two read '{twice[0]}'. Rename one.")
    return names


# --- the words of warnings --------------------------------------------------------------------------------------------


def shown(member: Member) -> str:
    return f"'{plain_name('/'.join(member.parts[-2:]))}'"


def noted(names: Iterable[str], why: str) -> list[str]:
    names = list(names)
    return [f"{len(names):,} left out ({why}): {listed(names)}."] if names else []


def listed(names: list[str]) -> str:
    more = len(names) - _NAMES_SHOWN
    return ", ".join(names[:_NAMES_SHOWN]) + (f" and {more:,} more" if more > 0 else "")
