"""The Privacy page, part by part, without a browser or a worker; and the figures it draws."""

import html
import math

import numpy as np
import pytest
from doing import done, privacy_job
from opening import open_page, words

from camu_core import RunResult, RunStore, drain
from camu_core.engine import Engine, populations
from camu_core.figures import (
    epsilon_figure,
    heads_figure,
    likeness_figure,
    probe_figure,
    relearning_figure,
    roc_figure,
    score_text,
    scores_figure,
)
from camu_core.figures.tables import figure_table
from camu_core.jobs import Population
from camu_core.jobs.band import BandJob
from camu_core.jobs.population import Shard
from camu_core.jobs.privacy import PrivacyResult
from camu_core.measures import Histogram, Networks, histogram, view_threshold
from camu_core.measures.reference import Reference
from camu_core.privacy import readings
from camu_core.runs.population import asked
from camu_core.wording.population import attacker_title, epsilons_title, heirs_title, hills_title, population_title
from camu_core.wording.privacy import figure_text
from pages.components.privacy import state as state_privacy
from pages.components.privacy import text as text_privacy
from pages.components.shared import state, text


@pytest.fixture
def example() -> PrivacyResult:
    return state_privacy.result_of(state_privacy.tests_job(state.example_run().result.spec))


def show(app, part: str):
    return app.segmented_control(key="privacy-part").set_value(part).run()


@pytest.mark.parametrize("part", [part for part in text_privacy.PARTS if part != "population"])
def test_every_part_of_the_example(part: str, example: PrivacyResult) -> None:
    app = show(open_page("explore/privacy"), part)
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text_privacy.TITLE
    assert "2 of 7 tests tell it apart from networks that never saw the images" in words(app), "many networks, too"
    assert "8 retrained" in words(app), "the reference band"
    assert app.get("plotly_chart")
    assert "How to read it" in words(app)
    assert "What it does not show" in words(app)
    assert app.dataframe


def test_how_much_more_frequent_answers_are_has_one_unit_and_is_explained(example: PrivacyResult) -> None:
    app = show(open_page("explore/privacy"), "worst")
    reading = readings(example.report)["epsilon"]
    times = figure_text(reading, reading.ours["value"])
    assert times.endswith("x")
    assert text_privacy.EPSILON_WHAT.format(times=times, n=8) in words(app)
    assert any(metric.value == times for metric in app.metric)


def test_everything_follows_the_threshold(example: PrivacyResult) -> None:
    app = open_page("explore/privacy")
    app.segmented_control(key="attack-score").set_value("attacker").run()
    app.segmented_control(key="attack-network").set_value("original").run()
    members = example.scores["original/attacker/members"]
    first = example.report["attack"]["original"]["attacker"]["threshold"]
    options = list(state_privacy.thresholds(state_privacy.spread(example, "original", "attacker"), "attacker", first))
    assert first in options
    for value in (options[0], options[-1]):
        app = app.select_slider(key="threshold-original-attacker").set_value(value).run()
        assert not app.exception
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown[text_privacy.CAUGHT] == str(int((members > value).sum()))
        assert shown[text_privacy.MISSED] == str(int((members <= value).sum()))
        assert shown[text_privacy.RIGHT] == "50%", "calling all, or nobody, is guessing"


def test_the_threshold_starts_where_something_is_called(example: PrivacyResult) -> None:
    """By confidence the attacker, whose images do not lie apart, calls nobody: the slider starts in the middle."""
    attacks = example.report["attack"]["unlearned"]
    bins = state_privacy.spread(example, "unlearned", "confidence")
    assert attacks["confidence"]["threshold"] > bins.highest
    start = state_privacy.to_start_at(bins, attacks["confidence"]["threshold"])
    assert start == pytest.approx((bins.edges[0] + bins.edges[-1]) / 2)
    app = open_page("explore/privacy")
    app.segmented_control(key="attack-score").set_value("confidence").run()
    assert app.select_slider(key="threshold-unlearned-confidence").value == start
    inside = state_privacy.spread(example, "original", "attacker")
    middle = (inside.lowest + inside.highest) / 2 + 0.01
    assert state_privacy.to_start_at(inside, middle) == middle


def figures(app) -> list[str]:
    """Still ones and those that move."""
    moving = [figure.proto.json for figure in app.get("bidi_component")]
    return [chart.proto.spec for chart in app.get("plotly_chart")] + moving


def test_the_choice_of_network_and_score_changes_the_pictures() -> None:
    app = open_page("explore/privacy")
    before = figures(app)
    score = next(name for name in text_privacy.SCORES if name != app.segmented_control(key="attack-score").value)
    app.segmented_control(key="attack-score").set_value(score).run()
    app.segmented_control(key="attack-network").set_value("retrained").run()
    assert not app.exception
    assert len(before) == 3
    assert not set(before) & set(figures(app))
    assert app.select_slider(key=f"threshold-retrained-{score}")


@pytest.mark.slow
def test_a_run_without_a_band_is_offered_one(
    digits_result: RunResult, monkeypatch: pytest.MonkeyPatch, nothing_is_quick: None
) -> None:
    monkeypatch.setattr("camu_core.runs.store.SHIPPED", ())
    RunStore().save(digits_result)
    RunStore().save(done(privacy_job(digits_result), digits_result))
    app = open_page("explore/privacy", run=digits_result.digest)
    assert not app.exception
    assert text_privacy.BAND in [button.label for button in app.button]
    assert "8 retrained" not in words(app)
    app = show(app, "worst")
    assert not app.exception
    assert not app.get("plotly_chart")


def test_where_retraining_takes_seconds_the_band_is_made_first(
    digits_result: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine has no workers here, so the job waits in its queue."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    monkeypatch.setattr("camu_core.runs.store.SHIPPED", ())
    RunStore().save(digits_result)
    app = open_page("explore/privacy", run=digits_result.digest)
    assert not app.exception
    assert state.engine().watch(BandJob.of(digits_result.spec).digest).state == "queued"


def test_only_who_wants_the_tests_can_stop_them(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camu_core.runs.store.SHIPPED", ())
    RunStore().save(digits_result)
    state.engine().submit(BandJob.of(digits_result.spec), "somebody else")
    assert open_page("explore/privacy", run=digits_result.digest).button(key="stop-privacy").disabled


def test_the_attack_can_be_stopped_and_started_again(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine has no workers here, so the job waits in its queue."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    is_there = Engine.is_there
    monkeypatch.setattr(
        Engine, "is_there", lambda *asked: asked[-1] is not PrivacyResult and is_there(*asked)
    )  # not the shipped one
    RunStore().save(digits_result)
    app = open_page("explore/privacy", run=digits_result.digest)
    assert not app.exception
    assert text.STOP in [button.label for button in app.button]
    app.button(key="stop-privacy").click().run()
    assert text_privacy.STOPPED in words(app)
    assert [button.label for button in app.button] == [text_privacy.MEASURE]


# --- figures ----------------------------------------------------------------------------------------------------------


def test_scores_and_the_curve_draw_the_counts_given() -> None:
    rng = np.random.default_rng(0)
    members, others = rng.normal(2, 1, 50), rng.normal(1, 1, 50)
    bins = histogram(members, others)
    figure = scores_figure(bins, "confidence", 1.5, "t")
    assert list(figure.data[0].y) == bins.members.tolist()
    assert list(figure.data[1].y) == (-bins.others).tolist()
    assert figure_table(figure)["images"].tolist() == [*bins.members, *bins.others]
    view = view_threshold(members, others, 1.5)
    curve = roc_figure({"unlearned": view, "retrained": view}, "unlearned", "t")
    mark = next(trace for trace in curve.data if trace.name == "your threshold")
    assert (mark.x[0], mark.y[0]) == (view.false_positive_rate, view.true_positive_rate)


def test_scores_are_written_as_people_read_them() -> None:
    assert score_text("attacker", 0.5) == "50.00%"
    shown = [score_text("confidence", nines) for nines in (-0.1, 0.5, 1, 2, 3)]
    assert shown == ["0%", "68.4%", "90.0%", "99.00%", "99.900%"]
    assert score_text("entropy", 1) == "0.1 bits"


@pytest.mark.parametrize(
    ("score", "low", "high", "names"),
    [
        ("confidence", 0.0, 1.5, ["50%", "80%", "90%", "95%"]),
        ("confidence", 0.0, 5.2, ["90%", "99%", "99.9%", "99.99%"]),
        ("entropy", -0.5, 0.9, ["2 bits", "1 bit", "0.5 bits", "0.2 bits"]),
        ("attacker", 0.0, 1.0, ["4.00%", "27.00%", "50.00%", "73.00%", "96.00%"]),
    ],
)
def test_an_axis_of_scores_has_round_ones(score: str, low: float, high: float, names: list[str]) -> None:
    edges = np.linspace(low, high, 11)
    axis = scores_figure(Histogram(edges, np.ones(10), np.ones(10), low, high), score, low, "t").layout.xaxis
    assert list(axis.ticktext) == names
    assert low < min(axis.tickvals) < max(axis.tickvals) < high


def test_evidence_figures_draw_the_numbers_given(example: PrivacyResult) -> None:
    report = example.report
    figure = epsilon_figure(report["epsilon"], "t")
    before = report["epsilon"]["original"]
    assert figure.data[0].x[0] == pytest.approx(math.exp(before["value"])), "times as frequent, as in the sentences"
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.shapes[0].x0 == pytest.approx(math.exp(before["largest"]))
    lines = {trace.name: trace for trace in relearning_figure(report["relearning"], "t").data if trace.name}
    assert list(lines["Retrained without it"].y) == [e["value"] for e in report["relearning"]["curves"]["retrained"]]
    assert {"95% intervals", f"{report['relearning']['target']:.0%}: counted as relearned"} <= set(lines)
    bars = probe_figure(report["linear_probe"], "t").data
    assert [bar.base + bar.x[0] for bar in bars] == pytest.approx([e["value"] for e in report["linear_probe"].values()])
    heads = {trace.name: trace for trace in heads_figure(report, "t").data if trace.name}
    assert list(heads["Retrained networks, lowest to highest"].x[:3]) == ["1", "5", "20"]
    ours = report["battery"]["unlearned"]
    assert list(heads["After forgetting"].y) == [ours[f"fresh_head_{n}"]["value"] for n in (1, 5, 20)]
    layers = likeness_figure(report["cka"], "t").data
    assert len(layers) == 6
    assert list(layers[0].y) == [e["value"] for e in report["cka"]["forget"]["original-unlearned"].values()]
    judged = likeness_figure(report["cka"], "t", reference=report["reference"]["measures"]).data
    band = Reference.of(report["reference"]["measures"]["cka_forget_output"], ends=(0.0, 1.0))
    assert (judged[0].meta["y_low"][-1], judged[0].meta["y_high"][-1]) == (band.low, band.high), "what its title says"


@pytest.fixture
def eight(monkeypatch: pytest.MonkeyPatch, no_shipped_networks: None) -> Population:
    """The population of the example, of eight networks of each kind, not made yet."""
    monkeypatch.setattr(state_privacy, "POPULATION_SIZES", (8,))
    return Population.of(state.example_run().result.spec, 8)


def asked_of(population: Population) -> np.ndarray:
    """Which training images its networks are asked about."""
    return drain(asked(population.spec))[2].numpy()


def test_a_population_is_offered_started_shown_under_way_and_stopped(eight: Population) -> None:
    app = show(open_page("explore/privacy"), "population")
    assert text_privacy.POPULATION_WHAT.format(m=8, both=16) in words(app)
    app.button(key="start-population").click().run()
    assert not app.exception
    assert [bar.proto.text for bar in app.get("progress")] == [text_privacy.POPULATION_LINE.format(percent="0%")]
    waiting = [job.digest for job in eight.stages()[0]]
    assert state.engine().active(waiting) == waiting
    app.button(key="stop-population").click().run()
    assert state.engine().active(waiting) == []


def test_only_who_wants_a_population_can_stop_it(eight: Population) -> None:
    populations.submit_population(state.engine(), eight, "somebody else")
    assert show(open_page("explore/privacy"), "population").button(key="stop-population").disabled
    populations.stop_population(state.engine(), eight, "somebody else")


def test_a_finished_population_is_told_in_four_pictures(eight: Population) -> None:
    rng, n = np.random.default_rng(0), len(asked_of(eight))
    store = RunStore()
    for job in [*eight.retrained, *eight.unlearned]:
        size = len(job.seeds)
        margins = rng.normal(-3 if job.originals else 0, 1, (size, n))
        said = np.eye(10)[[8] * size]
        networks = Networks(margins, np.full(size, 0.9), np.full(size, 0.9), said)
        store.save(Shard(job.digest, networks, margins + 9 if job.originals else margins[:0]))
    found = done(eight.job)
    store.save(found)
    app = show(open_page("explore/privacy"), "population")
    assert not app.exception
    assert population_title(found.report) in words(app)
    assert len(app.get("plotly_chart")) == 4 + 2  # two rows of images
    assert app.get("plotly_chart")[-1].proto.alt == heirs_title(found.report)
    assert text_privacy.MOST_IMAGES in words(app)
    for rank in text_privacy.RANKS:
        app.segmented_control(key="population-rank").set_value(rank).run()
        assert not app.exception
    clicked = int(np.argsort(found.epsilons, kind="stable")[1])
    app.session_state[f"population-image-{found.digest}"] = clicked
    app.run()
    titles = html.unescape(" ".join(element.proto.body for element in app.get("html")))
    assert hills_title(found.epsilons[clicked], found.report["ceiling"]) in titles
    app.segmented_control(key="population-rank").set_value("least").run()
    assert f"population-image-{found.digest}" not in app.session_state
    assert epsilons_title(found.report) in titles
    assert attacker_title(found.report) in titles
