"""Every method on the same forget set with several seeds: asked, run behind people, shown as it comes."""

import shlex
from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from camu_core import DATASETS, METHODS, RunSpec
from camu_core.citation import typed_forget
from camu_core.comparison import (
    GOLD,
    by_class,
    by_method,
    by_run,
    is_compared,
    retraining_spread,
    training_share,
    unit_of,
    with_tests,
)
from camu_core.engine.sweeps import SweepSpec, sweep_table
from camu_core.errors import CamuError, SpecError
from camu_core.figures import cost_figure, multiples_figure, tradeoff_figure
from camu_core.specs import ForgetSpec, Planting
from camu_core.wording import comparison as remarks
from camu_core.wording.comparison import class_damage, planted_headline
from camu_core.wording.format import SAMPLES, capital, listed, percent
from camu_core.wording.planted import planting_phrase
from camu_core.wording.verdict import (
    ALIKE_AT_MOST,
    FORGOTTEN_AT_MOST,
    KEPT_DROP_AT_MOST,
    forget_phrase,
)
from pages.components.compare import findings, originals, text
from pages.components.compare import state as state_compare
from pages.components.compare.state import ALL, Question
from pages.components.privacy import state as state_privacy
from pages.components.run import controls, planted
from pages.components.shared import batch, charts, notes, notices, state
from pages.components.shared import text as words

MOST_RUNS = 300
_PARTS = ("5%", "10%", "20%")  # of the training images, at random
_FEWEST_SEEDS = 3  # for an interval of some use


def many() -> None:
    """Controls, the batch, and what is finished of it."""
    st.markdown(text.MANY_LEAD)
    asked = _controls()
    state_compare.ask(asked)
    if not asked.methods:
        st.info(text.NO_METHOD, icon=":material/touch_app:")
        return
    sweep = asked.sweep(list(METHODS))
    if sweep.n_runs > MOST_RUNS:
        raise SpecError(text.TOO_MANY.format(n=sweep.n_runs, most=MOST_RUNS))
    if originals.are_needed(sweep):
        return
    together = state_compare.together(sweep)
    specs = together.specs
    notices.needs_download(sweep.dataset)
    there = {spec.method for spec in specs}
    if left_out := [METHODS[name].title for name in sweep.methods if name not in there]:
        what = text.LEFT_OUT_CLASS if sweep.forgets[0].kind == "class" else text.LEFT_OUT_IMAGES
        st.caption(text.LEFT_OUT.format(names=listed(left_out), what=what))
    n, m = len(there), len(sweep.seeds)
    label = text.START.format(n=n, methods="method" if n == 1 else "methods", m=m, seeds="seed" if m == 1 else "seeds")
    if (n_networks := len(sweep.training_seeds)) > 1:
        label += text.START_NETWORKS.format(n=n_networks)
    if batch.runs_needed(together, label, lambda: _results(sweep, specs, text.SO_FAR), go_on=label):
        _results(sweep, specs)


def _controls() -> Question:
    """Widgets that show the question of the URL, and what they say now."""
    known, shown = state_compare.asked_before(), state.current_run().spec
    of_run = [shown.dataset] if shown is not None and shown.dataset in DATASETS else []
    offered = list(dict.fromkeys([*controls.OFFERED, *state.own_datasets(), *of_run]))
    if shown is not None and not state_compare.can_ask(shown.forget):
        st.info(text.CANNOT_ASK, icon=":material/info:")
    wanted = state_compare.question(known or state_compare.like(shown, offered))
    if not state_compare.is_asked(wanted):
        _show(wanted, offered)
    first, second, third, last, more = st.columns([3, 4, 3, 2, 2], vertical_alignment="bottom")
    dataset = first.selectbox(
        words.PICK_DATASET, offered, format_func=lambda name: DATASETS[name].title, key="compare-dataset"
    )
    dataset = dataset or offered[0]  # a client may send no choice at all
    choices = list(map(str, range(DATASETS[dataset].n_classes)))
    choices += [*_PARTS, *planted.usual(dataset), *_more(dataset, wanted.forget)]
    choices = list(dict.fromkeys(choices))
    if state.recall("compare-forget") not in choices:
        state.put("compare-forget", choices[0])
    forget = second.selectbox(
        words.PICK_FORGET, choices, format_func=lambda what: forget_title(dataset, what), key="compare-forget"
    )
    with third.popover(_methods_title(), icon=":material/checklist:", width="stretch"):
        methods = st.pills(
            text.METHODS, list(METHODS), selection_mode="multi", key="compare-methods",
            default=state.recall("compare-methods"),  # the browser makes it when the popover is opened
            format_func=lambda name: METHODS[name].title,
        )  # fmt: skip
        with st.container(horizontal=True):
            for label, names in ((text.ALL_METHODS, list(METHODS)), (text.NO_METHODS, [])):
                st.button(label, on_click=state.put, args=("compare-methods", names))
    seeds = last.text_input(text.SEEDS, key="compare-seeds", help=text.SEEDS_HELP)
    trainings = more.text_input(text.TRAINING_SEEDS, key="compare-trainings", help=text.TRAINING_SEEDS_HELP)
    chosen = [name for name in METHODS if name in methods]  # in their order, not in that of the clicks
    seeds, trainings = (str(typed).replace(" ", "") for typed in (seeds, trainings))  # a client may send anything
    return Question(dataset, forget, ALL if len(chosen) == len(METHODS) else ",".join(chosen), seeds, trainings)


def forget_title(dataset: str, forget: str) -> str:
    """ "The digit 3", "10% of the training images"."""
    if forget.endswith("%"):
        return text.RANDOM.format(part=forget)
    if ":" in forget:
        return capital(planting_phrase(Planting.parse(forget), DATASETS[dataset]))
    info = DATASETS[dataset]
    name = info.class_names[int(forget)] if forget.isdecimal() and int(forget) < info.n_classes else forget
    return text.CLASS.format(noun=info.class_noun, name=name)


def _more(dataset: str, forget: str) -> list[str]:
    """What is asked for in the URL, where it is not offered anyway; nothing that cannot be planted in the dataset."""
    if ":" not in forget:
        return [forget] if forget.endswith("%") else []
    try:
        planting = Planting.parse(forget)
    except SpecError:
        return []
    return [str(planting)] if planting.dataset_of(dataset) in DATASETS else []


def _methods_title() -> str:
    n = len(state.recall("compare-methods") or ())
    return text.METHODS_ALL.format(n=n) if n == len(METHODS) else text.METHODS_SOME.format(n=n, total=len(METHODS))


def _show(wanted: Question, offered: Sequence[str]) -> None:
    """Put a question into the widgets; what they cannot show is told, and left at its default."""
    try:
        sweep = wanted.sweep(list(METHODS))
        sweep.check()
        if sweep.dataset not in offered or len(sweep.forgets) != 1:
            raise SpecError(text.ONE_AT_A_TIME)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")
        wanted, sweep = Question(), Question().sweep(list(METHODS))
    state.put("compare-dataset", sweep.dataset)
    state.put("compare-forget", sweep.forgets[0].short)
    state.put("compare-seeds", wanted.seeds)
    state.put("compare-trainings", wanted.trainings)
    state.put("compare-methods", list(sweep.methods))


def _results(sweep: SweepSpec, specs: Sequence[RunSpec], note: str = "") -> None:
    """All that the finished runs tell."""
    summaries = [state.summary_of(spec.digest) for spec in specs if state.is_finished(spec.digest)]
    if not summaries:
        st.info(text.NOTHING_YET, icon=":material/hourglass_empty:")
        return
    forget = sweep.forgets[0]
    listed = with_tests(sweep_table(summaries), state_compare.test_reports(specs))
    runs = by_run(listed)
    table = by_method(runs)
    if note:
        st.caption(note)
    else:
        _tests(sweep, specs)
    names = DATASETS[sweep.dataset].class_names
    counts = [sum(row) for row in summaries[0]["metrics"]["original"]["confusion_test"]]
    kind = kind_of(forget)
    harm = class_damage(by_class(summaries), counts, forget.classes, names)
    planted_too = planted_headline(table) if forget.planting is not None and GOLD in table.index else ""
    findings.sentences(table, kind, _beside(runs, table, sweep), harm, planted_too)
    new = "forget_test" if kind == "class" else "forget_train"
    before = (listed[f"original_{new}"].mean(), listed["original_retain_test"].mean())
    title = text.TRADEOFF[kind].format(what=forget_phrase(specs[0]))
    figure = tradeoff_figure(table, runs, before, text.AXES[kind], title, state.is_dark())
    charts.show(st, figure, key="tradeoff")
    n = summaries[0]["metrics"]["original"]["n"]
    notes.reading(how_to_read(figure, kind), text.TRADEOFF_NOT.format(
        n_forget=n[new], n_retain=n["retain_test"], over=SAMPLES[unit_of(runs)]
    ))  # fmt: skip
    findings.explore(table, kind, f"many-{kind}", runs)
    _classes(sweep, summaries, table)
    _cost(summaries, table)
    _folds(sweep, runs, by_class(summaries))


def kind_of(forget: ForgetSpec) -> str:
    """By which words a comparison is told: "class", or "random" for images of any kind."""
    return "class" if forget.kind == "class" else "random"


def how_to_read(figure: go.Figure, kind: str) -> str:
    """Of the figure of all methods, which magnifies what is near the target where methods pile up."""
    is_magnified = sum(1 for _ in figure.select_xaxes()) > 1
    return text.TRADEOFF_READ[kind] + (text.TRADEOFF_FRAME if is_magnified else "")


def _tests(sweep: SweepSpec, specs: Sequence[RunSpec]) -> None:
    """Test what is left inside every network, if that is wanted; the table grows its columns when it is done."""
    n_done, is_wanted = len(state_compare.test_reports(specs)), state_compare.are_tests_wanted(sweep)
    if n_done == len(specs):
        return
    if is_wanted and not state_compare.tests_problem(specs):
        st.fragment(run_every=batch.TICK_SECONDS)(_tests_tick)(specs)
        return
    if problem := state_compare.tests_problem(specs):
        st.error(problem, icon=":material/report:")
    band, said = state_privacy.band_job(specs[0]), text.TESTS_WHY
    if band is not None:
        seconds = state_privacy.band_seconds(band.spec)
        if why_not := notices.too_long(seconds):
            st.caption(f"{said} {why_not}")
            return
        said += " " + text.TESTS_BAND.format(n=len(band.seeds), time=words.takes(seconds))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(text.TESTS, icon=":material/troubleshoot:", on_click=state_compare.want_tests, args=(sweep, specs))
        st.caption(said)


def _tests_tick(specs: Sequence[RunSpec]) -> None:
    n_done = state_compare.go_on_testing(specs)
    if n_done == len(specs) or state_compare.tests_problem(specs):
        st.rerun()
    st.progress(n_done / len(specs), text=text.TESTS_LINE.format(n=n_done, total=len(specs)))


def _beside(runs: pd.DataFrame, table: pd.DataFrame, sweep: SweepSpec) -> list[str]:
    """What has to be known with the sentences."""
    forget = sweep.forgets[0]
    spread = retraining_spread(runs, is_drawn=forget.kind == "random")
    beside = [text.SPREAD.format(points=100 * spread)] if spread is not None else []
    said = findings.basis(table)
    if said == text.ONE_SEED:
        said = text.ONE_SEED_YET if len(sweep.seeds) >= _FEWEST_SEEDS else said + text.MORE_SEEDS
    if forget.kind == "class" and unit_of(runs) == "training":  # else the seed draws other images to forget, too
        shares = training_share(runs[[is_compared(name) for name in runs["method"]]], "kept").dropna()
        if len(shares):
            said += text.TRAINING_SHARE.format(
                share=shares.median(), n=len(shares), low=shares.min(), high=shares.max()
            )  # fmt: skip
    return [*beside, said]


def _classes(sweep: SweepSpec, summaries: list[dict], table) -> None:
    is_class, names = bool(sweep.classes), DATASETS[sweep.dataset].class_names
    figure = multiples_figure(
        by_class(summaries), table["title"].to_dict(), names, sweep.classes,
        text.CLASSES if is_class else text.CLASSES_RANDOM, state.is_dark(),
    )  # fmt: skip
    charts.show(st, figure, key="classes")
    counts = [sum(row) for row in summaries[0]["metrics"]["original"]["confusion_test"]]
    notes.reading(
        text.CLASSES_READ if is_class else text.CLASSES_READ_RANDOM,
        text.CLASSES_NOT.format(n=words.from_to(min(counts), max(counts)), step=percent(1 / min(counts))),
    )


def _cost(summaries: list[dict], table) -> None:
    charts.show(st, cost_figure(table, text.COST, state.is_dark()), key="cost")
    notes.reading(text.COST_READ, text.COST_NOT)
    if any(run["is_shipped"] for run in summaries):
        st.caption(text.COST_SHIPPED)


def _folds(sweep: SweepSpec, runs, per_class) -> None:
    forget = sweep.forgets[0]
    value = f"{sweep.fractions[0]:g}" if sweep.fractions else typed_forget(sweep.dataset, forget)
    what = f"--forget-{forget.kind} {shlex.quote(value)}"
    methods = ALL if sweep.methods == tuple(METHODS) else ",".join(sweep.methods)
    seeds = ",".join(map(str, sweep.seeds))
    trainings = ",".join(map(str, sweep.training_seeds))
    is_one = sweep.training_seeds == (0,)
    how = text.HOW.format(
        seeds=seeds, networks=text.HOW_ONE if is_one else text.HOW_SEVERAL.format(seeds=trainings),
        forgotten=FORGOTTEN_AT_MOST, kept=KEPT_DROP_AT_MOST, alike=ALIKE_AT_MOST,
        barely=remarks.BARELY_ABOVE, steady=remarks.STEADY_WITHIN, attack=remarks.ATTACK_ALIKE_AT_MOST,
        command=f"python -m camu_core sweep --dataset {shlex.quote(sweep.dataset)} {what} --method {methods} "
        f"--seed {seeds}" + ("" if is_one else f" --training-seed {trainings}"),
    )  # fmt: skip
    names = DATASETS[sweep.dataset].class_names
    by_name = per_class.assign(label=[names[label] for label in per_class["label"]])
    notes.folds(how, [runs.drop(columns="digest"), by_name.rename(columns={"label": "class"})])
