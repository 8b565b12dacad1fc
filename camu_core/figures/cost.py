"""What each method costs."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import MODEL_COLORS, ground, styled

_GOLD = "retrain"
_LEAST_SECONDS = 0.005  # what takes less is shown as 0.00 and stretches no axis, unless all does


def cost_figure(table: pd.DataFrame, title: str, dark: bool = False) -> go.Figure:
    """Seconds, passes and samples of each method on logarithmic axes, the quickest on top, with retraining's line.

    Methods without seconds are at the bottom.

    Args:
        table: of `by_method`.
    """
    tones = ground(dark)
    rows = table.sort_values("unlearn_seconds_mean", ascending=False, na_position="first")
    colors = [MODEL_COLORS["retrained" if name == _GOLD else "unlearned"] for name in rows.index]
    faster = [
        f"{_short(seconds)} s" + ("" if name == _GOLD or np.isnan(speedup) else f" · {_short(speedup)}x")
        for name, seconds, speedup in zip(rows.index, rows["unlearn_seconds_mean"], rows["speedup"], strict=True)
    ]
    counts = [("forward_passes", "passes<br>forward"), ("backward_passes", "passes<br>backward"),
              ("samples_forward", "images<br>looked at")]  # fmt: skip
    panels = [("unlearn_seconds", "seconds (5x: five times<br>as fast as retraining)", faster)]
    panels += [(name, label, [f"{value:,.0f}" for value in rows[f"{name}_mean"]]) for name, label in counts
               if f"{name}_mean" in rows and (rows[f"{name}_mean"] > 0).any()]  # fmt: skip
    figure = make_subplots(cols=len(panels), shared_yaxes=True, horizontal_spacing=0.02,
                           subplot_titles=[label for _, label, _ in panels],
                           column_widths=[0.4, *[0.2] * (len(panels) - 1)])  # fmt: skip
    for column, (name, label, words) in enumerate(panels, start=1):
        values = rows[f"{name}_mean"]
        positive = values[values > 0]
        counted = positive[positive >= min(_LEAST_SECONDS, positive.max())]
        ends = [np.log10(counted.min()) - 0.35, np.log10(counted.max()) + (0.75 if column == 1 else 0.6)]
        shown = positive.reindex(values.index).clip(lower=10 ** (ends[0] + 0.1))  # what takes no time is at the edge
        figure.add_scatter(
            row=1, col=column, x=shown, y=rows["title"], mode="markers", showlegend=False,
            meta={"x": values.tolist(), "x_low": rows[f"{name}_low"].tolist(), "x_high": rows[f"{name}_high"].tolist(),
                  "y": rows["title"].tolist()},
            marker={"color": colors, "size": 11},
            customdata=[_exact(value) + (f" ({_exact(low)} to {_exact(high)})" if low < high else "")
                        for value, low, high in zip(values, rows[f"{name}_low"], rows[f"{name}_high"], strict=True)],
            hovertemplate=f"%{{y}}: %{{customdata}} {label.replace('<br>', ' ')}<extra></extra>",
        )  # fmt: skip
        for method, value, said in zip(rows["title"], shown, words, strict=True):
            if value > 0:  # on the page's colour, so that retraining's line does not run through it
                figure.add_annotation(
                    row=1, col=column, x=np.log10(value), y=method, text=said, showarrow=False, xanchor="left",
                    xshift=9, borderpad=1, bgcolor=tones.page, font={"size": 12, "color": tones.muted},
                )  # fmt: skip
        figure.update_xaxes(
            type="log", range=ends, dtick=1, row=1, col=column, tickformat="~s" if column > 1 else ",~g"
        )
        if _GOLD in rows.index and values[_GOLD] > 0:
            figure.add_vline(x=values[_GOLD], row=1, col=column, layer="below", opacity=0.6,
                             line={"color": MODEL_COLORS["retrained"], "width": 1.5, "dash": "dot"})  # fmt: skip
    figure.update_yaxes(categoryorder="array", categoryarray=rows["title"].tolist())
    figure.update_annotations(selector={"yref": "paper"}, font={"size": 14, "color": tones.muted})
    return styled(figure, dark, title, 110 + 26 * len(rows), headroom=48).update_layout(margin_r=36)


def _short(number: float) -> str:
    """0.28, 4.5, 45, 1,200."""
    return f"{number:.2f}" if number < 1 else f"{number:.1f}" if number < 10 else f"{number:,.0f}"


def _exact(number: float) -> str:
    """0.2814, 4.5, 45.12, 1,234, 120,000."""
    return f"{number:,.0f}" if number >= 1000 else f"{number:.4g}"
