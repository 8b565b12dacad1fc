"""Images that are easy and hard to forget, beside each other."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, styled
from camu_core.measures.estimates import wilson_interval

_SPLIT = "forget_train"
_APART = 0.16  # between the marks of a row


def groups_figure(
    groups: Mapping[str, Mapping[str, Any]], names: Mapping[str, str], title: str, dark: bool = False
) -> go.Figure:
    """A row a group, a mark a network: the share of the forgotten images that it gets right, with a 95% interval.

    Args:
        groups: metrics by model, by group, the easiest first.
        names: of the groups.
    """
    figure, tones = go.Figure(), ground(dark)
    rows = list(groups)
    for i, model in enumerate(MODEL_TITLES):
        known = [group for group in rows if model in groups[group]]
        values = np.array([groups[group][model][_SPLIT] for group in known])
        counts = [groups[group][model]["n"][_SPLIT] for group in known]
        ends = np.array([wilson_interval(value, n) for value, n in zip(values, counts, strict=True)]).reshape(-1, 2)
        figure.add_scatter(
            x=values, y=[rows.index(group) + _APART * (i - 1) for group in known], mode="markers",
            meta={"x": values, "x_low": ends[:, 0], "x_high": ends[:, 1], "y": [names[group] for group in known]},
            name=MODEL_TITLES[model],
            marker={"color": MODEL_COLORS[model], "symbol": MODEL_SYMBOLS[model], "size": 11},
            error_x={"array": ends[:, 1] - values, "arrayminus": values - ends[:, 0], "color": MODEL_COLORS[model],
                     "thickness": 1.5, "width": 4},
            customdata=[[names[group], n, *end] for group, n, end in zip(known, counts, ends, strict=True)],
            hovertemplate="%{customdata[0]}: %{x:.0%} of %{customdata[1]:,} images (%{customdata[2]:.0%} to "
                          "%{customdata[3]:.0%})<extra>" + MODEL_TITLES[model] + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-0.02, 1.04], tickformat=".0%", tickvals=[0, 0.5, 1],
                        title="of the forgotten images recognised")  # fmt: skip
    figure.update_yaxes(tickvals=list(range(len(rows))), ticktext=[names[group] for group in rows],
                        range=[len(rows) - 0.5, -0.5], showgrid=False, tickfont={"color": tones.text})  # fmt: skip
    return styled(figure, dark, title, 130 + 62 * len(rows))
