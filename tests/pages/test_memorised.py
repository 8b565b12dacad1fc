"""Easy and hard images on the Run page: the group that is picked is what is run, and what it is compared with."""

import html
import sys

import numpy as np
import pytest
from opening import open_page, words

from camu_core import ForgetSpec, RunResult, RunStore, plan_run, run
from camu_core.jobs import Memorisation, MemorisationResult
from camu_core.jobs.memorisation import HalvesShard
from camu_core.measures import GROUPS
from camu_core.planning import plan_like
from camu_core.runs.memorisation import Answers
from camu_core.wording.memorisation import harder_title
from pages.components.run import memorised, text
from pages.components.shared import state, state_batch, state_memorised
from pages.components.shared import text as words_of_pages

N = 12


@pytest.fixture
def asked(monkeypatch):
    """The runs that were asked for, instead of being started."""
    specs = []
    monkeypatch.setattr(state, "start", specs.append)
    return specs


@pytest.fixture
def not_made(monkeypatch) -> Memorisation:
    """Scores that are nowhere yet: of other networks than the shipped ones."""
    monkeypatch.setitem(sys.modules["camu_core.jobs.memorisation"].N_NETWORKS, "digits", 32)
    return Memorisation.of("digits")


def scores() -> MemorisationResult:
    return state_memorised.scores("digits", "cnn")


def runs() -> dict[str, RunResult]:
    """Each group forgotten and retrained without, in an epoch."""
    found = {}
    for group in GROUPS:
        spec = plan_run("digits", ForgetSpec("samples", samples=scores().images(group, N)), settings={"epochs": 1})
        found[group] = run(spec)
    return found


def shown_html(app) -> str:
    return html.unescape(" ".join(element.proto.body for element in app.get("html")))


def test_the_group_that_is_picked_is_what_is_run(asked) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value(memorised.KIND).run()
    assert not app.exception
    assert app.segmented_control(key="memorised-group").value == "worst"
    assert "50" in str(app.number_input(key="memorised-n-digits").value)
    hardest = scores().from_hardest("worst", 50)
    for score in scores().scores[hardest[:3]]:
        assert f"· {score:.2f}" in shown_html(app)
    for group, n in (("worst", 50), ("easy", 7), ("typical", 479)):
        app.segmented_control(key="memorised-group").set_value(group).run()
        app.number_input(key="memorised-n-digits").set_value(n).run()
        app.button(key="press").click().run()
        assert not app.exception
        assert asked[-1] == plan_run("digits", ForgetSpec("samples", samples=scores().images(group, n)))
    assert app.number_input(key="memorised-n-digits").max == scores().largest_size == 479


def test_a_run_of_a_group_is_opened_as_one_and_said_so(one_image_result) -> None:
    spec = plan_run("digits", ForgetSpec("samples", samples=scores().images("easy", N)), settings={"epochs": 1})
    RunStore().save(run(spec))
    app = open_page("explore/run", run=spec.digest)
    assert not app.exception
    assert app.segmented_control(key="forget-kind").value == memorised.KIND
    assert app.segmented_control(key="memorised-group").value == "easy"
    assert app.number_input(key="memorised-n-digits").value == N
    assert words_of_pages.GROUPS_OF_RUN["easy"] in words(app)
    RunStore().save(one_image_result)
    app = open_page("explore/run", run=one_image_result.digest)
    assert app.segmented_control(key="forget-kind").value == "samples"
    assert not app.get("button_group") or text.HARDER_START not in [button.label for button in app.button]


@pytest.mark.slow
def test_groups_are_compared_on_demand_and_then_drawn() -> None:
    found = runs()
    retrained = {group: run(plan_like(result.spec, method="retrain")) for group, result in found.items()}
    RunStore().save(found["worst"])
    app = open_page("explore/run", run=found["worst"].digest)
    assert text.HARDER_LEAD.format(method="CaMU") not in words(app), "its retraining comes first, by itself"
    RunStore().save(retrained["worst"])
    app.run()
    assert text.HARDER_LEAD.format(method="CaMU") in words(app)
    next(button for button in app.button if button.label == text.HARDER_START).click().run()
    assert not app.exception
    needed = [each[group].spec for group in ("easy", "typical") for each in (found, retrained)]
    assert len(state.engine().active(spec.digest for spec in needed)) == 4

    for result in [*found.values(), *retrained.values()]:
        RunStore().save(result)
    metrics = {group: result.metrics_with(retrained[group]) for group, result in found.items()}
    app = open_page("explore/run", run=found["worst"].digest)
    assert not app.exception
    assert harder_title(metrics, "CaMU") in [chart.proto.alt for chart in app.get("plotly_chart")]


def test_unknown_scores_are_offered_with_their_time_started_and_stopped(not_made: Memorisation) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value(memorised.KIND).run()
    assert not app.exception
    assert app.button(key="press").disabled
    assert "32 networks are trained" in words(app)
    assert "This takes about" in words(app)
    app.button(key="start-memorisation").click().run()
    waiting = [job.digest for job in not_made.shards]
    assert state.engine().active(waiting) == waiting
    app.button(key="stop-population").click().run()
    assert not app.exception
    assert state.engine().active(waiting) == []


def test_what_would_take_hours_is_not_offered_but_told(not_made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_memorised, "seconds_needed", lambda work: 5 * 3600.0)
    app = open_page("explore/run")
    app.segmented_control(key="forget-kind").set_value(memorised.KIND).run()
    assert "start-memorisation" not in [button.key for button in app.button]
    assert "5 hours" in words(app)
    assert "python -m camu_core memorisation --dataset digits --model cnn" in words(app)


def test_the_time_is_that_of_what_is_missing(not_made: Memorisation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_batch, "training_seconds", lambda *arguments: 10.0)
    n_threads = max(1, state.engine().figures()["threads"])
    assert state_memorised.seconds_needed(not_made) == 32 * 5 / n_threads
    RunStore().save(HalvesShard(not_made.shards[0].digest, Answers(np.ones((16, 2), bool), np.ones((16, 2))), 1.0))
    assert state_memorised.seconds_needed(not_made) == 16 * 5 / n_threads
