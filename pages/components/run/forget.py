"""What must it forget: a class or several, random images, or images one by one."""

import re
from collections.abc import Iterable

import numpy as np
import streamlit as st

from camu_core import DATASETS, ForgetSpec, RunSpec
from camu_core.data import left_behind, load_dataset, parse_indices
from camu_core.errors import SpecError
from camu_core.figures import wall_figure
from camu_core.figures.wall import COLUMNS
from camu_core.specs import FORGET_KINDS
from pages.components.run import memorised, planted
from pages.components.shared import charts, images, selections, state, state_pictures, text

_TILES = 10  # in a row of classes; more classes are a list
# Of the longest word on a tile, which breaks at a space, slash or hyphen alone: style.css makes the type smaller, and
# then the tiles wider, so that it need not break elsewhere.
_LETTERS = "<style>.stApp {{ --tile-letters: {n}; }}</style>"
_MOST_LETTERS = 24
_WALL_IMAGES = 75
_STRIP_IMAGES = 20
_FRACTIONS = [percent / 100 for percent in range(1, 91)]
_USUAL_FRACTION = 0.1


def forget_controls(dataset: str, model: str) -> ForgetSpec | None:
    """What is picked; None while nothing is."""
    info = DATASETS[dataset]
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key="forget-row")
    row.markdown(f"**{text.PICK_FORGET}**", width="content")
    state.remember("forget-kind", "class")
    kind = row.segmented_control(
        text.PICK_FORGET, [*FORGET_KINDS, memorised.KIND], key="forget-kind", required=True,
        label_visibility="collapsed", persist_state="session", wrap=True,
        format_func=lambda name: text.FORGET_KINDS[name].format(noun=info.class_noun),
    )  # fmt: skip
    if kind == "random":
        return _random()
    if kind == "samples":
        return _samples(dataset)
    if kind == "planted":
        return planted.choose(dataset, model)
    if kind == memorised.KIND:
        return memorised.choose(dataset, model)
    several = row.toggle(text.SEVERAL, key="several", persist_state="session") if info.n_classes > 2 else False
    return ForgetSpec(classes=_classes(dataset, several))


def follow(spec: RunSpec) -> None:
    """Take over what a run forgets."""
    forget = spec.forget
    state.put("forget-kind", forget.kind)
    if forget.kind == "class":
        state.put(f"classes-{spec.dataset}", forget.classes)
        state.drop(f"list-{spec.dataset}")
        state.drop(f"one-{spec.dataset}")
        state.put("several", len(forget.classes) > 1)
    elif forget.kind == "random":
        state.put("forget-fraction", forget.fraction)
        state.put("followed-fraction", forget.fraction)  # which may lie between those that are offered
    elif forget.kind == "planted":
        planted.take_over(spec)
    else:
        state.put(_chosen_key(spec.dataset), forget.samples)
        if memorised.take_over(spec):
            state.put("forget-kind", memorised.KIND)


def start_with(dataset: str, spec: RunSpec | None) -> None:
    """Pick what a run forgets, if it is a class of this dataset and nothing is picked yet."""
    if spec is not None and spec.dataset == dataset and spec.forget.kind == "class":
        state.remember(f"classes-{dataset}", spec.forget.classes[:1])


def class_row(dataset: str, several: bool = False) -> tuple[int, ...]:
    """A row of real images, one tile a class; returns the classes that are picked, at least one."""
    info, samples = DATASETS[dataset], state_pictures.sample_images(dataset)
    picked = picked_classes(dataset)
    n_letters = max(len(part) for name in info.class_names for part in re.split(r"[\s/-]", name))
    st.html(_LETTERS.format(n=min(n_letters, _MOST_LETTERS)))
    for column, label in zip(st.columns(max(_TILES, info.n_classes), gap="small"), range(info.n_classes), strict=False):
        with column.container(key=f"tile-{dataset}-{label}"):
            if samples is not None:
                st.image(
                    images.to_picture(samples[label]),
                    width="stretch",
                    alt=text.IMAGE_OF.format(name=info.class_names[label]),
                )
            st.button(
                info.class_names[label],
                key=f"class-{dataset}-{label}",
                type="primary" if label in picked else "secondary",
                width="stretch",
                on_click=_pick_class,
                args=(dataset, label, several),
            )
    return picked


def choose_samples(dataset: str, numbers: Iterable[int]) -> None:
    """Add training images to those that are chosen, and make them what is to be forgotten."""
    state.put("forget-kind", "samples")
    state.put(_chosen_key(dataset), tuple(sorted({*_chosen(dataset), *numbers})))


def _classes(dataset: str, several: bool) -> tuple[int, ...]:
    info = DATASETS[dataset]
    if not several and len(picked_classes(dataset)) > 1:
        state.put(f"classes-{dataset}", picked_classes(dataset)[:1])
    if info.n_classes <= _TILES:
        return class_row(dataset, several)
    names, picked = list(info.class_names), picked_classes(dataset)
    place = st.container()
    if info.groups:
        group, place = st.columns([3, 7])
        if info.groups.get(state.recall(f"group-{dataset}")) != picked:
            state.drop(f"group-{dataset}")
        group.selectbox(
            text.PICK_GROUP, list(info.groups), index=None, key=f"group-{dataset}", placeholder=text.PICK_GROUP_NONE,
            format_func=str.capitalize, on_change=_pick_group, args=(dataset,),
        )  # fmt: skip
    if several:
        state.remember(f"list-{dataset}", [names[label] for label in picked])
        chosen = place.multiselect(text.PICK_CLASS, names, key=f"list-{dataset}")
    else:
        chosen = [place.selectbox(text.PICK_CLASS, names, picked[0], key=f"one-{dataset}")]
    labels = tuple(sorted(names.index(name) for name in chosen)) or picked
    state.put(f"classes-{dataset}", labels)
    return labels


def picked_classes(dataset: str) -> tuple[int, ...]:
    """What the tiles say now, also before they are drawn anew."""
    return state.recall(f"classes-{dataset}", (min(3, DATASETS[dataset].n_classes - 1),))


def _pick_class(dataset: str, label: int, several: bool) -> None:
    """A click on a tile; the last class that is picked stays."""
    picked = set(picked_classes(dataset))
    labels = (picked ^ {label} or picked) if several else {label}
    state.put(f"classes-{dataset}", tuple(sorted(labels)))


def _pick_group(dataset: str) -> None:
    """All classes of a group, in place of those that were picked."""
    info, group = DATASETS[dataset], state.recall(f"group-{dataset}")
    if group in info.groups:
        state.put("several", True)
        state.put(f"classes-{dataset}", info.groups[group])
        state.drop(f"list-{dataset}")


def _random() -> ForgetSpec:
    state.remember("forget-fraction", _USUAL_FRACTION)
    left, right = st.columns([4, 6], gap="large", vertical_alignment="center")
    offered = sorted({*_FRACTIONS, state.recall("followed-fraction", _USUAL_FRACTION)})
    fraction = left.select_slider(
        text.RANDOM_FRACTION, offered, key="forget-fraction", persist_state="session",
        format_func=lambda part: ForgetSpec("random", fraction=part).short,
    )  # fmt: skip
    right.markdown(text.RANDOM_LEAD)
    return ForgetSpec("random", fraction=fraction or _USUAL_FRACTION)  # a client may send none


# --- images one by one -----------------------------------------------------------------------------------------------


def _samples(dataset: str) -> ForgetSpec | None:
    if not DATASETS[dataset].is_present():
        st.info(text.NO_WALL, icon=":material/download:")
        return None
    data, names = load_dataset(dataset), DATASETS[dataset].class_names
    st.markdown(text.SAMPLES_LEAD)
    picker, others, everything, listed = st.columns([3, 2, 2, 2], vertical_alignment="bottom")
    label = picker.selectbox(
        text.SAMPLES_CLASS, range(len(names)), format_func=names.__getitem__, key=f"wall-{dataset}"
    )
    shown = np.flatnonzero(data.y_train.numpy() == label)
    page_key = f"wall-page-{dataset}-{label}"
    first = state.recall(page_key, 0)
    if len(shown) > _WALL_IMAGES:
        following = first + _WALL_IMAGES if first + _WALL_IMAGES < len(shown) else 0
        others.button(text.SAMPLES_NEXT, on_click=state.put, args=(page_key, following), width="stretch")
    shown = shown[first : first + _WALL_IMAGES]
    with listed.popover(text.SAMPLES_FILE, icon=":material/checklist:", width="stretch"):
        _from_wall(dataset, shown.tolist())
        _from_file(dataset)
    everything.button(text.SAMPLES_ALL, on_click=choose_samples, args=(dataset, shown.tolist()), width="stretch")
    turn = state.recall(f"wall-turn-{dataset}", 0)
    key = f"wall-{dataset}-{label}-{first}-{turn}-{len(_chosen(dataset))}"  # a new figure after each change
    figure = wall_figure(
        data.x_train[shown].numpy(), shown.tolist(), [text.SAMPLES_HOVER.format(number=number) for number in shown],
        np.isin(shown, _chosen(dataset)), state.is_dark(),
    )  # fmt: skip
    charts.show(
        st.container(key="wall"), figure, key=key, has_bar=False, on_select=lambda: _toggle(dataset, key, turn),
        selection_mode="points",
    )  # fmt: skip
    return _basket(dataset)


def _basket(dataset: str) -> ForgetSpec | None:
    """What is chosen so far."""
    chosen = _chosen(dataset)
    if not chosen:
        st.caption(text.SAMPLES_NONE)
        return None
    data = load_dataset(dataset)
    known = [number for number in chosen[:_STRIP_IMAGES] if number < len(data.y_train)]
    behind = left_behind(state_pictures.copies(dataset), chosen)
    if behind:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(text.SAMPLES_COPIES[len(behind) == 1].format(n=len(behind)), width="content")
            st.button(
                text.SAMPLES_COPIES_TOO, on_click=choose_samples, args=(dataset, behind), key="copies-too",
                icon=":material/content_copy:",
            )  # fmt: skip
            images.plain_strip(
                data.x_train[list(behind[:_STRIP_IMAGES])].numpy(), more=max(0, len(behind) - _STRIP_IMAGES)
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(text.SAMPLES_CHOSEN.format(n=f"{len(chosen):,}"), width="content")
        st.button(text.SAMPLES_CLEAR, on_click=state.put, args=(_chosen_key(dataset), ()), icon=":material/undo:")
        images.plain_strip(data.x_train[known].numpy(), more=len(chosen) - len(known))
    return ForgetSpec("samples", samples=chosen)


def _from_wall(dataset: str, shown: list[int]) -> None:
    """The images on the wall by their places: what a click on each does."""
    key = f"places-{dataset}"
    state.put(key, [number for number in shown if number in _chosen(dataset)])

    def place(number: int) -> str:
        row, column = divmod(shown.index(number), COLUMNS)
        return text.SAMPLES_PLACE.format(row=row + 1, column=column + 1, number=number)

    def take_over() -> None:
        others = set(_chosen(dataset)) - set(shown)
        state.put(_chosen_key(dataset), tuple(sorted(others | (set(state.recall(key)) & set(shown)))))

    st.multiselect(
        text.SAMPLES_PLACES, shown, format_func=place, key=key, on_change=take_over, filter_mode="contains",
        select_all=False,
    )  # fmt: skip


def _from_file(dataset: str) -> None:
    st.text_input(text.SAMPLES_TYPED, key=f"typed-{dataset}", help=text.SAMPLES_FILE_HELP)
    if typed := state.recall(f"typed-{dataset}"):
        try:
            numbers = parse_indices(typed.encode(), text.SAMPLES_TYPED)
            st.button(text.SAMPLES_ADD, on_click=choose_samples, args=(dataset, numbers), key=f"add-{dataset}")
        except SpecError as error:
            st.error(str(error))
    file = st.file_uploader(text.SAMPLES_FILE, type=["csv", "txt"], help=text.SAMPLES_FILE_HELP, key=f"file-{dataset}")
    if file is None or state.recall(f"read-{dataset}") == file.file_id:
        return
    try:
        numbers = parse_indices(file.getvalue(), file.name)
    except SpecError as error:
        st.error(str(error))
        return
    state.put(f"read-{dataset}", file.file_id)
    state.put(_chosen_key(dataset), tuple(sorted({*_chosen(dataset), *numbers})))
    st.rerun()


def _toggle(dataset: str, key: str, turn: int) -> None:
    """What was clicked changes sides, once: a late word of a figure that is no longer shown is not heard."""
    if state.recall(f"wall-turn-{dataset}", 0) != turn:
        return
    state.put(f"wall-turn-{dataset}", turn + 1)
    numbers = set(selections.numbers(state.recall(key), len(load_dataset(dataset).y_train)))
    state.put(_chosen_key(dataset), tuple(sorted(set(_chosen(dataset)) ^ numbers)))


def _chosen_key(dataset: str) -> str:
    return f"chosen-{dataset}"


def _chosen(dataset: str) -> tuple[int, ...]:
    return state.recall(_chosen_key(dataset), ())
