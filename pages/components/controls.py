"""Widgets that make a RunSpec."""

from dataclasses import fields

import streamlit as st

from camu_core import DATASETS, METHODS, RunSpec, plan_run
from camu_core.models import usual_model
from pages.components import images, state, text

# CIFAR-10 runs on the command line so far: it has not been tried in the app.
OFFERED = ("digits", "mnist", "fashion_mnist")


def class_row(dataset: str) -> int:
    """A row of real images, one tile a class; returns the class that is picked."""
    info, samples = DATASETS[dataset], state.sample_images(dataset)
    key = f"class-{dataset}"
    state.remember(key, min(3, info.n_classes - 1))
    for column, label in zip(st.columns(info.n_classes, gap="small"), range(info.n_classes), strict=True):
        with column.container(key=f"tile-{dataset}-{label}"):
            if samples is not None:
                st.image(images.to_picture(samples[label]), width="stretch")
            picked = state.recall(key) == label
            st.button(
                info.class_names[label],
                key=f"{key}-{label}",
                type="primary" if picked else "secondary",
                width="stretch",
                on_click=state.put,
                args=(key, label),
            )
    return state.recall(key)


def run_controls(shown: RunSpec) -> tuple[str, int, str]:
    """Dataset, forget class and method, starting from those of the run that is shown."""
    _follow(shown)
    title, left, right = st.columns([4, 4, 3], vertical_alignment="bottom")
    title.title(text.RUN_TITLE, anchor=False)
    with left:
        dataset = st.segmented_control(
            text.PICK_DATASET,
            list(OFFERED),
            format_func=lambda name: DATASETS[name].title,
            key="dataset",
            required=True,
        )
    with right:
        method = st.segmented_control(
            text.PICK_METHOD, list(METHODS), format_func=lambda name: METHODS[name].title, key="method", required=True,
            help="  \n".join(f"**{m.title}**: {m.summary}" for m in METHODS.values()),
        )  # fmt: skip
    dataset, method = dataset or shown.dataset, method or shown.method  # a client may send no choice at all
    st.markdown(f"**{text.PICK_CLASS}**")
    label = class_row(dataset)
    return dataset, label, method


def press_row(dataset: str, label: int, method: str, busy: bool) -> tuple[RunSpec, bool]:
    """The button and the folded settings; returns the spec, and whether the button was pressed."""
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = press_button(busy)
        with st.popover(text.ADVANCED, icon=":material/tune:"):
            settings, seed = _settings(dataset, method)
    return plan_run(dataset, [label], method, settings, seed), pressed


def press_button(busy: bool = False) -> bool:
    return st.button(
        text.PRESS, type="primary", icon=":material/ink_eraser:", help=text.PRESS_HELP, key="press", disabled=busy
    )


def _settings(dataset: str, method: str) -> tuple[dict[str, float], int]:
    """The method's fields as number inputs; keys carry dataset and method, whose defaults differ."""
    defaults = METHODS[method].default_config(dataset, "class", usual_model(DATASETS[dataset].shape))
    prefix = f"set-{dataset}-{method}-"
    values = {}
    columns = st.columns(4)
    for i, spec in enumerate(fields(defaults)):
        default = getattr(defaults, spec.name)
        state.remember(prefix + spec.name, default)
        is_whole = isinstance(default, int)
        values[spec.name] = columns[i % 4].number_input(
            spec.name.replace("_", " "),
            min_value=type(default)(spec.metadata["low"]),
            max_value=type(default)(spec.metadata["high"]),
            step=1 if is_whole else default / 2 or 0.1,
            format="%d" if is_whole else "%g",
            help=spec.metadata["help"],
            key=prefix + spec.name,
        )
    state.remember("seed", 0)
    seed = columns[len(values) % 4].number_input(
        text.SEED, min_value=0, max_value=2**31 - 1, step=1, help=text.SEED_HELP, key="seed"
    )
    st.button(
        text.ADVANCED_RESET,
        on_click=lambda: [state.put(prefix + spec.name, getattr(defaults, spec.name)) for spec in fields(defaults)],
    )
    return values, seed


def _follow(shown: RunSpec) -> None:
    """When another run is opened, the widgets take its values."""
    if state.recall("controls-of") == shown.digest:
        return
    state.put("controls-of", shown.digest)
    state.put("dataset", shown.dataset)
    state.put("method", shown.method)
    state.put("seed", shown.seed)
    state.put(f"class-{shown.dataset}", shown.forget.classes[0])
    for name, value in shown.settings:
        state.put(f"set-{shown.dataset}-{shown.method}-{name}", value)
