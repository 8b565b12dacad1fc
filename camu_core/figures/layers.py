"""Inside the network: change of weights by layer, what the first layers put out, and what an answer hangs on."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import MODEL_TITLES, WIDE, Ground, ground, styled

N_CHANNELS = 12
_LEAST = 1e-30  # of a scale, where everything is 0


def weights_figure(changes: Mapping[str, float], title: str, dark: bool = False, height: int = 320) -> go.Figure:
    """A bar a layer, the first at the top.

    Args:
        changes: by layer, of its weights, as a fraction of their norm before.
    """
    tones, names = ground(dark), list(changes)
    values = [100 * change for change in changes.values()]
    figure = go.Figure()
    figure.add_bar(
        x=values, y=names, orientation="h", marker={"color": tones.forget, "opacity": 0.75}, name="change of weights",
        text=[f"{value:.1f}%" for value in values], textposition="outside", cliponaxis=False,
        hovertemplate="%{y}: %{x:.2f}% of the norm before<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(rangemode="tozero", title="change of the weights (% of their norm before)")
    figure.update_yaxes(autorange="reversed", type="category")
    return styled(figure, dark, title, height).update_layout(bargap=0.4, margin_r=48)


def maps_figure(
    maps: Mapping[str, Mapping[str, np.ndarray]],
    order: Mapping[str, np.ndarray],
    title: str,
    dark: bool = False,
    height: int = 420,
) -> go.Figure:
    """A strip of pictures for each layer: a row a network, a column a channel.

    Args:
        maps: by layer and network, float32 (channels, h, w).
        order: by layer, its channels; the first `N_CHANNELS` are shown.
    """
    tones = ground(dark)
    figure = make_subplots(rows=len(maps), subplot_titles=list(maps), vertical_spacing=0.16)
    for row, (layer, by_network) in enumerate(maps.items(), start=1):
        shown = order[layer][:N_CHANNELS]
        tiles = np.stack([each[shown] for each in by_network.values()]).astype(float)
        ends = min(0.0, float(tiles.min())), max(float(tiles.max()), _LEAST)
        names = [_broken(MODEL_TITLES[name]) for name in by_network]
        _add_tiles(figure, row, tiles, names, [str(channel) for channel in shown], ends, tones.text, tones)
    figure.update_xaxes(title="channel", row=len(maps))
    figure.update_annotations(font={"size": 14, "color": tones.muted}, x=0, xanchor="left", yshift=2)
    return styled(figure, dark, title, height, headroom=24).update_layout(meta=WIDE)


def saliency_figure(saliency: Mapping[str, np.ndarray], title: str, dark: bool = False, height: int = 240) -> go.Figure:
    """A picture a network; each has its own scale, since networks differ in the size of all their scores.

    Args:
        saliency: float32 (H, W) by network.
    """
    tones, figure = ground(dark), make_subplots()
    names = [_broken(MODEL_TITLES[name]) for name in saliency]
    tiles = np.stack([[pixels / max(float(pixels.max()), _LEAST) for pixels in saliency.values()]]).astype(float)
    _add_tiles(figure, 1, tiles, [""], names, (0.0, 1.0), tones.forget, tones)
    return styled(figure, dark, title, height, headroom=24)


def _add_tiles(
    figure: go.Figure,
    row: int,
    tiles: np.ndarray,
    row_names: list[str],
    column_names: list[str],
    ends: tuple[float, float],
    color: str,
    tones: Ground,
) -> None:
    """Pictures in rows and columns, as one heatmap with square pixels and a line of nothing between two pictures.

    Args:
        tiles: float (rows, columns, h, w).
        ends: values of the page's colour and of `color`.
    """
    n_rows, n_columns, high, wide = tiles.shape
    padded = np.pad(tiles, ((0, 0), (0, 0), (0, 1), (0, 1)), constant_values=np.nan)
    whole = padded.transpose(0, 2, 1, 3).reshape(n_rows * (high + 1), n_columns * (wide + 1))
    figure.add_heatmap(
        row=row, col=1, z=whole.round(3).astype(np.float32), zmin=ends[0], zmax=ends[1], showscale=False,
        hoverongaps=False, colorscale=[[0, tones.page], [1, color]], hovertemplate="%{z:.2f}<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(
        row=row, col=1, showgrid=False, ticks="", showline=False, constrain="domain", constraintoward="left",
        tickvals=[i * (wide + 1) + (wide - 1) / 2 for i in range(n_columns)], ticktext=column_names,
        range=[-0.5, n_columns * (wide + 1) - 1.5],
    )  # fmt: skip
    figure.update_yaxes(
        row=row, col=1, showgrid=False, ticks="", showline=False, constrain="domain", constraintoward="top",
        scaleanchor="x" if row == 1 else f"x{row}",
        tickvals=[i * (high + 1) + (high - 1) / 2 for i in range(n_rows)], ticktext=row_names,
        range=[n_rows * (high + 1) - 1.5, -0.5],
    )  # fmt: skip


def _broken(name: str) -> str:
    """On two lines if it is long."""
    return name.replace(" ", "<br>", 1) if len(name) > 8 else name
