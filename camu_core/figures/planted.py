"""How often what was planted still works."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from camu_core.figures.theme import DENSE, MODEL_COLORS, MODEL_TITLES, styled
from camu_core.wording.format import percent

_LABELS = {"success": "With the mark", "without": "Without it"}


def planted_figure(
    metrics: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 300
) -> go.Figure:
    """The share of new images that are answered as was taught, a bar a network, with Wilson 95% intervals.

    Args:
        metrics: by network, with "planted", see `measures.planted_report`.
    """
    figure = go.Figure()
    for model, report in metrics.items():
        found = {name: each for name, each in report["planted"].items() if each["value"] is not None}
        labels = [_LABELS[name] if len(found) > 1 else "" for name in found]
        estimates = list(found.values())
        values = [each["value"] for each in estimates]
        figure.add_bar(
            x=labels, y=values, name=MODEL_TITLES[model], marker={"color": MODEL_COLORS[model]},
            error_y={
                "type": "data", "array": [each["high"] - each["value"] for each in estimates],
                "arrayminus": [each["value"] - each["low"] for each in estimates], "thickness": 1.5, "width": 4,
            },
            customdata=[each["n"] for each in estimates],
            hovertemplate="%{y:.1%} of %{customdata:,} images<extra>" + MODEL_TITLES[model] + "</extra>",
        )  # fmt: skip
        figure.add_scatter(
            x=labels, y=[each["high"] for each in estimates], mode="text", textposition="top center",
            text=[percent(value) for value in values], textfont={"size": 11}, cliponaxis=False, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    figure.update_yaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.5, 1], title="answered as taught")
    return styled(figure, dark, title, height).update_layout(
        barmode="group", scattermode="group", bargap=0.3, bargroupgap=0.08, meta=DENSE
    )
