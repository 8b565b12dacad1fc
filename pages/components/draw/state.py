"""What the networks of a run say to one image from outside."""

import numpy as np
import streamlit as st
import torch

from camu_core.data import DATASETS
from camu_core.data.drawing import from_picture
from camu_core.jobs.causal import CausalJob
from camu_core.networks.models import predict
from camu_core.threads import one_thread
from pages.components.causal import state as state_causal


@st.cache_data(show_spinner=False, max_entries=64)
def image_of(content: bytes, dataset: str) -> np.ndarray | None:
    """A visitor's picture as the dataset's images are; decoded once, and not at every redraw.

    Raises:
        ImagesRefused: see `from_picture`.
    """
    return from_picture(content, DATASETS[dataset])


def answers(job: CausalJob, image: np.ndarray) -> dict[str, np.ndarray]:
    """Probability of each class, float32 (C,), by network.

    Args:
        image: uint8 (channels, H, W).
    """
    with one_thread():
        logits = {
            name: predict(model, torch.from_numpy(image.copy())[None])[0][0]
            for name, model in state_causal.networks(job).items()
        }
    return {name: row.softmax(0).numpy() for name, row in logits.items()}


def labels(job: CausalJob, images: np.ndarray) -> dict[str, np.ndarray]:
    """The class each network says, int64 (N,), by network.

    Args:
        images: uint8 (N, channels, H, W).
    """
    return _labels(job.digest, images, job)


@st.cache_data(show_spinner=False, max_entries=64)
def _labels(digest: str, images: np.ndarray, _job: CausalJob) -> dict[str, np.ndarray]:
    with one_thread():
        return {
            name: predict(model, torch.from_numpy(images.copy()))[0].argmax(1).numpy()
            for name, model in state_causal.networks(_job).items()
        }


def test_number(digest: str) -> int:
    """Which test image of the forgotten ones is shown."""
    return st.session_state.get(f"draw-test-{digest}", 0)


def next_test(digest: str) -> None:
    st.session_state[f"draw-test-{digest}"] = test_number(digest) + 1
