"""How often each model is right: by split, by class, what it takes for what; and how often what was planted works."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.cells import write_in_cells
from camu_core.figures.theme import (
    DENSE,
    MODEL_COLORS,
    MODEL_SYMBOLS,
    MODEL_TITLES,
    WIDE,
    ground,
    is_crowded,
    rows_height,
    styled,
    whiskers,
)
from camu_core.measures import SPLIT_NAMES
from camu_core.measures.estimates import wilson_interval
from camu_core.wording.format import percent

SPLIT_TITLES = {
    "retain_train": "To keep,<br>seen in training",
    "forget_train": "To forget,<br>seen in training",
    "retain_test": "To keep,<br>new images",
    "forget_test": "To forget,<br>new images",
}
_PLANTED_LABELS = {"success": "With the mark", "without": "Without it"}
_LONGEST_NUMBER = 2  # letters of a class that is a digit, or a little more
_SPLIT_ORDER = ("forget_test", "forget_train", "retain_test", "retain_train")


def split_figure(
    metrics: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 340
) -> go.Figure:
    """Accuracy of the four splits for each model, with Wilson 95% intervals.

    Args:
        metrics: `accuracy_report` by model name.
    """
    assert set(_SPLIT_ORDER) == set(SPLIT_NAMES)
    figure = go.Figure()
    for model, report in metrics.items():
        names = [name for name in _SPLIT_ORDER if report[name] is not None]
        values = np.array([report[name] for name in names])
        low, high = np.array([wilson_interval(report[name], report["n"][name]) for name in names]).T
        figure.add_bar(
            x=[SPLIT_TITLES[name] for name in names], y=values, name=MODEL_TITLES[model],
            marker={"color": MODEL_COLORS[model]},
            error_y=whiskers(values, low, high, dark),
            customdata=[report["n"][name] for name in names],
            hovertemplate="%{y:.2%} of %{customdata:,} images<extra>" + MODEL_TITLES[model] + "</extra>",
        )  # fmt: skip
        figure.add_scatter(  # above the whisker, which would cross a label of the bar itself; in per cent, as the axis
            x=[SPLIT_TITLES[name] for name in names], y=high, mode="text", textposition="top center",
            text=[percent(value, digits=1).removesuffix("%") for value in values], textfont={"size": 11},
            cliponaxis=False, showlegend=False, hoverinfo="skip",
        )  # fmt: skip
    figure.update_yaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.5, 1], title="recognised")
    return styled(figure, dark, title, height).update_layout(
        barmode="group", scattermode="group", bargap=0.12, bargroupgap=0.06, meta=DENSE
    )


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
        labels = [_PLANTED_LABELS[name] if len(found) > 1 else "" for name in found]
        estimates = list(found.values())
        values, low, high = (np.array([each[end] for each in estimates]) for end in ("value", "low", "high"))
        figure.add_bar(
            x=labels, y=values, name=MODEL_TITLES[model], marker={"color": MODEL_COLORS[model]},
            error_y=whiskers(values, low, high, dark),
            customdata=[each["n"] for each in estimates],
            hovertemplate="%{y:.1%} of %{customdata:,} images<extra>" + MODEL_TITLES[model] + "</extra>",
        )  # fmt: skip
        figure.add_scatter(
            x=labels, y=high, mode="text", textposition="top center",
            text=[percent(value) for value in values], textfont={"size": 11}, cliponaxis=False, showlegend=False,
            hoverinfo="skip",
        )  # fmt: skip
    figure.update_yaxes(range=[0, 1.12], tickformat=".0%", tickvals=[0, 0.5, 1], title="answered as taught")
    return styled(figure, dark, title, height).update_layout(
        barmode="group", scattermode="group", bargap=0.3, bargroupgap=0.08, meta=DENSE
    )


def runs_figure(rows: Sequence[Mapping[str, Any]], dark: bool = False) -> go.Figure:
    """Several runs in the plane of forgetting and keeping: the best ones lie top left.

    Args:
        rows: of `sweep_table`, with "dataset_title", "phrase" of what is forgotten, and "method_title"; "settings",
            where there is one, says what is unusual about a run.
    """
    figure = go.Figure()
    for i, row in enumerate(rows):
        name = f"{i + 1}. {row['dataset_title']}, forget {row['phrase']}, {row['method_title']}, seed {row['seed']}"
        name += f"<br>{row['settings']}" if row.get("settings") else ""
        color = MODEL_COLORS["retrained" if row["method"] == "retrain" else "unlearned"]
        figure.add_scatter(
            x=[_forgotten(row)], y=[row["unlearned_retain_test"]], mode="markers+text", name=name,
            text=[f" {i + 1}"], textposition="middle right", showlegend=True,
            marker={"size": 13, "color": color, "symbol": i % 40},
            hovertemplate=name + "<br>forgotten %{x:.1%}, the rest %{y:.1%}<extra></extra>",
        )  # fmt: skip
    forgotten, kept = map(_forgotten, rows), [row["unlearned_retain_test"] for row in rows]
    figure.update_xaxes(
        title="forgotten images still recognised (of a class: new ones, and 0% is the aim)", tickformat=".0%",
        range=[-0.01, max(0.1, 1.1 * max(forgotten))],
    )  # fmt: skip
    figure.update_yaxes(title="the rest recognised", tickformat=".1%", range=[min(kept) - 0.01, 1.002])
    title = "Forgetting versus keeping"
    return styled(figure, dark, title, 420).update_layout(
        legend={"orientation": "v", "x": 1.02, "y": 1, "yref": "paper", "yanchor": "top"}
    )


def _forgotten(row: Mapping[str, Any]) -> float:
    """Accuracy on new images if the forget set stands for any, else on the forget set itself."""
    on_new = row["unlearned_forget_test"]
    return row["unlearned_forget_train"] if on_new is None or np.isnan(on_new) else on_new


def class_figure(
    reports: Mapping[str, Sequence[float | None]],
    counts: Sequence[int],
    class_names: Sequence[str],
    forget_classes: Sequence[int],
    title: str,
    dark: bool = False,
    height: int = 420,
) -> go.Figure:
    """One row a class, the models' marks below one another in it; whiskers are Wilson 95% intervals.

    Args:
        reports: fraction 0..1 of each class, by model name.
        counts: samples of each class.
    """
    tones = ground(dark)
    rows = [f"<b>{name}</b> (to forget)" if label in forget_classes else name for label, name in enumerate(class_names)]
    figure = go.Figure()
    before, after = reports["original"], reports["unlearned"]
    for i, (a, b) in enumerate(zip(before, after, strict=True)):
        if a is not None and b is not None:
            figure.add_shape(type="line", x0=a, x1=b, y0=i, y1=i, line={"color": tones.grid, "width": 6},
                             layer="below")  # fmt: skip
    for model, values in reports.items():
        known = {i: value for i, value in enumerate(values) if value is not None}
        x = np.array(list(known.values()))
        low, high = np.array([wilson_interval(value, counts[i]) for i, value in known.items()]).T
        figure.add_scatter(
            x=x, y=[rows[i] for i in known], orientation="h", mode="markers", name=MODEL_TITLES[model],
            marker={"color": MODEL_COLORS[model], "symbol": MODEL_SYMBOLS[model], "size": 8},
            error_x={**whiskers(x, low, high, dark), "color": MODEL_COLORS[model]},
            customdata=[counts[i] for i in known],
            hovertemplate="%{x:.1%} of %{customdata} images<extra>" + MODEL_TITLES[model] + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.25, 0.5, 0.75, 1])
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=rows, autorange="reversed", title=None)
    return styled(figure, dark, title, rows_height(class_names, height, len(reports))).update_layout(
        scattermode="group",
        scattergap=0.35,
        margin_r=28,  # for the last label, which would else be left out
    )


def confusion_figure(
    confusions: Mapping[str, np.ndarray],
    class_names: Sequence[str],
    forget_classes: Sequence[int],
    title: str,
    dark: bool = False,
    height: int = 460,
) -> go.Figure:
    """Confusion matrices side by side on one colour scale, each row adding up to 100%.

    Args:
        confusions: counts (C, C) by panel title, rows = true class, columns = the model's answer.
    """
    tones = ground(dark)
    has_words = max(map(len, class_names)) > _LONGEST_NUMBER  # between the panels they take room
    spacing = 0.1 if has_words else 0.08
    figure = make_subplots(cols=len(confusions), subplot_titles=list(confusions), horizontal_spacing=spacing)
    names = [f"<b>{name}</b>" if i in forget_classes else name for i, name in enumerate(class_names)]
    for column, counts in enumerate(confusions.values(), start=1):
        counts = np.asarray(counts, dtype=float)
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        figure.add_heatmap(
            row=1, col=column, z=shares, x=names, y=names, customdata=counts, coloraxis="coloraxis", xgap=1, ygap=1,
            text=np.where(shares >= 0.005, np.char.mod("%.0f", 100 * shares), ""),
            hovertemplate="true %{y}: %{z:.1%} called %{x}<br>images: %{customdata:.0f}<extra></extra>",
        )  # fmt: skip
        for label in forget_classes:
            figure.add_shape(
                row=1, col=column, type="rect", x0=-0.5, x1=len(names) - 0.5, y0=label - 0.5, y1=label + 0.5,
                line={"color": tones.forget, "width": 2},
            )  # fmt: skip
    scale, ends = [[0, tones.page], [1, tones.retain]], [-0.5, len(names) - 0.5]
    if not is_crowded(names):
        write_in_cells(figure, scale, 0, 1)
    figure.update_xaxes(title="the network says", type="category", showgrid=False, range=ends)
    figure.update_yaxes(type="category", showgrid=False, range=ends[::-1])
    figure.update_yaxes(title="true class", col=1)
    figure.update_annotations(font={"size": 14, "color": tones.muted})
    return styled(figure, dark, title, height, headroom=26).update_layout(
        coloraxis={"cmin": 0, "cmax": 1, "colorscale": scale, "showscale": False},
        meta=WIDE if len(confusions) > 1 else None,
    )
