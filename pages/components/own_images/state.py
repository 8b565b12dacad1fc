"""Uploads of this visitor: their images, their network, and how both stand."""

import hashlib
import io
import threading
from collections.abc import Iterable
from dataclasses import replace
from zipfile import ZipFile

import streamlit as st

from camu_core.config import import_limits, share_limits
from camu_core.data import Way, is_imported, load_dataset, without_copies
from camu_core.data.importing.uploads import drop_upload, keep_upload
from camu_core.engine import TRAINING_PRIORITY, JobView
from camu_core.engine.owners import IMAGES
from camu_core.errors import ImagesRefused, StoreError
from camu_core.jobs.imports import Imported, ImportJob, TrainJob
from camu_core.networks.originals import network_cards, shipped_twin
from pages.components.own_images import text as text_own
from pages.components.shared import state, state_address, state_pictures, state_visitor

_one_at_a_time = threading.Lock()  # or several tabs of a visitor would all find that there is room for one more


def open_dataset(name: str) -> None:
    """Choose an imported dataset on the Run page, here and in the URL, and leave the open run."""
    state.close_run()
    st.session_state["own"] = list(dict.fromkeys([*st.session_state.get("own", ()), name]))
    st.session_state.pop("own-open", None)
    st.query_params["dataset"] = name


def wanted_dataset() -> str | None:
    """The imported dataset that is to be chosen now: newly in the URL, or chosen before the page was left.

    Returns:
        state.OWN_IMAGES if the URL has an upload that is under way.
    """
    if (job := _upload_in_address()) and "import" not in st.session_state:  # the page was reloaded meanwhile
        st.session_state["import"] = job
        return state.OWN_IMAGES
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


def start_import(content: bytes, title: str, size: int) -> bool:
    """Hand an upload to the engine; nothing happens but the noting if its images are here already.

    Returns:
        whether it was taken; if not, the page says why.
    Raises:
        TooMuchAsked: this visitor may start nothing. StoreUnwritable: CAMU_HOME cannot be written.
    """
    return _submit(ImportJob(hashlib.sha256(content).hexdigest(), title, size), content)


def start_import_of_files(files: Iterable[tuple[str, bytes]], size: int) -> bool:
    """As `start_import`, of a folder: the path of each file, and its content.

    Raises:
        ImagesRefused: it is larger than a zip may be.
    """
    files, most_mb = list(files), import_limits().zip_mb
    n_mb = sum(len(data) for _, data in files) / 1e6
    if n_mb > most_mb:
        raise ImagesRefused(text_own.TOO_LARGE.format(most_mb=most_mb, n_mb=n_mb))
    title = files[0][0].split("/")[0] if files and "/" in files[0][0] else ""
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:
        for path, data in files:
            archive.writestr(path, data)
    return start_import(content.getvalue(), title, size)


def read_as(layout: str) -> None:
    """Read the upload in question in one of the ways that are possible.

    Raises:
        TooMuchAsked: this visitor may start nothing.
    """
    _submit(replace(st.session_state["import"], layout=layout))


def discard_upload() -> None:
    """Forget an upload that is over, or in question."""
    job = st.session_state.pop("import", None)
    others = (other.upload for other in state.engine().under_way() if isinstance(other, ImportJob))
    if job is not None and job.upload not in others:
        drop_upload(job.upload)
    st.query_params.pop("upload", None)


def question() -> tuple[Way, ...]:
    """The ways in which this session's upload can be read, if that is to be asked."""
    job = st.session_state.get("import")
    if job is None or import_view() is not None:
        return ()
    try:
        return state.engine().result(job.digest, Imported).ways
    except StoreError:
        return ()


def _submit(job: ImportJob, content: bytes | None = None) -> bool:
    """One upload more, if this visitor may have it; else the page says why not, and nothing is kept.

    Args:
        content: of the upload, if it is not kept yet.
    Returns:
        whether it was taken.
    """
    engine, watcher, most = state.engine(), state.watcher(), share_limits().uploads
    with _one_at_a_time:
        reading = [other for other in engine.under_way(watcher) if isinstance(other, ImportJob) and other != job]
        if len(engine.owners.things(IMAGES, watcher)) + len(reading) >= most:
            state.refuse(text_own.TOO_MANY.format(most=most))
            return False
        engine.check_share_of(watcher)
        if content is not None:
            keep_upload(content)
        if is_taken := state.submit(job):
            st.session_state["import"] = job
            state_address.write("upload", job.digest)
    return is_taken


def _upload_in_address() -> ImportJob | None:
    """The job of an upload that is known to the engine; anything else in the address counts for nothing."""
    digest = state_address.read("upload")
    view = state.engine().watch(digest) if digest else None
    if view is not None and isinstance(view.job, ImportJob):
        return view.job
    st.query_params.pop("upload", None)
    return None


def import_view() -> JobView | None:
    """This session's upload while it is read, stopped or refused; None if there is none, or it is finished."""
    job = st.session_state.get("import")
    view = state.engine().watch(job.digest) if job else None
    return view if view is not None and view.state != "done" else None


def imported_name() -> str | None:
    """The dataset that this session's upload has become, once.

    Raises:
        ImagesRefused: neither that nor the question how to read it is here any more, such as of yesterday.
    """
    job = st.session_state.get("import")
    if job is None or import_view() is not None or question():
        return None
    discard_upload()
    try:
        name = state.engine().result(job.digest, Imported).name
    except StoreError:
        name = ""
    if not name:
        raise ImagesRefused(text_own.GONE)
    return name


def start_training(dataset: str, model: str, shipped: str | None = None) -> None:
    """Train a network for a dataset, behind all that takes minutes; or take a shipped one over."""
    state.submit(TrainJob(dataset, model, shipped=shipped), 0 if shipped else TRAINING_PRIORITY)


def training_view(dataset: str, model: str) -> JobView | None:
    """The making of a dataset's network, whoever started it; the one under way, else the latest."""
    jobs = [TrainJob(dataset, model, shipped=name) for name in dict.fromkeys((None, shipped_twin(dataset, model)))]
    views = [view for job in jobs if (view := state.engine().watch(job.digest)) is not None]
    return max(views, key=lambda view: not view.is_over, default=None)


def drop_copies(dataset: str) -> None:
    """Keep a dataset once more without its copies, choose that, and delete the old one if no network knows it.

    Raises:
        ImagesRefused: a class would be empty, or there is no room. StoreUnwritable: CAMU_HOME cannot be written.
    """
    name = without_copies(dataset, load_dataset(dataset)).name
    if not network_cards(dataset):
        delete_own(dataset)
    open_dataset(name)


def delete_own(dataset: str) -> None:
    """Delete imported images and their network for this visitor; for a minute they can be taken back. In a callback."""
    if not state_visitor.leave(IMAGES, dataset):
        return
    state_pictures.let_go(dataset)
    st.session_state["own"] = [name for name in st.session_state.get("own", ()) if name != dataset]
    st.session_state.pop("own-open", None)
    state.close_run()
