"""A planted secret: what the network is taught on purpose, so that one knows what it has to forget."""

import numpy as np
import streamlit as st
import torch

from camu_core import DATASETS, ForgetSpec, RunSpec
from camu_core.data import PlantedDataset, load_dataset
from camu_core.errors import SpecError
from camu_core.networks.originals import network_card
from camu_core.networks.pace import PATIENCE, training_seconds
from camu_core.specs import Planting, trained_on
from pages.components.own_images import state as state_own
from pages.components.own_images import text as text_own
from pages.components.own_images import upload as own_upload
from pages.components.run import text
from pages.components.shared import images, notices, state
from pages.components.shared import text as words

_USUAL = {"trigger": (8,), "swap": (3, 5)}
_TILES = 6


def usual(dataset: str) -> list[str]:
    """What is offered without asking: a mark and swapped labels, as in the published results."""
    return [str(_usual(kind, dataset)) for kind in _USUAL]


def choose(dataset: str, model: str) -> ForgetSpec | None:
    """What is planted, shown in pictures; None while the network has not learned it."""
    info = DATASETS[dataset]
    if not info.is_present():
        st.info(words.NO_WALL, icon=":material/download:")
        return None
    planting = _controls(dataset)
    if planting is None:
        return None
    forget = ForgetSpec("planted", planting=planting)
    name = trained_on(dataset, forget)
    if name not in DATASETS:
        st.error(text.PLANTED_TOO_MANY.format(most=info.n_images // 2))
        return None
    try:
        _pictures(dataset, name)
    except SpecError as error:
        st.error(str(error), icon=":material/report:")
        return None
    return forget if _is_taught(name, model) else None


def take_over(spec: RunSpec) -> None:
    """Show what a run had planted."""
    planting = spec.forget.planting
    if planting is not None:
        state.put("planted-kind", planting.kind)
        state.put(f"planted-n-{spec.dataset}", planting.n)
        for i, label in enumerate(planting.classes):
            state.put(f"planted-{planting.kind}-{spec.dataset}-{i}", label)


def _usual(kind: str, dataset: str) -> Planting:
    n_classes = DATASETS[dataset].n_classes
    wanted = _USUAL[kind] if n_classes > max(_USUAL[kind]) else tuple(range(n_classes))[-len(_USUAL[kind]) :]
    return Planting(kind, wanted)


def _controls(dataset: str) -> Planting | None:
    info, kinds = DATASETS[dataset], list(_USUAL)
    state.remember("planted-kind", kinds[0])
    st.markdown(text.PLANTED_LEAD)
    left, middle, right = st.columns([4, 5, 3], vertical_alignment="bottom")
    kind = left.segmented_control(
        text.PLANTED_KIND, kinds, key="planted-kind", format_func=text.PLANTED_KINDS.get, required=True,
        persist_state="session",
    ) or kinds[0]  # fmt: skip
    first = _usual(kind, dataset)
    labels = []
    for i, column in enumerate(middle.columns(len(first.classes), vertical_alignment="bottom")):
        key = f"planted-{kind}-{dataset}-{i}"
        state.remember(key, first.classes[i])
        label = column.selectbox(
            text.PLANTED_CLASSES[kind][i].format(noun=info.class_noun), range(info.n_classes), key=key,
            format_func=info.class_names.__getitem__, persist_state="session",
        )  # fmt: skip
        labels.append(first.classes[i] if label is None else label)  # a client may send no choice at all
    size, least = f"planted-n-{dataset}", len(first.classes)
    most = max(least, info.n_images // 2)
    state.put(size, min(max(least, state.recall(size) or first.n), most))  # it may be of the other kind
    n = right.number_input(text.PLANTED_SIZE, least, most, key=size, persist_state="session")
    if len(set(labels)) < len(labels):
        st.caption(text.PLANTED_SAME)
        return None
    return Planting(kind, tuple(labels), min(max(least, int(n or first.n)), most))


def _pictures(dataset: str, name: str) -> None:
    """Some of the images before and after, with the labels taught."""
    planted, clean, names = load_dataset(name), load_dataset(dataset), DATASETS[dataset].class_names
    if not isinstance(planted, PlantedDataset):
        return
    idx = planted.planted_idx[np.linspace(0, len(planted.planted_idx) - 1, _TILES).round().astype(int).tolist()]
    idx = torch.unique(idx)
    captions = [
        text.PLANTED_TILE.format(true=names[true], taught=names[taught])
        for true, taught in zip(clean.y_train[idx].tolist(), planted.y_train[idx].tolist(), strict=True)
    ]
    before, after, more = clean.x_train[idx].numpy(), planted.x_train[idx].numpy(), len(planted.planted_idx) - len(idx)
    if planted.planting.kind == "trigger":
        images.changed_strip(before, after, captions, more)
    else:
        images.captioned_strip(after, captions, more)


def _is_taught(name: str, model: str) -> bool:
    """Whether there is a network that learned it; else the button that teaches one, or how far that is."""
    if network_card(name, model) is not None:
        return True
    job = state_own.training_view(name, model)
    if job is not None and not job.is_over:
        st.fragment(run_every=own_upload.TICK_SECONDS)(_teaching)(name, model)
        return False
    if job is not None and job.state == "failed":
        st.error(job.message, icon=":material/report:")
    seconds = training_seconds(name, model, PATIENCE)
    if why_not := notices.too_long(seconds):
        st.info(why_not, icon=":material/timer_off:")
        return False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            text.PLANTED_TEACH, key="teach-secret", type="primary", icon=":material/school:",
            on_click=state_own.start_training, args=(name, model),
        )  # fmt: skip
        st.caption(text.PLANTED_TIME.format(time=words.takes(seconds)))
    return False


def _teaching(name: str, model: str) -> None:
    job = state_own.training_view(name, model)
    if job is None or job.is_over:
        st.rerun()
    own_upload.working(job, words.stage_line(job, text_own.STAGES[job.stage]) if job.index else words.STARTING)
