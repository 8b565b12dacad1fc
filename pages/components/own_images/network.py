"""The network of a dataset: train it where there is none; and images of one's own: see what came in, delete them."""

import pandas as pd
import streamlit as st

from camu_core import DATASETS
from camu_core.data import FOUND, imported_card, is_imported
from camu_core.engine.owners import IMAGES
from camu_core.networks.originals import has_damaged_network, network_card, shipped_twin
from camu_core.networks.pace import PATIENCE, training_seconds
from camu_core.networks.weights import shipped_path
from camu_core.wording.format import percent
from pages.components.own_images import copies as own_copies
from pages.components.own_images import state as state_own
from pages.components.own_images import text
from pages.components.own_images import upload as own_upload
from pages.components.shared import images, notices, state_pictures, state_visitor
from pages.components.shared import text as words

_TILES = 10  # in a row of classes; more classes are a table
_GOOD = 0.75  # below that, the accuracy of a network is called modest


def is_ready(dataset: str, model: str) -> bool:
    """Draw what is still to be done before a run can start from a dataset's network; whether that is nothing."""
    is_own, card = is_imported(dataset), network_card(dataset, model)
    if card is None and shipped_path(dataset, model).exists():  # and damaged, which whoever loads it says
        return True
    if card is None:
        if is_own:
            _contents(dataset)
        else:
            notices.needs_download(dataset)
        _network(dataset, model)
        if is_own:
            _delete(dataset)
        return False
    if is_own:
        _learned(dataset, card)
    return True


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
    has_offer = own_copies.offer(dataset)
    warnings = [warning for warning in info.warnings if not (has_offer and warning.startswith(FOUND))]
    if warnings:
        lines = "".join(f"\n- {warning}" for warning in warnings)
        st.warning(f"{text.WARNINGS}\n{lines}", icon=":material/info:")


# --- its network -----------------------------------------------------------------------------------------------------


def _network(dataset: str, model: str) -> None:
    job = state_own.training_view(dataset, model)
    if job is not None and not job.is_over:
        st.fragment(run_every=own_upload.TICK_SECONDS)(_training)(dataset, model)
        return
    if job is not None and job.state == "stopped":
        st.info(text.TRAIN_STOPPED, icon=":material/stop_circle:")
    elif job is not None and job.state == "failed":
        st.error(job.message, icon=":material/report:")
    elif has_damaged_network(dataset, model):
        st.warning(text.NETWORK_DAMAGED, icon=":material/report:")
    twin = shipped_twin(dataset, model)
    said = [text.TWIN.format(title=DATASETS[twin].title) if twin else text.NETWORK.format(model=words.NETWORKS[model])]
    seconds = training_seconds(dataset, model, patience=PATIENCE)
    why_not = notices.too_long(seconds)
    said += [] if why_not else [text.TWIN_CHOICE if twin else text.NETWORK_FIRST]
    said += [] if why_not or seconds is None else [text.TRAIN_TIME.format(time=words.about(seconds))]
    st.markdown(" ".join(said))
    with st.container(horizontal=True):
        if twin:
            _start(dataset, model, text.TAKE, twin, is_first=True)
        if not why_not:
            _start(dataset, model, text.TRAIN_TOO if twin else text.TRAIN, None, is_first=not twin)
    if why_not:
        st.info(why_not, icon=":material/timer_off:")


def _start(dataset: str, model: str, label: str, shipped: str | None, is_first: bool) -> None:
    st.button(
        label, type="primary" if is_first else "secondary", on_click=state_own.start_training,
        args=(dataset, model, shipped), icon=":material/check:" if shipped else ":material/model_training:",
    )  # fmt: skip


def _training(dataset: str, model: str) -> None:
    job = state_own.training_view(dataset, model)
    if job is None or job.is_over:
        st.rerun()
    line = words.stage_line(job, text.STAGES[job.stage])
    own_upload.working(job, line if job.index else words.STARTING)


def _learned(dataset: str, card: dict) -> None:
    """How good the network is, and a fold with all the rest."""
    accuracy, n_test, chance = card["test_accuracy"], card["n_test"], 1 / DATASETS[dataset].n_classes
    said = (text.TAKEN if "trained_on" in card else text.LEARNED).format(
        accuracy=percent(accuracy), n_right=round(accuracy * n_test), n_test=n_test
    )
    line, about = st.columns([6, 2], vertical_alignment="center")
    if accuracy < 1.5 * chance:
        line.warning(f"{said} {text.GUESSING.format(chance=percent(chance))}", icon=":material/warning:")
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
