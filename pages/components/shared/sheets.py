"""A run's probe set for the browser, many images in one picture: it fetches each of these once, and cuts them."""

import io

import numpy as np
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

COLUMNS = 32
CELLS = COLUMNS * COLUMNS  # in one sheet
_QUALITY = 90  # a fifth of the bytes of lossless colours; grey images are kept exactly


def address(digest: str) -> str:
    """Of a run's sheets, to which the browser adds the number of the one it needs."""
    return f"pictures/{digest}/"


def sheet(x: np.ndarray, number: int) -> tuple[bytes, str]:
    """One sheet: rows of COLUMNS images, without gaps, PNG if grey and WebP if in colour.

    Args:
        x: uint8 (N, channels, H, W).
        number: of the sheet; the first holds images 0..CELLS-1.
    Returns:
        the file and its media type.
    """
    from PIL import Image

    part = x[number * CELLS : (number + 1) * CELLS]
    _, channels, height, width = part.shape
    n_rows = -(-len(part) // COLUMNS)
    cells = np.zeros((n_rows * COLUMNS, channels, height, width), dtype=np.uint8)
    cells[: len(part)] = part
    rows = cells.reshape(n_rows, COLUMNS, channels, height, width).transpose(0, 3, 1, 4, 2)
    pixels = rows.reshape(n_rows * height, COLUMNS * width, channels)
    file = io.BytesIO()
    if channels == 1:
        Image.fromarray(pixels[..., 0]).save(file, "PNG")
        return file.getvalue(), "image/png"
    Image.fromarray(pixels).save(file, "WEBP", quality=_QUALITY)
    return file.getvalue(), "image/webp"


async def pictures(request: Request) -> Response:
    """One sheet of a run that can be opened here; 404 if there is none."""
    from pages.components.shared import state_pictures

    digest, number = request.path_params["digest"], request.path_params["number"]
    found = await run_in_threadpool(state_pictures.sheet_of, digest, number)
    if found is None:
        return PlainTextResponse("Not found", 404)
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "private, max-age=31536000, immutable"})


ROUTE = Route("/pictures/{digest}/{number:int}", pictures)
