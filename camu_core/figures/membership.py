"""How well an attacker tells what a network was trained on."""

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, styled
from camu_core.measures.estimates import is_measured


def attack_figure(
    metrics: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 230
) -> go.Figure:
    """Area under the ROC curve of the membership attack, one row a model; whiskers are bootstrap 95% intervals.

    Args:
        metrics: by model name, each with the `membership_attack` under "attack"; models without a value are left out.
    """
    tones, figure = ground(dark), go.Figure()
    attacks = {name: report["attack"] for name, report in metrics.items() if report["attack"]["value"] is not None}
    for model, attack in attacks.items():
        value, n = attack["value"], f"n = {attack['n']:,} images in each of two groups"
        low, high, interval = value, value, "too few images for an interval"
        if is_measured(attack):
            low, high = attack["low"], attack["high"]
            interval = f"95% interval {low:.3f} to {high:.3f}"
        figure.add_scatter(
            x=[value], y=[MODEL_TITLES[model]], mode="markers+text", showlegend=False,
            text=[f"{value:.2f}"], textposition="top center",
            marker={"color": MODEL_COLORS[model], "symbol": MODEL_SYMBOLS[model], "size": 13},
            error_x={"type": "data", "symmetric": False, "color": MODEL_COLORS[model], "thickness": 2, "width": 5,
                     "array": [high - value], "arrayminus": [value - low]},
            hovertemplate=f"AUC {value:.3f}<br>{interval}<br>{n}<extra>{MODEL_TITLES[model]}</extra>",
        )  # fmt: skip
    figure.add_vline(x=0.5, line={"color": tones.muted, "width": 1, "dash": "dot"})
    ends = [attack[end] for attack in attacks.values() for end in ("low", "value", "high")]
    furthest = max((abs(end - 0.5) for end in ends if end is not None), default=0)
    reach = max(0.1, 1.1 * furthest)
    figure.update_xaxes(range=[0.5 - reach, 0.5 + reach], tickformat=".2f", nticks=7, title="AUC of the attack")
    figure.update_yaxes(range=[len(attacks) - 0.5, -0.8], showgrid=False)
    return styled(figure, dark, title, height)
