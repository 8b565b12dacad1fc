"""Methods in the plane of forgetting and keeping, with retraining as the target, and what each of them costs."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from scipy.optimize import isotonic_regression

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, styled

_GOLD = "retrain"
# None of those that the models have on every page.
_SYMBOLS = (
    "triangle-up", "triangle-down", "cross", "x", "pentagon", "hexagram", "triangle-left", "triangle-right",
    "star-triangle-up", "star-triangle-down", "hourglass", "bowtie", "hexagon", "star-diamond",
)  # fmt: skip
_NEAR = 0.05  # of the target, in both directions: what the second panel magnifies
_LINE = 19  # pixels that a label needs


def tradeoff_figure(
    table: pd.DataFrame,
    runs: pd.DataFrame | None,
    before: tuple[float, float] | None,
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
    height: int = 470,
) -> go.Figure:
    """One marker a method at its mean over seeds, with 95 % intervals, and the seeds as faint dots.

    Methods pile up around the target, so those near it are drawn again, magnified, in a second panel.

    Args:
        table: of `by_method`; runs: of `by_run`; None if only means are known.
        before: `forgotten` and `kept` of the original model, if known.
        axes: titles of x and y.
    """
    target = _target(table, before)
    near = [name for name, row in table.iterrows() if name != _GOLD and _is_near(row, target)]
    far = [name for name in table.index if name != _GOLD and name not in near]
    views = [([*far, *near], None)] if not (near and far) else [(far, None), (near, target)]
    heads = ["All of the plane", "Near the target, magnified"][: len(views)] if len(views) > 1 else None
    figure = make_subplots(cols=len(views), subplot_titles=heads, horizontal_spacing=0.08,
                           column_widths=[0.42, 0.58][: len(views)] if len(views) > 1 else None)  # fmt: skip
    symbols = dict(zip(table.index.drop(_GOLD, errors="ignore"), cycle(_SYMBOLS)))
    for column, (labelled, centre) in enumerate(views, start=1):
        ranges = _window(table.loc[near], target) if centre is not None else _whole(table, before)
        with_crosses = {*labelled, _GOLD}  # the others' would run through this panel from end to end
        if runs is not None:
            _add_seeds(figure, column, runs[runs["method"].isin(with_crosses)], symbols)
        shown = table if centre is None else table[table.index.isin(with_crosses)]
        _add_marks(figure, column, shown, symbols, before, with_crosses, dark)
        _add_labels(figure, column, table.loc[labelled], ranges, height, centre is not None, dark)
        figure.update_xaxes(range=ranges[0], title=axes[0], **_ticks(*ranges[0]), row=1, col=column)
        figure.update_yaxes(range=ranges[1], **_ticks(*ranges[1]), row=1, col=column)
    figure.update_yaxes(title=axes[1], col=1)
    if len(views) > 1:
        _add_frame(figure, _window(table.loc[near], target), dark)
    figure.update_annotations(selector={"yref": "paper"}, font={"size": 14, "color": ground(dark).muted})
    return styled(figure, dark, title, height).update_layout(margin={"t": 78 if heads else 50, "b": 84})


def _ticks(low: float, high: float) -> dict[str, Any]:
    """At most seven, at round percentages, none where no accuracy can be."""
    step = next(step for step in (0.005, 0.01, 0.02, 0.05, 0.1, 0.2) if high - low <= 6 * step or step == 0.2)
    ticks = step * np.arange(np.ceil(max(low, 0) / step), np.floor(min(high, 1) / step + 1e-9) + 1)
    return {"tickvals": ticks, "tickformat": ".1%" if step < 0.01 else ".0%"}


def _target(table: pd.DataFrame, before: tuple[float, float] | None) -> tuple[float, float]:
    if _GOLD in table.index:
        return table.loc[_GOLD, "forgotten_mean"], table.loc[_GOLD, "kept_mean"]
    return 0.0, before[1] if before else 1.0


def _is_near(row: pd.Series, target: tuple[float, float]) -> bool:
    return abs(row["forgotten_mean"] - target[0]) <= _NEAR and abs(row["kept_mean"] - target[1]) <= _NEAR


def _whole(table: pd.DataFrame, before: tuple[float, float] | None) -> tuple[list[float], list[float]]:
    lowest = min([*table["kept_mean"], *((before[1],) if before else ())])
    return [-0.04, 1.06], [lowest - 0.06, 1.02]


def _window(near: pd.DataFrame, target: tuple[float, float]) -> tuple[list[float], list[float]]:
    """Ranges that hold the near methods and the target, with room for labels on the right."""
    (x_low, x_high), (y_low, y_high) = (
        (min(values), max(values))
        for values in (
            [*near[f"{name}_mean"], centre] for name, centre in zip(("forgotten", "kept"), target, strict=True)
        )
    )
    width, tall = max(x_high - x_low, 0.02), max(y_high - y_low, 0.02)
    return [x_low - 0.12 * width, x_high + 0.9 * width], [y_low - 0.25 * tall, y_high + 0.25 * tall]


def _add_seeds(figure: go.Figure, column: int, runs: pd.DataFrame, symbols: dict[str, str]) -> None:
    colors = [MODEL_COLORS["retrained" if method == _GOLD else "unlearned"] for method in runs["method"]]
    figure.add_scatter(
        row=1, col=column, x=runs["forgotten"], y=runs["kept"], mode="markers", name="one seed",
        showlegend=column == 1, legendgroup="seed", legendrank=4,
        marker={"size": 7, "color": colors, "opacity": 0.35,
                "symbol": [symbols.get(method, "circle") for method in runs["method"]]},
        text=[f"seed {seed}" for seed in runs["seed"]],
        hovertemplate="%{text}: forgotten %{x:.1%}, kept %{y:.1%}<extra></extra>",
    )  # fmt: skip


def _add_marks(figure, column, table, symbols, before, with_crosses, dark) -> None:
    tones = ground(dark)
    if before:
        figure.add_scatter(
            row=1, col=column, x=[before[0]], y=[before[1]], mode="markers", name=MODEL_TITLES["original"],
            showlegend=column == 1, legendgroup="before", legendrank=3,
            marker={"size": 13, "color": MODEL_COLORS["original"], "symbol": MODEL_SYMBOLS["original"]},
            hovertemplate="before: %{x:.1%} and %{y:.1%}<extra></extra>",
        )  # fmt: skip
    for name, row in table.iterrows():
        is_gold = name == _GOLD
        color = MODEL_COLORS["retrained" if is_gold else "unlearned"]
        figure.add_scatter(
            row=1, col=column, x=[row["forgotten_mean"]], y=[row["kept_mean"]], mode="markers",
            name="the target: retrained without it" if is_gold else "a method: mean over seeds, 95 % interval",
            showlegend=column == 1 and (is_gold or name == next(iter(symbols))),
            legendgroup="gold" if is_gold else "method", legendrank=1 if is_gold else 2,
            marker={"size": 17 if is_gold else 12, "color": color, "symbol": "star" if is_gold else symbols[name],
                    "line": {"width": 1, "color": tones.page}},
            **{f"error_{axis}": _cross(row[f"{measure}_reach"] if name in with_crosses else 0, color)
               for axis, measure in (("x", "forgotten"), ("y", "kept"))},
            hovertemplate=f"<b>{row['title']}</b><br>forgotten: {_with_reach(row, 'forgotten')} recognised<br>"
            f"kept: {_with_reach(row, 'kept')} recognised<br>n = {row['n_seeds']:.0f} seeds<extra></extra>",
        )  # fmt: skip
        if is_gold:
            figure.add_scatter(
                row=1, col=column, x=[row["forgotten_mean"]], y=[row["kept_mean"]], mode="markers", hoverinfo="skip",
                showlegend=False, marker={"size": 34, "symbol": "circle-open", "color": color, "line": {"width": 2}},
            )  # fmt: skip


def _cross(reach: float, color: str) -> dict[str, Any]:
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return {"type": "data", "array": [reach], "visible": bool(reach > 0), "thickness": 1.5, "width": 3,
            "color": f"rgba({red},{green},{blue},0.45)"}  # fmt: skip


def _with_reach(row: pd.Series, name: str) -> str:
    reach = row[f"{name}_reach"]
    return f"{row[f'{name}_mean']:.1%}" + ("" if np.isnan(reach) else f" ± {100 * reach:.1f}")


def _add_labels(figure, column, rows, ranges, height, in_a_stack: bool, dark) -> None:
    """Names with lines to their marks: in a stack at the right, or beside each mark; none on another."""
    if rows.empty:
        return
    (x_low, x_high), (y_low, y_high) = ranges
    least = (y_high - y_low) * _LINE / (height - 170)
    rows = rows.sort_values(["kept_mean", "forgotten_mean"])
    is_left = (rows["forgotten_mean"] > (x_low + x_high) / 2) & (not in_a_stack)
    for side in (False, True):
        part = rows[is_left == side]
        heights = spread(part["kept_mean"], least, y_low + least, y_high - least)
        for (_, row), label_y in zip(part.iterrows(), heights, strict=True):
            x, width = row["forgotten_mean"], x_high - x_low
            label_x = x_low + 0.66 * width if in_a_stack else x + (-0.07 if side else 0.07) * width
            figure.add_annotation(
                x=x, y=row["kept_mean"], ax=label_x, ay=label_y, text=row["title"], showarrow=True, arrowhead=0,
                arrowwidth=1, arrowcolor=ground(dark).muted, standoff=7, xanchor="right" if side else "left",
                axref=_axis("x", column), ayref=_axis("y", column), row=1, col=column,
                bgcolor=ground(dark).page, borderpad=1, font={"size": 13, "color": ground(dark).text},
            )  # fmt: skip


def _axis(letter: str, column: int) -> str:
    return letter if column == 1 else f"{letter}{column}"


def spread(positions: Sequence[float], least: float, low: float, high: float) -> np.ndarray:
    """The positions nearest to the given ones, in their order, at least so far apart, and within bounds if they fit.

    Args:
        positions: sorted, ascending.
    Source: least squares under an order, by scipy's isotonic regression.
    """
    steps = least * np.arange(len(positions))
    if not len(positions):
        return steps
    moved = isotonic_regression(np.asarray(positions, dtype=float) - steps).x
    return np.clip(moved, low, max(low, high - steps[-1])) + steps


def _add_frame(figure: go.Figure, window: tuple[list[float], list[float]], dark: bool) -> None:
    """Where in the first panel the second one looks."""
    (x_low, x_high), (y_low, y_high) = window
    tones = ground(dark)
    figure.add_shape(row=1, col=1, type="rect", x0=x_low, x1=x_high, y0=y_low, y1=y_high,
                     line={"color": tones.muted, "width": 1, "dash": "dot"})  # fmt: skip


def cost_figure(table: pd.DataFrame, title: str, dark: bool = False) -> go.Figure:
    """Seconds, passes and samples of each method on logarithmic axes, the quickest on top, with retraining's line.

    Args:
        table: of `by_method`.
    """
    tones = ground(dark)
    rows = table.sort_values("unlearn_seconds_mean", ascending=False)
    colors = [MODEL_COLORS["retrained" if name == _GOLD else "unlearned"] for name in rows.index]
    faster = [
        f"{_short(seconds)} s" + ("" if name == _GOLD or np.isnan(speedup) else f" · {_short(speedup)}x")
        for name, seconds, speedup in zip(rows.index, rows["unlearn_seconds_mean"], rows["speedup"], strict=True)
    ]
    counts = [("forward_passes", "passes forward"), ("backward_passes", "passes backward"),
              ("samples_forward", "images looked at")]  # fmt: skip
    panels = [("unlearn_seconds", "seconds (5x: five times as fast as retraining)", faster)]
    panels += [(name, label, [f"{value:,.0f}" for value in rows[f"{name}_mean"]]) for name, label in counts
               if f"{name}_mean" in rows and (rows[f"{name}_mean"] > 0).any()]  # fmt: skip
    figure = make_subplots(cols=len(panels), shared_yaxes=True, horizontal_spacing=0.02,
                           subplot_titles=[label for _, label, _ in panels],
                           column_widths=[0.4, *[0.2] * (len(panels) - 1)])  # fmt: skip
    for column, (name, label, words) in enumerate(panels, start=1):
        values = rows[f"{name}_mean"]
        positive = values[values > 0]
        figure.add_bar(
            row=1, col=column, x=values, y=rows["title"], orientation="h", showlegend=False,
            marker={"color": colors}, text=words, textposition="outside", textfont={"size": 12}, cliponaxis=False,
            customdata=["" if np.isnan(reach) else f" ± {reach:,.2f}" for reach in rows[f"{name}_reach"]],
            hovertemplate=f"%{{y}}: %{{x:,.4g}}%{{customdata}} {label}<extra></extra>",
        )  # fmt: skip
        ends = [np.log10(positive.min()) - 0.35, np.log10(positive.max()) + (0.75 if column == 1 else 0.6)]
        figure.update_xaxes(type="log", range=ends, dtick=1, row=1, col=column, tickformat="~s" if column > 1 else "")
        if _GOLD in rows.index and values[_GOLD] > 0:
            figure.add_vline(x=values[_GOLD], row=1, col=column, layer="below", opacity=0.6,
                             line={"color": MODEL_COLORS["retrained"], "width": 1.5, "dash": "dot"})  # fmt: skip
    figure.update_yaxes(showgrid=False)
    figure.update_annotations(font={"size": 14, "color": tones.muted})
    return styled(figure, dark, title, 110 + 26 * len(rows)).update_layout(margin={"t": 76}, bargap=0.3)


def _short(number: float) -> str:
    """0.28, 4.5, 45, 1,200."""
    return f"{number:.2f}" if number < 1 else f"{number:.1f}" if number < 10 else f"{number:,.0f}"
