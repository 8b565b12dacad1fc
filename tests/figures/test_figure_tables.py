"""The data of a figure are what it draws."""

import io
from zipfile import ZipFile

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from camu_core import RunResult
from camu_core.figures import Panel, axis_ranges, confusion_figure, embedding_figure, split_figure
from camu_core.figures.tables import csv_of, figure_table
from camu_core.measures.estimates import wilson_interval
from pages.components.shared import charts

NAMES = tuple("0123456789")


def test_bars_with_their_whiskers(digits_result: RunResult) -> None:
    table = figure_table(split_figure(digits_result.metrics, ""))
    after = digits_result.metrics["unlearned"]
    row = table[(table["trace"] == "After forgetting") & table["x"].str.contains("To keep, new")].iloc[0]
    assert row["y"] == after["retain_test"]
    expected = wilson_interval(after["retain_test"], after["n"]["retain_test"])
    assert (row["y_low"], row["y_high"]) == pytest.approx(expected)
    assert len(table) == 2 * 4


def test_points_of_two_panels(digits_result: RunResult) -> None:
    probe, rng = digits_result.probe, np.random.default_rng(0)
    points = [rng.normal(size=(len(probe.y), 2)) for _ in range(2)]
    panels = [Panel(name, part, digits_result.logits["original"]) for name, part in zip("ab", points, strict=True)]
    table = figure_table(embedding_figure(panels, probe.y, probe.is_forget, NAMES, axis_ranges(points), ""))
    assert table.groupby("panel").size().to_dict() == {1: len(probe.y), 2: len(probe.y)}
    drawn = table[(table["panel"] == 2) & (table["trace"] == "to forget")][["x", "y"]].to_numpy()
    np.testing.assert_allclose(drawn, points[1][probe.is_forget])


def test_cells_of_a_heat_map() -> None:
    counts = np.array([[3, 1], [0, 4]])
    table = figure_table(confusion_figure({"Before": counts}, ("cat", "dog"), [], ""))
    cells = {(row.y, row.x): row.value for row in table.itertuples()}
    assert cells == {("cat", "cat"): 0.75, ("cat", "dog"): 0.25, ("dog", "cat"): 0.0, ("dog", "dog"): 1.0}


def test_what_the_axes_are_and_no_tags() -> None:
    figure = go.Figure(go.Scatter(x=[1], y=[2], text=["<b>CaMU</b><br>92% of <i>new</i> images"], name="a"))
    table = figure_table(figure.update_xaxes(title="seconds"))
    assert table.iloc[0].to_dict() == {
        "panel": 1, "trace": "a", "x": 1, "y": 2, "text": "CaMU 92% of new images", "x_axis": "seconds",
    }  # fmt: skip


def test_a_figure_without_marks_is_an_empty_table() -> None:
    assert figure_table(go.Figure()).empty


def test_the_zip_has_one_table_a_figure(digits_result: RunResult) -> None:
    figure = split_figure(digits_result.metrics, "")
    with ZipFile(io.BytesIO(charts.tables_zip({"splits": figure, "none": go.Figure()}))) as archive:
        assert archive.namelist() == ["splits.csv", "none.csv"]
        read = pd.read_csv(archive.open("splits.csv"))
    np.testing.assert_allclose(read["y"], figure_table(figure)["y"])


def test_no_class_name_becomes_a_formula_of_a_spreadsheet() -> None:
    names = ('=HYPERLINK("http://x")', "@SUM(1)", "+1+cmd", "-2+3", "plain")
    table = pd.DataFrame({"class": names, "-1+1": ["-3%", "-0.5", -0.5, "cats = dogs", np.nan]})
    read = pd.read_csv(io.StringIO(csv_of(table)), dtype=str, keep_default_na=False)
    assert list(read) == ["class", "'-1+1"]
    assert list(read["class"]) == [*(f"'{name}" for name in names[:4]), "plain"]
    assert list(read["'-1+1"]) == ["-3%", "-0.5", "-0.5", "cats = dogs", ""]
    with ZipFile(io.BytesIO(charts.tables_zip({"bars": go.Figure(go.Bar(x=["=1+1"], y=[1]))}))) as archive:
        assert "'=1+1" in archive.read("bars.csv").decode()
