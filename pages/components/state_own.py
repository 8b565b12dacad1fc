"""Uploads of this visitor: their images, their network, and how both stand."""

import streamlit as st

from camu_core.config import share_limits
from camu_core.data import DATASETS, is_imported
from camu_core.jobs import JobView
from camu_core.models import usual_model
from camu_core.originals import shipped_twin
from camu_core.own_jobs import Imported, ImportJob, TrainJob
from camu_core.owners import IMAGES
from pages.components import state, state_address, state_pictures, state_visitor, text_own


def open_dataset(name: str) -> None:
    """Choose an imported dataset on the Run page, here and in the URL, and leave the open run."""
    state.close_run()
    st.session_state["own"] = list(dict.fromkeys([*st.session_state.get("own", ()), name]))
    st.session_state.pop("own-open", None)
    st.query_params["dataset"] = name


def wanted_dataset() -> str | None:
    """The imported dataset that is to be chosen now: newly in the URL, or chosen before the page was left."""
    named = state_address.read("dataset")
    if named and named != st.session_state.get("own-open"):
        st.session_state["own-open"] = named
        return named
    return None if state.recall("dataset") else st.session_state.get("own-open")


def note_dataset(name: str) -> None:
    """Keep an imported dataset that is chosen in the URL while no run is open, so that a reload finds it."""
    if is_imported(name) and state.open_digest() is None:
        st.session_state["own"] = list(dict.fromkeys([*st.session_state.get("own", ()), name]))
        st.session_state["own-open"] = st.query_params["dataset"] = name
    else:
        st.session_state.pop("own-open", None)
        st.query_params.pop("dataset", None)


def start_import(content: bytes, title: str, size: int) -> None:
    """Hand an upload to the engine; nothing happens but the noting if its images are here already."""
    n_mine, most = len(state.engine().owners.things(IMAGES, state.watcher())), share_limits().uploads
    if n_mine >= most:
        state.refuse(text_own.TOO_MANY.format(most=most))
        return
    job = ImportJob.of(content, title, size)
    if state.submit(job):
        st.session_state["import"] = job.digest


def import_view() -> JobView | None:
    """This session's upload while it is read, stopped or refused; None if there is none, or it is finished."""
    digest = st.session_state.get("import")
    view = state.engine().watch(digest) if digest else None
    return view if view is not None and view.state != "done" else None


def imported_name() -> str | None:
    """The dataset that this session's upload has become, once."""
    if import_view() is not None or not (digest := st.session_state.pop("import", None)):
        return None
    return state.engine().result(digest, Imported).name


def start_training(dataset: str, shipped: str | None = None) -> None:
    """Train the network for a dataset, or take a shipped one over."""
    state.submit(TrainJob.of(dataset, shipped=shipped))


def training_view(dataset: str) -> JobView | None:
    """The making of a dataset's network, whoever started it; the one under way, else the latest."""
    model = usual_model(DATASETS[dataset].shape)
    jobs = [TrainJob(dataset, model, shipped=shipped) for shipped in dict.fromkeys((None, shipped_twin(dataset)))]
    views = [view for job in jobs if (view := state.engine().watch(job.digest)) is not None]
    return max(views, key=lambda view: not view.is_over, default=None)


def delete_own(dataset: str) -> None:
    """Delete imported images and their network for this visitor; for a minute they can be taken back. In a callback."""
    if not state_visitor.leave(IMAGES, dataset):
        return
    state_pictures.sample_images.clear(dataset)
    st.session_state["own"] = [name for name in st.session_state.get("own", ()) if name != dataset]
    st.session_state.pop("own-open", None)
    state.close_run()
