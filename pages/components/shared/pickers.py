"""What the mouse picks in a figure, picked from lists instead: by keyboard, on a phone, or where a group is meant."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import streamlit as st

from camu_core import DATASETS
from camu_core.wording.format import counted
from pages.components.shared import text


def picker(
    title: str,
    key: str,
    lists: Mapping[str, Mapping[Any, str]],
    found: Callable[..., Sequence],
    press: str,
    on_pick: Callable[[Sequence], None] | None = None,
) -> Sequence:
    """A popover with lists, and one button that does what a click or a lasso in the figure does.

    Args:
        lists: options and their words, by the label of their list; the first option is chosen at the start.
        found: what the chosen options stand for, one from each list.
        press: words of the button; {images} is how many are found.
        on_pick: called with them when the button is pressed, before the page is drawn anew.
    Returns:
        what was found, if the button was pressed just now; else nothing.
    """
    with st.popover(title, icon=":material/filter_list:", key=key):
        chosen = [
            st.selectbox(label, list(options), format_func=options.get, key=f"{key}-{i}")
            for i, (label, options) in enumerate(lists.items())
        ]
        offered = zip(chosen, lists.values(), strict=True)
        items = found(*chosen) if all(option in options for option, options in offered) else ()  # a client may send any
        is_pressed = st.button(
            press.format(images=counted(len(items), "image")), key=f"{key}-press", type="primary",
            disabled=not len(items), on_click=on_pick, args=(items,) if on_pick else (),
        )  # fmt: skip
    return items if is_pressed else ()


def groups(dataset: str) -> dict[str | int, str]:
    """All images, those to forget, those to keep, and those of each class, as options of a list."""
    info = DATASETS[dataset]
    noun = info.class_noun.capitalize()
    return text.GROUPS | {label: f"{noun} {name}" for label, name in enumerate(info.class_names)}


def in_group(group: str | int, y: np.ndarray, is_forget: np.ndarray) -> np.ndarray:
    """Which images belong to an option of `groups`.

    Args:
        y: int64 (N,), true classes.
        is_forget: bool (N,).
    """
    if group == "forget":
        return is_forget
    if group == "keep":
        return ~is_forget
    return np.ones_like(is_forget) if group == "all" else y == group
