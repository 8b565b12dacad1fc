"""One picture from outside as the input of a dataset's network: drawn by hand, photographed, or from a file."""

import numpy as np
from PIL import Image
from scipy.ndimage import center_of_mass

from camu_core.config import import_limits
from camu_core.data.apart import decode_apart
from camu_core.data.dataset import DatasetInfo
from camu_core.data.importing.pictures import Unreadable
from camu_core.errors import ImagesRefused

_DECODED = 256  # pixels a side
_FAINT = 40  # grey levels between ink and ground below which there is no ink
_INK = 0.25  # of the darkest ink: what counts as ink for its frame
# Side of the box that a written character fills: MNIST's images, LeCun et al., Proc. IEEE 86, 1998; scikit-learn's
# fill theirs, Alpaydin and Kaynak, UCI 1998.
_BOXES = {"mnist": 20, "digits": 8}


def is_written(dataset: str) -> bool:
    """Whether a dataset's images are single characters, light on dark, that one can draw."""
    return dataset in _BOXES


def from_picture(content: bytes, info: DatasetInfo) -> np.ndarray | None:
    """A picture as the dataset's images are: cut, turned to light on dark where they are so, and made small.

    Args:
        content: of an image file, untrusted.
    Returns:
        uint8 (channels, H, W); None if a written character is expected and there is no ink.
    Raises:
        ImagesRefused: it is no image that can be read.
    """
    try:
        colour = decode_apart(content, decoded_side(info), import_limits().megapixels)
    except Unreadable as error:
        raise ImagesRefused(
            f"This image cannot be used: {error}. Expected a photo or drawing such as a PNG."
        ) from error
    return as_input(colour, info)


def decoded_side(info: DatasetInfo) -> int:
    """Pixels a side at which a picture is decoded for a dataset."""
    channels, size, _ = info.shape
    return _DECODED if channels == 1 else size


def as_input(colour: np.ndarray, info: DatasetInfo) -> np.ndarray | None:
    """A decoded picture, uint8 (3, H, H), as the dataset's images are; see `from_picture`."""
    channels, size, _ = info.shape
    if channels == 3:
        return colour
    ink = _ink(colour.mean(axis=0))
    if not is_written(info.name):
        return _resized(ink, (size, size))[None]
    if ink.max() < _FAINT:
        return None
    return _written(ink * (255 / ink.max()), size, _BOXES[info.name])[None]


def _ink(grey: np.ndarray) -> np.ndarray:
    """Light on dark, float (H, W) 0..255: the ground is what most of the edge shows."""
    ground = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
    return np.clip(ground - grey, 0, None) if ground > 127 else np.clip(grey - ground, 0, None)


def _written(ink: np.ndarray, size: int, box: int) -> np.ndarray:
    """The inked part scaled into the box and set into the image by its centre of mass, uint8 (size, size)."""
    rows, columns = (np.flatnonzero((ink > _INK * 255).any(axis=axis)) for axis in (1, 0))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = box / max(cut.shape)
    small = _resized(cut, tuple(max(1, round(side * scale)) for side in cut.shape))
    middle = (np.array([size, size]) - 1) / 2 if small.any() else np.zeros(2)
    room = size - np.array(small.shape)
    top, left = np.clip(np.rint(middle - np.array(center_of_mass(small))), 0, room).astype(int)
    image = np.zeros((size, size), np.uint8)
    image[top : top + small.shape[0], left : left + small.shape[1]] = small
    return image


def _resized(grey: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """uint8, each pixel the mean of what it covers."""
    picture = Image.fromarray(grey.round().astype(np.uint8))
    return np.asarray(picture.resize(shape[::-1], Image.Resampling.BOX))
