"""Images in rows, to be clicked."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from camu_core.figures.theme import ground, styled

COLUMNS = 20
_TILE = 40  # pixels of the picture; the browser makes them fit
_GAP = 4


def wall_figure(
    x: np.ndarray, numbers: Sequence[int], hover: Sequence[str], is_chosen: np.ndarray, dark: bool = False
) -> go.Figure:
    """One picture of all images, with a point over each that carries its number.

    Args:
        x: uint8 (N, channels, H, W).
        numbers: the customdata of each point; hover: its words.
        is_chosen: bool (N,), framed in the colour of the forget set.
    """
    tones, step = ground(dark), _TILE + _GAP
    n_rows = -(-len(x) // COLUMNS)
    rows, columns = np.divmod(np.arange(len(x)), COLUMNS)
    picture = Image.new("RGBA", (COLUMNS * step, n_rows * step))
    for image, row, column in zip(x, rows, columns, strict=True):
        channels_last = image.transpose(1, 2, 0)
        tile = Image.fromarray(channels_last.squeeze(2) if channels_last.shape[2] == 1 else channels_last)
        tile = tile.convert("RGB").resize((_TILE, _TILE), Image.Resampling.BICUBIC)
        picture.paste(tile, (int(column) * step + _GAP // 2, int(row) * step + _GAP // 2))
    figure = go.Figure()
    figure.add_layout_image(
        source=picture, xref="x", yref="y", x=-0.5, y=-0.5, sizex=COLUMNS, sizey=n_rows, sizing="stretch",
        layer="below",
    )  # fmt: skip
    invisible = {"marker": {"opacity": 0}}
    for mask in (~is_chosen, is_chosen):
        (kept,) = mask.nonzero()
        chosen = mask is is_chosen
        figure.add_scatter(
            x=columns[kept], y=rows[kept], mode="markers", customdata=[numbers[i] for i in kept],
            text=[hover[i] for i in kept], hovertemplate="%{text}<extra></extra>", showlegend=False,
            marker={"symbol": "square-open", "size": _TILE + 2, "color": tones.forget, "opacity": float(chosen),
                    "line": {"width": 5}},
            **({} if chosen else {"selected": invisible, "unselected": invisible}),
        )  # fmt: skip
    figure.update_xaxes(range=[-0.5, COLUMNS - 0.5], visible=False, fixedrange=True)
    figure.update_yaxes(range=[n_rows - 0.5, -0.5], visible=False, fixedrange=True)
    return styled(figure, dark, "", step * n_rows).update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, dragmode="select", clickmode="event+select"
    )
