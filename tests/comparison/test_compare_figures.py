"""What the figures of the Compare page hold: marks where the numbers are, labels that do not overlap, one frame."""

from itertools import combinations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from summaries import summary

from camu_core.comparison import by_class, by_method, by_run
from camu_core.comparison.published import FOLDER, USUAL_SETTINGS, read_published
from camu_core.engine.sweeps import sweep_table
from camu_core.figures import agreement_figure, confusion_difference_figure, cost_figure, multiples_figure
from camu_core.figures.tables import figure_table
from camu_core.figures.tradeoff import measures_figure, spread, tradeoff_figure

NAMES = ("camu", "finetune", "scrub", "ssd", "unsir", "salun")


@pytest.fixture
def summaries() -> list[dict]:
    """Five methods at one point beside retraining, and one far away; two seeds."""
    far = [summary("finetune", seed, (1, 1, 0.99, 0.97), seconds=5) for seed in (0, 1)]
    near = [summary(name, seed, (1, 0, 0.98, 0.0), seconds=1 + seed) for name in NAMES if name != "finetune"
            for seed in (0, 1)]  # fmt: skip
    return [*near, *far, *(summary("retrain", seed, (1, 0, 0.985, 0.0), seconds=10) for seed in (0, 1))]


@pytest.fixture
def runs(summaries: list[dict]) -> pd.DataFrame:
    return by_run(sweep_table(summaries))


def test_spread_moves_no_more_than_needed_and_keeps_order_distance_and_bounds() -> None:
    assert spread([0.0, 5.0], 1.0, -10, 10).tolist() == [0, 5], "far enough apart already"
    assert spread([2.0, 2.0, 2.0], 1.0, -10, 10).tolist() == pytest.approx([1, 2, 3])
    assert spread([9.0, 9.5, 10.0], 1.0, 0, 10).tolist() == pytest.approx([8, 9, 10])
    rng = np.random.default_rng(0)
    moved = spread(np.sort(rng.uniform(0, 10, 9)), 1.0, 0, 10)
    assert np.diff(moved).min() >= 1 - 1e-9
    assert moved.min() >= 0
    assert moved.max() <= 10 + 1e-9
    assert len(spread([], 1.0, 0, 1)) == 0


def test_every_method_is_labelled_once_and_no_label_covers_another(runs: pd.DataFrame) -> None:
    figure = tradeoff_figure(by_method(runs), runs, (1.0, 1.0), ("x", "y"), "Title")
    labels = [note for note in figure.layout.annotations if note.showarrow]
    assert sorted(note.text for note in labels) == sorted(
        ["CaMU", "Fine-tune", "SCRUB", "Selective dampening (SSD)", "UNSIR", "SalUn"]
    )
    magnified = [note for note in labels if note.yref == "y2"]
    assert len(magnified) == 5
    low, high = figure.layout.yaxis2.range
    pixels = np.diff(sorted(note.ay for note in magnified)) / (high - low) * (470 - 78 - 84)
    assert pixels.min() > 18
    assert all((note.x, note.y) == (0.0, pytest.approx(0.98)) for note in magnified)
    assert all(low < note.ay < high for note in magnified)


def test_labels_of_both_sides_have_a_height_each_where_there_is_room() -> None:
    there = {"finetune": 0.99, "scrub": 0.1, "unsir": 0.3, "ssd": 0.8}
    rows = by_run(sweep_table([summary(name, 0, (1, share, 0.98, share)) for name, share in there.items()]))
    figure = tradeoff_figure(by_method(rows), None, (1.0, 1.0), ("x", "y"), "Title")
    labels = [note for note in figure.layout.annotations if note.showarrow]
    low, high = figure.layout.yaxis.range
    assert {note.xanchor for note in labels} == {"left", "right"}
    assert np.diff(sorted(note.ay for note in labels)).min() / (high - low) * 300 > 18, "they meet on a phone"


def test_any_two_measures_have_marks_where_the_numbers_are_and_the_aim_among_them(runs: pd.DataFrame) -> None:
    table = by_method(runs).assign(is_control=False)
    figure = measures_figure(table, ("average_gap", "kept"), ("Gap", "Kept"), (100, 100), (False, False), "Title")
    aim, methods = figure.data
    assert (aim.x[0], aim.y[0]) == (0, pytest.approx(98.5)), "retraining is no distance from itself"
    assert methods.x[0] == pytest.approx(100 * table.loc["camu", "average_gap_mean"])
    assert sorted(note.text for note in figure.layout.annotations) == sorted(table["title"])
    assert max(figure.layout.xaxis.tickvals) < figure.layout.xaxis.range[1], "none under the names"


def test_a_logarithmic_axis_leaves_out_what_takes_none(runs: pd.DataFrame) -> None:
    table = by_method(runs).assign(is_control=False)
    table.loc["ssd", "unlearn_seconds_mean"] = 0
    figure = measures_figure(table, ("unlearn_seconds", "kept"), ("Seconds", "Kept"), (1, 100), (True, False), "Title")
    names = [note.text for note in figure.layout.annotations]
    assert len(names) == len(table) - 1
    assert "Selective dampening (SSD)" not in names
    assert figure.layout.xaxis.range[0] < np.log10(1.5) < figure.layout.xaxis.range[1]
    assert all(note.x <= 1 for note in figure.layout.annotations), "annotations of a logarithmic axis are exponents"
    table["unlearn_seconds_mean"] = 0
    nothing = measures_figure(table, ("unlearn_seconds", "kept"), ("Seconds", "Kept"), (1, 100), (True, False), "Title")
    assert not nothing.data


def test_the_target_is_ringed_in_both_panels_and_alone_needs_no_magnifier(runs: pd.DataFrame) -> None:
    figure = tradeoff_figure(by_method(runs), runs, None, ("x", "y"), "Title")
    rings = [trace for trace in figure.data if trace.marker.symbol == "circle-open"]
    assert [(trace.x[0], trace.y[0]) for trace in rings] == [(0.0, pytest.approx(0.985))] * 2
    near = by_method(runs).drop(index="finetune")
    assert "xaxis2" not in tradeoff_figure(near, None, None, ("x", "y"), "Title").layout


@pytest.mark.parametrize("lowest", [0.97, 0.1])
def test_the_ring_of_a_perfect_target_is_within_the_overview(runs: pd.DataFrame, lowest: float) -> None:
    table = by_method(runs)
    table.loc["retrain", ["forgotten_mean", "kept_mean"]] = 0, 1
    table.loc["finetune", "kept_mean"] = lowest
    layout = tradeoff_figure(table, None, None, ("x", "y"), "Title").layout
    (left, right), (bottom, top) = layout.xaxis.range, layout.yaxis.range
    ring = 17 + 2  # its radius and its line, in pixels
    assert -left / (right - left) * 315 > ring, "as wide as it is on a page of 1,280 pixels"
    assert (top - 1) / (top - bottom) * (470 - 78 - 84) > ring


Line = tuple[np.ndarray, np.ndarray]


def lines(layout: go.Layout, axis: str) -> list[Line]:
    """From each mark of a panel to its name."""
    return [
        (np.array([note.x, note.y]), np.array([note.ax, note.ay])) for note in layout.annotations if note.ayref == axis
    ]


def cross(one: Line, other: Line) -> bool:
    """Whether both ends of each lie on different sides of the other."""

    def side(line: Line, point: np.ndarray) -> float:
        along, away = line[1] - line[0], point - line[0]
        return along[0] * away[1] - along[1] * away[0]

    return all(side(a, b[0]) * side(a, b[1]) < -1e-12 for a, b in ((one, other), (other, one)))


def test_names_in_a_stack_are_reached_without_crossing_lines() -> None:
    """Seen before: a tangle, where names were in the order of their marks' heights."""
    table = read_published(FOLDER).of("mnist", "3", USUAL_SETTINGS)
    table["is_control"] = False
    axes, factors = ("Old", "Gap"), (100, 100)
    layout = measures_figure(table, ("old_head", "average_gap"), axes, factors, (False, False), "Title").layout
    found = lines(layout, "y")
    assert len(found) > 20
    assert not any(cross(one, other) for one, other in combinations(found, 2))


@pytest.mark.parametrize("forget", ["3", "10%"])
def test_the_names_of_all_methods_near_the_target_are_within_their_panel(forget: str) -> None:
    """Seen before: eighteen names, and the first above the heading."""
    table = read_published(FOLDER).of("mnist", forget, USUAL_SETTINGS)
    layout = tradeoff_figure(table, None, None, ("x", "y"), "Title").layout
    heights = sorted(note.ay for note in layout.annotations if note.ayref == "y2")
    low, high = layout.yaxis2.range
    assert len(heights) > 14
    assert low < heights[0] < heights[-1] < high
    assert not any(cross(one, other) for one, other in combinations(lines(layout, "y2"), 2))
    line = (layout.height - layout.margin.t - layout.margin.b) * np.diff(heights).min() / (high - low)
    assert line > 16, "pixels"


def test_ticks_stop_where_accuracy_does(runs: pd.DataFrame) -> None:
    figure = tradeoff_figure(by_method(runs), runs, (1.0, 1.0), ("x", "y"), "Title")
    for axis in ("xaxis", "yaxis", "xaxis2", "yaxis2"):
        ticks = np.array(figure.layout[axis].tickvals)
        assert 2 <= len(ticks) <= 7
        assert ticks.min() >= 0
        assert ticks.max() <= 1 + 1e-9


def test_costs_beside_retraining_the_quickest_on_top(runs: pd.DataFrame) -> None:
    figure = cost_figure(by_method(runs), "Title")
    seconds = figure.data[0]
    assert seconds.x.tolist() == [10, 5, 1.5, 1.5, 1.5, 1.5, 1.5]
    assert seconds.y[0] == "Retrain from scratch"
    label = next(note for note in figure.layout.annotations if note.text == "5.0 s · 2.0x")
    assert (label.x, label.y, label.xref) == (pytest.approx(np.log10(5)), "Fine-tune", "x")
    assert label.bgcolor, "retraining's line does not run through it"
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.tickformat == ",~g", "0.0001, not 100 with a prefix"
    assert {line.x0 for line in figure.layout.shapes if line.type == "line"} == {10, 4, 2}


def test_a_method_without_seconds_is_not_the_quickest(runs: pd.DataFrame) -> None:
    table = by_method(runs)
    table.loc["camu", "unlearn_seconds_mean"] = np.nan
    figure = cost_figure(table, "Title")
    assert figure.layout.title.text == "Title"
    assert figure.layout.yaxis.categoryarray[0] == "CaMU", "the lowest is the first"


def test_what_takes_no_time_stretches_no_axis(runs: pd.DataFrame) -> None:
    table = by_method(runs)
    before = cost_figure(table, "").layout.xaxis.range
    table.loc["camu", "unlearn_seconds_mean"] = 1e-4
    figure = cost_figure(table, "")
    assert figure.layout.xaxis.range == before
    assert figure.layout.xaxis.range[0] <= np.log10(min(figure.data[0].x)), "and is still there"
    assert any(note.text.startswith("0.00 s") and note.x < 0 for note in figure.layout.annotations)
    table["unlearn_seconds_mean"] = 1e-4
    assert np.isfinite(cost_figure(table, "").layout.xaxis.range).all(), "controls alone"


def test_one_small_panel_a_method_on_the_same_axes(summaries: list[dict]) -> None:
    titles = {"camu": "CaMU", "retrain": "Retrain", "ssd": "SSD", "unsir": "UNSIR", "finetune": "Fine-tune"}
    figure = multiples_figure(by_class(summaries), titles, ("a", "b"), (1,), "Title")
    assert [note.text for note in figure.layout.annotations] == list(titles.values())
    assert len({tuple(axis.range) for axis in figure.select_yaxes()}) == 1
    ghosts = [trace for trace in figure.data if trace.name == "Before"]
    assert len(ghosts) == len(titles)
    assert ghosts[0].y[0] == 1.0
    table = figure_table(figure).dropna(subset="x")
    assert set(table["panel"]) == set(titles.values())
    assert set(table["x"]) == {"a", "b"}


def test_matrices_of_two_runs() -> None:
    counts = np.array([[3, 1], [0, 2]])
    figure = agreement_figure(counts, ("a", "b"), ("one", "other"), "Title")
    cells = figure.data[1]
    assert list(map(tuple, cells.customdata)) == [(0, 0), (0, 1), (1, 1)], "only cells with images can be clicked"
    assert (cells.y[1], cells.x[1], cells.text[1]) == ("a", "b", "1")
    change = confusion_difference_figure([[4, 0], [0, 4]], [[2, 2], [0, 4]], ("a", "b"), (0,), "Title").data[0]
    assert change.z.tolist() == [[-50, 50], [0, 0]]
    assert change.zmin == -change.zmax


def test_a_change_that_rounds_to_nothing_has_no_number():
    """Five of a thousand answers are half a point, in a float perhaps a little more."""
    for n in (200, 1000, 2000):
        cells = confusion_difference_figure([[n, 0], [0, n]], [[n - n // 200, n // 200], [0, n]], "ab", (), "T").data[0]
        assert not {"-0", "+0"} & set(cells.text.ravel())
