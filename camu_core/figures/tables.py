"""The numbers of figures as tables, for those who cannot or would not read a picture."""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from plotly.basedatatypes import BasePlotlyType, BaseTraceType

from camu_core.figures.theme import MODEL_TITLES, PROBED_TITLES
from camu_core.measures import SPLIT_NAMES

_TAG = re.compile(r"<[^>]*>")  # of the few that plotly draws
# To a spreadsheet, which may read the full-width signs =, @, + and - alike; "-3%" is a number.
_FORMULA = re.compile(r"[=@\t\r\uff1d\uff20\uff0b\uff0d]|[+-](?![0-9.,]*%?$)")


def split_table(metrics: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The four splits, one row a model."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], **{split: report[split] for split in SPLIT_NAMES}}
        for name, report in metrics.items()
    )


def class_table(per_class: dict, counts: list[int], names: tuple[str, ...]) -> pd.DataFrame:
    """Test accuracy by class, one column a model."""
    return pd.DataFrame(
        {"class": names, "test images": counts, **{MODEL_TITLES[name]: values for name, values in per_class.items()}}
    )


def attack_table(metrics: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The membership attack, one row a model."""
    return pd.DataFrame({"network": MODEL_TITLES[name], **report["attack"]} for name, report in metrics.items())


def figure_table(figure: go.Figure) -> pd.DataFrame:
    """All that a figure draws, one row a mark.

    Marks that are not drawn where their data are, such as those beyond the edge, say their data in the trace's `meta`:
    columns, which stand here instead; empty of what only decorates.

    Returns:
        columns `panel` (its title, or 1, 2, ...), `trace` (its name, or number), `x`, `y`; `value` of a heat map's
        cells; `x_low`, `x_high`, `y_low`, `y_high` where whiskers are drawn; `text` where a mark has one; `x_axis`,
        `y_axis`: what is along the axes, with its unit, where the figure says so. Lines and frames that only decorate
        are among them where they have no `meta`, pictures and labels are not. Texts have no tags.
    """
    titles = _panel_titles(figure)
    parts = [
        table.assign(panel=titles.get(_panel(trace), _panel(trace)), trace=trace.name or str(i),
                     **_axis_titles(figure, trace, table))
        for i, trace in enumerate(figure.data, start=1)
        if getattr(trace, "mode", None) != "text" and len(table := _trace_table(trace))
    ]  # fmt: skip
    if not parts:
        return pd.DataFrame(columns=["panel", "trace"])
    table = pd.concat(parts, ignore_index=True).map(_untagged)
    first, last = ["panel", "trace"], [name for name in ("x_axis", "y_axis") if table[name].any()]
    return table[[*first, *(name for name in table if name not in (*first, "x_axis", "y_axis")), *last]]


def csv_of(table: pd.DataFrame) -> str:
    """As CSV; names that a spreadsheet would compute, such as "=1+1", get an apostrophe in front, by which it does not.

    Source: OWASP, CSV injection.
    """

    def plain(value: object) -> object:
        return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value

    return table.map(plain).rename(columns=plain).to_csv(index=False)


def _axis_titles(figure: go.Figure, trace: BaseTraceType, table: pd.DataFrame) -> dict[str, str]:
    """Of the axes along which the table's data are."""
    lies_along = {axis: not {axis, f"{axis}_low"}.isdisjoint(table) for axis in "xy"}
    return {f"{axis}_axis": _axis(figure, trace, axis).title.text or "" if is_along else ""
            for axis, is_along in lies_along.items()}  # fmt: skip


def _panel_titles(figure: go.Figure) -> dict[int, str]:
    """What plotly's `make_subplots` writes above the middle of a panel, by the panel's number."""
    above = {
        (round(each.x, 6), round(each.y, 6)): each.text
        for each in figure.layout.annotations
        if (each.xref, each.yref, each.xanchor, each.yanchor) == ("paper", "paper", "center", "bottom")
    }
    titles = {}
    for trace in figure.data:
        x, y = (_axis(figure, trace, axis).domain for axis in "xy")
        if x and y and (place := (round(sum(x) / 2, 6), round(y[1], 6))) in above:
            titles[_panel(trace)] = above[place]
    return titles


def _axis(figure: go.Figure, trace: BaseTraceType, axis: str) -> BasePlotlyType:
    return figure.layout[f"{axis}axis{(getattr(trace, f'{axis}axis', None) or axis)[1:]}"]


def _untagged(value: object) -> object:
    return _TAG.sub("", value.replace("<br>", " ")) if isinstance(value, str) else value


def _panel(trace: BaseTraceType) -> int:
    axis = getattr(trace, "xaxis", None) or "x"
    return int(axis[1:] or 1)


def _trace_table(trace: BaseTraceType) -> pd.DataFrame:
    if trace.meta is not None:
        return pd.DataFrame(trace.meta)
    if trace.type == "heatmap":
        values = np.asarray(trace.z)
        n_rows, n_columns = values.shape
        x = range(n_columns) if trace.x is None else trace.x
        y = range(n_rows) if trace.y is None else trace.y
        return pd.DataFrame(
            {"y": np.repeat(np.asarray(y), n_columns), "x": np.tile(np.asarray(x), n_rows), "value": values.ravel()}
        )
    columns = {axis: list(trace[axis]) for axis in "xy" if trace[axis] is not None}
    n_marks = max(map(len, columns.values()), default=0)
    for axis in [*columns]:
        whisker = trace[f"error_{axis}"]
        if whisker.array is not None:
            values, above = np.asarray(columns[axis], float), np.asarray(whisker.array, float)
            below = above if whisker.arrayminus is None else np.asarray(whisker.arrayminus, float)
            columns |= {f"{axis}_low": values - below, f"{axis}_high": values + above}
    if trace.text is not None and not isinstance(trace.text, str) and len(trace.text) == n_marks:
        columns["text"] = list(trace.text)
    return pd.DataFrame(columns)


def relearning_table(lesson: dict) -> pd.DataFrame:
    """Accuracy as the forgotten images are taught again, one row a model and checkpoint."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], "batches": batches, **estimate}
        for name, curve in lesson["curves"].items()
        for batches, estimate in zip(lesson["batches"], curve, strict=True)
    )


def nearby_table(nearby: dict) -> pd.DataFrame:
    """What is recognised within each distance, one row a network and distance."""
    return pd.DataFrame(
        {"network": MODEL_TITLES[name], "largest change of a pixel": distance, **estimate}
        for name, found in nearby["recognised"].items()
        for distance, estimate in zip(nearby["distances"], found, strict=True)
    )


def heads_table(report: Mapping[str, Any]) -> pd.DataFrame:
    """What old and new classifiers find, and the neighbours, one row a network and measure; then the mean and the ends
    of several retrained networks."""
    names = ("old_head", "fresh_head_1", "fresh_head_5", "fresh_head_20", "neighbours")
    rows = [
        {"network": PROBED_TITLES[network], "measure": name, **measures[name]}
        for network, measures in report["battery"].items()
        for name in names
    ]
    for name in names if report["reference"] is not None else ():
        found = [value for value in report["reference"]["measures"].get(name, []) if value is not None]
        if found:
            several = f"{len(found)} retrained networks: mean, lowest, highest"
            mean = sum(found) / len(found)
            rows.append({"network": several, "measure": name, "value": mean, "low": min(found), "high": max(found),
                         "n": len(found)})  # fmt: skip
    return pd.DataFrame(rows)


def probe_table(probes: dict) -> pd.DataFrame:
    """How often a linear probe is right, one row a model; one that was never trained is the last."""
    return pd.DataFrame({"network": PROBED_TITLES[name], **estimate} for name, estimate in probes.items())
