"""Every page by its own address, without a browser: the example, a finished run, an unknown run, a bad request."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import pytest
from opening import open_page, words
from streamlit.testing.v1 import AppTest

from camu_core import METHODS, ForgetSpec, RunResult, RunStore, plan_run
from camu_core.data import OWNERS_IMAGES
from camu_core.engine import Engine, service
from camu_core.networks import weights
from camu_core.wording.verdict import judge
from pages.components.causal import state as state_causal
from pages.components.causal import text as text_causal
from pages.components.draw import text as text_draw
from pages.components.own_images import text as text_own
from pages.components.privacy import state as state_privacy
from pages.components.privacy import text as text_privacy
from pages.components.shared import state, state_pictures, text
from pages.components.story import text as text_story
from pages.components.story import text_learn

PAGES = {
    "story/start": text_story.TITLES[0],
    "story/learn": text_learn.TITLE,
    "explore/run": text.RUN_TITLE,
    "explore/embeddings": text.EMBEDDINGS_TITLE,
    "explore/accuracy": text.ACCURACY_TITLE,
    "explore/causal": text_causal.TITLE,
    "explore/privacy": text_privacy.TITLE,
    "explore/draw": text_draw.TITLE,
}
RUN_PAGES = [page for page in PAGES if page.startswith("explore/")]


@pytest.mark.parametrize("page", PAGES)
def test_without_a_run_the_labelled_example_is_shown(page: str) -> None:
    app = open_page(page)
    assert not app.exception
    assert app.title[0].value == PAGES[page]
    assert page == "story/start" or any("Example run" in info.value for info in app.info)
    assert page == "explore/draw" or app.get("plotly_chart") or app.get("bidi_component")


@pytest.mark.parametrize("page", RUN_PAGES)
def test_the_example_says_where_to_make_a_run_of_ones_own(page: str) -> None:
    note = next(info.value for info in open_page(page).info if "Example run" in info.value)
    where = text.EXAMPLE_ABOVE if page == "explore/run" else text.EXAMPLE_ELSEWHERE
    assert note.endswith(f"press *Forget it* {where}.")


@pytest.mark.parametrize(
    ("method", "usual"), [("camu", 0), ("finetune", 0), ("finetune", 1)], ids=["camu", "finetune", "finetune-usual"]
)
def test_what_batch_normalisation_did_is_said_where_it_was_asked_for(
    method: str, usual: int, monkeypatch: pytest.MonkeyPatch, digits_result: RunResult
) -> None:
    """As in most methods' own settings for ResNets it is nothing to remark on."""
    spec = plan_run("digits", [3], method=method, settings={"authors_batch_norm": 1})
    RunStore().save(replace(digits_result, spec=spec))
    found = METHODS[method].default_config("digits", "class").with_values({"authors_batch_norm": usual})
    monkeypatch.setattr(type(METHODS[method]), "default_config", lambda *_: found)
    app = open_page("explore/run", run=spec.digest)
    assert not app.exception
    assert (text.BATCH_NORM in words(app)) is not bool(usual)


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_finished_run_is_opened_by_its_address(page: str, digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page(page, run=digits_result.digest)
    assert not app.exception
    assert not app.info, "a run of one's own is not labelled as the example"
    assert app.query_params["run"] == digits_result.digest
    assert "forget the digit 3" in words(app)


def test_the_verdict_shows_the_figures_of_the_run(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("explore/run", run=digits_result.digest)
    spec = digits_result.spec
    found = (state.retrained_for(spec), state_privacy.report_of(spec), state_privacy.population_report_of(spec))
    verdict = judge(digits_result, *found)
    assert len(verdict.clauses) == 9
    assert [metric.value for metric in app.metric] == [clause.show(clause.value) for clause in verdict.clauses[:2]]
    assert verdict.headline in words(app)
    told = words(app)
    for clause in verdict.clauses[2:]:
        assert f"**{clause.subject}**: {clause.finding[0].lower()}{clause.finding[1:]}" in told
        assert f"({clause.figures})" in told
        start = f"{clause.show(clause.value)} {clause.of}; before {clause.show(clause.before)}; "
        band = "by chance" if clause.name == "population" else "another retrained network:"
        assert clause.figures.startswith(start + band)
    links = [link.proto.query_string for link in app.get("page_link") if link.proto.label == text.SEE_FIGURE][2:]
    parts = [urlencode({"privacy-part": text_privacy.PARTS[clause.part]}) for clause in verdict.clauses[2:]]
    assert links == [f"run={digits_result.digest}&{part}" for part in parts]


_opened: list[str] = []
_is_listening = False


def _listen(event: str, arguments: tuple) -> None:
    if _is_listening and event == "open":
        _opened.append(str(arguments[0]))


sys.addaudithook(_listen)


def test_a_run_that_plays_is_named_in_the_place_of_its_outcome() -> None:
    app = open_page("explore/run")
    next(button for button in app.button if button.label == text.REPLAY).click().run()
    assert [button.label for button in app.button if button.key == "skip"] == [text.SKIP]
    assert "Digits (8x8) · forget the digit 3 · CaMU · seed 0" in words(app)
    assert text.VERDICT_MEASURE not in words(app)


@pytest.mark.parametrize("page", ["explore/run", "explore/privacy", "explore/causal"])
def test_drawing_a_page_again_reads_no_weights(page: str, digits_result: RunResult) -> None:
    global _is_listening
    RunStore().save(digits_result)
    app = open_page(page, run=digits_result.digest)
    _opened.clear()
    _is_listening = True
    try:
        app.run()
    finally:
        _is_listening = False
    assert not app.exception
    assert not [path for path in _opened if path.endswith(".safetensors")]


@pytest.fixture
def other_run(digits_result: RunResult, monkeypatch: pytest.MonkeyPatch) -> RunResult:
    """A finished run that comes with no attacks; the engine has no workers, so a job waits in its queue."""
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    spec = plan_run("digits", [3], seed=5)
    result = replace(digits_result, spec=spec)
    RunStore().save(result)
    return result


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_attacks_start_by_themselves_once_the_retraining_is_there(
    other_run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page("explore/run", run=other_run.digest)
    retraining = state.retraining_of(other_run.spec)
    assert not state.engine().watch(retraining.digest).is_over
    assert text.TESTS_PRESS not in labels(app)
    RunStore().save(replace(other_run, spec=retraining))
    state.engine().stop(retraining.digest, app.session_state["watcher"])
    job = state_privacy.tests_job(other_run.spec)
    app = open_page("explore/run", run=other_run.digest)
    assert not app.exception
    view = state.engine().watch(job.digest)
    assert view is not None
    assert not view.is_over
    assert text.TESTS_PRESS not in labels(app)
    state.engine().stop(job.digest, app.session_state["watcher"])
    app.run()
    assert text.TESTS_PRESS in labels(app), "stopped: offered, not started again"
    assert state.engine().watch(job.digest).is_over


def test_attacks_are_offered_where_they_take_longer(
    other_run: RunResult, monkeypatch: pytest.MonkeyPatch, nothing_is_quick: None
) -> None:
    monkeypatch.setattr("camu_core.runs.store.SHIPPED", ())
    RunStore().save(replace(other_run, spec=state.retraining_of(other_run.spec)))
    app = open_page("explore/run", run=other_run.digest)
    job = state_privacy.tests_job(other_run.spec)
    assert state.engine().watch(job.digest) is None
    next(button for button in app.button if button.label == text.TESTS_PRESS).click().run()
    assert not app.exception
    assert not state.engine().watch(job.digest).is_over


WAITING_PAGES = {"explore/embeddings": {"projection": "UMAP"}, "explore/causal": {}}


@pytest.fixture
def new_run(digits_result: RunResult, nothing_is_quick: None) -> RunResult:
    """Nothing that is computed of it comes with the project, or is computed on the spot."""
    result = replace(digits_result, spec=plan_run("digits", [3], seed=77))
    RunStore().save(result)
    return result


@pytest.mark.parametrize("page", WAITING_PAGES)
def test_a_page_that_may_not_ask_for_what_it_waits_for_says_why(
    page: str, new_run: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMU_READ_ONLY", "1")
    app = open_page(page, run=new_run.digest, **WAITING_PAGES[page])
    assert not app.exception
    assert "computes nothing" in words(app)


@pytest.mark.parametrize("page", WAITING_PAGES)
def test_what_a_page_waits_for_and_failed_can_be_tried_again(page: str, new_run: RunResult) -> None:
    app = open_page(page, run=new_run.digest, **WAITING_PAGES[page])
    is_umap = page == "explore/embeddings"
    job = state_pictures.umap_job(new_run, None) if is_umap else state_causal.causal_job(new_run.spec, "camu")
    state.engine()._progress[job.digest].finish("failed", "No memory was left.")
    app.run()
    assert "No memory was left." in words(app)
    assert state.engine().active([job.digest]) == []
    next(button for button in app.button if button.label == text.TRY_AGAIN).click().run()
    assert not app.exception
    assert state.engine().active([job.digest]) == [job.digest]


@pytest.mark.parametrize("page", RUN_PAGES)
def test_an_unknown_run_is_one_sentence_with_a_way_out(page: str) -> None:
    app = open_page(page, run="0" * 20)
    assert not app.exception
    assert len(app.error) == 1
    way_out = next(button for button in app.button if button.label == text.UNKNOWN_RUN_HELP)
    way_out.click().run()
    assert not app.error
    assert any("Example run" in info.value for info in app.info)


@pytest.mark.parametrize("page", RUN_PAGES)
def test_a_damaged_run_is_told_and_set_aside(page: str, digits_result: RunResult) -> None:
    store = RunStore()
    store.save(digits_result)
    path = store.root / "runs" / digits_result.digest / "summary.json"
    path.write_text(path.read_text().replace("0.", "1.", 1))
    app = open_page(page, run=digits_result.digest)
    assert not app.exception
    assert "damaged" in app.error[0].value
    assert not store.has(digits_result.digest)


def test_a_dataset_that_is_not_here_says_that_it_will_be_fetched(empty_data_dir: Path) -> None:
    app = open_page("explore/run")
    app.segmented_control(key="dataset").set_value("mnist").run()
    assert not app.exception
    assert "not on this machine yet" in app.warning[0].value


def test_missing_weights_can_be_trained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("camu_core.networks.weights.SHIPPED", tmp_path)
    app = open_page("explore/run")
    assert not app.exception
    assert "There is no CNN for these images yet" in words(app)
    assert text_own.TRAIN in [button.label for button in app.button]


def test_a_shipped_network_that_was_changed_is_refused_and_not_written_over(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for path in weights.SHIPPED.glob("digits-cnn.*"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr("camu_core.networks.weights.SHIPPED", tmp_path)
    content = bytearray((tmp_path / "digits-cnn.safetensors").read_bytes())
    content[-4] ^= 1
    (tmp_path / "digits-cnn.safetensors").write_bytes(content)
    app = open_page("explore/run")
    assert not app.exception
    assert "digits-cnn.safetensors" in app.error[0].value
    assert text_own.TRAIN not in [button.label for button in app.button]


def test_the_library_lists_finished_runs_and_deletes_them(digits_result: RunResult) -> None:
    assert "No finished runs yet" in words(open_page("library/runs"))
    RunStore().save(digits_result)
    app = open_page("library/runs")
    assert not app.exception
    table = app.dataframe[0].value
    assert table["run"].tolist() == [digits_result.digest[:8]]
    assert table["forgotten"].tolist() == [digits_result.metrics["unlearned"]["forget_test"]]
    state.delete_runs([digits_result.digest])
    assert not open_page("library/runs").dataframe
    assert RunStore().has(digits_result.digest), "for a minute it can be taken back"
    service.tidy(now=4e9)
    assert not RunStore().has(digits_result.digest)


def test_a_run_that_the_apps_end_interrupted_is_named_and_can_be_started_again() -> None:
    spec = plan_run("digits", [3], seed=77)
    RunStore().note_started(spec.digest, spec)
    app = open_page("explore/run", run=spec.digest)
    assert not app.exception
    assert "closed during this run" in app.error[0].value
    assert any(button.label == text.TRY_AGAIN for button in app.button)


def test_a_bad_sweep_is_one_sentence() -> None:
    app = open_page("library/runs")
    app.text_input(key="sweep-what").set_value("three")
    next(button for button in app.button if button.label == text.SWEEP_START).click().run()
    assert not app.exception
    assert "0-2,5" in app.error[0].value


def test_the_slider_shows_a_moment_of_the_run() -> None:
    app = open_page("explore/accuracy")
    slider = app.select_slider(key="moment")
    slider.set_value(slider.options[4] if not isinstance(slider.options[0], str) else int(slider.options[4])).run()
    assert not app.exception


def test_the_shipped_example_is_what_the_program_would_compute_today() -> None:
    shipped = {state.example_store().load(digest).spec for digest in state.example_store().digests()}
    owners = ForgetSpec("samples", samples=OWNERS_IMAGES)
    asked = (("digits", [3]), ("fashion_small", owners))
    assert shipped == {plan_run(*each, method=method) for each in asked for method in ("camu", "retrain")}


def test_pause_that_comes_as_the_last_moment_does_not_play_it_all_again() -> None:
    app = open_page("explore/embeddings")
    app.button(key="play").click().run()
    assert app.button(key="play").label == "Pause"
    app.session_state["playing"] = False  # as it ends while the button still says so
    app.button(key="play").click().run()
    assert app.session_state["playing"] is False
    assert app.button(key="play").label == "Play"
