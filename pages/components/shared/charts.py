"""The one way in which pages show a figure, and what can be taken from it: picture, numbers, its name for a reader."""

import html
import io
import re
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import plotly.graph_objects as go
import streamlit as st

from camu_core.figures.tables import csv_of, figure_table
from camu_core.figures.theme import WIDE, title_layout
from pages.components.shared import moving, state_figures, text

_WIDE_COLUMNS = 3  # panels side by side, too many for a narrow window
_PRESENTED_FONT = 19  # pixels; readable from the back row
_PRESENTED_AXIS = {"title_font_size": _PRESENTED_FONT - 3, "tickfont_size": _PRESENTED_FONT - 5}
_TAGS = re.compile(r"<[^>]+>")
_NO_CLASS = re.compile(r"[^\w-]", re.ASCII)  # Streamlit's classes of keys have a hyphen instead


def show(
    where: Any,
    figure: go.Figure,
    key: str,
    has_bar: bool = True,
    is_steady: bool = False,
    fills: bool = False,
    **options: Any,
) -> Any:
    """Draw a figure and note it for the page's downloads; returns what `plotly_chart` returns.

    Args:
        where: st, or a column or container.
        has_bar: the camera and the other buttons appear on hover.
        is_steady: it moves, and must not blink.
        fills: as high as there is room, and at least as high as the figure says.
        options: of `plotly_chart`, but for config, alt and height; of those, `is_steady` takes
            `on_select` alone, and `pictures`, see `moving.show`.
    """
    state_figures.note(key, figure)
    if state_figures.is_presenting():
        # the browser keeps a large figure's type when it becomes small again, unless it is another one
        key, figure, fills = (key if "on_select" in options else f"{key}-large"), _enlarged(figure), has_bar
    alt = _name(figure) or text.FIGURE_UNNAMED
    height = "stretch" if fills or is_steady else "content"
    with where.container(key=f"figure-{key}", gap=None, height=height):
        _title(figure, f"figure-{key}")
        if is_steady:
            return moving.show(figure, key, alt, config(key, has_bar), **options)
        return st.plotly_chart(figure, key=key, alt=alt, config=config(key, has_bar), height=height, **options)


def config(key: str, has_bar: bool = True) -> dict[str, Any]:
    """Plotly's settings of a figure: its buttons, and what the camera saves."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover" if has_bar else False,
        "toImageButtonOptions": {"format": state_figures.picture_format(), "filename": f"camu-{key}", "scale": 2},
    }


def _title(figure: go.Figure, container: str) -> None:
    """The title as words of the page, over the place that the figure keeps for its own: they break at any width.

    The style sheet hides the figure's own, which pictures that the camera saves still have; and by the class of this
    one it knows which figures need more room than a narrow window has. The container has the figure's height before
    the browser has drawn it.

    Args:
        container: key of what holds both.
    """
    title = figure.layout.title
    if not title.text:
        return
    pixels = title_layout(title.text, title.font.size)[1]
    words = html.escape(html.unescape(_name(figure)))
    st.html(
        f"<div class='figure-title {_room(figure)}' style='font-size:{title.font.size}px;min-height:{pixels}px;"
        f"margin-bottom:-{pixels}px'>{words}</div>"
        f"<style>:where(.st-key-{_NO_CLASS.sub('-', container)}) {{ min-height: {figure.layout.height}px }}</style>"
    )


def _room(figure: go.Figure) -> str:
    """`WIDE` or `DENSE` if it needs more room than a narrow window has, else empty."""
    n_columns = len({axis.domain for axis in figure.select_xaxes()})
    return WIDE if n_columns >= _WIDE_COLUMNS else figure.layout.meta or ""


def _name(figure: go.Figure) -> str:
    """Its title in plain words."""
    return _TAGS.sub(" ", figure.layout.title.text or "").strip()


def _enlarged(figure: go.Figure) -> go.Figure:
    title = figure.layout.title.text or ""
    (_, pixels), (heading, larger_pixels) = title_layout(title), title_layout(title, _PRESENTED_FONT + 4)
    larger = go.Figure(figure).update_layout(
        title=heading, font_size=_PRESENTED_FONT,
        margin_t=(figure.layout.margin.t or 0) + larger_pixels - pixels,
    )  # fmt: skip
    larger.update_annotations(font_size=_PRESENTED_FONT - 2)
    larger.update_traces(textfont_size=_PRESENTED_FONT - 6, selector=lambda trace: trace.type in ("bar", "scatter"))
    larger.update_layout(legend_font_size=_PRESENTED_FONT - 4)
    return larger.update_xaxes(**_PRESENTED_AXIS).update_yaxes(**_PRESENTED_AXIS)


def downloads() -> None:
    """At the foot of a page: the data of all its figures, and how to save a picture of each."""
    figures = state_figures.noted()
    if not figures:
        return
    with st.popover(text.FIGURES, icon=":material/download:", type="tertiary", key="figures-of-page"):
        st.download_button(
            text.FIGURES_CSV,
            lambda: tables_zip(figures),
            file_name="camu-figures.zip",
            mime="application/zip",
            on_click="ignore",
            icon=":material/table:",
        )
        st.segmented_control(
            text.FIGURES_FORMAT, ["png", "svg"], format_func=str.upper, default="png", key="picture-format",
            required=True, persist_state="session", help=text.FIGURES_FORMAT_HELP,
        )  # fmt: skip


def tables_zip(figures: dict[str, go.Figure]) -> bytes:
    """One CSV for each figure, in a zip."""
    packed = io.BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for key, figure in figures.items():
            archive.writestr(f"{key}.csv", csv_of(figure_table(figure)))
    return packed.getvalue()
