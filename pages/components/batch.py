"""Many runs that one picture needs: a start button, then progress with Stop."""

from collections.abc import Callable, Sequence

import streamlit as st

from camu_core import RunSpec
from pages.components import state_batch, state_visitor, text

TICK_SECONDS = 1.0


def runs_needed(
    key: str,
    specs: Sequence[RunSpec],
    label: str,
    draw: Callable[[], None] | None = None,
    go_on: str = text.BATCH_GO_ON,
    kind: str = "",
) -> bool:
    """Draw what there is to do, or what is under way; nothing once all runs are finished.

    Args:
        key: names the batch on this page and in this session.
        label: of the start button; go_on: of the same once some runs are finished.
        draw: shown below the progress and drawn anew with it, such as the part of a picture that is known already.
        kind: see `state_batch.start_batch`.
    Returns:
        whether all runs are finished.
    """
    view = state_batch.batch_view(key, specs)
    if view.n_done == view.total:
        return True
    if view.n_active:
        st.fragment(run_every=TICK_SECONDS)(_tick)(key, specs, draw)
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            go_on if view.n_done > 1 else label, key=f"start-{key}", type="primary",
            icon=":material/play_arrow:", on_click=state_batch.start_batch, args=(key, specs, kind),
        )  # fmt: skip
        if view.n_done:
            st.caption(text.BATCH_STORED.format(done=view.n_done, total=view.total))
    if view.problem:
        st.error(view.problem, icon=":material/report:")
    if draw is not None:
        draw()
    return False


def _tick(key: str, specs: Sequence[RunSpec], draw: Callable[[], None] | None) -> None:
    view = state_batch.batch_view(key, specs)
    if not view.n_active:
        st.rerun()
    line = text.BATCH_LINE.format(done=view.n_done, total=view.total)
    if view.seconds_left is not None:
        line += text.BATCH_LEFT.format(seconds=_duration(view.seconds_left))
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(min(1.0, view.fraction), text=line)
    button.button(
        text.STOP, key=f"stop-{key}", icon=":material/stop_circle:", on_click=state_batch.stop_batch, args=(specs,),
        width="stretch", disabled=not any(state_visitor.is_watching(spec.digest) for spec in specs),
    )  # fmt: skip
    if view.problem:
        st.warning(view.problem)
    if draw is not None:
        draw()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
