"""The second story until the network has forgotten: whose pictures they are, and what is asked."""

from dataclasses import replace

import numpy as np
import streamlit as st

from camu_core import ForgetSpec, RunSpec, plan_run
from camu_core.data import OWNERS_IMAGES
from camu_core.wording.guesses import BANDS
from pages.components.shared import images, notes, state
from pages.components.story import scenes as story
from pages.components.story import state as state_story
from pages.components.story import text_owner as text

DATASET = "fashion_small"
FORGET = ForgetSpec("samples", samples=OWNERS_IMAGES)
WATCH = 3
_PIXELS = 44


def chosen() -> RunSpec:
    """What a press starts; it comes with the program, so that it plays at once."""
    return plan_run(DATASET, FORGET)


def owners_run() -> state.OpenRun:
    """The open run if CaMU forgets the owner's pictures in it, or else the one that comes with the program.

    Of other methods, the story's sentences about what was done would not be true.
    """
    run = state.current_run()
    is_told = _is_owners(run.spec) and run.spec.method == chosen().method
    return run if is_told else state.example_run(DATASET)


def not_the_owners_run() -> state.OpenRun:
    """The open run for a story of other things."""
    run = state.current_run()
    return state.example_run() if _is_owners(run.spec) else run


def _is_owners(spec: RunSpec | None) -> bool:
    return spec is not None and (spec.dataset, spec.forget) == (DATASET, FORGET)


def forget_again() -> None:
    """With other random draws than the open run: one that nobody has made yet, perhaps."""
    spec = owners_run().spec
    state.start(replace(spec, seed=(spec.seed + 1) % 2**31))
    state_story.go_to(WATCH)


def knows() -> None:
    """What the network can do."""
    story.what_it_knows(state.example_run(DATASET).result, text)


def request() -> None:
    """Whose pictures they are and what the owner asks; a guess for who likes one."""
    result = state.example_run(DATASET).result
    probe, counts = result.probe, result.metrics["original"]["n"]
    n = counts["forget_train"]
    notes.lead(text.REQUEST.format(n=n, n_train=n + counts["retain_train"]))
    st.markdown(f"**{text.REQUEST_STRIP}**")
    images.plain_strip(probe.x[np.flatnonzero(probe.is_forget)], pixels=_PIXELS)
    notes.lead(text.REQUEST_HOW)
    with st.container(border=True, key="guess"):
        st.markdown(text.GUESS_LEAD)
        st.pills(
            text.GUESS.format(n=n), range(len(BANDS)), key=state_story.guess_key("band", chosen().digest),
            format_func=lambda index: band(index, n), persist_state="session", wrap=True,
        )  # fmt: skip
    st.markdown(text.REQUEST_TRUTH.format(step=OWNERS_IMAGES[1] - OWNERS_IMAGES[0]))


def band(index: int, n: int) -> str:
    """A range that can be guessed, in pictures."""
    low, high = BANDS[index]
    return text.BAND.format(low=low * n, high=high * n)


def watch(run: state.OpenRun) -> None:
    """The run as it is played; its words point at the answers to single pictures, which presenter mode keeps."""
    with st.container(key="watch-answers"):
        story.watch(run, text.WATCH)
