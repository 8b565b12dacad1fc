"""What forgetting harder does, by strength: recognised, kept, and found again after one example."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from camu_core.figures.theme import MODEL_COLORS, ground, styled
from camu_core.measures.estimates import Estimate, is_measured
from camu_core.wording.dial import strength_words

# Of the curves: the forgotten classes at the output and inside, and the others.
RECOGNISED, KEPT, INSIDE = "recognised", "kept", "inside"


def dial_figure(
    curves: Mapping[str, Mapping[int, Estimate]],
    names: Mapping[str, str],
    strengths: Sequence[float],
    base: str,
    title: str,
    reference: Sequence[float] = (),
    chosen: int | None = None,
    dark: bool = False,
    height: int = 340,
) -> go.Figure:
    """A curve a measure against the strength, with 95% intervals.

    Args:
        curves: by measure, estimates by index of the strength; those that are not there yet are left out.
        names: of the measures.
        strengths: the weakest first.
        base: which learning rates those are that are multiplied: "usual".
        reference: what each retrained network shows of `INSIDE`, drawn from lowest to highest; empty if nobody knows.
        chosen: strength at which there is a line, the figure's first shape.
    """
    tones, figure, ticks = ground(dark), go.Figure(), [strength_words(strength) for strength in strengths]
    styles = {KEPT: (tones.retain, "circle", "solid"), INSIDE: (tones.forget, "diamond-open", "dot"),
              RECOGNISED: (tones.forget, "diamond", "solid")}  # fmt: skip
    if chosen is not None:
        figure.add_vline(x=chosen, line={"color": tones.text, "width": 2}, layer="below")
    if reference:
        figure.add_hrect(y0=min(reference), y1=max(reference), line_width=0, layer="below", opacity=0.22,
                         fillcolor=MODEL_COLORS["retrained"], showlegend=True,
                         name="Retrained networks, lowest to highest")  # fmt: skip
    for measure, (color, symbol, dash) in styles.items():
        known = {i: each for i, each in sorted(curves[measure].items()) if is_measured(each)}
        values = [each["value"] for each in known.values()]
        figure.add_scatter(
            x=list(known), y=values, mode="lines+markers", name=names[measure],
            meta={"x": [strengths[i] for i in known], "y": values, **{f"y_{end}": [each[end] for each in known.values()]
                                                                  for end in ("low", "high")}},
            line={"color": color, "width": 2.5, "dash": dash}, marker={"symbol": symbol, "size": 8},
            error_y={
                "array": [each["high"] - each["value"] for each in known.values()],
                "arrayminus": [each["value"] - each["low"] for each in known.values()],
                "color": color, "thickness": 1.2, "width": 3,
            },
            customdata=[[ticks[i], each["low"], each["high"], each["n"]] for i, each in known.items()],
            hovertemplate="learning rates x %{customdata[0]}: %{y:.1%} (%{customdata[1]:.1%} to %{customdata[2]:.1%}, "
                          "n = %{customdata[3]:,})<extra>" + names[measure] + "</extra>",
        )  # fmt: skip
    named = [0, *range(3, len(ticks), 2)]  # all would stand upright in a narrow window
    figure.update_xaxes(
        tickvals=named, ticktext=[ticks[i] for i in named], tickangle=0, range=[-0.5, len(ticks) - 0.5],
        title=f"learning rates, times the {base}", showgrid=False,
    )  # fmt: skip
    figure.update_yaxes(range=[-0.04, 1.06], tickformat=".0%", tickvals=[0, 0.5, 1])
    return styled(figure, dark, title, height).update_layout(margin_b=112 if reference else 92, hovermode="closest")
