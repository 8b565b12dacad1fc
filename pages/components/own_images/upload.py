"""Images of one's own on their way: choose a zip or a folder, watch them being read, say how to read them."""

from pathlib import PurePath

import streamlit as st

from camu_core.config import import_limits
from camu_core.data import Way
from camu_core.engine import JobView
from camu_core.errors import CamuError, ImagesRefused
from camu_core.wording.format import counted
from pages.components.own_images import state as state_own
from pages.components.own_images import text
from pages.components.shared import images, state, state_visitor
from pages.components.shared import text as words
from pages.components.shared.uploads import let_go

TICK_SECONDS = 0.4
_COLUMNS = 4


def upload() -> None:
    """What is to be done next with an upload; when it is read, its dataset is opened."""
    st.subheader(text.TITLE, anchor=False)
    try:
        name = state_own.imported_name()
    except ImagesRefused as error:
        name = None
        st.error(str(error), icon=":material/report:")
    if name is not None:
        state_own.open_dataset(name)
        st.rerun()
    job = state_own.import_view()
    if job is not None and not job.is_over:
        st.fragment(run_every=TICK_SECONDS)(_reading)()
        return
    if ways := state_own.question():
        _ask(ways)
        return
    if job is not None and job.state == "stopped":
        st.info(text.READ_STOPPED, icon=":material/stop_circle:")
    elif job is not None:
        st.error(job.message, icon=":material/report:")
    _choose()


def _choose() -> None:
    limits = import_limits()
    most_mb = max(1, int(limits.zip_mb))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(text.LEAD)
        st.code(text.TREE, language=None)
        st.caption(text.LIMITS.format(**vars(limits)))
    with right:
        kind = st.segmented_control(
            text.KIND, list(text.KINDS), default="zip", key="own-kind", required=True, label_visibility="collapsed",
            format_func=text.KINDS.__getitem__,
        )  # fmt: skip
        if kind == "folder":
            files = st.file_uploader(
                text.FOLDER, accept_multiple_files="directory", key="own-folder", max_upload_size=most_mb
            )
        else:
            files = st.file_uploader(text.FILE, type="zip", key="own-zip", max_upload_size=most_mb)
        size = st.segmented_control(
            text.SIZE, list(text.SIZES), default=32, key="own-size", required=True,
            format_func=text.SIZES.__getitem__,
        ) or 32  # fmt: skip
        pressed = st.button(text.READ, type="primary", icon=":material/upload:", disabled=not files)
        st.caption(text.PRIVATE)
    if not pressed or not files:
        return
    try:
        if isinstance(files, list):
            is_taken = state_own.start_import_of_files(((file.name, file.getvalue()) for file in files), size or 32)
        else:
            is_taken = state_own.start_import(files.getvalue(), PurePath(files.name).stem, size or 32)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")
    else:
        if is_taken:
            let_go(*(files if isinstance(files, list) else [files]))
        st.rerun()


def _reading() -> None:
    job = state_own.import_view()
    if job is None or job.is_over:
        st.rerun()
    line = text.SENDING
    if job.total and job.stage == "copies":
        line = text.STAGES["copies"]
    elif job.total:
        line = text.READING.format(index=job.index, total=job.total)
    working(job, line)


def working(job: JobView, line: str) -> None:
    """A bar with what is going on, and Stop."""
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    if job.is_stopping:
        line = words.STOPPING
    elif job.queue_position and job.stage == "train":
        line = text.GAVE_WAY
    elif job.queue_position:
        line = words.QUEUED.format(place=job.queue_position)
    elif job.seconds_left is not None and job.seconds_left >= 1:
        line += " · " + words.left(job.seconds_left)
    bar.progress(min(1.0, job.index / job.total) if job.total else 0.0, text=line)
    button.button(
        words.STOP, key="stop-own", icon=":material/stop_circle:", on_click=state.stop, args=(job.digest,),
        disabled=job.is_stopping or not state_visitor.is_watching(job.digest), width="stretch",
    )  # fmt: skip
    if problem := state.engine().problem():
        st.warning(problem)


# --- how to read them ------------------------------------------------------------------------------------------------


def _ask(ways: tuple[Way, ...]) -> None:
    """A card a way, with what its classes would be; nothing is read until one is chosen."""
    st.markdown(f"**{text.QUESTION}** {text.QUESTION_LEAD if len(ways) > 1 else text.QUESTION_ONE}")
    for way, column in zip(ways, st.columns(max(2, len(ways)), gap="medium"), strict=False):
        with column.container(border=True, key=f"way-{way.layout}"):
            _card(way, is_first=way is ways[0])
    st.button(text.OTHER_FILE, icon=":material/undo:", on_click=state_own.discard_upload)


def _card(way: Way, is_first: bool) -> None:
    st.markdown(f"**{text.WAYS[way.layout]}**")
    n_classes, n = len(way.class_names), sum(way.n_train)
    if way.n_test is None:
        st.markdown(text.WAY_DRAWN.format(n_classes=n_classes, n=n))
    else:
        st.markdown(text.WAY_COUNTS.format(n_classes=n_classes, n_train=n, n_test=sum(way.n_test)))
    tests = way.n_test or (0,) * n_classes
    for name, samples, train, test in zip(way.class_names, way.samples, way.n_train, tests, strict=False):
        st.caption(text.WAY_CLASS.format(name=name, n=train + test))
        images.thumbnails(samples, words.IMAGE_OF.format(name=name))
    if n_classes > len(way.samples):
        st.caption(text.WAY_MORE.format(classes=counted(n_classes - len(way.samples), "more class", "more classes")))
    for warning in way.warnings:
        st.caption(f":material/info: {warning}")
    if st.button(
        text.READ_AS, key=f"read-{way.layout}", type="primary" if is_first else "secondary", icon=":material/check:",
        width="stretch",
    ):  # fmt: skip
        try:
            state_own.read_as(way.layout)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")
        else:
            st.rerun()
