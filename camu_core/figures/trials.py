"""Trials of a tuning in the plane of forgetting and keeping, with the front that none of them beats."""

import pandas as pd
import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, MODEL_SYMBOLS, ground, styled

_HIDDEN = ("trial", "objective", "forgotten", "kept", "is_on_front", "is_chosen", "run")


def trials_figure(
    table: pd.DataFrame,
    target: tuple[float, float],
    axes: tuple[str, str],
    title: str,
    dark: bool = False,
    height: int = 430,
) -> go.Figure:
    """One mark a trial; the usual settings grey, the chosen ones named, retrained networks as the target.

    Args:
        table: of `trial_table`, its settings by the names that are shown.
        target: what retrained networks recognise of what was forgotten, and of the rest, mean.
        axes: titles of x and y.
    """
    figure = go.Figure()
    front = table[table["is_on_front"]].sort_values(["forgotten", "kept"])
    figure.add_scatter(
        x=front["forgotten"], y=front["kept"], mode="lines", line={"shape": "hv", "dash": "dot", "width": 2},
        line_color=MODEL_COLORS["unlearned"], name="The front: no trial beats these", hoverinfo="skip",
    )  # fmt: skip
    is_usual = table["trial"] == 0
    for rows, role, name in (
        (table[~is_usual], "unlearned", "A trial"),
        (table[is_usual], "original", "The default settings"),
    ):
        figure.add_scatter(
            x=rows["forgotten"], y=rows["kept"], mode="markers", name=name,
            marker={
                "size": [13 if on_front else 10 for on_front in rows["is_on_front"]], "color": MODEL_COLORS[role],
                "symbol": MODEL_SYMBOLS["unlearned"] if role == "unlearned" else "circle",
                "opacity": [1.0 if on_front else 0.6 for on_front in rows["is_on_front"]],
                "line": {"width": 1, "color": ground(dark).page},
            },
            text=[_about(row) for _, row in rows.iterrows()], hovertemplate="%{text}<extra></extra>",
        )  # fmt: skip
    figure.add_scatter(
        x=[target[0]], y=[target[1]], mode="markers", name="The target: retrained without it",
        marker={"size": 17, "symbol": "star", "color": MODEL_COLORS["retrained"]},
        hovertemplate="retrained networks: %{x:.1%} and %{y:.1%}<extra></extra>",
    )  # fmt: skip
    for _, row in table[table["is_chosen"]].iterrows():
        figure.add_annotation(
            x=row["forgotten"], y=row["kept"], text="chosen", ax=55, ay=42, arrowhead=0, arrowwidth=1, standoff=8,
            arrowcolor=ground(dark).muted, font={"size": 13, "color": ground(dark).text}, bgcolor=ground(dark).page,
        )  # fmt: skip
    low = min(table["kept"].min(), target[1])
    room = 0.1 * max(1 - low, 0.05)  # so that no tick is above 100%
    figure.update_xaxes(title=axes[0], range=[-0.04, 1.04], tickformat=".0%")
    figure.update_yaxes(title=axes[1], range=[low - room, 1 + room / 2], tickformat=".0%")
    return styled(figure, dark, title, height).update_layout(margin_b=84)


def _about(row: pd.Series) -> str:
    settings = "<br>".join(f"{name} {row[name]:g}" for name in row.index if name not in _HIDDEN)
    return (
        f"<b>trial {row['trial']}</b>, {100 * row['objective']:.1f} points from retraining<br>forgotten: "
        f"{row['forgotten']:.1%} recognised<br>kept: {row['kept']:.1%} recognised<br>{settings}"
    )
