"""What the map of a run is handed, so that the browser can show images instead of points."""

import numpy as np

from camu_core import RunResult
from camu_core.figures.theme import ground
from pages.components.embeddings import state as state_images
from pages.components.embeddings import text
from pages.components.shared import map_pictures, playback, state


def of_map(result: RunResult, panels: list[str], mask: np.ndarray, chosen: np.ndarray) -> map_pictures.Pictures:
    """What the map needs to show images; while it plays, points alone.

    Args:
        panels: their titles.
        mask: bool (N,), the images that are shown.
        chosen: int (M,), those of them that are selected.
    """
    mode = state.recall("pictures")
    mode = mode if mode in text.PICTURES else "zoomed"
    return map_pictures.Pictures(
        digest=result.digest,
        size=result.probe.x.shape[2:],
        numbers=None if mask.all() else np.flatnonzero(mask).tolist(),
        panels=panels,
        mode="never" if playback.is_playing() else mode,
        words=text.MAP_WORDS,
        ring=ground(state.is_dark()).text,
        chosen=chosen.tolist(),
        focus=state_images.focus(result.digest, chosen.tolist()) if mask.all() else None,
    )
