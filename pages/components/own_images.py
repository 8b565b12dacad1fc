"""Images of one's own: upload them, see what came in, give them a network, and delete them again."""

from pathlib import PurePath

import pandas as pd
import streamlit as st

from camu_core import DATASETS
from camu_core.config import import_limits
from camu_core.data import imported_card, is_imported
from camu_core.jobs import JobView
from camu_core.originals import network_card, shipped_twin
from camu_core.owners import IMAGES
from pages.components import images, state, state_own, state_pictures, state_visitor
from pages.components import text as words
from pages.components import text_own as text

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
    st.subheader(text.TITLE, anchor=False)
    if (name := state_own.imported_name()) is not None:
        state_own.open_dataset(name)
        st.rerun()
    job = state_own.import_view()
    if job is not None and not job.is_over:
        st.fragment(run_every=TICK_SECONDS)(_reading)()
        return
    if job is not None and job.state == "stopped":
        st.info(text.READ_STOPPED, icon=":material/stop_circle:")
    elif job is not None:
        st.error(job.message, icon=":material/report:")
    limits = import_limits()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(text.LEAD)
        st.code(text.TREE, language=None)
        st.caption(text.LIMITS.format(**vars(limits)))
    with right:
        file = st.file_uploader(text.FILE, type="zip", key="own-zip", max_upload_size=max(1, int(limits.zip_mb)))
        size = st.segmented_control(
            text.SIZE, list(text.SIZES), default=32, key="own-size", required=True,
            format_func=text.SIZES.__getitem__,
        )  # fmt: skip
        pressed = st.button(text.READ, type="primary", icon=":material/upload:", disabled=file is None)
        st.caption(text.PRIVATE)
    if pressed and file is not None:
        state_own.start_import(file.getvalue(), PurePath(file.name).stem, size or 32)
        st.rerun()


def _reading() -> None:
    job = state_own.import_view()
    if job is None or job.is_over:
        st.rerun()
    _working(job, text.READING.format(index=job.index, total=job.total) if job.total else text.SENDING)


def _working(job: JobView, line: str) -> None:
    """A bar with what is going on, and Stop."""
    bar, button = st.columns([6, 1], vertical_alignment="bottom")
    if job.is_stopping:
        line = words.STOPPING
    elif job.queue_position:
        line = words.QUEUED.format(place=job.queue_position)
    elif job.seconds_left is not None and job.seconds_left >= 1:
        line += " · " + words.LEFT.format(seconds=round(job.seconds_left))
    bar.progress(job.index / job.total if job.total else 0.0, text=line)
    button.button(
        words.STOP, key="stop-own", icon=":material/stop_circle:", on_click=state.stop, args=(job.digest,),
        disabled=job.is_stopping or not state_visitor.is_watching(job.digest), width="stretch",
    )  # fmt: skip
    if problem := state.engine().problem():
        st.warning(problem)


# --- what came in ----------------------------------------------------------------------------------------------------


def _contents(dataset: str, as_table: bool = False) -> None:
    card, info = imported_card(dataset), DATASETS[dataset]
    n_train, n_test = card["n_train"], card["n_test"]
    st.subheader(
        text.COUNTS.format(title=info.title, n_train=sum(n_train), n_test=sum(n_test)), anchor=False
    )  # fmt: skip
    rows = list(zip(info.class_names, n_train, n_test, strict=True))
    samples = state_pictures.sample_images(dataset) if info.n_classes <= _TILES and not as_table else None
    if samples is None:
        st.dataframe(
            pd.DataFrame(rows, columns=text.COLUMNS),
            hide_index=True,
            width="stretch" if as_table else "content",
        )
    else:
        for column, sample, (name, train, test) in zip(st.columns(_TILES), samples, rows, strict=False):
            column.image(images.to_picture(sample), width="stretch", alt=words.IMAGE_OF.format(name=name))
            column.caption(text.CLASS.format(name=name, n_train=train, n_test=test))
    if info.warnings:
        lines = "".join(f"\n- {warning}" for warning in info.warnings)
        st.warning(f"{text.WARNINGS}\n{lines}", icon=":material/info:")


# --- its network -----------------------------------------------------------------------------------------------------


def _network(dataset: str) -> None:
    job = state_own.training_view(dataset)
    if job is not None and not job.is_over:
        st.fragment(run_every=TICK_SECONDS)(_training)(dataset)
        return
    if job is not None and job.state == "stopped":
        st.info(text.TRAIN_STOPPED, icon=":material/stop_circle:")
    elif job is not None and job.state == "failed":
        st.error(job.message, icon=":material/report:")
    twin = shipped_twin(dataset)
    st.markdown(text.TWIN.format(title=DATASETS[twin].title) if twin else text.NETWORK)
    with st.container(horizontal=True):
        if twin:
            _start(dataset, text.TAKE, twin, is_first=True)
        _start(dataset, text.TRAIN_TOO if twin else text.TRAIN, None, is_first=not twin)


def _start(dataset: str, label: str, shipped: str | None, is_first: bool) -> None:
    st.button(
        label, type="primary" if is_first else "secondary", on_click=state_own.start_training, args=(dataset, shipped),
        icon=":material/check:" if shipped else ":material/model_training:",
    )  # fmt: skip


def _training(dataset: str) -> None:
    job = state_own.training_view(dataset)
    if job is None or job.is_over:
        st.rerun()
    line = words.STAGE_LINE.format(stage=text.STAGES[job.stage], index=job.index, total=job.total)
    _working(job, line if job.index else words.STARTING)


def _learned(dataset: str, card: dict) -> None:
    """How good the network is, and a fold with all the rest."""
    accuracy, n_test, chance = card["test_accuracy"], card["n_test"], 1 / DATASETS[dataset].n_classes
    said = (text.TAKEN if "trained_on" in card else text.LEARNED).format(
        accuracy=accuracy, n_right=round(accuracy * n_test), n_test=n_test
    )
    line, about = st.columns([6, 2], vertical_alignment="center")
    if accuracy < 1.5 * chance:
        line.warning(f"{said} {text.GUESSING.format(chance=chance)}", icon=":material/warning:")
    else:
        line.markdown(said if accuracy >= _GOOD else f"{said} {text.MODEST}")
    with about.popover(text.ABOUT, icon=":material/photo_library:", width="stretch"):
        _contents(dataset, as_table=True)
        st.caption(text.ADDRESS)
        _delete(dataset)


def _delete(dataset: str) -> None:
    if not state_visitor.may_change(IMAGES, dataset):
        st.caption(text.NOT_MINE)
        return
    asked, note = st.columns([3, 7], vertical_alignment="center")
    note.caption(text.DELETE_NOTE)
    if asked.toggle(text.DELETE, key=f"delete-{dataset}"):
        st.button(
            text.DELETE_SURE, key="delete-own", icon=":material/delete:", on_click=state_own.delete_own, args=(dataset,)
        )
