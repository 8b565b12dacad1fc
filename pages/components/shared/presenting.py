"""Presenter mode: a switch in the sidebar and, while it is on, a bar that reaches every page."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from pages.components.shared import state_figures, text
from pages.components.story import state as state_story
from pages.components.teach import state as state_teach
from pages.components.teach import text as text_teach

_KEEP_SECONDS = 30.0

# Presenters send PageDown and PageUp: first down the page, screen by screen, then on to the next. A press that comes
# while a page is still being drawn waits for it: until then nobody knows where the page ends, and the server would
# take two presses for one.
_KEYS = """<script>
{
  window.place = 'PLACE';
  window.presented = Date.now();  // the bar, which comes with this, may be drawn later
  const isDrawn = () => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning';
  const passed = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const calm = async (times, isOver = () => false) => {  // nothing was drawn for so many times 50 ms
    for (let i = 0, n = 0; i < 300 && n < times && !isOver(); i++) {
      n = isDrawn() ? n + 1 : 0;
      await passed(50);
    }
  };
  const turn = async (button, by) => {
    if (!isDrawn()) await calm(3);
    const page = document.querySelector('[data-testid=stMain]');
    const rest = by > 0 ? page.scrollHeight - page.clientHeight - page.scrollTop : page.scrollTop;
    const isStory = document.querySelector('.st-key-story-nav');
    if (rest <= 40 || isStory) {
      const place = window.place, scene = location.search;
      page.scrollTo(0, 0);
      await calm(100, () => document.querySelector(button));
      document.querySelector(button)?.click();
      await calm(40, () => window.place !== place || (isStory && location.search !== scene));  // or there is no next
      return calm(3);
    }
    const screen = page.clientHeight, bar = document.querySelector('.st-key-presenter-bar')?.offsetHeight ?? 0;
    const ahead = [...document.querySelectorAll('[class*="st-key-figure-"]')]
      .map((figure) => figure.getBoundingClientRect().top - bar)
      .find((top) => by * top > 0.2 * screen && by * top < screen);  // a figure that is in sight gets the screen
    page.scrollBy({ top: ahead ?? by * 0.85 * screen });
  };
  window.onkeydown = (event) => {
    const button = { PageDown: '.st-key-present-next button', PageUp: '.st-key-present-back button' }[event.key];
    if (button && document.querySelector(button)) window.presented = Date.now();
    if (!button || Date.now() - (window.presented ?? 0) > 5000) return;  // between two pages there is no bar
    event.preventDefault();
    const turned = Promise.resolve(window.turning).catch(() => {});
    window.turning = turned.then(() => turn(button, event.key === 'PageDown' ? 1 : -1));
  };
}
</script>"""


def bar(pages: Sequence[st.Page], here: st.Page) -> None:
    """Args: pages: all that the menu shows, in their order. here: the open one."""
    if here not in pages:
        return
    st.sidebar.toggle(text.PRESENT, key=state_figures.PRESENT, bind="query-params", help=text.PRESENT_HELP)
    if not state_figures.is_presenting():
        return
    st.html(Path("assets/presenter.css"))
    with st.container(horizontal=True, key="presenter-bar", gap="xsmall"):
        is_back = st.button(text.PRESENT_BACK, key="present-back", icon=":material/keyboard_arrow_up:", type="tertiary")
        is_next = st.button(text.PRESENT_NEXT, key="present-next", icon=":material/keyboard_arrow_down:",
                            type="tertiary")  # fmt: skip
        with st.popover(text.PRESENT_PAGES, icon=":material/menu:", type="tertiary", key="present-pages"):
            for page in pages:
                st.page_link(page)
        st.button(
            text.PRESENT_LEAVE, key="leave-presenter", shortcut="Esc", icon=":material/fullscreen_exit:",
            type="tertiary", on_click=state_figures.leave_presenting,
        )  # fmt: skip
    if is_back or is_next:
        _turn(pages, here, 1 if is_next else -1)
    st.html(_KEYS.replace("PLACE", f"{pages.index(here)} {state_teach.place()}"), unsafe_allow_javascript=True)


def keep_lesson(here: st.Page) -> None:
    """On the other pages a lesson that this visitor teaches goes on: a link back, and a sign that the tab is there."""
    if here.url_path in ("teach", "join") or state_teach.taught_room() is None:
        return
    st.fragment(run_every=_KEEP_SECONDS)(state_teach.taught_room)()
    st.page_link("pages/story/teach.py", label=text_teach.RETURN, icon=":material/co_present:")


def _turn(pages: Sequence[st.Page], here: st.Page, by: int) -> None:
    """To the next scene of the story or of a lesson, or the next page; nowhere after the last."""
    place = pages.index(here)
    if here.url_path == "teach" and state_teach.taught_room() is not None:
        state_teach.turn(by)
        return
    if place == 0 and state_story.turn(by):
        return
    if 0 <= place + by < len(pages):
        st.switch_page(pages[place + by], query_params={})  # None fails where a widget is bound to the URL
