"""CaMU Explorer: page configuration, navigation, and the engine's life with the server. Nothing else."""

import threading
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from pages.components.shared import first_paint, moving, sheets
from pages.components.shared.gate import Gate
from pages.components.shared.odd_messages import on_script_error, quieten
from pages.components.shared.probes import ROUTES
from pages.components.shared.uploads import UploadLimit


@asynccontextmanager
async def lifespan(app: st.App):
    """Start the engine when the server starts, so that nobody's first press waits for it; end it with the server."""
    from streamlit.runtime.pages_manager import PagesManager

    # Until its first st.navigation call Streamlit believes in its old pages/ convention, and the first visitor who
    # comes by a page's own address sees "Page not found".
    PagesManager.uses_pages_directory = False
    quieten()
    starting = threading.Thread(target=start_engine, name="start-engine", daemon=True)
    starting.start()
    yield
    starting.join()
    close_engine()


def start_engine() -> None:
    """Imported late, since torch takes seconds and the server should answer before."""
    from camu_core.engine import service

    service.start()


def close_engine() -> None:
    from camu_core.engine import service

    service.close()


app = st.App(
    "app.py",
    lifespan=lifespan,
    routes=[*ROUTES, *first_paint.ROUTES, moving.ROUTE, sheets.ROUTE],
    middleware=[Middleware(Gate), Middleware(UploadLimit)],
    on_script_error=on_script_error,
)


def main() -> None:
    """One script run of one visitor."""
    from camu_core import METHODS
    from camu_core.errors import MethodFileError
    from pages.components.shared import charts, notices, presenting, state, state_figures, text

    st.set_page_config(page_title=text.APP_TITLE, page_icon="assets/icon.svg", layout="wide", initial_sidebar_state=232)
    st.html(first_paint.STYLE)
    st.html(f"<style>:root {{ color-scheme: {'dark' if state.is_dark() else 'light'}; }}</style>")  # popovers', too
    st.logo("assets/logo.svg", size="large", icon_image="assets/icon.svg")
    groups = {
        "Story": [
            st.Page("pages/story/start.py", title="Start", icon=":material/flag:", default=True),
            st.Page("pages/story/learn.py", title="Learn", icon=":material/school:"),
            st.Page("pages/story/teach.py", title="Teach", icon=":material/co_present:"),
            st.Page("pages/story/join.py", title="Join", icon=":material/smartphone:", visibility="hidden"),
        ],
        "Explore": [
            st.Page("pages/explore/run.py", title="Run", icon=":material/play_circle:"),
            st.Page("pages/explore/embeddings.py", title="Embeddings", icon=":material/scatter_plot:"),
            st.Page("pages/explore/accuracy.py", title="Accuracy", icon=":material/bar_chart:"),
            st.Page("pages/explore/causal.py", title="Causal", icon=":material/account_tree:"),
            st.Page("pages/explore/privacy.py", title="Privacy", icon=":material/shield_lock:"),
            st.Page("pages/explore/draw.py", title="Draw", icon=":material/draw:"),
            st.Page("pages/explore/compare.py", title="Compare", icon=":material/compare_arrows:"),
        ],
        "Library": [st.Page("pages/library/runs.py", title="All runs", icon=":material/folder_open:")],
    }
    page = st.navigation(groups)
    notices.show()
    presenting.bar([each for group in groups.values() for each in group if each.visibility == "visible"], page)
    presenting.keep_lesson(page)
    state_figures.begin()
    try:
        len(METHODS)  # read, if nobody has
    except MethodFileError as error:
        st.error(str(error), icon=":material/extension_off:")
    else:
        page.run()
        charts.downloads()


if __name__ == "__main__":
    main()
