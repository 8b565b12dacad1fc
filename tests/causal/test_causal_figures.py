"""Structure of the causal figures: the numbers drawn are the numbers given."""

import re

import numpy as np
import pytest
from doing import causal_job, done

from camu_core.causal import CAMU_TERMS, attribution_report, entanglement_report, graph_view
from camu_core.figures import (
    answers_figure,
    attribution_figure,
    class_effects_figure,
    effects_figure,
    entanglement_figure,
    graph_figure,
    interactions_figure,
    layers_figure,
    mediation_figure,
)
from camu_core.figures.causal import MEASURE_PANELS

NAMES = tuple("0123456789")


@pytest.fixture(scope="module")
def causal(digits_result):
    return done(causal_job(digits_result, digits_result), digits_result)


@pytest.fixture(scope="module")
def attribution():
    return attribution_report(np.random.default_rng(0).uniform(size=(3, 16)))


def trace(figure, name):
    return next(trace for trace in figure.data if trace.name == name)


def test_effects(causal):
    effects = causal.report["effects"]
    figure = effects_figure(effects, "Finding")
    assert figure.layout.title.text == "Finding"
    assert len(figure.data) == 3 * 3, "three measures of three models"
    bar = figure.data[1]
    given = [effects[group]["unlearned"]["true_class"] for group in ("forget", "retain")]
    assert list(bar.y) == [100 * e["value"] for e in given]
    assert list(bar.error_y.array) == pytest.approx([100 * (e["high"] - e["value"]) for e in given])
    assert "n = 183" in bar.customdata[0]


def test_effects_below_0_and_the_ends_of_intervals_lie_within_the_axis():
    other_way = {"value": -0.15, "low": -0.23, "high": -0.08, "n": 9}
    wide = {"value": 0.2, "low": 0.1, "high": 0.5, "n": 9}
    alone = {"value": 0.1, "low": None, "high": None, "n": 1}
    effects = {
        group: {name: dict.fromkeys(MEASURE_PANELS, each) for name, each in (("original", wide), ("unlearned", other))}
        for group, other in (("forget", other_way), ("retain", alone))
    }
    figure = effects_figure(effects, "t")
    for axis, (_, _, factor, _) in zip(("yaxis", "yaxis2", "yaxis3"), MEASURE_PANELS.values(), strict=True):
        low, high = figure.layout[axis].range
        assert low < factor * -0.23
        assert high > factor * 0.5


def test_numbers_of_the_diagonal_stand_in_their_cells_whatever_the_classes_are_called():
    """On an axis of categories a name that is a number is taken for a place."""
    change = [[-0.9, 0.0, 0.0], [0.0, -0.8, 0.0], [0.0, -0.001, -0.7]]
    figure = entanglement_figure({"A": {"change": change, "margin": None}}, ("1", "2", "3"), "t")
    places = {note.text: (note.x, note.y) for note in figure.layout.annotations if note.text in ("-90", "-80", "-70")}
    assert places == {"-90": (0, 0), "-80": (1, 1), "-70": (2, 2)}


def test_a_value_that_is_hovered_over_is_within_the_interval_beside_it():
    small = {"value": 0.0021, "low": 0.0013, "high": 0.0032, "n": 9}
    effects = {group: {"original": dict.fromkeys(MEASURE_PANELS, small)} for group in ("forget", "retain")}
    bars = effects_figure(effects, "t").data
    value, low, high = map(float, re.findall(r"\d+\.\d+", bars[0].customdata[0]))
    assert (value, low, high) == (0.2, 0.1, 0.3)
    assert all("{" not in bar.hovertemplate.replace("%{customdata}", "") for bar in bars), "one rounding for all three"


def test_effects_by_class(causal):
    per_class = causal.report["per_class"]["effects"]
    figure = class_effects_figure(per_class, "prediction_bits", NAMES, [3], "")
    marks = trace(figure, "Before")
    assert list(marks.x) == [models["original"]["prediction_bits"]["value"] for models in per_class]
    assert marks.y[3] == "<b>3</b> (to forget)"


def test_mediation_bars_sum_to_the_diamond(causal):
    intervals = causal.report["mediation_intervals"]
    figure = mediation_figure({"a": intervals["forget"], "b": intervals["retain"]}, "t")
    *parts, total = figure.data
    np.testing.assert_allclose(np.sum([part.x for part in parts], axis=0), total.x, atol=1e-9)
    assert total.x[0] == 100 * intervals["forget"]["total"]["value"]


def test_a_class_without_samples_is_left_out(causal):
    empty = {part: {"value": None, "low": None, "high": None, "n": 0} for part in
             ("total", "representation", "head", "interaction")}  # fmt: skip
    figure = mediation_figure({"a": causal.report["mediation_intervals"]["forget"], "b": empty}, "t")
    assert all(list(part.y) == ["a"] for part in figure.data)


def test_layers(causal):
    layers = causal.report["layers_intervals"]["forget"]
    figure = layers_figure(layers, "t")
    bars, line = figure.data
    assert list(line.y) == [100 * level["value"] for level in layers["curve"]]
    assert np.array(bars.base) + np.array(bars.y) == pytest.approx(line.y[1:])
    assert len(bars.x) == len(layers["increments"])
    changes = [100 * step["value"] for step in layers["increments"].values()]
    assert [float(said.split()[0]) for said in bars.customdata] == pytest.approx(changes, abs=0.05)
    assert "{y" not in bars.hovertemplate, "plotly's y of a bar with a base is its end, not its length"


def test_of_many_layers_only_large_changes_have_numbers():
    def level(value):
        return {"value": value, "low": value, "high": value, "n": 9}

    steps = {f"block{i}": level(-0.5 if i == 3 else 0.001) for i in range(11)}
    curve = [level(0.9)] * 12
    few = {"total": level(-0.5), "increments": dict(list(steps.items())[:4]), "curve": curve[:5]}
    many = {"total": level(-0.5), "increments": steps, "curve": curve}
    assert [len(layers_figure(layers, "t").layout.annotations) for layers in (few, many)] == [4, 1]


def test_attribution_and_interactions(attribution):
    figure = attribution_figure(attribution, "t")
    bars, marks = figure.data
    assert list(bars.y) == [100 * attribution["shapley"][term]["value"] for term in CAMU_TERMS]
    assert list(marks.y) == [100 * attribution["leave_one_out"][term]["value"] for term in CAMU_TERMS]
    pairs = interactions_figure({"one": attribution, "two": attribution}, "t")
    shown = np.array(pairs.data[0].z, dtype=float)
    given = [100 * pair["estimate"]["value"] for pair in attribution["interactions"]]
    assert sorted(shown[~np.isnan(shown)]) == pytest.approx(sorted(given))
    assert pairs.layout.coloraxis.cmin == -pairs.layout.coloraxis.cmax == -max(map(abs, given))


def test_what_is_rounded_to_nothing_has_no_sign() -> None:
    values = np.zeros((3, 16))
    values[:, -1] = [-0.001, -0.002, -0.003]
    report = attribution_report(values)
    figures = [attribution_figure(report, "t"), interactions_figure({"one": report}, "t")]
    said = [note.text for note in figures[0].layout.annotations] + [
        cell for row in figures[1].data[0].text for cell in row
    ]
    assert {text.strip("</b>") for text in said} <= {"0", ""}


def test_entanglement_has_one_symmetric_scale_and_cells_that_open_runs(digits_result):
    report = entanglement_report([digits_result.summary()], [], 10)
    panels = {"CaMU": report["method"], "Retraining": report["retraining"]}
    links = {"CaMU": [f"digest-{label}" for label in range(10)]}
    figure = entanglement_figure(panels, NAMES, "t", links)
    heat, cells = figure.data[0], figure.data[1]
    shown = np.array(heat.z, dtype=float)
    assert np.isnan(shown[3, 3]), "the diagonal has no colour"
    assert np.isnan(shown[:3]).all(), "classes nobody has forgotten yet are unknown"
    given = np.array(report["method"]["change"], dtype=float)
    np.testing.assert_allclose(np.delete(shown[3], 3), 100 * np.delete(given[3], 3))
    assert set(cells.customdata) == {"digest-3"}
    empty = [(shape.y0 + 0.5, shape.fillcolor) for shape in figure.layout.shapes if shape.yref == "y"]
    assert empty == [(i, "#FFFFFF") for i in range(10) if i != 3]
    assert [note.y for note in figure.layout.annotations if note.text == "not run yet" and note.yref == "y"] == [
        i for i, _ in empty
    ]
    assert figure.layout.plot_bgcolor != "#FFFFFF", "the diagonal is grey"
    assert figure.layout.coloraxis.cmin == -figure.layout.coloraxis.cmax


def test_graph_cuts_what_is_replaced(causal):
    views = {
        "Before": graph_view(causal.report, causal.scenarios, "original"),
        "After": graph_view(causal.report, causal.scenarios, "original", replaced=["forget"]),
    }
    figure = graph_figure(views, "t")
    words = [annotation.text for annotation in figure.layout.annotations]
    assert words.count("<b>cut</b>") == 2
    assert "replaced:<br>do(image)" in words
    arrows = [arrow for arrow in figure.data if arrow.mode == "lines+markers"]
    assert max(arrow.line.width for arrow in arrows) == 20
    bits = causal.report["effects"]["forget"]["original"]["representation_bits"]["value"]
    assert f"<b>{bits:.3f} bits</b>" in words


def test_graph_calls_a_mean_probability_one(causal):
    view = graph_view(causal.report, causal.scenarios, "unlearned")
    words = [annotation.text for annotation in graph_figure({"After": view}, "t").layout.annotations]
    probability = view.right["forget"]["value"]
    assert f"right answer:<br>probability <b>{probability:.1%}</b>" in words


def test_answers():
    answers = {"original": np.eye(10)[3], "unlearned": np.full(10, 0.1)}
    figure = answers_figure(answers, NAMES, 3, "t")
    assert [list(bar.y) for bar in figure.data] == [list(row) for row in answers.values()]
    assert figure.data[0].x[3] == "<b>3</b>"
