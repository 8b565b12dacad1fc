"""The same small panel once for each method."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.theme import MODEL_COLORS, MODEL_TITLES, ground, is_crowded, styled, whiskers
from camu_core.wording.format import sample, with_interval

_COLUMNS = 4
_PANEL_PIXELS = 150


def multiples_figure(
    per_class: pd.DataFrame,
    titles: Mapping[str, str],
    class_names: Sequence[str],
    forget_classes: Sequence[int],
    title: str,
    dark: bool = False,
) -> go.Figure:
    """Test accuracy by class after forgetting, one panel a method, on the same axes; before it as a grey outline.

    Args:
        per_class: of `by_class`.
        titles: of the methods, in the order of the panels.
    """
    tones = ground(dark)
    n_rows = -(-len(titles) // _COLUMNS)
    figure = make_subplots(
        rows=n_rows, cols=_COLUMNS, shared_yaxes=True, subplot_titles=list(titles.values()), horizontal_spacing=0.015,
        vertical_spacing=min(0.9 / n_rows, 44 / (_PANEL_PIXELS * n_rows)),
    )  # fmt: skip
    for i, method in enumerate(titles):
        place = {"row": i // _COLUMNS + 1, "col": i % _COLUMNS + 1}
        rows = per_class[per_class["method"] == method].sort_values("label")
        labels = rows["label"].tolist()
        color = MODEL_COLORS["retrained" if method == "retrain" else "unlearned"]
        figure.add_bar(
            **place, x=labels, y=rows["before"], width=0.86, name=MODEL_TITLES["original"], showlegend=i == 0,
            legendgroup="before", hoverinfo="skip",
            meta={"x": [class_names[label] for label in labels], "y": rows["before"].tolist()},
            marker={"color": "rgba(127,127,127,0.18)", "line": {"color": MODEL_COLORS["original"], "width": 1}},
        )  # fmt: skip
        is_forgotten = rows["label"].isin(forget_classes)
        figure.add_bar(
            **place, x=labels, y=rows["mean"], width=0.5, showlegend=False,
            marker={"color": np.where(is_forgotten, tones.forget, color),
                    "pattern": {"shape": np.where(is_forgotten, "/", "")}},
            error_y={**whiskers(rows["mean"], rows["low"], rows["high"], dark), "width": 2},
            customdata=_told(rows, class_names), hovertemplate=f"%{{customdata}}<extra>{titles[method]}</extra>",
            meta={"x": [class_names[label] for label in labels], "y": rows["mean"].tolist(),
                  "y_low": rows["low"].tolist(), "y_high": rows["high"].tolist()},
        )  # fmt: skip
    names = [f"<b>{name}</b>" if label in forget_classes else name for label, name in enumerate(class_names)]
    named = sorted(forget_classes) if is_crowded(names) else list(range(len(names)))
    figure.update_xaxes(
        tickvals=named, ticktext=[names[label] for label in named], showgrid=False, tickfont={"size": 11},
        range=[-0.6, len(names) - 0.4], showticklabels=False,
    )  # fmt: skip
    for i in range(max(0, len(titles) - _COLUMNS), len(titles)):  # the lowest panel of each column
        figure.layout[f"xaxis{i + 1 if i else ''}"].showticklabels = True
    bands = [
        {"type": "rect", "xref": f"x{i + 1 if i else ''}", "yref": f"y{i + 1 if i else ''} domain", "y0": 0, "y1": 1,
         "x0": label - 0.5, "x1": label + 0.5, "fillcolor": tones.forget, "opacity": 0.14, "line": {"width": 0}}
        for i in range(len(titles)) for label in forget_classes
    ]  # fmt: skip
    figure.update_layout(shapes=bands)
    for name, color, pattern in _legend(titles, tones.forget, bool(forget_classes)):
        figure.add_bar(x=[None], y=[None], name=name, marker={"color": color, "pattern": {"shape": pattern}})
    figure.update_yaxes(range=[0, 1.06], tickvals=[0, 0.5, 1], tickformat=".0%")
    figure.update_annotations(font={"size": 13, "color": tones.text})
    return styled(figure, dark, title, 130 + _PANEL_PIXELS * n_rows, headroom=32).update_layout(
        barmode="overlay", margin_b=64
    )


def _told(rows: pd.DataFrame, class_names: Sequence[str]) -> list[str]:
    return [
        f"{class_names[row['label']]}: {with_interval(row['mean'], row['low'], row['high'])}"
        + f"<br>before: {row['before']:.1%}<br>n = {sample(row['n_seeds'], row['unit'])}"
        for row in rows.to_dict("records")
    ]


def _legend(titles: Mapping[str, str], forget: str, is_class: bool) -> list[tuple[str, str, str]]:
    entries = [(MODEL_TITLES["unlearned"], MODEL_COLORS["unlearned"], "")]
    entries += [(MODEL_TITLES["retrained"], MODEL_COLORS["retrained"], "")] if "retrain" in titles else []
    return [*entries, *([("The forgotten class, after", forget, "/")] if is_class else [])]
