"""Uploads of this visitor: their images, their network, and how both stand."""

import io
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
    if _upload_in_address() and "import" not in st.session_state:  # the page was reloaded meanwhile
        st.session_state["import"] = _upload_in_address()
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


def start_import(content: bytes, title: str, size: int) -> None:
    """Hand an upload to the engine; nothing happens but the noting if its images are here already.

    Raises:
        StoreUnwritable: CAMU_HOME cannot be written.
    """
    _submit(ImportJob(keep_upload(content), title, size))


def start_import_of_files(files: Iterable[tuple[str, bytes]], size: int) -> None:
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
    start_import(content.getvalue(), title, size)


def read_as(layout: str) -> None:
    """Read the upload in question in one of the ways that are possible.

    Raises:
        ImagesRefused: it is not here any more. StoreUnwritable: CAMU_HOME cannot be written.
    """
    view = state.engine().watch(st.session_state["import"])
    if view is None:
        raise ImagesRefused(text_own.GONE)
    _submit(replace(view.job, layout=layout))


def discard_upload() -> None:
    """Forget an upload that is over, or in question."""
    view = state.engine().watch(st.session_state.pop("import", None) or "")
    others = (job.upload for job in state.engine().under_way() if isinstance(job, ImportJob))
    if view is not None and view.job.upload not in others:
        drop_upload(view.job.upload)
    st.query_params.pop("upload", None)


def question() -> tuple[Way, ...]:
    """The ways in which this session's upload can be read, if that is to be asked."""
    digest = st.session_state.get("import")
    view = state.engine().watch(digest) if digest else None
    if view is None or view.state != "done":
        return ()
    try:
        return state.engine().result(digest, Imported).ways
    except StoreError:
        return ()


def _submit(job: ImportJob) -> None:
    """One upload more, if this visitor may have it; else the page says why not."""
    n_mine, most = len(state.engine().owners.things(IMAGES, state.watcher())), share_limits().uploads
    if n_mine >= most:
        state.refuse(text_own.TOO_MANY.format(most=most))
    elif state.submit(job):
        st.session_state["import"] = job.digest
        state_address.write("upload", job.digest)


def _upload_in_address() -> str | None:
    """The job of an upload that is known to the engine; anything else in the address counts for nothing."""
    digest = state_address.read("upload")
    view = state.engine().watch(digest) if digest else None
    if view is not None and isinstance(view.job, ImportJob):
        return digest
    st.query_params.pop("upload", None)
    return None


def import_view() -> JobView | None:
    """This session's upload while it is read, stopped or refused; None if there is none, or it is finished."""
    digest = st.session_state.get("import")
    view = state.engine().watch(digest) if digest else None
    return view if view is not None and view.state != "done" else None


def imported_name() -> str | None:
    """The dataset that this session's upload has become, once."""
    if import_view() is not None or question() or "import" not in st.session_state:
        return None
    digest = st.session_state["import"]
    discard_upload()
    try:
        return state.engine().result(digest, Imported).name or None
    except StoreError:  # such as an upload of yesterday
        return None


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
    state_pictures.sample_images.clear(dataset)
    state_pictures.copies.clear(dataset)
    st.session_state["own"] = [name for name in st.session_state.get("own", ()) if name != dataset]
    st.session_state.pop("own-open", None)
    state.close_run()
