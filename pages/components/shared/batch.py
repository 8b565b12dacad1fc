"""Many runs that one picture needs: a start button, then progress with Stop."""

from collections.abc import Callable

import streamlit as st

from camu_core.engine.batches import Batch
from pages.components.shared import notices, state_batch, state_visitor, text

TICK_SECONDS = 1.0
_LONG_SECONDS = 60.0  # below, nobody needs to know before


def runs_needed(
    batch: Batch,
    label: str,
    draw: Callable[[], None] | None = None,
    go_on: str = text.BATCH_GO_ON,
    shows_time: bool = True,
) -> bool:
    """Draw what there is to do, or what is under way; nothing once all runs are finished.

    Args:
        label: of the start button.
        go_on: of the same once some runs are finished.
        draw: shown below the progress and drawn anew with it, such as the part of a picture that is known already.
        shows_time: say what it takes where that is long.
    Returns:
        whether all runs are finished.
    """
    view = state_batch.batch_view(batch)
    n_done = len(view.progress.done)
    if n_done == view.progress.total:
        return True
    if view.progress.active:
        st.fragment(run_every=TICK_SECONDS)(_tick)(batch, draw)
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            go_on if n_done > 1 else label, key=f"start-{batch.key}", type="primary",
            icon=":material/play_arrow:", on_click=state_batch.start_batch, args=(batch,),
        )  # fmt: skip
        said = [text.BATCH_STORED.format(done=n_done, total=view.progress.total)] if n_done else []
        seconds, longest = (state_batch.seconds_needed(batch) if shows_time else None) or (0.0, 0.0)
        if seconds >= _LONG_SECONDS:
            said.append((text.BATCH_REST_TIME if n_done else text.BATCH_TIME).format(time=text.about(seconds)))
        if said := [*said, *filter(None, [notices.too_long(longest)])]:
            st.caption(" ".join(said))
    if view.problem:
        st.error(view.problem, icon=":material/report:")
    if draw is not None:
        draw()
    return False


def _tick(batch: Batch, draw: Callable[[], None] | None) -> None:
    view = state_batch.batch_view(batch)
    if not view.progress.active:
        st.rerun()
    line = text.BATCH_LINE.format(done=len(view.progress.done), total=view.progress.total)
    if view.seconds_left is not None:
        line += text.BATCH_LEFT.format(left=text.left(view.seconds_left))
    bar, button = st.columns([6, 1], vertical_alignment="center")
    bar.progress(view.progress.fraction, text=line)
    is_mine = any(state_visitor.is_watching(spec.digest) for spec in view.progress.active)
    button.button(
        text.STOP, key=f"stop-{batch.key}", icon=":material/stop_circle:", on_click=state_batch.stop_batch,
        args=(batch,), width="stretch", disabled=not is_mine,
    )  # fmt: skip
    if view.problem:
        st.warning(view.problem)
    if draw is not None:
        draw()
