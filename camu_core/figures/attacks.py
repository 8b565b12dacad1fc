"""The threshold attack: how scores are spread, what every threshold would give, and the worst case."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, styled
from camu_core.measures import Histogram, ThresholdView

_TIMES = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000)  # where an axis of factors has ticks
_MOST_TICKS = 6  # of scores, which may have long names
_DASHES = {"original": "dot", "unlearned": "solid", "retrained": "dash"}
SCORE_AXES = {
    "attacker": "probability of having been trained on, by the attack model",
    "confidence": "confidence of the network in its answer (stretched towards 100%)",
    "entropy": "entropy of the answer (stretched towards 0 bits)",
}


def score_text(score: str, value: float) -> str:
    """A score as people read it: a probability, a confidence, or bits of entropy."""
    if score == "attacker":
        return f"{value:.2%}"
    if score == "entropy":
        return _bits(10**-value)
    doubt = max(10**-value, 1e-12)
    return f"{1 - doubt:.{max(0, int(np.ceil(value)))}%}" if value > 0 else "0%"


def _bits(value: float) -> str:
    return "1 bit" if f"{value:.3g}" == "1" else f"{value:.3g} bits"


def scores_figure(
    spread: Histogram, score: str, threshold: float, title: str, dark: bool = False, height: int = 340
) -> go.Figure:
    """Forgotten images above the line, new images below it; what lies right of the threshold is called trained on.

    The outermost bars hold all that lies beyond. There are no marks on the vertical axis, so that a slider under the
    figure points where it says.

    Args:
        score: in SCORE_AXES.
    """
    tones, figure = ground(dark), go.Figure()
    middles, width = (spread.edges[:-1] + spread.edges[1:]) / 2, float(spread.edges[1] - spread.edges[0])
    highest = max(1, spread.members.max(), spread.others.max())
    words = [f"{score_text(score, low)} to {score_text(score, high)}"
             for low, high in zip(spread.edges[:-1], spread.edges[1:], strict=True)]  # fmt: skip
    figure.add_bar(
        x=middles, y=spread.members, width=0.92 * width, marker={"color": tones.forget},
        name=f"{spread.members.sum():,} forgotten images", meta={"x": words, "images": spread.members},
        customdata=np.stack([spread.members, words], axis=1),
        hovertemplate="%{customdata[1]}<br>forgotten images: %{customdata[0]}<extra></extra>",
    )  # fmt: skip
    figure.add_bar(
        x=middles, y=-spread.others, width=0.92 * width, name=f"{spread.others.sum():,} new images",
        meta={"x": words, "images": spread.others},
        marker={"color": tones.muted, "pattern": {"shape": "/", "size": 6, "solidity": 0.3, "bgcolor": tones.muted,
                                                       "fgcolor": tones.page}},
        customdata=np.stack([spread.others, words], axis=1),
        hovertemplate="%{customdata[1]}<br>new images: %{customdata[0]}<extra></extra>",
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": tones.muted, "width": 1})
    low, high = float(spread.edges[0]), float(spread.edges[-1])
    line = min(max(threshold, low), high)
    figure.add_vrect(x0=line, x1=high, fillcolor=tones.text, opacity=0.06, line_width=0)
    figure.add_vline(x=line, line={"color": tones.text, "width": 2})
    called = {"showarrow": False, "yref": "paper", "y": 1.0, "yanchor": "bottom", "font": {"color": tones.muted}}
    is_right = line > (low + high) / 2
    figure.add_annotation(
        x=line, text="called new ◂" if is_right else "▸ called “trained on”",
        xanchor="right" if is_right else "left", **called,
    )  # fmt: skip
    ticks = _score_ticks(score, low, high)
    figure.update_xaxes(range=[low, high], tickvals=list(ticks), ticktext=list(ticks.values()), tickangle=0,
                        title=SCORE_AXES[score], showgrid=False)  # fmt: skip
    figure.update_yaxes(range=[-1.1 * highest, 1.1 * highest], showticklabels=False, showgrid=False)
    return styled(figure, dark, title, height, headroom=32).update_layout(barmode="overlay")


def _score_ticks(score: str, low: float, high: float) -> dict[float, str]:
    """Places of an axis of scores, with their names: round ones where the axis is stretched and has room for them."""
    first, last = low + 0.04 * (high - low), high - 0.04 * (high - low)
    powers = [10.0**-i for i in range(-1 if score == "entropy" else 0, 12)]
    choices = [[rest * part for rest in powers for part in (1, 0.5, 0.2)], powers, powers[::2], powers[::3]]
    for rests in choices if score != "attacker" else []:
        ticks = {-float(np.log10(rest)): f"{100 * (1 - rest):.12g}%" if score == "confidence" else _bits(rest)
                 for rest in rests if first <= -np.log10(rest) <= last}  # fmt: skip
        if 2 <= len(ticks) <= _MOST_TICKS:
            return ticks
    return {place: score_text(score, place) for place in np.linspace(first, last, 5).tolist()}


def roc_figure(
    views: Mapping[str, ThresholdView], chosen: str, title: str, dark: bool = False, height: int = 340
) -> go.Figure:
    """Caught against falsely accused, over all thresholds; a mark at the chosen network's threshold.

    Args:
        views: by name of the network.
        chosen: one of them.
    """
    tones, figure = ground(dark), go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": tones.muted, "dash": "dot", "width": 1}, showlegend=False,
        hoverinfo="skip",
    )  # fmt: skip
    for name, view in views.items():
        is_chosen = name == chosen
        figure.add_scatter(
            x=view.curve[0], y=view.curve[1], mode="lines", name=MODEL_TITLES[name],
            line={"color": MODEL_COLORS[name], "width": 3 if is_chosen else 2, "dash": _DASHES[name]},
            hovertemplate="catches %{y:.0%}, accuses %{x:.0%} of the new ones<extra>" + MODEL_TITLES[name] + "</extra>",
        )  # fmt: skip
    view = views[chosen]
    figure.add_scatter(
        x=[view.false_positive_rate], y=[view.true_positive_rate], mode="markers", name="your threshold",
        marker={"symbol": MODEL_SYMBOLS[chosen], "size": 14, "color": MODEL_COLORS[chosen],
                "line": {"color": tones.text, "width": 2}},
        hovertemplate="your threshold: catches %{y:.0%}, accuses %{x:.0%} of the new ones<extra></extra>",
    )  # fmt: skip
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%", tickvals=[0, 0.5, 1], title="new images falsely accused")
    figure.update_yaxes(range=[-0.03, 1.03], tickformat=".0%", tickvals=[0, 0.5, 1], title="forgotten images caught")
    return styled(figure, dark, title, height, headroom=32).update_layout(margin_r=28)


def epsilon_figure(
    epsilon: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 260
) -> go.Figure:
    """How many times as frequent the most telling answer is, e^epsilon, with what so many images can show at most.

    Args:
        epsilon: name -> of `worst_epsilon`; those without a value are left out.
    """
    tones, figure = ground(dark), go.Figure()
    known = {name: e for name, e in epsilon.items() if e["value"] is not None}
    largest = max((e["largest"] for e in known.values()), default=0)
    reach = 1.15 * max([largest, 1, *(e["value"] if e["high"] is None else e["high"] for e in known.values())])
    for name, e in known.items():
        high = 0.985 * reach if e["high"] is None else e["high"]
        times, least, most = (float(np.exp(each)) for each in (e["value"], e["low"], high))
        end = "no upper end" if e["high"] is None else f"{most:,.1f}x"
        figure.add_scatter(
            x=[times], y=[MODEL_TITLES[name]], mode="markers", showlegend=False,
            meta={"x": [times], "x_low": [least], "x_high": [None if e["high"] is None else most],
                  "y": [MODEL_TITLES[name]]},
            marker={"color": MODEL_COLORS[name], "symbol": MODEL_SYMBOLS[name], "size": 14},
            error_x={"type": "data", "symmetric": False, "color": MODEL_COLORS[name], "thickness": 2, "width": 5,
                     "array": [most - times], "arrayminus": [times - least]},
            hovertemplate=f"{times:,.1f}x as frequent (epsilon {e['value']:.2f})<br>"
            f"95% interval {least:,.1f}x to {end}<br>"
            f"told apart by: {e['score']}<br>n = {e['n']:,} images<extra>{MODEL_TITLES[name]}</extra>",
        )  # fmt: skip
        if e["high"] is None:
            figure.add_scatter(
                x=[most], y=[MODEL_TITLES[name]], mode="markers", showlegend=False, hoverinfo="skip", meta={},
                marker={"symbol": "triangle-right", "size": 12, "color": MODEL_COLORS[name]},
            )  # fmt: skip
    figure.add_vline(x=float(np.exp(largest)), line={"color": tones.muted, "width": 1, "dash": "dash"})
    figure.add_annotation(
        x=largest / np.log(10), y=1, yref="paper", yanchor="bottom", showarrow=False,
        font={"color": tones.muted, "size": 13},
        text="the highest lower bound that so many images allow",
        xanchor="right" if largest > reach / 2 else "left",
    )  # fmt: skip
    ticks = [each for each in _TIMES if np.log(each) < reach]
    figure.update_xaxes(
        type="log", range=[-0.02 * reach / np.log(10), reach / np.log(10)], tickvals=ticks,
        ticktext=[f"{each:,}x" for each in ticks],
        title="times as frequent as in the retrained network, or the reverse",
    )  # fmt: skip
    figure.update_yaxes(range=[len(known) - 0.5, -0.5], showgrid=False)
    return styled(figure, dark, title, height, headroom=28)


def divergence_figure(
    bits: Mapping[str, Mapping[str, Any]], title: str, dark: bool = False, height: int = 260
) -> go.Figure:
    """How different the answers are from the retrained network's, on images to forget and to keep.

    Args:
        bits: forget / retain -> estimate, as in `distance_to_retrained`.
    """
    tones, figure = ground(dark), go.Figure()
    rows = {
        "forget": ("images to forget", tones.forget, "diamond"),
        "retain": ("images to keep", tones.retain, "circle"),
    }
    for group, (label, color, symbol) in rows.items():
        e = bits[group]
        ends = [np.nan if e[end] is None else e[end] for end in ("low", "high")]
        interval = "" if e["low"] is None else f"95% interval {ends[0]:.3f} to {ends[1]:.3f}<br>"
        figure.add_scatter(
            x=[e["value"]], y=[label], mode="markers", showlegend=False,
            marker={"color": color, "symbol": symbol, "size": 14},
            error_x={"type": "data", "symmetric": False, "color": color, "thickness": 2, "width": 5,
                     "array": [ends[1] - e["value"]], "arrayminus": [e["value"] - ends[0]]},
            hovertemplate=f"{e['value']:.3f} bits<br>{interval}n = {e['n']:,}<extra>{label}</extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-0.02, 1.02], title="divergence from the retrained network's answers (bits)")
    figure.update_yaxes(range=[1.5, -0.5], showgrid=False)
    return styled(figure, dark, title, height)
