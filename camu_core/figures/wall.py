"""Images in rows, to be clicked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from camu_core.figures.theme import ground, styled

COLUMNS = 25
_TILE = 40  # pixels of the picture; the browser makes them fit
_GAP = 4


def wall_figure(
    x: np.ndarray,
    numbers: Sequence[int],
    hover: Sequence[str],
    is_chosen: np.ndarray,
    dark: bool = False,
    n_columns: int = COLUMNS,
) -> go.Figure:
    """One picture of all images, with a point over each that carries its number.

    Args:
        x: uint8 (N, channels, H, W).
        numbers: the customdata of each point.
        hover: its words.
        is_chosen: bool (N,), framed in the colour of the forget set.
        n_columns: of images side by side.
    """
    tones, step = ground(dark), _TILE + _GAP
    n_rows = -(-len(x) // n_columns)
    rows, columns = np.divmod(np.arange(len(x)), n_columns)
    picture = Image.new("RGBA", (n_columns * step, n_rows * step))
    for image, row, column in zip(x, rows, columns, strict=True):
        channels_last = image.transpose(1, 2, 0)
        tile = Image.fromarray(channels_last.squeeze(2) if channels_last.shape[2] == 1 else channels_last)
        tile = tile.convert("RGB").resize((_TILE, _TILE), Image.Resampling.BICUBIC)
        picture.paste(tile, (int(column) * step + _GAP // 2, int(row) * step + _GAP // 2))
    figure = go.Figure()
    figure.add_layout_image(
        source=picture, xref="x", yref="y", x=-0.5, y=-0.5, sizex=n_columns, sizey=n_rows, sizing="stretch",
        layer="below",
    )  # fmt: skip
    frames = np.where(is_chosen, tones.forget, "rgba(0,0,0,0)")
    figure.add_scatter(
        x=columns, y=rows, mode="markers", customdata=list(numbers), text=list(hover),
        hovertemplate="%{text}<extra></extra>", showlegend=False,
        marker={"symbol": "square", "size": _TILE, "color": "rgba(0,0,0,0)", "line": {"width": 3, "color": frames}},
        selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
    )  # fmt: skip
    figure.update_xaxes(range=[-0.5, n_columns - 0.5], visible=False, fixedrange=True)
    figure.update_yaxes(range=[n_rows - 0.5, -0.5], visible=False, fixedrange=True)
    return styled(figure, dark, "", step * n_rows).update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        dragmode=False,
        clickmode="event+select",  # with a box to draw, plotly takes no clicks
    )
