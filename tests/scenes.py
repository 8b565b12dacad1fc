"""Small pictures, no two alike, as users would upload them."""

import io

import numpy as np
from PIL import Image


def scene(seed, pixels=96):
    """A smooth picture with a texture of its own."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(20, 220, (6, 6, 3), np.uint8))
    return coarse.resize((pixels, pixels), Image.Resampling.BICUBIC)


def encoded(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
