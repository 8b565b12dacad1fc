"""Images of one's own: upload them, see what came in, give them a network, and delete them again."""

from pathlib import PurePath

import pandas as pd
import streamlit as st

from camu_core import DATASETS
from camu_core.config import import_limits
from camu_core.data import imported_card, is_imported
from camu_core.errors import CamuError
from camu_core.jobs import JobView
from camu_core.originals import network_card, shipped_twin
from pages.components import images, state, text

TICK_SECONDS = 0.4
_TILES = 10  # in a row of classes; more classes are a table
_GOOD = 0.75  # below that, the accuracy of a network is called modest


def are_ready(dataset: str) -> bool:
    """Draw what is still to be done before a run can start on a dataset; whether that is nothing."""
    if dataset == state.OWN_IMAGES:
        _upload()
        return False
    if not is_imported(dataset):
        return True
    card = network_card(dataset)
    if card is None:
        _contents(dataset)
        _network(dataset)
        _delete(dataset)
        return False
    _learned(dataset, card)
    return True


# --- upload ----------------------------------------------------------------------------------------------------------


def _upload() -> None:
    st.subheader(text.OWN_TITLE, anchor=False)
    if (name := state.imported_name()) is not None:
        state.open_dataset(name)
        st.rerun()
    job = state.import_view()
    if job is not None and not job.is_over:
        st.fragment(run_every=TICK_SECONDS)(_reading)()
        return
    if job is not None and job.state == "stopped":
        st.info(text.OWN_READ_STOPPED, icon=":material/stop_circle:")
    elif job is not None:
        st.error(job.message, icon=":material/report:")
    limits = import_limits()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(text.OWN_LEAD)
        st.code(text.OWN_TREE, language=None)
        st.caption(text.OWN_LIMITS.format(**vars(limits)))
    with right:
        file = st.file_uploader(text.OWN_FILE, type="zip", key="own-zip", max_upload_size=max(1, int(limits.zip_mb)))
        size = st.segmented_control(
            text.OWN_SIZE, list(text.OWN_SIZES), default=32, key="own-size", required=True,
            format_func=text.OWN_SIZES.__getitem__,
        )  # fmt: skip
        pressed = st.button(text.OWN_READ, type="primary", icon=":material/upload:", disabled=file is None)
        st.caption(text.OWN_PRIVATE)
    if pressed and file is not None:
        state.start_import(file.getvalue(), PurePath(file.name).stem, size or 32)
        st.rerun()


def _reading() -> None:
    job = state.import_view()
    if job is None or job.is_over:
        st.rerun()
    _working(job, text.OWN_READING.format(index=job.index, total=job.total) if job.total else text.OWN_SENDING)


def _working(job: JobView, line: str) -> None:
    """A bar with what is going on, and Stop."""
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    if job.is_stopping:
        line = text.STOPPING
    elif job.queue_position:
        line = text.QUEUED.format(place=job.queue_position)
    elif job.seconds_left is not None and job.seconds_left >= 1:
        line += " · " + text.LEFT.format(seconds=round(job.seconds_left))
    bar.progress(job.index / job.total if job.total else 0.0, text=line)
    button.button(
        text.STOP, key="stop-own", icon=":material/stop_circle:", on_click=state.stop, args=(job.digest,),
        disabled=job.is_stopping, width="stretch",
    )  # fmt: skip
    if problem := state.engine().problem():
        st.warning(problem)


# --- what came in ----------------------------------------------------------------------------------------------------


def _contents(dataset: str, as_table: bool = False) -> None:
    card, info = imported_card(dataset), DATASETS[dataset]
    n_train, n_test = card["n_train"], card["n_test"]
    st.subheader(
        text.OWN_COUNTS.format(title=info.title, n_train=sum(n_train), n_test=sum(n_test)), anchor=False
    )  # fmt: skip
    rows = list(zip(info.class_names, n_train, n_test, strict=True))
    samples = state.sample_images(dataset) if info.n_classes <= _TILES and not as_table else None
    if samples is None:
        st.dataframe(
            pd.DataFrame(rows, columns=text.OWN_COLUMNS), hide_index=True, width="stretch" if as_table else "content"
        )
    else:
        for column, sample, (name, train, test) in zip(st.columns(_TILES), samples, rows, strict=False):
            column.image(images.to_picture(sample), width="stretch", alt=text.IMAGE_OF.format(name=name))
            column.caption(text.OWN_CLASS.format(name=name, n_train=train, n_test=test))
    if info.warnings:
        lines = "".join(f"\n- {warning}" for warning in info.warnings)
        st.warning(f"{text.OWN_WARNINGS}\n{lines}", icon=":material/info:")


# --- its network -----------------------------------------------------------------------------------------------------


def _network(dataset: str) -> None:
    job = state.training_view(dataset)
    if job is not None and not job.is_over:
        st.fragment(run_every=TICK_SECONDS)(_training)(dataset)
        return
    if job is not None and job.state == "stopped":
        st.info(text.OWN_TRAIN_STOPPED, icon=":material/stop_circle:")
    elif job is not None and job.state == "failed":
        st.error(job.message, icon=":material/report:")
    twin = shipped_twin(dataset)
    st.markdown(text.OWN_TWIN.format(title=DATASETS[twin].title) if twin else text.OWN_NETWORK)
    with st.container(horizontal=True):
        if twin:
            _start(dataset, text.OWN_TAKE, twin, is_first=True)
        _start(dataset, text.OWN_TRAIN_TOO if twin else text.OWN_TRAIN, None, is_first=not twin)


def _start(dataset: str, label: str, shipped: str | None, is_first: bool) -> None:
    st.button(
        label, type="primary" if is_first else "secondary", on_click=state.start_training, args=(dataset, shipped),
        icon=":material/check:" if shipped else ":material/model_training:",
    )  # fmt: skip


def _training(dataset: str) -> None:
    job = state.training_view(dataset)
    if job is None or job.is_over:
        st.rerun()
    line = text.STAGE_LINE.format(stage=text.OWN_STAGES[job.stage], index=job.index, total=job.total)
    _working(job, line if job.index else text.STARTING)


def _learned(dataset: str, card: dict) -> None:
    """How good the network is, and a fold with all the rest."""
    accuracy, n_test, chance = card["test_accuracy"], card["n_test"], 1 / DATASETS[dataset].n_classes
    said = (text.OWN_TAKEN if "trained_on" in card else text.OWN_LEARNED).format(
        accuracy=accuracy, n_right=round(accuracy * n_test), n_test=n_test
    )
    line, about = st.columns([6, 2], vertical_alignment="center")
    if accuracy < 1.5 * chance:
        line.warning(f"{said} {text.OWN_GUESSING.format(chance=chance)}", icon=":material/warning:")
    else:
        line.markdown(said if accuracy >= _GOOD else f"{said} {text.OWN_MODEST}")
    with about.popover(text.OWN_ABOUT, icon=":material/photo_library:", width="stretch"):
        _contents(dataset, as_table=True)
        st.caption(text.OWN_ADDRESS)
        _delete(dataset)


def _delete(dataset: str) -> None:
    button, note = st.columns([3, 7], vertical_alignment="center")
    note.caption(text.OWN_DELETE_NOTE)
    if button.button(text.OWN_DELETE, key="delete-own", icon=":material/delete:"):
        try:
            state.delete_own(dataset)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")
        else:
            st.rerun()
