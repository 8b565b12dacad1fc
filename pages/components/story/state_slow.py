"""One image of a run in slow motion: which one is shown, and what was filmed."""

import streamlit as st

from camu_core import RunResult, RunSpec
from camu_core.jobs import is_quick
from camu_core.runs.slow_motion import N_IMAGES, FilmOnMap, SlowMotion, on_map, slow_motion
from pages.components.shared import state


def has_film(spec: RunSpec) -> bool:
    """Whether the run is of CaMU itself, moves anything, and is made again in a second."""
    weights = (value for name, value in spec.settings if name.endswith("_weight"))
    return spec.method == "camu" and is_quick(spec.dataset) and any(weights)


def film(result: RunResult, image: int) -> tuple[SlowMotion, FilmOnMap]:
    """What happens to an image, and where on the map, computed once for everybody."""
    return _film(result.digest, image)


@st.cache_resource(show_spinner=False, max_entries=2 * N_IMAGES)
def _film(digest: str, image: int) -> tuple[SlowMotion, FilmOnMap]:
    result = state.find_result(digest)
    shown = slow_motion(result.spec, image)
    return shown, on_map(shown, result)


def image_number() -> int:
    """Which image of the first batch is shown."""
    return st.session_state.get("slow-image", 0)


def next_image() -> None:
    """In a callback."""
    st.session_state["slow-image"] = (image_number() + 1) % N_IMAGES
