"""The Compare page without a browser: its parts, its address, what is missing, what is published."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from opening import open_page, words
from summaries import publish

from camu_core import METHODS, RunResult, RunStore, plan_run, run
from camu_core.comparison import population, published, read_ranked
from camu_core.engine import Engine
from camu_core.jobs import BandJob, TrainJob
from camu_core.methods import methods_for
from camu_core.wording.format import small
from camu_core.wording.privacy import SUBJECTS
from camu_core.wording.verdict import forget_phrase, judge
from pages.components.compare import race
from pages.components.compare import text as text_compare
from pages.components.privacy import state as state_privacy
from pages.components.shared import state, text

EXAMPLE = [plan_run("digits", [3], method).digest for method in ("camu", "retrain")]


def charts(app) -> list[str]:
    return [json.loads(chart.proto.spec)["layout"]["title"]["text"] for chart in app.get("plotly_chart")]


def test_finished_runs_are_compared_at_once_and_the_address_says_what() -> None:
    app = open_page("explore/compare", dataset="digits", forget="3", methods="camu,retrain", seeds="0")
    assert not app.exception
    assert not app.error
    assert app.title[0].value == text_compare.TITLE
    assert charts(app) == [
        "Which method forgets the digit 3 and keeps the rest?",
        text_compare.CLASSES,
        text_compare.COST,
    ]
    table = app.dataframe[0].value
    after = state.find_result(EXAMPLE[0]).metrics["unlearned"]
    assert table["method"].tolist() == ["CaMU", "Retrain from scratch"]
    assert table["kept"].tolist()[0] == pytest.approx(100 * after["retain_test"])
    assert "kept_interval" not in table, "one seed has no interval"
    assert text_compare.ONE_SEED + text_compare.MORE_SEEDS in words(app)
    assert text_compare.TRADEOFF_FRAME not in words(app), "two methods are drawn in one panel"
    assert app.query_params["methods"] == "camu,retrain"


def test_without_an_address_all_methods_are_offered_and_what_is_here_is_shown() -> None:
    app = open_page("explore/compare")
    assert not app.exception
    assert [button.label for button in app.button if (button.key or "").startswith("start-")] == [
        "Compare 25 methods x 3 seeds"
    ]
    assert "2 of 75" in words(app)
    assert text_compare.ONE_SEED_YET in words(app), "only the first seed's runs are there"
    assert text_compare.MORE_SEEDS not in words(app), "three are asked for already"
    assert len(app.get("plotly_chart")) == 3
    assert app.query_params["methods"] == "all"


def test_a_test_has_the_same_name_on_every_page() -> None:
    measures = {"old_head": "old_head", "fresh_head": "fresh_head_1", "relearning": "relearning", "epsilon": "epsilon"}
    for question, measure in measures.items():
        assert text_compare.COLUMNS[question].startswith(SUBJECTS[question])
        assert text_compare.MEASURES[measure][0].startswith(SUBJECTS[question])
    assert "attack model" in text.ATTACK_QUESTION, "which is not always the best attack, of *Privacy*"


@pytest.mark.parametrize(("forget", "what"), [("3", "a whole class"), ("10%", "single images")])
def test_methods_that_cannot_forget_such_are_named(forget: str, what: str) -> None:
    app = open_page("explore/compare", dataset="digits", forget=forget, methods="amun,camu,sfron", seeds="0")
    name = {"3": "AMUN", "10%": "SFR-on"}[forget]
    assert f"Cannot forget {what}, so left out: {name}." in words(app)
    assert "left out" not in words(open_page("explore/compare", forget=forget, methods="camu"))


def test_every_method_with_three_seeds(monkeypatch: pytest.MonkeyPatch, digits_result: RunResult) -> None:
    """All 72 runs are there; the numbers are one run's, so methods agree and seeds do not vary."""
    summary = digits_result.summary()

    def summary_of(digest: str) -> dict:
        method, seed = asked[digest]
        return {**summary, "digest": digest, "spec": {**summary["spec"], "method": method, "seed": seed}}

    names = methods_for("class")
    asked = {plan_run("digits", [3], name, seed=seed).digest: (name, seed) for name in names for seed in range(3)}
    monkeypatch.setattr(Engine, "is_there", lambda engine, digest, kind: kind is RunResult and digest in asked)
    monkeypatch.setattr(state, "is_finished", lambda digest: digest in asked)
    monkeypatch.setattr(state, "summary_of", summary_of)
    app = open_page("explore/compare", dataset="digits", forget="3", methods="all", seeds="0-2")
    assert not app.exception
    table = app.dataframe[0].value
    assert len(table) == 25
    kept = f"{table['kept'].iloc[0]:.1f}"
    assert set(table["kept_interval"]) == {f"{kept} to {kept}"}
    assert "3 seeds do not show it to be nearer than 19 other methods" in words(app)
    assert not [button for button in app.button if (button.key or "").startswith("start-")]


def test_networks_that_are_not_there_are_trained_first(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = []
    monkeypatch.setattr(state, "submit", lambda job, priority: submitted.append(job) or True)
    app = open_page("explore/compare", dataset="digits", forget="3", methods="camu,retrain", trainings="0-2")
    assert not app.exception
    assert text_compare.ORIGINALS[2].format(n=2) in words(app)
    assert not app.get("plotly_chart")
    next(button for button in app.button if button.label == text_compare.ORIGINALS_START).click().run()
    assert not app.exception
    assert submitted == [TrainJob("digits", "cnn", seed) for seed in (1, 2)]


def test_the_choice_changes_the_address() -> None:
    app = open_page("explore/compare")
    app.selectbox(key="compare-forget").set_value("10%").run()
    app.text_input(key="compare-seeds").set_value("0,5").run()
    assert not app.exception
    assert (app.query_params["forget"], app.query_params["seeds"]) == ("10%", "0,5")
    assert text_compare.NOTHING_YET in words(app)


@pytest.mark.parametrize(
    ("parameters", "sentence"),
    [
        ({"dataset": "nowhere"}, "There is no dataset of this name"),
        ({"dataset": "cifar100"}, "There is no trained"),
        ({"forget": "33"}, "classes 0 to 9"),
        ({"methods": "magic"}, "There is no method of this name"),
        ({"seeds": "0-999999999"}, "at most 1,000 numbers"),
        ({"seeds": "0-99"}, "at most 1,000 runs"),
        ({"seeds": "0-29"}, "at most 300"),
    ],
)
def test_a_bad_address_is_one_sentence(parameters: dict[str, str], sentence: str) -> None:
    app = open_page("explore/compare", **parameters)
    assert not app.exception
    assert len(app.error) == 1
    assert sentence in app.error[0].value


def test_two_runs_side_by_side() -> None:
    app = open_page("explore/compare", run=EXAMPLE[0], b=EXAMPLE[1])
    assert not app.exception
    assert app.selectbox(key="pair-a").value == EXAMPLE[0]
    assert app.selectbox(key="pair-b").value == EXAMPLE[1]
    assert text_compare.PAIR_EXAMPLE in words(app)
    assert app.get("bidi_component")  # both embeddings
    assert charts(app)[0].startswith("They disagree on")
    differences = app.dataframe[-1].value
    assert differences["A"].tolist()[2] == f"{state.find_result(EXAMPLE[0]).metrics['unlearned']['retain_test']:.1%}"
    app.button(key="pair-swap").click().run()
    assert (app.query_params["run"], app.query_params["b"]) == (EXAMPLE[1], EXAMPLE[0])
    assert app.selectbox(key="pair-a").value == EXAMPLE[1]


def test_an_unknown_second_run_is_told_and_another_is_taken() -> None:
    app = open_page("explore/compare", run=EXAMPLE[0], b="0" * 20)
    assert not app.exception
    assert len(app.warning) == 1
    assert app.query_params["b"] == EXAMPLE[1]


def test_a_run_of_ones_own_beside_the_example(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("explore/compare", run=digits_result.digest, b=EXAMPLE[1])
    assert not app.exception
    assert text_compare.PAIR_EXAMPLE not in words(app)


def test_published_results_are_apart_and_only_there_if_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "FOLDER", tmp_path / "results")
    app = open_page("explore/compare", part="published")
    assert not app.exception
    assert app.segmented_control(key="compare-part").value == "many"
    publish(tmp_path / "results")
    app = open_page("explore/compare", part="published")
    assert not app.exception
    assert app.segmented_control(key="compare-part").value == "published"
    assert (
        "2026-11-24 · A chip, 2 processors, AVX512, load 0.5 (the higher, the more seconds) · torch 2 · seeds 0, 1, 2"
        in words(app)
    )
    assert app.code[0].value == "make"
    assert app.dataframe[0].value["method"].tolist() == ["CaMU", "Retrain from scratch"]
    app.segmented_control(key="published-forget-digits").set_value("10%").run()
    assert app.dataframe[0].value["forgotten"].tolist() == [50]


@pytest.mark.slow
def test_the_shipped_results_open_with_all_their_parts() -> None:
    shipped = published.read_published(published.FOLDER)
    expected = {"mnist": ["0", "3", "10%"], "fashion_mnist": ["0", "3", "10%"], "cifar10": ["0", "10%"]}
    assert {dataset: shipped.forgets(dataset) for dataset in shipped.datasets} == expected
    has_tuned = (("mnist", "0"), ("fashion_mnist", "0"))
    for dataset in shipped.datasets:
        for forget in shipped.forgets(dataset):
            app = open_page("explore/compare", part="published")
            app.segmented_control(key="published-dataset").set_value(dataset).run()
            app.segmented_control(key=f"published-forget-{dataset}").set_value(forget).run()
            assert not app.exception
            assert text_compare.TRADEOFF_FRAME in words(app)
            assert any("losest to retraining" in each.value for each in app.subheader)
            assert "CaMU is" in words(app)
            rows = set(app.dataframe[0].value["method"])
            assert (text_compare.ONE_SEED in words(app)) == ((dataset, forget) == ("cifar10", "10%"))
            assert text_compare.MORE_SEEDS not in words(app), "nothing can be chosen here"
            assert len(rows) >= {("cifar10", "0"): 25, ("cifar10", "10%"): 23}.get((dataset, forget), 13)
            is_timed = forget == "0" and dataset != "cifar10"
            assert any(text_compare.COST in title for title in charts(app)) == is_timed, "its seconds were not measured"
            authors = "99.3% of the other new images recognised, and 0% of the forgotten class"
            assert (authors in words(app)) == ((dataset, forget) == ("mnist", "0"))
            controls = {"Nothing done", *(["Output mask"] if not forget.endswith("%") else [])}
            assert controls <= rows
            offered = shipped.settings(dataset, forget)
            assert offered == (["usual", "tuned"] if (dataset, forget) in has_tuned else ["usual"])
            if "tuned" in offered:
                assert "default → tuned settings: " in words(app)
                usual = app.dataframe[0].value
                app.segmented_control(key=f"published-settings-{dataset}-{forget}").set_value("tuned").run()
                assert not app.exception
                assert controls <= set(app.dataframe[0].value["method"])
                assert not app.dataframe[0].value.equals(usual)


def test_methods_whose_time_was_not_measured_are_explained_below_the_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert text_compare.PUBLISHED_NO_SECONDS in words(open_page("explore/compare", part="published"))
    monkeypatch.setattr(published, "FOLDER", tmp_path)
    publish(tmp_path)
    assert text_compare.PUBLISHED_NO_SECONDS not in words(open_page("explore/compare", part="published")), "all were"


def test_a_link_opens_the_published_table_that_was_sent() -> None:
    app = open_page("explore/compare", part="published")
    app.segmented_control(key="published-dataset").set_value("cifar10").run()
    named = {name: app.query_params[name] for name in ("part", "dataset", "forget")}
    assert named == {"part": "published", "dataset": "cifar10", "forget": "0"}
    linked = open_page("explore/compare", part="published", dataset="mnist", forget="10%")
    assert linked.segmented_control(key="published-dataset").value == "mnist"
    assert linked.segmented_control(key="published-forget-mnist").value == "10%"
    unknown = open_page("explore/compare", part="published", dataset="digits", forget="9")
    assert not unknown.exception
    assert unknown.segmented_control(key="published-dataset").value == "mnist", "the first"


def test_methods_are_filtered_and_any_two_measures_drawn() -> None:
    app = open_page("explore/compare", part="published")
    every = app.dataframe[0].value
    assert every["old_head"].min() == 0, "no share is below none"
    app.pills(key="published-class-filter").set_value(["forgets", "not_hidden", "no_labels"]).run()
    shown = app.dataframe[0].value
    assert f"{len(shown)} of {len(every)} rows" in words(app)
    assert "Retrain from scratch" in set(shown["method"]), "the aim stays"
    assert {"CaMU", "Output mask"}.isdisjoint(shown["method"])
    app.pills(key="published-class-filter").set_value([]).run()
    assert app.dataframe[0].value.equals(every)
    n_before = len(charts(app))
    app.session_state["published-class-any-two"] = True
    app.run()
    app.selectbox(key="published-class-x").set_value("unlearn_seconds").run()
    assert not app.exception
    assert "Gap (points) against Seconds" in charts(app)
    assert len(charts(app)) == n_before + 1


def test_methods_on_many_networks_stand_below_with_both_ranks() -> None:
    _, table = read_ranked(population.FOLDER)
    app = open_page("explore/compare", part="published")
    for dataset, forget in table[["dataset", "forget"]].drop_duplicates().itertuples(index=False):
        app.segmented_control(key="ranked-forget").set_value(f"{dataset} {forget}").run()
        assert not app.exception
        ranks = next(each.value for each in app.dataframe if "rank_by_score" in each.value).set_index("title")
        assert all(each.proto.HasField("placeholder") for each in app.dataframe), "an empty cell says None"
        both = ["rank_by_score", "rank_by_accuracy"]
        assert ranks.loc[["Retrain from scratch", "Output mask"], both].isna().all(axis=None)
        assert ranks.loc[["Retrain from scratch", "Output mask"], "place"].tolist() == ["", ""]
        assert ranks[both].min().tolist() == [1, 1]
        rows = table[(table["dataset"] == dataset) & (table["forget"] == forget)].set_index("method")
        assert ranks.loc["CaMU", "place"] == "{:.0f} to {:.0f}".format(*rows.loc["camu", ["place_low", "place_high"]])
        assert any("by the challenge's score" in title.replace("<br>", " ") for title in charts(app))


def test_a_pair_of_somebody_else_opens_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists hold this visitor's runs; a link may name any."""
    theirs = run(plan_run("digits", [4], settings={"epochs": 1}))
    RunStore().save(theirs)
    monkeypatch.setattr(state, "finished_runs", list)
    app = open_page("explore/compare", run=EXAMPLE[0], b=theirs.digest)
    assert not app.exception
    assert [warning.value for warning in app.warning] == []
    assert app.selectbox(key="pair-b").value == theirs.digest


def test_methods_are_compared_on_the_dataset_of_the_run_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also if its images are somebody else's."""
    monkeypatch.setattr("pages.components.run.controls.OFFERED", ("mnist",))
    app = open_page("explore/compare", run=EXAMPLE[0])
    assert not app.exception
    assert app.selectbox(key="compare-dataset").value == "digits"


# ------------------------------------------------------------------------------------------------ what it will take


@pytest.mark.parametrize(("seconds", "is_long"), [(1e-6, False), (1.0, True)])
def test_what_many_runs_take_is_told_before_they_start(
    seconds: float, is_long: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camu_core.planning.image_seconds", lambda *_: seconds)
    app = open_page("explore/compare", dataset="digits", forget="4", methods="camu,finetune", seeds="0")
    assert not app.exception
    assert ("That takes about" in words(app)) == is_long
    monkeypatch.setenv("CAMU_MAX_JOB_SECONDS", "900")
    assert ("this server stops any work" in words(app.run())) == is_long


@pytest.mark.parametrize("limit", ["0", "60"])
def test_reference_networks_that_take_hours_are_told_before_the_tests(
    limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No band is shipped for this forget set; where a server would end it, no tests are offered."""
    monkeypatch.setenv("CAMU_MAX_JOB_SECONDS", limit)
    monkeypatch.setattr("pages.components.privacy.state.band_minutes", lambda *_: 240.0)
    monkeypatch.setattr("pages.components.compare.many.state_privacy.band_job", BandJob.of)
    monkeypatch.setattr("pages.components.compare.many.state_compare.test_reports", lambda _: {})
    app = open_page("explore/compare", dataset="digits", forget="3", methods="camu,retrain", seeds="0")
    assert not app.exception
    assert "about 4 hours" in words(app)
    assert (text_compare.TESTS in [button.label for button in app.button]) == (limit == "0")


@pytest.mark.slow
def test_a_race_shows_every_method_at_one_moment_and_then_their_verdicts() -> None:
    for method in ("camu", "scrub", "retrain"):
        RunStore().save(run(plan_run("digits", [3], method)))
    app = open_page("explore/compare", part="race", methods="camu,scrub,retrain")
    assert not app.exception
    assert app.multiselect(key="racers").value == ["camu", "scrub", "retrain"]
    told = words(app)
    seconds = {name: state.find_result(plan_run("digits", [3], name).digest).seconds["unlearn"]
               for name in ("camu", "scrub", "retrain")}  # fmt: skip
    assert "of a small sample" in told
    for took in seconds.values():
        assert text_compare.RACE_DONE.format(seconds=took) in told
    example = state.find_result(EXAMPLE[0])
    assert judge(example, *known(example)).headline in told
    app.button(key="race-again").click().run()
    assert not app.exception
    assert text_compare.RACE_RUNNING in words(app)
    half = race._at(example, example.seconds["unlearn"] / 2)
    assert half.snapshots[-1].index <= example.snapshots[-1].index / 2
    assert race._at(example, 1e9).snapshots == example.snapshots
    app.button(key="race-skip").click().run()
    assert text_compare.RACE_RUNNING not in words(app)


def test_a_race_needs_two_and_takes_four() -> None:
    app = open_page("explore/compare", part="race", methods="camu,nonsense")
    assert not app.exception
    assert text_compare.RACE_FEW in words(app)
    app = open_page("explore/compare", part="race", methods="camu,scrub,ssd,salun,unsir,retrain")
    assert app.multiselect(key="racers").value == ["camu", "scrub", "ssd", "salun"]
    assert text_compare.RACE_START.format(n=4) in [button.label for button in app.button]


def known(result: RunResult) -> tuple:
    spec = result.spec
    return state.retrained_for(spec), state_privacy.report_of(spec), state_privacy.population_report_of(spec)


def test_a_shipped_tuning_is_shown_at_once_and_the_address_says_which() -> None:
    app = open_page("explore/compare", part="tune", dataset="digits", forget="3", methods="ssd")
    assert not app.exception
    assert not app.error
    assert text_compare.TUNE_SHIPPED in words(app)
    assert charts(app) == [text_compare.TUNE_TITLE.format(method=METHODS["ssd"].title)]
    table = app.dataframe[0].value
    assert len(table) == 12
    assert sorted(table["is_chosen"])[-2:] == ["", "✓"], "a mark, not a box that cannot be ticked"
    titles = json.loads(app.dataframe[0].proto.columns)
    (sentence,) = [line.value for line in app.markdown if "points away" in line.value]
    for name in ("selection", "dampening"):
        assert f"{small(titles[name]['label'])} {table[name][0]:g}" in sentence, "under the name that the table has"
    assert table["objective"].is_monotonic_increasing
    parameters = {name: app.query_params[name] for name in ("part", "dataset", "forget", "methods", "trials")}
    assert parameters == {"part": "tune", "dataset": "digits", "forget": "3", "methods": "ssd", "trials": "12"}


def test_a_tuning_that_nobody_made_offers_to_make_it(monkeypatch: pytest.MonkeyPatch) -> None:
    submitted = []
    monkeypatch.setattr(Engine, "submit_all", lambda engine, jobs, *rest: submitted.extend(jobs))
    app = open_page("explore/compare", part="tune", dataset="digits", forget="10%", methods="camu", trials="5")
    assert not app.exception
    assert text_compare.TUNE_NOTHING in words(app)
    app.button(key="tune-start").click().run()
    assert not app.exception
    assert submitted[0] == TrainJob("digits_validation", "cnn")


@pytest.mark.parametrize("parameters", [{"methods": "retrain"}, {"trials": "1000000"}, {"forget": "4000"}])
def test_a_bad_address_of_a_tuning_is_the_usual_one(parameters: dict[str, str]) -> None:
    app = open_page("explore/compare", part="tune", **parameters)
    assert not app.exception
    assert not app.error


# -------------------------------------------------------------------------------------------- parts, and what they keep


def turn_to(app, part: str):
    return app.segmented_control(key="compare-part").set_value(part).run()


def follow(app, **parameters: str):
    """A link to this page from another one, in the same session."""
    app.switch_page("pages/story/learn.py").run()
    app.query_params.clear()
    app.switch_page("pages/explore/compare.py")
    app.query_params.update(parameters)
    return app.run()


def test_each_part_keeps_what_was_chosen_in_it() -> None:
    asked = {"dataset": "mnist", "forget": "5", "methods": "camu,retrain,ssd", "seeds": "0-3", "trainings": "0"}
    app = open_page("explore/compare", part="many", **asked)
    turn_to(app, "race")
    app.multiselect(key="racers").set_value(["scrub", "retrain"]).run()
    turn_to(app, "tune")
    assert app.selectbox(key="tune-method").value == "camu", "the usual one"
    app.selectbox(key="tune-dataset").set_value("mnist").run()
    app.selectbox(key="tune-method").set_value("ssd").run()
    turn_to(app, "published")
    app.segmented_control(key="published-dataset").set_value("cifar10").run()
    turn_to(app, "many")
    assert {name: app.query_params[name] for name in asked} == asked
    turn_to(app, "tune")
    assert [app.query_params[name] for name in ("dataset", "methods")] == ["mnist", "ssd"]
    turn_to(app, "race")
    assert app.query_params["methods"] == "scrub,retrain"
    turn_to(app, "published")
    assert app.query_params["dataset"] == "cifar10"
    assert not app.exception


def test_a_link_that_names_a_run_asks_about_it_whatever_was_asked_before(digits_result: RunResult) -> None:
    RunStore().save(digits_result)
    app = open_page("explore/compare", part="many", dataset="mnist", forget="5", methods="camu", seeds="0")
    follow(app)
    assert app.query_params["dataset"] == "mnist", "the menu's link names none"
    follow(app, run=digits_result.digest)
    assert not app.exception
    forget = digits_result.spec.forget.short
    assert [app.query_params[name] for name in ("dataset", "forget", "methods")] == ["digits", forget, "all"]
    app.text_input(key="compare-seeds").set_value("0,5").run()
    assert app.query_params["seeds"] == "0,5"


def test_where_the_forget_set_cannot_be_asked_for_it_is_said_and_the_race_takes_it(one_image_result: RunResult) -> None:
    RunStore().save(one_image_result)
    app = open_page("explore/compare", run=one_image_result.digest)
    assert not app.exception
    assert not app.error
    assert text_compare.CANNOT_ASK in words(app)
    assert app.query_params["forget"] == "10%"
    app = open_page("explore/compare", part="race")
    app.multiselect(key="racers").set_value(["camu", "sfron"]).run()
    follow(app, part="race", run=one_image_result.digest)
    assert not app.exception
    assert app.multiselect(key="racers").value == ["camu"], "the other one forgets only classes"
    assert forget_phrase(one_image_result.spec) in words(app)
    assert text_compare.CANNOT_ASK not in words(open_page("explore/compare"))


def test_a_second_run_whose_images_are_gone_is_told_and_another_is_taken(digits_result: RunResult) -> None:
    gone = replace(digits_result, spec=replace(digits_result.spec, dataset="folder-" + "0" * 20))
    RunStore().save(gone)
    app = open_page("explore/compare", run=EXAMPLE[0], b=gone.digest)
    assert not app.exception
    assert [warning.value for warning in app.warning] == [text.NO_IMAGES]
    assert app.query_params["b"] == EXAMPLE[1]


def test_only_a_link_is_told_that_its_second_run_does_not_fit(digits_result: RunResult) -> None:
    other = replace(digits_result, spec=replace(digits_result.spec, model="mlp"))
    RunStore().save(other)
    app = open_page("explore/compare", run=EXAMPLE[0], b=EXAMPLE[1])
    follow(app, run=other.digest, part="pair")
    assert not app.exception
    assert [warning.value for warning in app.warning] == []
    assert text_compare.NO_PARTNER in words(app)
    for a in (EXAMPLE[0], other.digest):
        app.selectbox(key="pair-a").set_value(a).run()
        assert app.query_params["run"] == app.selectbox(key="pair-a").value == a
    assert [warning.value for warning in app.warning] == [], "B was found by the page, not named by anybody"
    follow(app, run=other.digest, b=EXAMPLE[1])
    assert [warning.value for warning in app.warning] == [text_compare.OTHER_KIND]


def test_tests_that_were_stopped_are_made_when_the_button_is_pressed() -> None:
    RunStore().save(run(plan_run("digits", [4])))
    app = open_page("explore/compare", dataset="digits", forget="4", methods="camu", seeds="0")
    (button,) = [each for each in app.button if each.label == text_compare.TESTS]
    button.click().run()
    engine = state.engine()
    (job,) = engine.under_way()
    engine.stop(job.digest, next(iter(engine._progress[job.digest].watchers)))
    app.run()
    assert text_compare.TESTS_STOPPED in words(app)
    (button,) = [each for each in app.button if each.label == text_compare.TESTS]
    button.click().run()
    assert not app.exception
    assert text_compare.TESTS_STOPPED not in words(app)
    assert engine.active([job.digest])


@pytest.mark.parametrize(("before", "part"), [("pair", "race"), ("race", "pair")])
def test_the_address_names_the_part_also_while_its_run_is_not_there(before: str, part: str) -> None:
    app = open_page("explore/compare", part=before, run="0" * 20)
    turn_to(app, part)
    assert not app.exception
    assert (app.query_params["part"], app.query_params["run"]) == (part, "0" * 20)
