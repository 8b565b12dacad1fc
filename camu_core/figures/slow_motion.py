"""One step of CaMU on the map: an image to forget, its counterfactual, an image to keep, and what pushes them."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from camu_core.figures.embedding import Panel, axis_ranges, embedding_figure
from camu_core.figures.theme import Ground, ground

_HEAD, _PLACE = 13, 17  # pixels
_ASIDE = 0.035  # of the map, between the arrows of an image
_SHORTEST = 0.012  # of the map; less is no arrow


def slow_motion_figure(
    points: np.ndarray,
    target: np.ndarray,
    moves: Sequence[Mapping[str, np.ndarray]],
    parts: Mapping[str, str],
    magnification: float,
    others: np.ndarray,
    y: np.ndarray,
    is_forget: np.ndarray,
    class_names: Sequence[str],
    names: Mapping[str, str],
    title: str,
    dark: bool = False,
    height: int = 360,
) -> go.Figure:
    """A map with a frame a moment: the first two traces are the other images, the third the names of the classes
    that are kept, the next two the image to forget and the one to keep, and then comes an arrow for each of `parts`,
    which starts at both images.

    Args:
        points: float (M, 2, 2), at each moment the place of the image to forget and of the one to keep.
        target: float (2,), of the counterfactual.
        moves: at each moment, by part, float (2, 2), how far it moves both; parts that are not there push nothing.
        parts: role of each part, "forget", "retain" or else.
        magnification: times the move an arrow is long.
        others: float (M, N, 2), at each moment the places of all images.
        y: int64 (N,), their classes.
        is_forget: bool (N,).
        names: "forget", "retain", "counterfactual" and the parts, in words.
    """
    tones = ground(dark)
    figure = embedding_figure(
        [Panel("", others[0], np.eye(len(class_names))[y])], y, is_forget, class_names,
        axis_ranges([others.reshape(-1, 2), points.reshape(-1, 2), target[None]]), title, dark, height=height,
    )  # fmt: skip
    figure.update_traces(hoverinfo="skip", hovertemplate=None, marker_opacity=0.22, showlegend=False)
    figure.layout.annotations = ()  # names that stay where they are: here they go with their classes
    kept = [label for label in np.unique(y) if not is_forget[y == label].all()]
    figure.add_scatter(
        mode="text", text=[f"<b>{class_names[label]}</b>" for label in kept], hoverinfo="skip", showlegend=False,
        textfont={"color": tones.text, "size": 13, "shadow": f"0 0 3px {tones.page}, 0 0 3px {tones.page}"},
    )  # fmt: skip
    marks = (("forget", "diamond", tones.forget), ("retain", "circle", tones.retain))
    for place, (role, symbol, color) in zip(points[0], marks, strict=True):
        figure.add_scatter(**_place(place), **_mark(names[role], symbol, color, tones))
    for part, role in parts.items():
        color = {"forget": tones.forget, "retain": tones.retain}.get(role, tones.muted)
        figure.add_scatter(
            x=[], y=[], mode="lines+markers", name=names[part], line={"color": color, "width": 3}, hoverinfo="name",
            showlegend=False, cliponaxis=False,
            marker={"symbol": "arrow", "angleref": "previous", "color": color, "size": [0, _HEAD, 0] * 2, "opacity": 1,
                    "line": {"width": 0}},
        )  # fmt: skip
    figure.add_scatter(**_place(target), **_mark(names["counterfactual"], "star", tones.text, tones))
    extent = float(np.ptp(figure.layout.yaxis.range))
    frames = []
    for places, clouds, pushes in zip(points, others, moves, strict=True):
        arrows = _arrows(places, pushes, magnification, extent)
        medians = np.array([np.median(clouds[y == label], axis=0) for label in kept])
        data = [*map(_cloud, (clouds[~is_forget], clouds[is_forget], medians)), *map(_place, places),
                *(arrows.get(part, {"x": [], "y": []}) for part in parts)]  # fmt: skip
        frames.append(go.Frame(data=[go.Scatter(each) for each in data], traces=list(range(len(data)))))
    for trace, each in zip(figure.data, frames[0].data, strict=False):
        trace.update(x=each.x, y=each.y)
    figure.frames = frames
    return figure


def _cloud(places: np.ndarray) -> dict[str, list[float]]:
    return {"x": places[:, 0].astype(float).round(2).tolist(), "y": places[:, 1].astype(float).round(2).tolist()}


def _place(place: np.ndarray) -> dict[str, list[float]]:
    return {"x": [float(place[0])], "y": [float(place[1])]}


def _arrows(
    places: np.ndarray, moves: Mapping[str, np.ndarray], magnification: float, extent: float
) -> dict[str, dict[str, list[float]]]:
    """By part, one from each of two places; beside one another, since parts often push the same way."""
    if not moves:
        return {}
    whole = np.sum([*moves.values()], axis=0)
    across = np.stack([-whole[:, 1], whole[:, 0]], axis=1)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), np.finfo(float).tiny)
    arrows = {}
    for i, (part, move) in enumerate(moves.items()):
        starts = places + _ASIDE * extent * (i - (len(moves) - 1) / 2) * across
        lines = np.stack([starts, starts + magnification * move, np.full_like(starts, np.nan)], axis=1)
        lines[magnification * np.linalg.norm(move, axis=1) < _SHORTEST * extent] = np.nan
        x, y = lines.reshape(-1, 2).T.tolist()
        arrows[part] = {"x": x, "y": y}
    return arrows


def _mark(name: str, symbol: str, color: str, tones: Ground) -> dict[str, object]:
    return {
        "mode": "markers", "name": name, "showlegend": False, "hoverinfo": "name", "cliponaxis": False,
        "marker": {"symbol": symbol, "color": color, "size": _PLACE, "line": {"color": tones.page, "width": 2}},
    }  # fmt: skip
