"""Figures as pages show them: titles have the room they need, and labels of classes do not cover one another."""

import numpy as np
import plotly.graph_objects as go
import pytest
from plotly.colors import hex_to_rgb, sample_colorscale, unlabel_rgb
from plotly.subplots import make_subplots
from streamlit.testing.v1 import AppTest

from camu_core.figures import (
    Panel,
    agreement_figure,
    class_figure,
    confusion_difference_figure,
    confusion_figure,
    embedding_figure,
    growing_ranges,
    split_figure,
)
from camu_core.figures.embedding import spread_out
from camu_core.figures.live import accuracy_curve, accuracy_labels, loss_curves
from camu_core.figures.theme import DENSE, WIDE, styled, title_layout
from camu_core.progress import Snapshot
from pages.components.shared import charts, state

LONG = "Forgotten images lost 99.8% of their effect on the right answer; the others kept 99% of theirs, and so on."


def test_a_long_title_makes_the_figure_higher_and_leaves_the_plot_its_room() -> None:
    short, long = (styled(go.Figure(), False, title, height=300, headroom=30) for title in ("How?", LONG))
    assert "<br>" not in short.layout.title.text
    assert long.layout.title.text.replace("<br>", " ") == LONG
    assert short.layout.height == 300
    assert short.layout.height - short.layout.margin.t == long.layout.height - long.layout.margin.t
    assert title_layout("")[1] == title_layout("How?")[1]


def test_a_figure_has_its_room_before_the_browser_has_drawn_it() -> None:
    def page() -> None:
        import plotly.graph_objects as go
        import streamlit as st

        from camu_core.figures.theme import styled
        from pages.components.shared import charts

        charts.show(st, styled(go.Figure(), False, "How?", height=321), key="one of two")

    html = [element.proto.body for element in AppTest.from_function(page).run().get("html")]
    assert any(".st-key-figure-one-of-two) { min-height: 321px }" in each for each in html)


def test_curves_say_what_they_run_along() -> None:
    snapshots = [Snapshot(i, np.zeros((1, 2)), np.zeros((1, 2)), 0.0, 0.99) for i in (1, 50)]
    losses = loss_curves({"retain_label": np.ones(50), "forget_label": np.ones(50)}, 50, "Title")
    for axis in (accuracy_curve(snapshots, 50, "Title").layout.xaxis, losses.layout.xaxis, losses.layout.xaxis2):
        assert axis.title.text == "step"
        assert axis.showticklabels is not False


def test_small_charts_of_losses_have_one_zero_at_their_origin() -> None:
    axis = loss_curves({"retain_label": np.ones(50)}, 50, "Title").layout.xaxis
    assert (axis.range, dict(axis.labelalias)) == ((0, 50), {"0": " "})


def test_presented_titles_are_larger_and_on_shorter_lines() -> None:
    figure = styled(go.Figure(go.Bar(x=[1], y=[1])), False, LONG, height=300)
    larger = charts._enlarged(figure)
    assert larger.layout.title.text.count("<br>") > figure.layout.title.text.count("<br>")
    assert larger.layout.margin.t > figure.layout.margin.t
    assert figure.layout.title.font.size == 16, "the figure itself is left alone"
    assert min(larger.layout.xaxis.tickfont.size, larger.layout.legend.font.size) >= 14, "readable from the back row"


@pytest.mark.parametrize(("keep", "forget", "lower"), [(0.92, 1.0, "keep"), (1.0, 0.9, "forget"), (0.1, 0.0, "forget")])
def test_the_labels_of_two_lines_that_end_together_do_not_cover_one_another(keep, forget, lower) -> None:
    ends = accuracy_labels(Snapshot(50, np.zeros((1, 2)), np.zeros((1, 2)), forget, keep), total=50)
    assert len({end["yanchor"] for end in ends}) == 1
    (first, second) = sorted(ends, key=lambda end: end["yshift"])
    assert second["yshift"] - first["yshift"] >= 18
    assert lower in first["text"]


def test_labels_of_lines_that_end_apart_stay_at_their_ends_and_cover_no_line() -> None:
    ends = accuracy_labels(Snapshot(50, np.zeros((1, 2)), np.zeros((1, 2)), 0.0, 0.99), total=50)
    assert [(end["yanchor"], end["yshift"]) for end in ends] == [("top", -5), ("bottom", 5)], "beside the marks"
    assert not any("bgcolor" in end for end in ends)


@pytest.mark.parametrize(("rows", "columns", "room"), [(1, 1, ""), (2, 2, ""), (1, 3, WIDE), (2, 4, WIDE)])
def test_many_panels_side_by_side_are_scrolled_on_a_phone(rows: int, columns: int, room: str) -> None:
    assert charts._room(make_subplots(rows=rows, cols=columns)) == room


def test_the_numbers_over_four_groups_of_bars_are_left_out_on_a_phone() -> None:
    result = state.example_run().result
    assert charts._room(split_figure(result.metrics_with(None), "Finding")) == DENSE


def test_the_numbers_over_twelve_bars_fit_side_by_side_on_half_a_page_of_1280_pixels() -> None:
    run = state.example_run().result
    figure = split_figure(run.metrics_with(state.retrained_for(run.spec)), "Finding")
    labels = [text for trace in figure.select_traces({"mode": "text"}) for text in trace.text]
    assert len(labels) == 12
    pitch = 0.88 * 396 / 12  # of a bar: the plot's width less the gaps
    assert max(map(len, labels)) * 0.55 * 11 < pitch, "a figure is about 0.55 of its size wide, a per cent sign 0.9"
    assert not any("%" in label for label in labels)


def test_accuracy_by_class_has_room_for_its_last_label_in_a_narrow_column() -> None:
    layout = class_figure({"original": [1.0], "unlearned": [0.0]}, [10], ["a"], [0], "How?").layout
    (low, high), half = layout.xaxis.range, 0.5 * 4 * 9
    assert layout.xaxis.tickvals[-1] == 1
    assert (high - 1) / (high - low) * 180 + layout.margin.r > 1.5 * half, "plotly leaves out a label without room"


@pytest.mark.parametrize("n", [2, 5])
def test_labels_are_moved_apart_and_stay_inside(n: int) -> None:
    centres, sizes = np.full((n, 2), 0.9), np.full((n, 2), [0.4, 0.15])
    places = spread_out(centres, sizes, ([-1.0, 1.0], [-1.0, 1.0]))
    apart = np.abs(places[:, None] - places[None]) >= sizes - 1e-6
    assert apart.any(axis=2)[~np.eye(n, dtype=bool)].all()
    assert np.abs(places).max() <= 1


def test_labels_that_are_apart_stay_where_they_are() -> None:
    centres = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.2]])
    np.testing.assert_array_equal(
        spread_out(centres, np.full((3, 2), [0.4, 0.15]), ([-1.0, 1.0], [-1.0, 1.0])), centres
    )


def test_panels_keep_their_aspect_and_their_one_frame() -> None:
    points = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    panels = [Panel(name, points, np.eye(2)[np.arange(40) % 2]) for name in ("Before", "After", "Retrained")]
    ranges = ([-9.0, 9.0], [-1.0, 1.0])
    layout = embedding_figure(panels, np.arange(40) % 2, np.zeros(40, bool), "ab", ranges, "How?").layout
    for x, y, anchor in ((layout.xaxis, layout.yaxis, "x"), (layout.xaxis3, layout.yaxis3, "x3")):
        assert (list(x.range), list(y.range)) == ranges
        assert (y.scaleanchor, x.constrain, y.constrain) == (anchor, "domain", "domain")


def test_the_frame_of_a_run_stays_until_points_leave_it_and_never_shrinks() -> None:
    first = np.array([[0.0, 0.0], [10.0, 10.0]])
    frames = [growing_ranges(first, moments) for moments in ([], [first + 1], [first + 9], [first + 9, first])]
    assert frames[0] == frames[1], "there is room around the first moment"
    (low, high), _ = frames[2]
    assert low == pytest.approx(frames[0][0][0], abs=0.5)
    assert high > 19, "no point is cut off"
    assert frames[3] == frames[2]


def test_of_a_hundred_classes_only_the_forgotten_ones_are_named_in_an_embedding() -> None:
    names, y = [f"c{i}" for i in range(100)], np.repeat(np.arange(100), 3)
    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    panel = Panel("Before", points, np.eye(100, dtype=np.float32)[y])
    figure = embedding_figure([panel], y, np.isin(y, [7, 8]), names, ([-3, 3], [-3, 3]), "How?", color_by="class")
    assert [each.text for each in figure.layout.annotations] == ["Before", "<b>c7</b>", "<b>c8</b>"]
    assert not any(trace.showlegend for trace in figure.data), "it would be higher than the figure"
    assert len({(trace.marker.color, trace.marker.symbol) for trace in figure.data}) == 100


def test_a_hundred_classes_have_a_row_each_and_no_figures_in_narrow_cells() -> None:
    names, accuracies = [f"c{i}" for i in range(100)], [0.5] * 100
    rows = class_figure({"original": accuracies, "unlearned": accuracies}, [10] * 100, names, [3], "How?", height=440)
    assert rows.layout.height >= 20 * 100
    for n, types in ((10, ["heatmap", "scatter"]), (100, ["heatmap"])):
        cells = confusion_figure({"Before": np.eye(n)}, names[:n], [3], "How?")
        assert [trace.type for trace in cells.data] == types


def test_rows_of_several_networks_are_clearly_apart() -> None:
    names, networks = [str(i) for i in range(10)], ("original", "unlearned", "retrained")
    layout = class_figure({name: [0.5] * 10 for name in networks}, [10] * 10, names, [3], "How?").layout
    row = (layout.height - layout.margin.t - 86) / 10  # below a plot there are its axis and the legend
    between_rows, between_marks = layout.scattergap * row, (1 - layout.scattergap) * row / 3
    assert between_marks > 7, "marks of one row do not cover one another"
    assert between_rows > 1.5 * between_marks


@pytest.mark.parametrize("dark", [False, True])
def test_numbers_stand_out_from_the_cells_that_they_are_in(dark: bool) -> None:
    counts = np.array([[9, 1, 0], [4, 6, 0], [2, 1, 7]])
    others = np.roll(counts, 1, axis=0)
    figures = [
        confusion_figure({"Before": counts, "After": others}, ("0", "1", "2"), [0], "Title", dark),
        agreement_figure(counts, ("0", "1", "2"), ("one", "other"), "Title", dark),
        confusion_difference_figure(counts, others, ("0", "1", "2"), [0], "Title", dark),
    ]
    for figure in figures:
        heats = [trace for trace in figure.data if trace.type == "heatmap"]
        numbers = [trace for trace in figure.data if trace.type == "scatter" and trace.mode == "text"]
        for heat, written in zip(heats, numbers, strict=True):
            scale = heat.colorscale or figure.layout.coloraxis.colorscale
            low, high = (0, 1) if heat.zmin is None else (heat.zmin, heat.zmax)
            for x, y, color in zip(written.x, written.y, written.textfont.color, strict=True):
                value = heat.z[list(heat.y).index(y)][list(heat.x).index(x)]
                cell = sample_colorscale([list(stop) for stop in scale], [(value - low) / (high - low)])[0]
                assert _contrast(color, cell) >= 4.5
        assert figure.layout.xaxis.range == (-0.5, 2.5), "numbers at the edge widen no axis"


def _contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        channels = hex_to_rgb(color) if color.startswith("#") else unlabel_rgb(color)
        red, green, blue = (((each / 255 + 0.055) / 1.055) ** 2.4 for each in channels)  # but for the very darkest
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dim, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize(("n_panels", "meta"), [(1, None), (2, WIDE)])
def test_matrices_beside_one_another_are_scrolled_where_their_numbers_could_not_be_read(n_panels, meta) -> None:
    matrices = {f"network {i}": np.eye(2) * 10 for i in range(n_panels)}
    assert confusion_figure(matrices, ("0", "1"), (0,), "Title").layout.meta == meta
