"""The verdict on a finished run, and the line that says which run it is."""

from collections.abc import Sequence

import streamlit as st

from camu_core import DATASETS, METHODS, RunResult
from camu_core.planning import changed_settings, settings_phrase
from camu_core.specs import GIVEN
from camu_core.wording.format import small
from camu_core.wording.verdict import Clause, Verdict, forget_phrase, judge
from pages.components.privacy import text as text_privacy
from pages.components.shared import state, state_memorised, text

# whether a verdict is good news, or cannot be said -> icon, colour
_MOODS = {True: ("check_circle", "green"), False: ("error", "red"), None: ("help", "gray")}
_JUDGING = "hourglass_top", "gray"
_PAGES = {
    "accuracy": "pages/explore/accuracy.py",
    "embeddings": "pages/explore/embeddings.py",
    "privacy": "pages/explore/privacy.py",
    "draw": "pages/explore/draw.py",
}


def run_line(run: state.OpenRun, is_quiet: bool = False, is_older: bool = False, is_below_press: bool = False) -> None:
    """Which run the page shows; the example is labelled as such, in a box or, if `is_quiet`, in a line.

    Args:
        is_older: the choices on the page are others by now.
        is_below_press: the button that makes a run is on the page, above the line.
    """
    spec = run.spec
    group = state_memorised.group_of(spec)
    what = text.RUN_NOTE.format(
        dataset=DATASETS[spec.dataset].title,
        what=", ".join([forget_phrase(spec), *([text.GROUPS_OF_RUN[group]] if group else [])]),
        method=METHODS.title(spec.method, spec.method_sha256),
        seed=spec.seed,
        device=spec.device.upper(),
    )
    if changed := settings_phrase(spec):
        what += " · " + text.CHANGED.format(settings=changed)
    if changed_settings(spec).get("authors_batch_norm"):
        st.info(text.BATCH_NORM, icon=":material/info:")
    example = text.EXAMPLE_NOTE.format(
        what=what, where=text.EXAMPLE_ABOVE if is_below_press else text.EXAMPLE_ELSEWHERE
    )
    if run.is_example and is_quiet:
        st.caption(example)
    elif run.is_example:
        st.info(example, icon=":material/visibility:")
    else:
        st.caption(text.LAST_RUN.format(what=what) if is_older else what)


def verdict_card(
    result: RunResult,
    retrained: RunResult | None,
    privacy: dict | None = None,
    population: dict | None = None,
    is_judging: bool = False,
) -> Verdict:
    """The headline, then each accuracy with the way to its figure; what tests found is for `tests`.

    Args:
        privacy: report of a `PrivacyResult`, if the attacks were tried.
        population: report of the `PopulationResult` of its method, if it was made.
        is_judging: they are on their way, so that what is good news by now can still change.
    """
    with st.container(border=True, key="verdict"):
        verdict = headline(result, retrained, privacy, population, is_judging)
        st.caption(text.VERDICT_MEASURE if result.spec.forget.kind == "class" else text.VERDICT_MEASURE_IMAGES)
        _row(result, [clause for clause in verdict.clauses if clause.page != "privacy"])
        with st.container(horizontal=True, vertical_alignment="center"):
            _link(result, "embeddings", "", text.SEE_EMBEDDINGS, ":material/scatter_plot:")
            method = METHODS.title(result.spec.method, result.spec.method_sha256)
            is_given = result.spec.method == GIVEN  # made elsewhere, in nobody knows what time
            took = method if is_given else text.TOOK.format(method=method, seconds=result.seconds["unlearn"])
            if retrained is not None:
                took += text.TOOK_RETRAINING.format(seconds=retrained.seconds["unlearn"])
                took += text.TOOK_BEFOREHAND if retrained.is_shipped else ""
            st.caption(took + ".")
    return verdict


def tests(result: RunResult, verdict: Verdict) -> None:
    """What each test found of what is left inside and of the answers; nothing where none was made yet."""
    clauses = [clause for clause in verdict.clauses if clause.page == "privacy"]
    if not clauses:
        return
    with st.container(border=True, key="verdict-tests"):
        st.caption(text.VERDICT_TESTS)
        with st.container(key="verdict-tests-found"):
            for clause in clauses:
                with st.container(gap="xxsmall"):
                    _test(result, clause)


def headline(
    result: RunResult, retrained: RunResult | None, privacy: dict | None, population: dict | None, is_judging: bool
) -> Verdict:
    """The verdict in a sentence, and whether it can still change. Args: see `verdict_card`."""
    verdict = judge(result, retrained, privacy, population)
    is_open = is_judging and verdict.is_good is not False
    icon, color = _JUDGING if is_open else _MOODS[verdict.is_good]
    st.subheader(f":{color}[:material/{icon}:] {verdict.headline}", anchor=False)
    if is_judging:
        st.caption(text.JUDGING)
    return verdict


def _row(result: RunResult, clauses: Sequence[Clause]) -> None:
    """At most three numbers side by side, and the links below them on one line."""
    for column, clause in zip(st.columns(len(clauses)), clauses, strict=True):
        with column.container(height="stretch", vertical_alignment="distribute"):
            with st.container(gap="xsmall"):
                st.caption(clause.subject, help=clause.text)
                st.metric(
                    clause.subject, clause.show(clause.value), text.BEFORE.format(value=clause.show(clause.before)),
                    delta_color="off", delta_arrow="off", label_visibility="collapsed",
                )  # fmt: skip
                st.caption(_beside(clause))
            label = text.SEE_DRAW if clause.page == "draw" else text.SEE_FIGURE
            _link(result, clause.page, clause.part, label, ":material/arrow_forward:")


def _test(result: RunResult, clause: Clause) -> None:
    """What one test found, its number, and the way to its figure."""
    icon, color = _MOODS[clause.is_good]
    line = f":{color}[:material/{icon}:] **{clause.subject}**: {small(clause.finding)}"
    st.markdown(line + f" :gray[({clause.figures})]" * bool(clause.figures), help=clause.text)
    _link(result, clause.page, clause.part, text.SEE_FIGURE, ":material/arrow_forward:")


def _beside(clause: Clause) -> str:
    """The interval, and what networks give that never saw it."""
    return " · ".join(part for part in (clause.interval, clause.band) if part)


def _link(result: RunResult, page: str, part: str, label: str, icon: str) -> None:
    """To a page's figure of this run; the address names a part as its widget shows it."""
    chosen = {f"{page}-part": text_privacy.PARTS[part]} if part else {}
    st.page_link(_PAGES[page], label=label, icon=icon, query_params={"run": result.digest, **chosen})


def unfinished(run: state.OpenRun) -> None:
    """On pages that need a finished run: where the run is watched, or what went wrong."""
    if run.job is not None and not run.job.is_over:
        st.info(text.STILL_RUNNING, icon=":material/hourglass_top:")
        st.page_link("pages/explore/run.py", label=text.WATCH_IT, query_params={"run": run.digest})
        st.fragment(run_every=1.0)(_appear)(run.digest)
    else:
        problem(run)


def _appear(digest: str) -> None:
    """The page is drawn anew when the run is over."""
    job = state.engine().watch(digest)
    if job is None or job.is_over:
        st.rerun()


def problem(run: state.OpenRun) -> None:
    """Say why there is nothing to show, and offer the ways out."""
    if run.job is not None and run.job.state == "stopped":
        st.info(text.STOPPED, icon=":material/stop_circle:")
    else:
        st.error(run.problem, icon=":material/report:")
    with st.container(horizontal=True):
        if run.spec is not None:
            st.button(text.TRY_AGAIN, on_click=state.start, args=(run.spec,), icon=":material/refresh:", type="primary")
        st.button(text.UNKNOWN_RUN_HELP, on_click=state.close_run)
