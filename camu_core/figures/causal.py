"""Why forgetting worked: effects of the images, and of the parts of the network."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.estimates import change_text, estimate_text, interval_text, whiskers_of
from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, rows_height, styled
from camu_core.wording.format import number

# measure -> (panel title, unit, factor from the report's unit, decimals)
MEASURE_PANELS = {
    "true_class": ("Effect on the right answer", "points", 100, 0),
    "prediction_bits": ("Effect on the whole answer", "bits", 1, 2),
    "representation_bits": ("Effect on the representation", "bits", 1, 3),
}
GROUP_TITLES = {"forget": "images to<br>forget", "retain": "images<br>to keep"}
# Okabe and Ito's, of hues that no role has: sky blue, yellow; the interaction is grey.
PART_COLORS = {"representation": "#56B4E9", "head": "#E6A100", "interaction": "#9AA3AD"}
PART_TITLES = {"representation": "through the encoder", "head": "through the head",
               "interaction": "only both together"}  # fmt: skip
PART_PATTERNS = {"representation": "", "head": "/", "interaction": "."}

_FEW_LAYERS, _LEAST_POINTS = 6, 1.0  # where there are more, smaller changes have no number: they would run together


def effects_figure(
    effects: Mapping[str, Any],
    title: str,
    dark: bool = False,
    height: int = 400,
    measures: Sequence[str] = tuple(MEASURE_PANELS),
) -> go.Figure:
    """Measures side by side, forget and retain, one bar a model; whiskers are bootstrap 95% intervals.

    Args:
        effects: `causal_report`'s `effects`.
        measures: keys of MEASURE_PANELS.
    """
    panels = [(measure, MEASURE_PANELS[measure]) for measure in measures]
    headings = [f"{heading}<br>({unit})" for _, (heading, unit, _, _) in panels]
    figure = make_subplots(cols=len(panels), subplot_titles=headings, horizontal_spacing=0.07)
    for column, (measure, (heading, _, factor, decimals)) in enumerate(panels, start=1):
        for model in effects["forget"]:
            estimates = [effects[group][model][measure] for group in GROUP_TITLES]
            known = [(name, e) for name, e in zip(GROUP_TITLES.values(), estimates, strict=True) if _is_number(e)]
            figure.add_bar(
                row=1, col=column, x=[name for name, _ in known], y=[factor * e["value"] for _, e in known],
                name=MODEL_TITLES[model], legendgroup=model, showlegend=column == 1,
                marker={"color": MODEL_COLORS[model]},
                error_y=whiskers_of([e for _, e in known], factor, dark),
                text=[number(f"{{:.{decimals}f}}", factor * e["value"]) for _, e in known],
                textposition="auto", insidetextanchor="middle", textangle=0, insidetextfont={"color": "#FFFFFF"},
                cliponaxis=False, constraintext="none",
                customdata=[_measured(e, measure) for _, e in known],
                hovertemplate=f"{heading}: %{{customdata}}<extra>{MODEL_TITLES[model]}</extra>",
            )  # fmt: skip
        found = [e for group in effects.values() for e in _of(group, measure)]
        ends = [factor * end for e in found for end in (e["value"], e["low"], e["high"]) if end is not None]
        low, high = min(0.0, *ends), max(0.0, *ends)  # what pushes the other way now is below 0
        span = (high - low) or 1.0
        figure.update_yaxes(range=[low - 0.02 * span, high + 0.12 * span], nticks=4, row=1, col=column)
    figure.update_annotations(font={"size": 14, "color": ground(dark).muted})
    return styled(figure, dark, title, height, headroom=44).update_layout(
        barmode="group", bargap=0.25, bargroupgap=0.06
    )


def class_effects_figure(
    per_class: Sequence[Mapping[str, Any]],
    measure: str,
    class_names: Sequence[str],
    forget_classes: Sequence[int],
    title: str,
    dark: bool = False,
    height: int = 420,
) -> go.Figure:
    """One measure, one row a class, the models' marks below one another in it.

    Args:
        per_class: `causal_report`'s `per_class.effects`.
    """
    heading, unit, factor, _ = MEASURE_PANELS[measure]
    rows, tones = _rows(class_names, forget_classes), ground(dark)
    figure = go.Figure()
    for i, models in enumerate(per_class):
        ends = [models[model][measure] for model in ("original", "unlearned")]
        if all(map(_is_number, ends)):
            x0, x1 = (factor * e["value"] for e in ends)
            figure.add_shape(type="line", x0=x0, x1=x1, y0=i, y1=i, line={"color": tones.grid, "width": 6},
                             layer="below")  # fmt: skip
    for model in per_class[0]:
        known = [(row, models[model][measure]) for row, models in zip(rows, per_class, strict=True)
                 if _is_number(models[model][measure])]  # fmt: skip
        figure.add_scatter(
            x=[factor * e["value"] for _, e in known], y=[row for row, _ in known], orientation="h", mode="markers",
            name=MODEL_TITLES[model],
            marker={"color": MODEL_COLORS[model], "symbol": MODEL_SYMBOLS[model], "size": 8},
            error_x={**whiskers_of([e for _, e in known], factor, dark), "color": MODEL_COLORS[model]},
            customdata=[_measured(e, measure) for _, e in known],
            hovertemplate=f"%{{y}}: %{{customdata}}<extra>{MODEL_TITLES[model]}</extra>",
        )  # fmt: skip
    figure.update_xaxes(title=f"{heading[0].lower()}{heading[1:]} ({unit})", rangemode="tozero")
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=rows, autorange="reversed")
    return styled(figure, dark, title, rows_height(class_names, height, len(per_class[0]))).update_layout(
        scattermode="group", scattergap=0.35
    )


def mediation_figure(
    rows: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 240
) -> go.Figure:
    """One signed, stacked bar a row: what each part of the network did, and a diamond at the total.

    Args:
        rows: row label -> part -> estimate, as in `causal_report`'s `mediation_intervals`; rows without one are left
            out.
    """
    rows = {label: parts for label, parts in rows.items() if _is_number(parts["total"])}
    figure, labels = go.Figure(), list(rows)
    for part, color in PART_COLORS.items():
        estimates = [parts[part] for parts in rows.values()]
        figure.add_bar(
            x=[100 * e["value"] for e in estimates], y=labels, orientation="h", name=PART_TITLES[part],
            marker={"color": color, "pattern": {"shape": PART_PATTERNS[part], "bgcolor": color,
                                                "fgcolor": ground(dark).page, "size": 5, "solidity": 0.25}},
            customdata=[change_text(e) for e in estimates],
            hovertemplate=f"{PART_TITLES[part]}: %{{customdata}}<extra>%{{y}}</extra>",
        )  # fmt: skip
    totals = [parts["total"] for parts in rows.values()]
    figure.add_scatter(
        x=[100 * e["value"] for e in totals], y=labels, mode="markers", name="in total",
        marker={"symbol": "diamond", "size": 13, "color": ground(dark).text,
                "line": {"color": ground(dark).page, "width": 2}},
        error_x=whiskers_of(totals, 100, dark), customdata=[change_text(e) for e in totals],
        hovertemplate="in total: %{customdata}<extra>%{y}</extra>",
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": ground(dark).muted, "width": 1})
    figure.update_xaxes(title="change of the right answer's<br>probability (points)")
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=labels[::-1])
    return styled(figure, dark, title, rows_height(labels, height)).update_layout(barmode="relative", bargap=0.35)


def layers_figure(layers: Mapping[str, Any], title: str, dark: bool = False, height: int = 360) -> go.Figure:
    """The right answer's probability on forget images as the old network gets the new layers one after another.

    Args:
        layers: `causal_report`'s `layers_intervals.forget`.
    """
    tones = ground(dark)
    names = ["before", *(f"+ {name}" for name in layers["increments"])]
    curve, steps = layers["curve"], list(layers["increments"].values())
    values = [100 * level["value"] for level in curve]
    figure = go.Figure()
    figure.add_bar(
        x=names[1:], y=[100 * step["value"] for step in steps], base=values[:-1], name="what this layer changes",
        meta={"x": names[1:], **{f"change{end} (points)": 100 * np.array([step[key] for step in steps], float)
                                 for end, key in (("", "value"), (", low", "low"), (", high", "high"))}},
        marker={"color": tones.forget, "opacity": 0.75},
        customdata=[change_text(step) for step in steps],  # plotly's own %{y} would be where the bar ends
        hovertemplate="%{x}: %{customdata}<extra></extra>",
    )  # fmt: skip
    figure.add_scatter(
        x=names, y=values, mode="lines+markers", name="right answer's probability so far",
        line={"color": tones.text, "width": 2, "shape": "hvh"}, marker={"size": 9, "symbol": "circle"},
        error_y=whiskers_of(curve, 100, dark), customdata=[interval_text(level, 100, "{:.1f}") for level in curve],
        hovertemplate="%{x}: %{y:.1f}%<br>%{customdata}<extra></extra>",
    )  # fmt: skip
    for name, step, low, high in zip(names[1:], steps, values[1:], values, strict=False):
        if len(steps) > _FEW_LAYERS and abs(100 * step["value"]) < _LEAST_POINTS:
            continue
        figure.add_annotation(
            x=name, y=max(low, high), text=f"<b>{number('{:+.1f}', 100 * step['value'])}</b>",
            showarrow=False, yshift=16, font={"size": 14, "color": tones.text},
        )  # fmt: skip
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=names)
    figure.update_yaxes(range=[-4, 118], tickvals=[0, 50, 100], title="probability of the right answer (%)")
    return styled(figure, dark, title, height).update_layout(bargap=0.45)


def _rows(class_names: Sequence[str], forget_classes: Sequence[int]) -> list[str]:
    return [f"<b>{name}</b> (to forget)" if i in forget_classes else name for i, name in enumerate(class_names)]


def _of(models: Mapping[str, Any], measure: str) -> list[Mapping[str, Any]]:
    return [estimates[measure] for estimates in models.values() if _is_number(estimates[measure])]


def _is_number(estimate: Mapping[str, Any]) -> bool:
    return estimate["value"] is not None


def _measured(estimate: Mapping[str, Any], measure: str) -> str:
    """A measure of MEASURE_PANELS, to a digit more than beside its bar."""
    _, unit, factor, decimals = MEASURE_PANELS[measure]
    return estimate_text(estimate, factor, unit, f"{{:.{decimals + 1}f}}")
