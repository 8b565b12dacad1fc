"""The door: what unlearning is, as a story in scenes, each with a live picture."""

import streamlit as st

from camu_core.errors import CamuError
from camu_core.planning import settings_phrase
from pages.components.shared import state, verdict
from pages.components.story import scenes as story
from pages.components.story import state as state_story
from pages.components.story import text
from pages.components.story.stories import STORIES, Story

WATCH = 3


def main() -> None:
    told = STORIES[state_story.story()]
    if state_story.was_pressed():
        spec = told.chosen()
        state.start(spec)
        state_story.note_guess(spec.digest)
        state_story.go_to(WATCH)
    scene, n_scenes = state_story.scene(), WATCH + len(told.judged)
    # each scene has a place of its own, so that nothing of the last one stands about while the next is made
    places = [st.container(key="scene") if number == scene else st.empty() for number in range(1, n_scenes + 1)]
    with places[scene - 1]:
        _scene(told, scene)


def _scene(told: Story, scene: int) -> None:
    st.title(state_story.titles()[scene - 1], anchor=False)
    st.html(story.at_the_top(scene), unsafe_allow_javascript=True)
    if scene == 1:
        _stories()
        told.knows()
        _navigation(told, scene)
    elif scene == 2:
        told.choose()
        _navigation(told, scene, can_forget=True)
    else:
        run = told.run()
        _navigation(told, scene, digest=run.digest)
        try:
            _tell(told, scene, run)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")


def _tell(told: Story, scene: int, run: state.OpenRun) -> None:
    if run.is_example or (run.result is not None and settings_phrase(run.result.spec)):
        verdict.run_line(run, is_quiet=True)
    if scene == WATCH:
        told.watch(run)
    elif not story.unfinished(run):
        told.judged[scene - WATCH - 1](run)


def _stories() -> None:
    """Which story to tell."""
    here = state_story.story()
    with st.container(horizontal=True, vertical_alignment="center", key="stories"):
        for name, (label, icon) in text.STORIES.items():
            st.button(label, icon=icon, key=f"story-{name}", type="primary" if name == here else "secondary",
                      on_click=state_story.open_story, args=(name,))  # fmt: skip


def _navigation(told: Story, scene: int, can_forget: bool = False, digest: str | None = None) -> None:
    """Back and Next, also by the arrow keys; always in the same place.

    Both go on from where the server is, not from what is drawn, and are the same buttons in every scene: a press that
    comes while the next scene is being drawn counts, too.
    """
    n_scenes = WATCH + len(told.judged)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="story-nav"):
        st.button(
            text.BACK, shortcut="Left", key="back", disabled=scene == 1, on_click=state_story.turn, args=(-1,),
        )  # fmt: skip
        st.html(story.dots(scene, n_scenes), width="content")
        if scene == n_scenes:
            st.button(told.again, icon=":material/restart_alt:", key="again", on_click=told.begin_again)
        else:
            st.button(
                told.press if can_forget else text.NEXT, type="primary", shortcut="Right", key="next",
                icon=":material/ink_eraser:" if can_forget else None, on_click=state_story.turn, args=(1,),
            )  # fmt: skip
        st.space("stretch")
        st.page_link(
            "pages/explore/run.py", label=text.LEAVE if digest else text.LEAVE_EARLY, icon=":material/open_in_new:",
            query_params={"run": digest} if digest else None, width="content",
        )  # fmt: skip


main()
