"""The data of a figure are what it draws."""

import io
from zipfile import ZipFile

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from camu_core import RunResult
from camu_core.figures import (
    Panel,
    axis_ranges,
    confusion_figure,
    cost_figure,
    dial_figure,
    embedding_figure,
    epsilon_figure,
    layers_figure,
    nearby_figure,
    probe_figure,
    split_figure,
)
from camu_core.figures.dial import INSIDE, KEPT, RECOGNISED
from camu_core.figures.tables import csv_of, figure_table, heads_table
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
    assert table.groupby("panel").size().to_dict() == {"a": len(probe.y), "b": len(probe.y)}
    drawn = table[(table["panel"] == "b") & (table["trace"] == "to forget")][["x", "y"]].to_numpy()
    np.testing.assert_allclose(drawn, points[1][probe.is_forget])


def test_cells_of_a_heat_map() -> None:
    counts = np.array([[3, 1], [0, 4]])
    table = figure_table(confusion_figure({"Before": counts}, ("cat", "dog"), [], ""))
    cells = {(row.y, row.x): row.value for row in table.itertuples()}
    assert cells == {("cat", "cat"): 0.75, ("cat", "dog"): 0.25, ("dog", "cat"): 0.0, ("dog", "dog"): 1.0}
    assert set(table["panel"]) == {"Before"}


def test_a_bar_from_one_half_on_has_its_value() -> None:
    """Not its length; so of all marks that are not drawn where their data are."""
    probe = {"original": {"value": 0.9, "low": 0.8, "high": 0.95, "n": 40}}
    row = figure_table(probe_figure(probe, "t")).iloc[0]
    assert (row["x"], row["x_low"], row["x_high"]) == (0.9, 0.8, 0.95)
    assert row["x_axis"] == "probe is right (50% is guessing)"


def test_changes_of_layers_are_not_said_to_be_probabilities() -> None:
    step = {"value": -0.7, "low": -0.8, "high": -0.6, "n": 9}
    layers = {"curve": [{"value": value, "low": None, "high": None, "n": 9} for value in (0.9, 0.2)],
              "increments": {"conv1": step}}  # fmt: skip
    change, *curve = (row for _, row in figure_table(layers_figure(layers, "t")).iterrows())
    assert [change[f"change{end} (points)"] for end in ("", ", low", ", high")] == pytest.approx([-70, -80, -60])
    assert not change["y_axis"]
    assert [row["y"] for row in curve] == [90, 20]
    assert all(np.isnan(row["y_low"]) for row in curve), "no interval is not an interval of no width"


def test_an_open_end_and_what_takes_no_time_are_not_the_edges_of_the_drawing() -> None:
    row = {"value": np.log(20), "low": np.log(5), "high": None, "largest": np.log(16), "score": "right", "n": 40}
    table = figure_table(epsilon_figure({"original": row}, "t"))
    assert len(table) == 1, "the arrow is no number"
    assert table["x"].iloc[0] == pytest.approx(20)
    assert table["x_high"].isna().all()
    costs = pd.DataFrame(
        {"title": ["CaMU", "Nothing done"], "speedup": [np.nan] * 2,
         **{f"unlearn_seconds_{end}": [2.0, 0.0001] for end in ("mean", "low", "high")}},
        index=["camu", "nothing"],
    )  # fmt: skip
    assert sorted(figure_table(cost_figure(costs, "t"))["x"]) == [0.0001, 2.0]


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
    full_width = ("\uff1d1+1", "\uff20SUM(1)", "\uff0b1", "\uff0d2+3")
    names = ('=HYPERLINK("http://x")', "@SUM(1)", "+1+cmd", "-2+3", *full_width, "plain")
    table = pd.DataFrame({"class": names, "-1+1": ["-3%", "-0.5", -0.5, "cats = dogs", *[np.nan] * 5]})
    read = pd.read_csv(io.StringIO(csv_of(table)), dtype=str, keep_default_na=False)
    assert list(read) == ["class", "'-1+1"]
    assert list(read["class"]) == [*(f"'{name}" for name in names[:-1]), "plain"]
    assert list(read["'-1+1"]) == ["-3%", "-0.5", "-0.5", "cats = dogs", *[""] * 5]
    with ZipFile(io.BytesIO(charts.tables_zip({"bars": go.Figure(go.Bar(x=["=1+1"], y=[1]))}))) as archive:
        assert "'=1+1" in archive.read("bars.csv").decode()


def test_the_dial_has_its_strengths() -> None:
    estimate = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 9}
    curves = {measure: {0: estimate, 2: estimate} for measure in (RECOGNISED, KEPT, INSIDE)}
    figure = dial_figure(curves, {RECOGNISED: "a", KEPT: "b", INSIDE: "c"}, [0.0, 0.25, 16.0], "usual", "t")
    assert figure_table(figure)["x"].tolist() == [0.0, 16.0] * 3
    assert not any(shape.showlegend for shape in figure.layout.shapes)
    figure = dial_figure(curves, {RECOGNISED: "a", KEPT: "b", INSIDE: "c"}, [0.0, 0.25, 16.0], "usual", "t", (0.5, 0.4))
    assert [(shape.name, shape.showlegend, shape.y0, shape.y1) for shape in figure.layout.shapes] == [
        ("Retrained networks, lowest to highest", True, 0.4, 0.5)
    ]


def test_the_table_of_heads_has_several_retrained_networks_under_their_own_name(make_report) -> None:
    table = heads_table(make_report()).set_index(["network", "measure"])
    band = table.loc[("5 retrained networks: mean, lowest, highest", "fresh_head_1")]
    assert band[["value", "low", "high"]].tolist() == pytest.approx([0.40, 0.396, 0.404])
    assert len(heads_table(make_report(band=False))) == 3 * 5, "a row a network and measure"


def test_a_curve_has_its_interval_and_no_outline_of_it() -> None:
    found = [{"value": value, "low": value - 0.1, "high": value + 0.1, "n": 50} for value in (0.2, 0.6)]
    table = figure_table(nearby_figure({"recognised": {"unlearned": found}, "distances": [0.0, 0.3]}, "t"))
    assert table[["x", "y", "y_low", "y_high"]].to_numpy() == pytest.approx(
        np.array([[0, 0.2, 0.1, 0.3], [0.3, 0.6, 0.5, 0.7]])
    )
