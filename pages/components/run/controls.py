"""Widgets that make a RunSpec."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields

import streamlit as st

from camu_core import DATASETS, METHODS, ForgetSpec, RunSpec, plan_run
from camu_core.comparison.tuning import tuned_settings
from camu_core.data import origin_of
from camu_core.methods import is_control
from camu_core.networks.models import MODELS, models_for, n_weights, usual_model
from camu_core.networks.pace import PATIENCE, unlearning_seconds
from camu_core.planning import settings_phrase, usual_settings
from camu_core.settings import label_of
from camu_core.specs import Setting
from camu_core.wording.format import listed
from pages.components.own_images import state as state_own
from pages.components.own_images import text as text_own
from pages.components.run import given
from pages.components.run import text as text_run
from pages.components.run.forget import choose_samples, follow
from pages.components.shared import state, state_address, text

OFFERED = ("digits", "fashion_small", "mnist", "fashion_mnist", "cifar10", "cifar100")

# What somebody may ask for in the address, which names runs and datasets alone here.
_UNREAD = ("model", "forget", "method", "methods", "seed", "seeds")


def run_controls(shown: RunSpec) -> tuple[str, str]:
    """Dataset, or state.OWN_IMAGES for one still to come, and method; at first those of the run that is shown."""
    wanted = state_own.wanted_dataset()
    _follow(shown)
    of_run = [shown.dataset] if shown.dataset in DATASETS else []
    offered = list(dict.fromkeys([*OFFERED, *state.own_datasets(), *of_run]))
    left_out = ["dataset"] if wanted and wanted not in [*offered, state.OWN_IMAGES] else []
    left_out += state_address.take_out(_UNREAD)
    if left_out:
        st.warning(text.ADDRESS_LEFT_OUT.format(names=listed(left_out)), icon=":material/link_off:")
    if wanted or state.recall("dataset") not in [*offered, state.OWN_IMAGES]:
        state.put("dataset", wanted if wanted in [*offered, state.OWN_IMAGES] else OFFERED[0])
    title, right = st.columns([20, 4], vertical_alignment="bottom")
    title.title(text.RUN_TITLE, anchor=False)
    with right:
        names = _methods()
        method = st.selectbox(
            text.PICK_METHOD, names, format_func=_method_title, key="method", persist_state="session",
            help="  \n".join(f"**{METHODS[name].title}**: {METHODS[name].summary}" for name in names),
        )  # fmt: skip
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="dataset-row")
    row.markdown(f"**{text.PICK_DATASET}**", width="content")
    dataset = row.segmented_control(
        text.PICK_DATASET, [*offered, state.OWN_IMAGES], format_func=_title, key="dataset", required=True,
        label_visibility="collapsed", wrap=True, persist_state="session",
    )  # fmt: skip
    return dataset or shown.dataset, method  # a client may send no choice at all


def choose_network(dataset: str) -> str:
    """The model that suits the dataset's images; where several do, the one that is picked."""
    info, key = DATASETS[dataset], f"network-{dataset}"
    of_run = [name for name in MODELS if name == state.recall(key)]
    names = list(dict.fromkeys([*models_for(info.shape), *of_run]))
    if len(names) == 1:
        return names[0]
    state.remember(key, names[0])
    row = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    row.markdown(f"**{text.PICK_NETWORK}**", width="content")
    model = row.segmented_control(
        text.PICK_NETWORK, names, key=key, required=True, label_visibility="collapsed", persist_state="session",
        format_func=text.NETWORKS.__getitem__,
    ) or names[0]  # fmt: skip
    config = METHODS["camu"].default_config(dataset, "class", model)
    line = text.NETWORK_LINE.format(millions=n_weights(model, info.shape, info.n_classes) / 1e6)
    n_forget = info.n_images // info.n_classes
    seconds = unlearning_seconds(dataset, model, n_forget, config.epochs * config.repeats, patience=PATIENCE)
    if seconds is not None:
        line += text.NETWORK_TIME.format(time=text.about(seconds))
    row.caption(line, width="content")
    return model


def _methods() -> list[str]:
    """Those that unlearn; controls only if they are wanted, or one is shown."""
    shows_controls = state.recall("with-controls", False) or is_control(state.recall("method", ""))
    return [name for name in METHODS if shows_controls or not is_control(name)]


def _method_title(name: str) -> str:
    return text.CONTROL.format(title=METHODS[name].title) if is_control(name) else METHODS[name].title


def _title(dataset: str) -> str:
    return text_own.PRESS if dataset == state.OWN_IMAGES else text.shortened(DATASETS[dataset].title)


def press_row(
    dataset: str, model: str, forget: ForgetSpec | None, method: str, busy: bool
) -> tuple[RunSpec | None, bool]:
    """The button and the folded settings; returns the run, None while nothing is picked, and whether to start it.

    Raises: see `plan_run`.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = press_button(busy or forget is None)
        with st.popover(text.ADVANCED, icon=":material/tune:"):
            settings, seed = _settings(dataset, model, method, forget.kind if forget else "samples")
            st.caption(text.METHOD_SOURCE.format(source=METHODS[method].source))
            st.toggle(
                text.WITH_CONTROLS, value=state.recall("with-controls", False), key="with-controls",
                help=text.WITH_CONTROLS_HELP, persist_state="session",
            )  # fmt: skip
        given.offer(dataset, model, forget)
        if forget is None:
            st.caption(text_run.PLANTED_FIRST if state.recall("forget-kind") == "planted" else text.CHOOSE_FIRST)
            return None, pressed
        spec = plan_run(dataset, forget, method, settings, seed, model)
        if changed := settings_phrase(spec):
            st.markdown(text.CHANGED.format(settings=changed), width="content")
    return spec, pressed


def press_button(busy: bool = False) -> bool:
    return st.button(
        text.PRESS, type="primary", icon=":material/ink_eraser:", help=text.PRESS_HELP, key="press", disabled=busy
    )


def _settings(dataset: str, model: str, method: str, kind: str) -> tuple[dict[str, float], int]:
    """The method's fields as number inputs; keys carry all that defaults depend on.

    Each gets what it holds as its `value` too: the browser makes an input of a closed popover when that is opened, and
    would begin at the smallest value there is.
    """
    defaults = usual_settings(method, dataset, kind, model)
    prefix = _prefix(dataset, model, method, kind)
    values = {}
    own_first = sorted(fields(defaults), key=lambda spec: (spec.kw_only, spec.name == "bfloat16"))
    cells = [cell for _ in range(len(own_first) // 4 + 1) for cell in st.columns(4)]  # row by row, on a phone too
    for cell, spec in zip(cells, own_first, strict=False):
        default = getattr(defaults, spec.name)
        is_whole = isinstance(default, int)
        values[spec.name] = cell.number_input(
            label_of(spec),
            min_value=type(default)(spec.metadata["low"]),
            max_value=type(default)(spec.metadata["high"]),
            value=state.recall(prefix + spec.name, default),
            step=1 if is_whole else default / 2 or 0.1,
            format="%d" if is_whole else "%g",
            help=spec.metadata["help"],
            key=prefix + spec.name,
            persist_state="session",
        )
    seed = cells[len(own_first)].number_input(
        text.SEED, min_value=0, max_value=2**31 - 1, value=state.recall("seed", 0), step=1, help=text.SEED_HELP,
        key="seed", persist_state="session",
    )  # fmt: skip
    tuned = tuned_settings(origin_of(dataset), model, kind, method)
    with st.container(horizontal=True):
        st.button(text.ADVANCED_RESET, on_click=_put, args=(prefix, asdict(defaults)))
        if tuned:
            st.button(
                text.ADVANCED_TUNED, help=text.ADVANCED_TUNED_HELP, on_click=_put,
                args=(prefix, asdict(defaults) | tuned),
            )  # fmt: skip
    return values, seed


def _put(prefix: str, values: Mapping[str, Setting]) -> None:
    for name, value in values.items():
        state.put(prefix + name, value)


def choose(shown: RunSpec, numbers: Iterable[int]) -> None:
    """Put training images of the open run's dataset on the Run page, to be forgotten."""
    _follow(shown)
    state.put("dataset", shown.dataset)
    choose_samples(shown.dataset, numbers)


def ask_for(spec: RunSpec | None, shown: RunSpec) -> bool:
    """Whether a request of the widgets is the run that is shown, as far as widgets can say."""
    if spec is None or (spec.dataset, spec.model, spec.forget, spec.seed) != (
        shown.dataset,
        shown.model,
        shown.forget,
        shown.seed,
    ):
        return False
    if shown.method not in METHODS or METHODS.sha256(shown.method) != shown.method_sha256:  # no widget names it
        return True
    return (spec.method, spec.settings) == (shown.method, shown.settings)


def _follow(shown: RunSpec) -> None:
    """When another run is opened, the widgets take its values."""
    if state.recall("controls-of") == shown.digest and state.recall("dataset"):
        return
    state.put("controls-of", shown.digest)
    state.put("dataset", shown.dataset)
    state.put(f"network-{shown.dataset}", shown.model)
    state.put("seed", shown.seed)
    follow(shown)
    if shown.method not in METHODS:  # of a file that is not here any more
        return
    state.put("method", shown.method)
    for name, value in shown.settings if METHODS.sha256(shown.method) == shown.method_sha256 else ():
        state.put(_prefix(shown.dataset, shown.model, shown.method, shown.forget.kind) + name, value)


def _prefix(dataset: str, model: str, method: str, kind: str) -> str:
    of_dataset = dataset if model == usual_model(DATASETS[dataset].shape) else f"{dataset}-{model}"
    return f"set-{of_dataset}-{method}-{kind}-"
