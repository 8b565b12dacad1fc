"""Methods in the plane of forgetting and keeping, with retraining as the target."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots
from scipy.optimize import isotonic_regression, linear_sum_assignment

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, WIDE, ground, styled, whiskers
from camu_core.wording.format import SAMPLES, sample, with_interval

_GOLD = "retrain"
# None of those that the models have on every page.
_SYMBOLS = (
    "triangle-up", "triangle-down", "cross", "x", "pentagon", "hexagram", "triangle-left", "triangle-right",
    "star-triangle-up", "star-triangle-down", "hourglass", "bowtie", "hexagon", "star-diamond",
)  # fmt: skip
_NEAR = 0.05  # of the target, in both directions: what the second panel magnifies
_AT_THE_AIM = {"average_gap": 0.0, "tug_of_war": 1.0}  # what retraining would have if it were compared with itself
_LINE = 19  # pixels that a label needs
_STACK = 0.66  # of a panel's width is left of a stack of labels
_AROUND = 170  # of a figure's height is not of its plot
_RING_ROOM = 0.08  # of an axis: half the ring, on a figure of some 300 pixels


def tradeoff_figure(
    table: pd.DataFrame,
    runs: pd.DataFrame | None,
    before: tuple[float, float] | None,
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
    height: int = 470,
) -> go.Figure:
    """One marker a method at its mean over seeds, with 95% intervals, and the seeds as faint dots.

    Methods pile up around the target, so those near it are drawn again, magnified, in a second panel; where there are
    many of them, the figure gets the height that their names need.

    Args:
        table: of `by_method`.
        runs: of `by_run`; None if only means are known.
        before: `forgotten` and `kept` of the original model, if known.
        axes: titles of x and y.
    """
    target = _target(table, before)
    near = [name for name, row in table.iterrows() if name != _GOLD and _is_near(row, target)]
    far = [name for name in table.index if name != _GOLD and name not in near]
    views = [([*far, *near], None)] if not (len(near) > 1 and far) else [(far, None), (near, target)]
    height = max(height, _LINE * (len(near) + 2) + _AROUND) if len(views) > 1 else height
    heads = ["Overview", "Near the target, magnified"][: len(views)] if len(views) > 1 else None
    figure = make_subplots(cols=len(views), subplot_titles=heads, horizontal_spacing=0.08,
                           column_widths=[0.42, 0.58][: len(views)] if len(views) > 1 else None)  # fmt: skip
    symbols = dict(zip(table.index.drop(_GOLD, errors="ignore"), cycle(_SYMBOLS)))
    labels = []
    for column, (labelled, centre) in enumerate(views, start=1):
        ranges = _window(table.loc[near], target) if centre is not None else _whole(table, before)
        with_crosses = {*labelled, _GOLD}  # the others' would run through this panel from end to end
        if runs is not None:
            _add_seeds(figure, column, runs[runs["method"].isin(with_crosses)], symbols)
        shown = table if centre is None else table[table.index.isin(with_crosses)]
        _add_marks(figure, column, shown, symbols, before, with_crosses, dark)
        labels += _labels(column, table.loc[labelled], "forgotten", "kept", ranges, height, centre is not None, dark)
        figure.update_xaxes(range=ranges[0], title=axes[0], **_ticks(*ranges[0]), row=1, col=column)
        figure.update_yaxes(range=ranges[1], **_ticks(*ranges[1]), row=1, col=column)
    figure.update_yaxes(title=axes[1], col=1)
    if len(views) > 1:
        _add_frame(figure, _window(table.loc[near], target), dark)
    figure.update_annotations(selector={"yref": "paper"}, font={"size": 14, "color": ground(dark).muted})
    figure.update_layout(annotations=[*figure.layout.annotations, *labels])
    return styled(figure, dark, title, height, headroom=34 if heads else 6).update_layout(
        margin_b=84, meta=WIDE if heads else None
    )


def measures_figure(
    table: pd.DataFrame,
    names: tuple[str, str],
    axes: tuple[str, str],
    factors: tuple[float, float],
    is_log: tuple[bool, bool],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """One marker a method in the plane of any two measures, with 95% intervals, names in a stack at the right.

    Args:
        table: of `by_method`, and `is_control`; rows without either measure are left out, and those at 0 of a
            logarithmic axis. Retraining has no distance from itself.
        names: of the measures for x and y.
        axes: their titles.
        factors: from the table's unit to that of the axis.
        is_log: whether an axis is logarithmic.
    """
    aim = {f"{name}_mean": values.mask(table.index == _GOLD, value) for name, value in _AT_THE_AIM.items()
           if (values := table.get(f"{name}_mean")) is not None}  # fmt: skip
    table = table.assign(**aim)
    rows = table.assign(
        **{
            f"{letter}_{end}": factor * table[f"{name}_{end}"]
            for letter, name, factor in zip("xy", names, factors, strict=True)
            for end in ("mean", "low", "high")
        }
    ).dropna(subset=["x_mean", "y_mean"])
    for letter, log in zip("xy", is_log, strict=True):
        if log:
            rows = rows[rows[f"{letter}_mean"] > 0]
    figure = go.Figure()
    is_gold, is_control = rows.index == _GOLD, rows["is_control"]
    symbols = dict(zip(rows.index[~is_gold], cycle(_SYMBOLS)))
    kinds = (
        (MODEL_TITLES["retrained"], is_gold, MODEL_COLORS["retrained"]),
        (_of_a_method(table), ~is_gold & ~is_control,
         MODEL_COLORS["unlearned"]),
        ("A control", is_control, ground(dark).muted),
    )  # fmt: skip
    for name, is_shown, color in kinds:
        shown = rows[is_shown]
        if len(shown):
            figure.add_scatter(
                x=shown["x_mean"], y=shown["y_mean"], mode="markers", name=name,
                error_x=whiskers(shown["x_mean"], shown["x_low"], shown["x_high"], dark),
                error_y=whiskers(shown["y_mean"], shown["y_low"], shown["y_high"], dark),
                marker={"size": 12, "color": color, "line": {"width": 1, "color": ground(dark).page},
                        "symbol": [symbols.get(name, "star") for name in shown.index]},
                text=shown["title"], customdata=[f"n = {n:.0f}" for n in shown["n_seeds"]],
                hovertemplate=f"<b>%{{text}}</b><br>{axes[0]}: %{{x:,.4g}}<br>{axes[1]}: %{{y:,.4g}}<br>%{{customdata}}"
                "<extra></extra>",
            )  # fmt: skip
    height = _LINE * max(len(rows), 14) + 200
    if len(rows):
        placed = rows.copy()
        for letter, log in zip("xy", is_log, strict=True):
            placed[f"{letter}_mean"] = np.log10(rows[f"{letter}_mean"]) if log else rows[f"{letter}_mean"]
        low, high = placed[["x_mean", "y_mean"]].min(), placed[["x_mean", "y_mean"]].max()
        wide, tall = ((high - low).where(high > low, 1.0)[name] for name in ("x_mean", "y_mean"))
        ranges = ([low["x_mean"] - 0.06 * wide, high["x_mean"] + 0.85 * wide],
                  [low["y_mean"] - 0.1 * tall, high["y_mean"] + 0.1 * tall])  # fmt: skip
        ticks = _round_ticks(low["x_mean"], high["x_mean"], is_log[0])  # none under the names
        figure.update_xaxes(range=ranges[0], tickvals=ticks, tickformat=",~g").update_yaxes(range=ranges[1])
        figure.update_layout(annotations=_labels(1, placed, "x", "y", ranges, height, True, dark))
    for update, axis, log in ((figure.update_xaxes, axes[0], is_log[0]), (figure.update_yaxes, axes[1], is_log[1])):
        update(title=axis, type="log" if log else "linear")
    return styled(figure, dark, title, height, headroom=6).update_layout(margin_b=84, meta=WIDE)


def _round_ticks(low: float, high: float, log: bool) -> np.ndarray:
    """At some five round numbers; of a logarithmic axis, whose range is of exponents, at powers of ten."""
    if log:
        return 10.0 ** np.arange(np.floor(low), np.ceil(high) + 1)
    least = (high - low or 1.0) / 6
    power = 10 ** np.floor(np.log10(least))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= least)
    return step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)


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
    """Ranges that hold every method, with room for the ring around a target in the corner."""
    lowest = min([*table["kept_mean"], *((before[1],) if before else ())])
    bottom = lowest - max(0.02, 0.25 * (1 - lowest))
    return [-_RING_ROOM, 1.06], [bottom, 1 + _RING_ROOM * (1 - bottom)]


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
        row=1, col=column, x=runs["forgotten"], y=runs["kept"], mode="markers", name="One seed",
        showlegend=column == 1, legendgroup="seed", legendrank=4,
        marker={"size": 7, "color": colors, "opacity": 0.35,
                "symbol": [symbols.get(method, "circle") for method in runs["method"]]},
        text=[f"seed {seed}" for seed in runs["seed"]],
        hovertemplate="%{text}: forgotten %{x:.1%}, kept %{y:.1%}<extra></extra>",
    )  # fmt: skip


def _add_marks(
    figure: go.Figure,
    column: int,
    table: pd.DataFrame,
    symbols: dict[str, str],
    before: tuple[float, float] | None,
    with_crosses: set[str],
    dark: bool,
) -> None:
    if before:
        figure.add_scatter(
            row=1, col=column, x=[before[0]], y=[before[1]], mode="markers", name=MODEL_TITLES["original"],
            showlegend=column == 1, legendgroup="before", legendrank=3,
            marker={"size": 13, "color": MODEL_COLORS["original"], "symbol": MODEL_SYMBOLS["original"]},
            hovertemplate="before: %{x:.1%} and %{y:.1%}<extra></extra>",
        )  # fmt: skip
    is_gold = table.index == _GOLD
    gold, others = table[is_gold], table[~is_gold]
    _add_means(figure, column, gold, "retrained", "The target: retrained without it", {"size": 17, "symbol": "star"},
               with_crosses, dark)  # fmt: skip
    _add_means(figure, column, others, "unlearned", _of_a_method(table),
               {"size": 12, "symbol": [symbols[name] for name in others.index]}, with_crosses, dark)  # fmt: skip
    figure.add_scatter(
        row=1, col=column, x=gold["forgotten_mean"], y=gold["kept_mean"], mode="markers", hoverinfo="skip",
        showlegend=False,
        marker={"size": 34, "symbol": "circle-open", "color": MODEL_COLORS["retrained"], "line": {"width": 2}},
    )  # fmt: skip


def _add_means(
    figure: go.Figure,
    column: int,
    rows: pd.DataFrame,
    role: str,
    name: str,
    marker: dict[str, Any],
    with_crosses: set[str],
    dark: bool,
) -> None:
    """Means and, of those in `with_crosses`, their intervals, in the colour of a role."""
    if rows.empty:
        return
    color, crossed = MODEL_COLORS[role], rows[rows.index.isin(with_crosses)].reindex(rows.index)
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    crosses = {
        f"error_{axis}": {
            **whiskers(crossed[f"{measure}_mean"], crossed[f"{measure}_low"], crossed[f"{measure}_high"], dark),
            "thickness": 1.5, "color": f"rgba({red},{green},{blue},0.45)",
        }
        for axis, measure in (("x", "forgotten"), ("y", "kept"))
    }  # fmt: skip
    figure.add_scatter(
        row=1, col=column, x=rows["forgotten_mean"], y=rows["kept_mean"], mode="markers", name=name, legendgroup=role,
        showlegend=column == 1, legendrank=1 if role == "retrained" else 2, **crosses,
        marker={**marker, "color": color, "line": {"width": 1, "color": ground(dark).page}},
        text=[f"<b>{row['title']}</b><br>forgotten: {_with_interval(row, 'forgotten')} recognised<br>"
              f"kept: {_with_interval(row, 'kept')} recognised<br>n = {sample(row['n_seeds'], row['unit'])}"
              for _, row in rows.iterrows()],
        hovertemplate="%{text}<extra></extra>",
    )  # fmt: skip


def _of_a_method(table: pd.DataFrame) -> str:
    several = f": mean over {SAMPLES[table['unit'].iloc[0]]}, 95% interval"
    return f"A method{several if (table['n_seeds'] > 1).any() else ''}"


def _with_interval(row: pd.Series, name: str) -> str:
    return with_interval(*(row[f"{name}_{end}"] for end in ("mean", "low", "high")))


def _labels(
    column: int,
    rows: pd.DataFrame,
    of_x: str,
    of_y: str,
    ranges: tuple[list[float], list[float]],
    height: int,
    in_a_stack: bool,
    dark: bool,
) -> list[dict[str, Any]]:
    """Names with lines to their marks: in a stack at the right, or beside each mark; none on another.

    In a stack no line crosses another: those of the smallest length in all do not.
    """
    (x_low, x_high), (y_low, y_high) = ranges
    width, least = x_high - x_low, (y_high - y_low) * _LINE / (height - _AROUND)
    rows = rows.sort_values([f"{of_y}_mean", f"{of_x}_mean"])
    across, up = rows[f"{of_x}_mean"], rows[f"{of_y}_mean"]
    is_left = (across > (x_low + x_high) / 2) & (not in_a_stack)
    has_room = (len(rows) + 1) * least <= y_high - y_low  # a height each: on a phone both sides meet in the middle
    heights = pd.Series(0.0, rows.index)
    for part in [rows.index] if has_room else [rows.index[~is_left], rows.index[is_left]]:
        heights[part] = spread(up[part], least, y_low + least, y_high - least)
    stack = x_low + _STACK * width
    if in_a_stack:
        lengths = np.hypot(((stack - across) / width).to_numpy()[:, None],
                           (up.to_numpy()[:, None] - heights.to_numpy()) / (y_high - y_low))  # fmt: skip
        heights[:] = heights.to_numpy()[linear_sum_assignment(lengths)[1]]
    x, y, labels = _axis("x", column), _axis("y", column), []
    for name, title in rows["title"].items():
        beside = across[name] + (-0.07 if is_left[name] else 0.07) * width
        labels.append(
            {
                "xref": x, "yref": y, "axref": x, "ayref": y, "x": across[name], "y": up[name],
                "ax": stack if in_a_stack else beside, "ay": heights[name], "text": title,
                "showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": ground(dark).muted, "standoff": 7,
                "xanchor": "right" if is_left[name] else "left", "bgcolor": ground(dark).page, "borderpad": 1,
                "font": {"size": 13, "color": ground(dark).text},
            }
        )  # fmt: skip
    return labels


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
