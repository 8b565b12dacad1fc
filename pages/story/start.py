"""The door: what unlearning is, as a story of eight scenes, each with a live picture."""

import streamlit as st

from camu_core.errors import CamuError
from camu_core.planning import settings_phrase
from pages.components.shared import state, verdict
from pages.components.story import last_scenes as story_end
from pages.components.story import scenes as story
from pages.components.story import state as state_story
from pages.components.story import text

WATCH = 3
# Scenes about a finished run, which they are given.
RUN_SCENES = {
    4: story.judged, 5: story.strengths, 6: story.why, 7: story_end.attacks, 8: story_end.limits,
}  # fmt: skip
N_SCENES = WATCH + len(RUN_SCENES)


def main() -> None:
    if state_story.was_pressed():
        spec = story.chosen()
        state.start(spec)
        state_story.note_guess(spec.digest)
        state_story.go_to(WATCH)
    scene = state_story.scene(N_SCENES)
    # each scene has a place of its own, so that nothing of the last one stands about while the next is made
    places = [st.container(key="scene") if number == scene else st.empty() for number in range(1, N_SCENES + 1)]
    with places[scene - 1]:
        _scene(scene)


def _scene(scene: int) -> None:
    st.title(text.TITLES[scene - 1], anchor=False)
    st.html(story.at_the_top(scene), unsafe_allow_javascript=True)
    if scene == 1:
        story.knows()
        _navigation(scene)
    elif scene == 2:
        story.choose()
        _navigation(scene, can_forget=True)
    else:
        run = state.current_run()
        _navigation(scene, digest=run.digest)
        try:
            _tell(scene, run)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")


def _tell(scene: int, run: state.OpenRun) -> None:
    if run.is_example or (run.result is not None and settings_phrase(run.result.spec)):
        verdict.run_line(run, is_quiet=True)
    if scene == WATCH:
        story.watch(run)
    elif not story.unfinished(run):
        RUN_SCENES[scene](run)


def _navigation(scene: int, can_forget: bool = False, digest: str | None = None) -> None:
    """Back and Next, also by the arrow keys; always in the same place.

    Both go on from where the server is, not from what is drawn, and are the same buttons in every scene: a press that
    comes while the next scene is being drawn counts, too.
    """
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="story-nav"):
        st.button(
            text.BACK, shortcut="Left", key="back", disabled=scene == 1, on_click=state_story.turn, args=(-1, N_SCENES),
        )  # fmt: skip
        st.html(story.dots(scene, N_SCENES), width="content")
        if scene == N_SCENES:
            st.button(
                text.AGAIN, icon=":material/restart_alt:", key="again", on_click=state_story.go_to, args=(2,),
            )  # fmt: skip
        else:
            st.button(
                text.PRESS if can_forget else text.NEXT, type="primary", shortcut="Right", key="next",
                icon=":material/ink_eraser:" if can_forget else None, on_click=state_story.turn, args=(1, N_SCENES),
            )  # fmt: skip
        st.space("stretch")
        st.page_link(
            "pages/explore/run.py", label=text.LEAVE if digest else text.LEAVE_EARLY, icon=":material/open_in_new:",
            query_params={"run": digest} if digest else None, width="content",
        )  # fmt: skip


main()
