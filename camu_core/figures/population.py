"""A population in pictures: one image, all images, the attacker, and who inherits the images."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, MODEL_TITLES, ground, styled
from camu_core.measures.estimates import as_fraction, estimate_over_seeds, is_measured
from camu_core.wording.format import percent

_N_BINS = 36
_BIN = 0.25  # of epsilon
_FIGURES = {
    "auc": "told apart (AUC)",
    "balanced_accuracy": "right answers",
    "tpr_at_1_percent_fpr": "caught at 1 false alarm in 100",
    "tpr_at_0.1_percent_fpr": "caught at 1 in 1,000",
}
FLOOR_NAME = "retrained against retrained"
_LEAST = 0.01  # of the images; classes that get less are left out


def snoop_figure(report: Mapping[str, Any], title: str, dark: bool = False, height: int = 320) -> go.Figure:
    """How often U-LiRA is right about one image of one network: before, after, and between retrained networks.

    Args:
        report: of `PopulationResult`, not of retraining.
    """
    rows = {
        "original": ("Before forgetting", {"value": report["original"]["balanced_accuracy"]}),
        "unlearned": (MODEL_TITLES["unlearned"], report["figures"]["balanced_accuracy"]),
        "retrained": ("Never saw them", report["noise_floor"]["balanced_accuracy"]),
    }
    figure, tones = go.Figure(), ground(dark)
    for model, (name, found) in rows.items():
        value = found["value"]
        low, high = found.get("low", np.nan), found.get("high", np.nan)
        ends = f" ({percent(low)} to {percent(high)})" if high > low else ""
        figure.add_scatter(
            x=[value], y=[name], mode="markers",
            marker={"color": MODEL_COLORS[model], "symbol": MODEL_SYMBOLS[model], "size": 15}, showlegend=False,
            error_x={
                "type": "data", "symmetric": False, "color": MODEL_COLORS[model], "thickness": 3, "width": 6,
                "array": [high - value], "arrayminus": [value - low],
            },
            hovertemplate=f"%{{y}}: %{{x:.1%}}{ends}<extra></extra>",
        )  # fmt: skip
        figure.add_annotation(x=value, y=name, text=percent(value) + ends, showarrow=False, yshift=24,
                              bgcolor=tones.page, font={"color": tones.text, "size": 14})  # fmt: skip
    figure.add_vline(x=0.5, line={"color": tones.text, "width": 2, "dash": "dash"}, layer="below")
    figure.add_annotation(x=0.5, y=1, yref="paper", yanchor="bottom", text="guessing", showarrow=False,
                          font={"color": tones.muted})  # fmt: skip
    figure.update_xaxes(range=[0.4, 1.02], tickformat=".0%", tickvals=[0.5, 0.75, 1], title="right answers")
    figure.update_yaxes(autorange="reversed", type="category", showgrid=False,
                        tickfont={"color": tones.text, "size": 14})  # fmt: skip
    return styled(figure, dark, title, height, headroom=24)


def hills_figure(margins: Mapping[str, np.ndarray], title: str, dark: bool = False, height: int = 300) -> go.Figure:
    """How sure the networks of each kind are of one image: a hill a kind.

    Args:
        margins: float32 (M,) by kind, see `scaled_margins`.
    """
    figure, everything = go.Figure(), np.concatenate(list(margins.values()))
    low, high = float(everything.min()), float(everything.max())
    size = max(high - low, 1e-6) / _N_BINS
    for kind in ("original", "retrained", "unlearned"):
        if kind in margins:
            figure.add_histogram(
                x=margins[kind], name=f"{MODEL_TITLES[kind]}, {len(margins[kind])} networks",
                xbins={"start": low, "end": high + size, "size": size}, opacity=0.7,
                marker={"color": MODEL_COLORS[kind], "pattern": {"shape": "/" if kind == "retrained" else ""}},
                hovertemplate="log odds %{x}<br>networks: %{y}<extra>" + MODEL_TITLES[kind] + "</extra>",
            )  # fmt: skip
    figure.update_xaxes(range=[low - size, high + 2 * size], title="log odds of the right answer")
    figure.update_yaxes(title="networks", nticks=5)
    return styled(figure, dark, title, height).update_layout(barmode="overlay", bargap=0.02)


def epsilons_figure(
    epsilons: np.ndarray, floor: np.ndarray, report: Mapping[str, Any], title: str, dark: bool = False,
    height: int = 320,
) -> go.Figure:  # fmt: skip
    """How well each image tells the two kinds apart; what cannot be measured stands in the last bar.

    Args:
        epsilons: float64 (n,), infinite where the kinds do not overlap.
        floor: of retrained against retrained.
        report: of `PopulationResult`.
    """
    tones, figure, ceiling = ground(dark), go.Figure(), report["ceiling"]
    end = ceiling + 2 * _BIN
    for values, name, color, pattern in (
        (epsilons, "after forgetting, against retrained", MODEL_COLORS["unlearned"], ""),
        (floor, FLOOR_NAME, MODEL_COLORS["retrained"], "/"),
    ):
        figure.add_histogram(
            x=np.minimum(values, ceiling + _BIN), name=name, opacity=0.7, meta={"x": values.tolist()},
            xbins={"start": 0, "end": end, "size": _BIN}, marker={"color": color, "pattern": {"shape": pattern}},
            hovertemplate="epsilon %{x}<br>images: %{y}<extra>" + name + "</extra>",
        )  # fmt: skip
    noise = report["noise_floor"]["epsilon_median"]
    figure.add_vrect(x0=noise["low"], x1=noise["high"], fillcolor=MODEL_COLORS["retrained"], opacity=0.25, line_width=0)
    figure.add_vline(x=ceiling, line={"color": tones.text, "width": 2, "dash": "dash"})
    above = {"yref": "paper", "y": 1.0, "yanchor": "bottom", "showarrow": False, "font": {"color": tones.muted}}
    figure.add_annotation(x=(noise["low"] + noise["high"]) / 2, text="noise floor", **above)
    figure.add_annotation(x=ceiling, text=f"ceiling of {report['m']} networks", xanchor="right", **above)
    if np.isinf(epsilons).any():
        figure.add_annotation(x=ceiling + _BIN, text="no overlap", xanchor="left", **above)
    figure.update_xaxes(range=[-0.05, end + _BIN], title="epsilon of the image")
    figure.update_yaxes(title="images", nticks=5)
    return styled(figure, dark, title, height, headroom=24).update_layout(barmode="overlay", bargap=0.02)


def attacker_figure(report: Mapping[str, Any], title: str, dark: bool = False, height: int = 320) -> go.Figure:
    """U-LiRA's figures with their intervals, if they have one, each above what it reaches between retrained networks.

    Args:
        report: of `PopulationResult`.
    """
    figure, names = go.Figure(), list(_FIGURES.values())
    for part, name, color, symbol in (
        ("noise_floor", FLOOR_NAME, MODEL_COLORS["retrained"], "square"),
        ("figures", "after forgetting, against retrained", MODEL_COLORS["unlearned"], "diamond"),
    ):
        found = [report[part][key] for key in _FIGURES]
        ends = [(each["low"], each["high"]) if is_measured(each) else (np.nan, np.nan) for each in found]
        figure.add_scatter(
            x=[each["value"] for each in found], y=names, mode="markers", name=name,
            marker={"color": color, "symbol": symbol, "size": 13},
            error_x={
                "type": "data", "symmetric": False, "color": color, "thickness": 2 if part == "figures" else 9,
                "width": 5 if part == "figures" else 0,
                "array": [high - each["value"] for each, (_, high) in zip(found, ends, strict=True)],
                "arrayminus": [each["value"] - low for each, (low, _) in zip(found, ends, strict=True)],
            },
            customdata=[
                f"95%: {low:.1%} to {high:.1%}" if is_measured(each) else "no interval from so few networks"
                for each, (low, high) in zip(found, ends, strict=True)
            ],
            hovertemplate="%{y}: %{x:.1%}<br>%{customdata}<extra>" + name + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(range=[-0.03, 1.03], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return styled(figure, dark, title, height)


def heirs_figure(
    answers: Mapping[str, np.ndarray], class_names: Sequence[str], title: str, dark: bool = False, height: int = 320
) -> go.Figure:
    """What the networks call the forgotten images: a bar a class, those that retraining says most first.

    Args:
        answers: float64 (M, C) of "unlearned" and "retrained", see `Networks`.
    """
    figure = go.Figure()
    most = np.maximum(answers["retrained"].mean(axis=0), answers["unlearned"].mean(axis=0))
    order = [label for label in np.argsort(-answers["retrained"].mean(axis=0), kind="stable") if most[label] >= _LEAST]
    for kind in ("retrained", "unlearned"):
        shares = (as_fraction(estimate_over_seeds(answers[kind][:, label])) for label in order)
        found = [share for share in shares if is_measured(share)]
        figure.add_bar(
            x=[class_names[label] for label in order], y=[each["value"] for each in found], name=MODEL_TITLES[kind],
            marker={"color": MODEL_COLORS[kind], "pattern": {"shape": "/" if kind == "retrained" else ""}},
            error_y={
                "type": "data", "symmetric": False, "color": ground(dark).text, "thickness": 1.5, "width": 4,
                "array": [each["high"] - each["value"] for each in found],
                "arrayminus": [each["value"] - each["low"] for each in found],
            },
            customdata=[f"{each['low']:.1%} to {each['high']:.1%}" for each in found],
            hovertemplate="%{x}: %{y:.1%}<br>95%: %{customdata}<extra>" + MODEL_TITLES[kind] + "</extra>",
        )  # fmt: skip
    figure.update_xaxes(title="class that the forgotten images are taken for", type="category")
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", nticks=5)
    return styled(figure, dark, title, height).update_layout(barmode="group", bargap=0.25)


def ranks_figure(rows: pd.DataFrame, floor: tuple[float, float], title: str, dark: bool = False) -> go.Figure:
    """How often the attacker tells each method from retraining, the best by the score on top, and both ranks.

    What has no rank, retraining and controls, stands below.

    Args:
        rows: of `population_table`, one dataset and forget set, a method a row, with `title`.
        floor: ends of the noise floor's AUC.
    """
    figure, tones = go.Figure(), ground(dark)
    rows = rows.sort_values(["rank_by_score", "auc"], kind="stable")
    figure.add_vrect(x0=floor[0], x1=floor[1], fillcolor=MODEL_COLORS["retrained"], opacity=0.3,
                     line_width=0)  # fmt: skip
    is_gold = rows["method"] == "retrain"
    for kind, some in (("unlearned", rows[~is_gold]), ("retrained", rows[is_gold])):
        figure.add_scatter(
            x=some["auc"], y=some["title"], mode="markers", showlegend=False,
            marker={"color": MODEL_COLORS[kind], "symbol": MODEL_SYMBOLS[kind], "size": 11},
            error_x={
                "type": "data", "symmetric": False, "color": MODEL_COLORS[kind], "thickness": 2, "width": 5,
                "array": some["auc_high"] - some["auc"], "arrayminus": some["auc"] - some["auc_low"],
            },
            customdata=some[["auc_low", "auc_high", "score", "accuracy_gap"]],
            hovertemplate="%{y}: AUC %{x:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f})<br>score "
            "%{customdata[2]:.3f}<br>gap in accuracy %{customdata[3]:.1%}<extra></extra>",
        )  # fmt: skip
    beside = {"xref": "x", "x": 1.2, "xanchor": "right", "align": "right", "showarrow": False,
              "font": {"color": tones.muted}}  # fmt: skip
    figure.add_annotation(y=1, yref="paper", yanchor="bottom", text="rank by accuracy →<br>by the score", **beside)
    for _, row in rows.dropna(subset=["rank_by_score", "rank_by_accuracy"]).iterrows():
        ranks = (f"{row[name]:.0f}" for name in ("rank_by_accuracy", "rank_by_score"))
        figure.add_annotation(y=row["title"], text=" → ".join(ranks), **beside)
    figure.add_annotation(x=sum(floor) / 2, y=1, yref="paper", yanchor="bottom",
                          text="noise floor", showarrow=False, font={"color": tones.muted})  # fmt: skip
    figure.update_xaxes(range=[0.4, 1.22], tickvals=[0.5, 0.6, 0.7, 0.8, 0.9, 1.0], tickformat=".1f",
                        title="told from retraining (AUC)")  # fmt: skip
    figure.update_yaxes(
        autorange="reversed", type="category", showgrid=False, categoryorder="array",
        categoryarray=rows["title"].tolist(),
    )  # fmt: skip
    return styled(figure, dark, title, 90 + 26 * len(rows), headroom=44)
