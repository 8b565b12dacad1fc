"""One image file of a user to one small uint8 image: the only place where such files are decoded."""

import io
import re
from collections.abc import Callable
from typing import BinaryIO, cast

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.TiffImagePlugin import TiffImageFile
from pillow_heif import register_heif_opener

from camu_core.errors import CamuError

FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF", "HEIF", "AVIF")
SUFFIXES = (".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff",
            ".heic", ".heif", ".hif", ".avif")  # fmt: skip
SIZES = (32, 64)
# A few kB can hold hundreds of passes over a large image, each of which takes its time.
_BLOCK_BYTES = 4096
# Passes of a progressive JPEG: programs write about ten, and 182 kB with 2,000 of them took 32 s.
_MOST_SCANS = 50
_STRIPS, _TILES = 273, 324  # TIFF tags: where each is in the file
_PHOTOMETRIC, _WHITE_IS_ZERO = 262, 0  # and what black is
_SCAN = b"\xff\xda"  # cannot be part of the compressed data, where 0 follows each ff
_MARKER = re.compile(rb"\xff([^\x00\x01\xd0-\xd8\xff])", re.DOTALL)  # of JPEG, but those that stand alone
_END, _START_OF_SCAN = 0xD9, 0xDA


register_heif_opener()


class Unreadable(Exception):
    """An image cannot be read; `str(error)` is the reason in a few words."""


class Leash:
    """Stops decoders at work: most read their file piece by piece, and find here that it is over."""

    def __init__(self) -> None:
        self.is_cut = False

    def on(self, open_file: Callable[[], BinaryIO]) -> Callable[[], BinaryIO]:
        """The same file, whose reading fails from the moment at which the leash is cut."""
        return lambda: cast(BinaryIO, _Held(open_file(), self))  # as much of one as decoders use


class _Held(io.RawIOBase):
    def __init__(self, file: BinaryIO, leash: Leash) -> None:
        self._file, self._leash = file, leash

    def read(self, n: int = -1) -> bytes:
        if self._leash.is_cut:
            raise Unreadable("takes too long")
        return self._file.read(n)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def decode(open_file: Callable[[], BinaryIO], size: int, max_megapixels: float) -> np.ndarray:
    """The first frame of an image, upright, in colour, on white where it is transparent, its middle square resized.

    Args:
        open_file: opens the file; it may fail like the decoder.
    Returns:
        uint8 (3, size, size).
    Raises:
        Unreadable: not one of FORMATS, too large or damaged.
    """
    too_large = f"more than {max_megapixels:g} megapixels"
    try:
        with open_file() as file, Image.open(file, formats=FORMATS) as image:
            if image.width * image.height > max_megapixels * 1e6:
                raise Unreadable(too_large)
            if _n_scans(image, file) > _MOST_SCANS:
                raise Unreadable(f"more than {_MOST_SCANS} passes over the image")
            image.draft(None, (2 * size, 2 * size))  # large JPEGs are decoded at a fraction of their size
            image.decodermaxblock = _BLOCK_BYTES
            is_negative = isinstance(image, TiffImageFile) and image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO
            if image.mode == "F" or (image.mode == "I" and image.format == "TIFF"):
                raise Unreadable("its values have no fixed range")
            square = ImageOps.fit(_in_colour(ImageOps.exif_transpose(image), is_negative), (size, size))
            return np.asarray(square).transpose(2, 0, 1)
    except (Unreadable, CamuError):
        raise
    except UnidentifiedImageError as error:
        raise Unreadable(f"not one of {', '.join(FORMATS)}") from error
    except Image.DecompressionBombError as error:
        raise Unreadable(too_large) from error
    except MemoryError as error:
        raise Unreadable("needs too much memory") from error
    except Exception as error:  # decoders raise nearly anything on broken files
        raise Unreadable("damaged") from error


def _n_scans(image: Image.Image, file: BinaryIO) -> float:
    """Passes over the image that its file holds, at most, or in each strip of a TIFF; counted without decoding."""
    if image.format in ("JPEG", "MPO"):
        return _n_jpeg_scans(file)
    if isinstance(image, TiffImageFile) and image.info.get("compression") in ("jpeg", "tiff_jpeg"):
        n_parts = max(len(image.tag_v2.get(tag, ())) for tag in (_STRIPS, _TILES)) or 1
    else:
        return 1
    place, n, last = file.tell(), 0, b""
    file.seek(0)
    while block := file.read(1 << 16):
        n += (last + block).count(_SCAN)
        last = block[-1:]
    file.seek(place)
    return n / n_parts


def _n_jpeg_scans(file: BinaryIO) -> int:
    """Those of the first picture: what follows its end, such as the video of a motion photo, is never decoded."""
    place, n = file.tell(), 0
    file.seek(0)
    content, at = file.read(), 0
    file.seek(place)
    while (found := _MARKER.search(content, at)) and (marker := found[1][0]) != _END:
        n += marker == _START_OF_SCAN
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2])  # its length, these two bytes with it
    return n


def _in_colour(image: Image.Image, is_negative: bool) -> Image.Image:
    """Args: is_negative: 16 bits of grey with 0 for white, which PIL turns round for 8 bits alone."""
    if image.mode.startswith("I"):  # 16 bits of grey; PIL would cut off everything above 255
        values = np.asarray(image).clip(0, 65535)
        image = Image.fromarray(((65535 - values if is_negative else values) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB")
