"""What pictures are made of, kept for all who look at the same run."""

import streamlit as st

from camu_core import RunResult
from camu_core.data import DATASETS, Copies, copies_in, load_dataset
from camu_core.jobs import UmapJob
from camu_core.runs.projection import along_forget_axis, frame_of, run_points
from pages.components.shared import sheets, state, state_address


def sample_images(dataset: str):
    """The first training image of each class, uint8 (channels, H, W) each; None if they are not here."""
    return _samples(dataset) if DATASETS[dataset].is_present() else None


@st.cache_resource(show_spinner=False, max_entries=8)
def _samples(dataset: str):
    data = load_dataset(dataset)
    return [
        data.x_train[(data.y_train == label).nonzero()[0].item()].numpy()
        for label in range(DATASETS[dataset].n_classes)
    ]


def copies(dataset: str) -> list[Copies]:
    """Pictures that are in a dataset several times; none if its images are not here."""
    return _copies(dataset) if DATASETS[dataset].is_present() else []


@st.cache_resource(show_spinner=False, max_entries=8)
def _copies(dataset: str) -> list[Copies]:
    return copies_in(dataset, load_dataset(dataset))


def let_go(dataset: str) -> None:
    """Keep none of its images in memory."""
    _samples.clear(dataset)
    _copies.clear(dataset)


@st.cache_resource(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def pca_points(digest: str, retrained_digest: str | None):
    """Probe-set points by model name, float32 (N, 2), in the run's one PCA frame."""
    return run_points(state.find_result(digest), state.find_result(retrained_digest) if retrained_digest else None)


@st.cache_resource(show_spinner=False, max_entries=8)
def axis_points(digest: str, retrained_digest: str | None):
    """`along_forget_axis` of each network, float64 (N, 2) by name."""
    result = state.find_result(digest)
    parts = dict(result.representations)
    if retrained_digest:
        parts["retrained"] = state.find_result(retrained_digest).representations["unlearned"]
    return {name: along_forget_axis(part, result.probe.is_forget) for name, part in parts.items()}


def sheet_of(digest: str, number: int) -> tuple[bytes, str] | None:
    """A sheet of a run's probe set, see `sheets.sheet`; None of a run or a sheet that there is not."""
    result = state.result_of(digest) if state_address.is_digest(digest) else None
    if result is None or number * sheets.CELLS >= len(result.probe.x):
        return None
    return _sheet(digest, number)


@st.cache_data(show_spinner=False, max_entries=64)
def _sheet(digest: str, number: int) -> tuple[bytes, str]:
    return sheets.sheet(state.find_result(digest).probe.x, number)


def umap_job(result: RunResult, retrained: RunResult | None) -> UmapJob:
    """The refined picture of a run, with its retrained model if there is one."""
    return UmapJob(result.digest, retrained.digest if retrained is not None else None, result.spec.seed)


@st.cache_data(show_spinner=False, max_entries=state.RESULTS_IN_MEMORY)
def pca_explained(digest: str) -> float:
    """Share of variance that the run's PCA frame shows, 0..1."""
    result = state.find_result(digest)
    return float(frame_of(result).explained_variance_ratio_.sum())
