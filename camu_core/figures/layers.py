"""Inside the network: change of weights by layer, what the first layers put out, and what an answer hangs on."""

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import MODEL_TITLES, ground, styled

N_CHANNELS = 12


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
        tiles = {name: each[shown].astype(float) for name, each in by_network.items()}
        low, high = min(0.0, *(each.min() for each in tiles.values())), max(each.max() for each in tiles.values())
        n_high, n_wide = next(iter(tiles.values())).shape[1:]
        # a line of nothing between two pictures
        strips = [np.concatenate([*np.pad(each, ((0, 0), (0, 1), (0, 1)), constant_values=np.nan)], axis=1)
                  for each in tiles.values()]  # fmt: skip
        figure.add_heatmap(
            row=row, col=1, z=np.concatenate(strips).round(3), zmin=low, zmax=max(high, 1e-9), showscale=False,
            colorscale=[[0, tones.page], [1, tones.text]], hovertemplate="%{z:.2f}<extra></extra>", hoverongaps=False,
        )  # fmt: skip
        figure.update_xaxes(
            row=row, col=1, showgrid=False, tickvals=[i * (n_wide + 1) + (n_wide - 1) / 2 for i in range(len(shown))],
            ticktext=[str(channel) for channel in shown], range=[-1, len(shown) * (n_wide + 1) - 0.5],
            title="channel" if row == len(maps) else None,
        )  # fmt: skip
        figure.update_yaxes(
            row=row, col=1, showgrid=False, range=[len(tiles) * (n_high + 1) - 0.5, -1],
            tickvals=[i * (n_high + 1) + (n_high - 1) / 2 for i in range(len(tiles))],
            ticktext=[_broken(MODEL_TITLES[name]) for name in tiles],
        )  # fmt: skip
    figure.update_annotations(font={"size": 14, "color": tones.muted}, yshift=2)
    return styled(figure, dark, title, height, headroom=24)


def saliency_figure(saliency: Mapping[str, np.ndarray], title: str, dark: bool = False, height: int = 240) -> go.Figure:
    """A picture a network; each has its own scale, since networks differ in the size of all their scores.

    Args:
        saliency: float32 (H, W) by network.
    """
    tones = ground(dark)
    names = [_broken(MODEL_TITLES[name]) for name in saliency]
    figure = make_subplots(cols=len(saliency), subplot_titles=names, horizontal_spacing=0.04)
    for column, pixels in enumerate(saliency.values(), start=1):
        figure.add_heatmap(
            row=1, col=column, z=(pixels / max(float(pixels.max()), 1e-30)).round(3), zmin=0, zmax=1, showscale=False,
            colorscale=[[0, tones.page], [1, tones.forget]],
            hovertemplate="%{z:.0%} of the strongest pixel<extra></extra>",
        )  # fmt: skip
    frame = {
        "showticklabels": False,
        "showgrid": False,
        "mirror": True,
        "linecolor": tones.muted,
        "constrain": "domain",
    }
    figure.update_xaxes(**frame)
    figure.update_yaxes(autorange="reversed", constraintoward="top", **frame)
    for column in range(1, len(saliency) + 1):
        figure.update_yaxes(scaleanchor="x" if column == 1 else f"x{column}", col=column)
    figure.update_annotations(font={"size": 13, "color": tones.muted}, yshift=4)
    return styled(figure, dark, title, height, headroom=40)


def _broken(name: str) -> str:
    """On two lines if it is long."""
    return name.replace(" ", "<br>", 1) if len(name) > 8 else name
