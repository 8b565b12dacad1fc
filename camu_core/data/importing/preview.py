"""How an upload would be read, before it is: classes, counts, and a few images of each."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from camu_core.config import import_limits
from camu_core.data.importing.folder import decode_all
from camu_core.data.importing.layout import Layout
from camu_core.progress import Step

CLASSES_SHOWN = 8
_IMAGES_SHOWN = 4


@dataclass(frozen=True)
class Way:
    """One way to read it.

    Args:
        layout: in `LAYOUTS`.
        n_train, n_test: images of each class; n_test None if one in five will be drawn for testing.
        samples: of each of the first classes up to four images, uint8 (3, H, W).
        warnings: sentences on what would be left out.
    """

    layout: str
    class_names: tuple[str, ...]
    n_train: tuple[int, ...]
    n_test: tuple[int, ...] | None
    samples: tuple[tuple[np.ndarray, ...], ...]
    warnings: tuple[str, ...]


def previewing(layouts: Mapping[str, Layout], size: int) -> Generator[Step, None, list[Way]]:
    """Decode a few images of each class of each layout.

    Args:
        size: height and width of an image.
    Raises:
        ImagesRefused: it takes longer than the limit.
    """
    ways = []
    for name, layout in layouts.items():
        n = len(layout.class_names)
        in_test = np.zeros(len(layout.y), bool) if layout.in_test is None else layout.in_test
        chosen = [np.flatnonzero(layout.y == label)[:_IMAGES_SHOWN] for label in range(min(n, CLASSES_SHOWN))]
        members = [layout.members[i] for group in chosen for i in group]
        x, is_read, _ = yield from decode_all(members, size, import_limits())
        ends = np.cumsum([0, *map(len, chosen)])
        samples = tuple(
            tuple(image for image, read in zip(x[a:b], is_read[a:b], strict=True) if read) for a, b in pairwise(ends)
        )
        train, test = (tuple(np.bincount(layout.y[part], minlength=n).tolist()) for part in (~in_test, in_test))
        n_test = None if layout.in_test is None else test
        ways.append(Way(name, tuple(layout.class_names), train, n_test, samples, tuple(layout.warnings)))
    return ways
