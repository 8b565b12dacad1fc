"""What is left: relearning curves, linear probes, likeness layer by layer."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from camu_core.figures.estimates import interval_text
from camu_core.figures.theme import (
    MODEL_COLORS,
    MODEL_SYMBOLS,
    MODEL_TITLES,
    PROBED_TITLES,
    UNTRAINED,
    ground,
    styled,
    whiskers,
)
from camu_core.wording.privacy import likeness_band

# pair of networks -> (label, colour, symbol, dash)
_PAIRS = {
    "original-unlearned": ("After, to before", MODEL_COLORS["unlearned"], "diamond", "solid"),
    "unlearned-retrained": ("After, to retrained", MODEL_COLORS["retrained"], "square", "solid"),
    "original-retrained": ("Before, to retrained", MODEL_COLORS["original"], "circle", "dash"),
}
_GROUPS = {"forget": "images to forget", "retain": "images to keep"}


def relearning_figure(relearning: Mapping[str, Any], title: str, dark: bool = False, height: int = 420) -> go.Figure:
    """Accuracy on the forgotten images against batches of them, a line a network; bands are 95% over the seeds.

    Args:
        relearning: of `relearning_report`.
    """
    tones, figure, batches = ground(dark), go.Figure(), relearning["batches"]
    if (band := relearning["band"]) is not None:
        _add_band(figure, batches, band["lowest"], band["highest"], band["mean"])
    for name, curve in relearning["curves"].items():
        _add_curve(
            figure, name, batches, curve, mode="lines+markers", marker={"symbol": MODEL_SYMBOLS[name], "size": 9},
            customdata=[f"95% interval {e['low']:.1%} to {e['high']:.1%}, {e['n']} seeds" for e in curve],
            hovertemplate="after %{x} batches: %{y:.1%}<br>%{customdata}<extra>" + MODEL_TITLES[name] + "</extra>",
        )  # fmt: skip
    ends = [-0.4, batches[-1] + 0.4]
    figure.add_scatter(
        x=ends, y=[relearning["target"]] * 2, mode="lines", line={"color": tones.muted, "width": 1, "dash": "dot"},
        name=f"{relearning['target']:.0%}: counted as relearned", hoverinfo="skip", meta={},
    )  # fmt: skip
    figure.update_xaxes(range=ends, title="batches of all classes shown")
    figure.update_yaxes(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.5, 1], title="recognised")
    return styled(figure, dark, title, height)


def nearby_figure(nearby: Mapping[str, Any], title: str, dark: bool = False, height: int = 360) -> go.Figure:
    """Share of the forgotten images that is recognised within each distance, a line a network.

    Args:
        nearby: of `nearby_report`.
    """
    figure = go.Figure()
    for name, found in nearby["recognised"].items():
        _add_curve(
            figure, name, nearby["distances"], found, mode="lines",
            line_dash="dash" if name == "retrained" else "solid",
            customdata=[f"95% interval {e['low']:.0%} to {e['high']:.0%}, n = {e['n']}" for e in found],
            hovertemplate="pixels changed by up to %{x:.0%}: %{y:.0%}<br>%{customdata}<extra>" + MODEL_TITLES[name]
            + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(tickformat=".0%", title="largest change of a pixel, of black to white", rangemode="tozero")
    figure.update_yaxes(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.5, 1], title="recognised")
    return styled(figure, dark, title, height)


def _add_curve(
    figure: go.Figure, network: str, x: Sequence[float], estimates: Sequence[Mapping[str, Any]], **options: Any
) -> None:
    """A network's line, on the band of its intervals. Args: options: of the line, as `add_scatter` takes them."""
    low, high = [e["low"] for e in estimates], [e["high"] for e in estimates]
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*high, *low[::-1]], fill="toself", fillcolor=MODEL_COLORS[network], opacity=0.18,
        line={"width": 0}, mode="lines", hoverinfo="skip", meta={},
        name="95% intervals", legendgroup="intervals", showlegend=network == "original",  # one name for all of them
    )  # fmt: skip
    values = [e["value"] for e in estimates]
    figure.add_scatter(
        x=x, y=values, name=MODEL_TITLES[network], meta={"x": list(x), "y": values, "y_low": low, "y_high": high},
        line={"color": MODEL_COLORS[network], "width": 2.5}, **options,
    )  # fmt: skip


def _add_band(
    figure: go.Figure,
    x: Sequence[float | str],
    lowest: Sequence[float],
    highest: Sequence[float],
    mean: Sequence[float],
) -> None:
    """The range of the retrained networks, and their mean."""
    color = MODEL_COLORS["retrained"]
    figure.add_scatter(
        x=[*x, *x[::-1]], y=[*highest, *lowest[::-1]], fill="toself", fillcolor=color, opacity=0.25, mode="lines",
        line={"width": 0}, hoverinfo="skip", name="Retrained networks, lowest to highest",
        meta={"x": list(x), "y_low": list(lowest), "y_high": list(highest)},
    )  # fmt: skip
    figure.add_scatter(
        x=x, y=mean, mode="lines", name="Their mean", line={"color": color, "width": 2, "dash": "dash"},
        hovertemplate="%{x}: %{y:.1%}<extra>mean of the retrained networks</extra>",
    )  # fmt: skip


def heads_figure(report: Mapping[str, Any], title: str, dark: bool = False, height: int = 400) -> go.Figure:
    """Recall of a new classifier against the examples it was taught with, a line a network.

    Args:
        report: of a `PrivacyResult` of a run that forgets classes.
    """
    tones, figure = ground(dark), go.Figure()
    colors, symbols = {**MODEL_COLORS, UNTRAINED: tones.muted}, {**MODEL_SYMBOLS, UNTRAINED: "x"}
    few = [int(name.rsplit("_", 1)[1]) for name in report["battery"]["unlearned"] if name.startswith("fresh_head_")]
    x = [str(n) for n in few]
    if report["reference"] is not None:
        of_band = [report["reference"]["measures"][f"fresh_head_{n}"] for n in few]
        _add_band(figure, x, list(map(min, of_band)), list(map(max, of_band)), [sum(v) / len(v) for v in of_band])
    for name, measures in report["battery"].items():
        found = [measures[f"fresh_head_{n}"] for n in few]
        figure.add_scatter(
            x=x, y=[e["value"] for e in found], mode="lines+markers", name=PROBED_TITLES[name],
            line={"color": colors[name], "width": 2.5, "dash": "dot" if name == UNTRAINED else "solid"},
            marker={"symbol": symbols[name], "size": 10},
            error_y={"type": "data", "symmetric": False, "color": colors[name], "thickness": 1.5, "width": 4,
                     "array": [e["high"] - e["value"] for e in found],
                     "arrayminus": [e["value"] - e["low"] for e in found]},
            hovertemplate="%{x} a class: %{y:.1%}<extra>" + PROBED_TITLES[name] + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(type="category", title="examples of each forgotten class")
    figure.update_yaxes(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.5, 1], title="found among new images")
    return styled(figure, dark, title, height)


def probe_figure(
    probes: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 340
) -> go.Figure:
    """How often a linear probe is right, a bar a network; whiskers are Wilson 95% intervals, 50% is guessing.

    Args:
        probes: name -> estimate; those without a value are left out.
    """
    tones, figure = ground(dark), go.Figure()
    colors = {**MODEL_COLORS, UNTRAINED: tones.grid}
    for name, e in probes.items():
        if e["value"] is None:
            continue
        figure.add_bar(
            x=[e["value"] - 0.5], y=[PROBED_TITLES[name]], base=0.5, orientation="h", showlegend=False,
            meta={"x": [e["value"]], "x_low": [e["low"]], "x_high": [e["high"]], "y": [PROBED_TITLES[name]]},
            marker={"color": colors[name], "pattern": {"shape": "/" if name == UNTRAINED else "", "size": 6,
                                                       "fgcolor": tones.muted}},
            error_x={"type": "data", "symmetric": False, "color": tones.text, "thickness": 1.5, "width": 4,
                     "array": [e["high"] - e["value"]], "arrayminus": [e["value"] - e["low"]]},
            hovertemplate=f"{e['value']:.1%}<br>95% interval {e['low']:.1%} to {e['high']:.1%}<br>"
            f"n = {e['n']:,} images<extra>{PROBED_TITLES[name]}</extra>",
        )  # fmt: skip
        figure.add_annotation(x=max(e["high"], 0.5), y=PROBED_TITLES[name], text=f"<b>{e['value']:.1%}</b>",
                              showarrow=False, xanchor="left", xshift=8)  # fmt: skip
    figure.add_vline(x=0.5, line={"color": tones.muted, "width": 1, "dash": "dot"})
    lowest = min([0.5, *(e["low"] for e in probes.values() if e["low"] is not None)])
    figure.update_xaxes(range=[min(0.47, lowest - 0.02), 1.09], tickformat=".0%", tickvals=[0.5, 0.75, 1],
                        title="probe is right (50% is guessing)")  # fmt: skip
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return styled(figure, dark, title, height).update_layout(bargap=0.35, margin_r=48)  # for the last label


def likeness_figure(
    cka: Mapping[str, Any],
    title: str,
    dark: bool = False,
    height: int = 420,
    reference: Mapping[str, Sequence[float | None]] | None = None,
) -> go.Figure:
    """Likeness of two networks layer by layer, images to forget left and to keep right; whiskers are 95% intervals.

    Args:
        cka: forget / retain -> pair -> layer -> estimate, as of `likeness_report`.
        reference: measures of the retrained networks of a band, a figure a network.
    """
    figure = make_subplots(cols=2, subplot_titles=list(_GROUPS.values()), shared_yaxes=True, horizontal_spacing=0.05)
    for column, group in enumerate(_GROUPS, start=1):
        if reference is not None:
            bands = {layer: likeness_band(reference, group, layer) for layer in cka[group]["original-unlearned"]}
            x, known = [layer for layer, band in bands.items() if band], list(filter(None, bands.values()))
            lows, highs = [band.low for band in known], [band.high for band in known]
            figure.add_scatter(
                row=1, col=column, x=[*x, *x[::-1]], y=[*highs, *lows[::-1]], fill="toself", mode="lines",
                line={"width": 0}, fillcolor=MODEL_COLORS["original"], opacity=0.25, hoverinfo="skip",
                name="Before, to another retrained network", legendgroup="band", showlegend=column == 1,
                meta={"x": x, "y_low": lows, "y_high": highs},
            )  # fmt: skip
        for pair, (label, color, symbol, dash) in _PAIRS.items():
            layers = {name: e for name, e in cka[group].get(pair, {}).items() if e["value"] is not None}
            values, low, high = (np.array([e[end] for e in layers.values()], float) for end in ("value", "low", "high"))
            figure.add_scatter(
                row=1, col=column, x=list(layers), y=values, mode="lines+markers", name=label, legendgroup=pair,
                showlegend=column == 1, line={"color": color, "width": 2.5, "dash": dash},
                marker={"symbol": symbol, "size": 10},
                error_y={**whiskers(values, low, high, dark), "color": color, "thickness": 1.5, "width": 4},
                customdata=[interval_text(e, 1, "{:.3f}") for e in layers.values()],
                hovertemplate="%{x}: %{y:.3f}<br>%{customdata}<extra>" + label + "</extra>",
            )  # fmt: skip
    figure.update_yaxes(range=[-0.05, 1.05], tickvals=[0, 0.5, 1])
    figure.update_yaxes(title="similarity (CKA)", col=1)
    figure.update_xaxes(type="category")
    figure.update_annotations(font={"size": 14, "color": ground(dark).muted})
    return styled(figure, dark, title, height, headroom=32)
