"""Numbers in the cells of heatmaps."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale, unlabel_rgb

_FONT_SIZE, _ROW_PIXELS = 12, 200  # the numbers of a row together have room for at least so many


def write_in_cells(figure: go.Figure, scale: Sequence[Sequence[Any]], low: float, high: float) -> None:
    """Write each heatmap's `text` into its cells, in black or white; plotly's own grey is too pale on middle tones.

    The axes need ranges of their own: numbers at the edge would widen others.

    Args:
        scale: colours of all heatmaps of the figure, as plotly takes them.
        low, high: values at its ends.
    """
    for heat in list(figure.select_traces({"type": "heatmap"})):
        texts, values = np.asarray(heat.text), np.asarray(heat.z, dtype=float)
        rows, columns = np.nonzero(texts != "")
        shares = np.clip((values[rows, columns] - low) / (high - low), 0, 1)
        figure.add_scatter(
            x=[heat.x[j] for j in columns], y=[heat.y[i] for i in rows], xaxis=heat.xaxis, yaxis=heat.yaxis,
            mode="text", text=texts[rows, columns].tolist(), hoverinfo="skip", showlegend=False,
            textfont={"color": [ink(each) for each in sample_colorscale(scale, shares.tolist())],
                      "size": min(_FONT_SIZE, _ROW_PIXELS / texts.shape[1])},
        )  # fmt: skip


def ink(color: str) -> str:
    """Black or white, whichever has more contrast with a colour, always at least 4.5.

    Args:
        color: "rgb(red, green, blue)".
    Source: WCAG 2.2, relative luminance and contrast ratio.
    """
    channels = np.array(unlabel_rgb(color)) / 255
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return "#000000" if float(linear @ (0.2126, 0.7152, 0.0722)) > 0.179 else "#FFFFFF"
