"""What the part *Tune* keeps in the URL and in the session, and what is under way of it."""

import shlex
from collections.abc import Sequence
from typing import Any

import streamlit as st

from camu_core.citation import typed_forget
from camu_core.comparison.tuning import shipped_search
from camu_core.engine import BACKGROUND_PRIORITY
from camu_core.engine.tunings import Search, Stage, Tuning
from camu_core.errors import NetworkMissing, TooMuchAsked
from camu_core.specs import ForgetSpec
from pages.components.compare import state as state_compare
from pages.components.shared import state

USUAL_TRIALS, MOST_TRIALS = 12, 64
_PARTS_COUNTED = ("train", "unlearn", "band")


def question(offered: Sequence[str]) -> tuple[str, str, str, int]:
    """Dataset, what to forget, method and number of trials: of the address, as left, or else the usual."""
    dataset, what, method, n = (
        state_compare.named("tune", name) for name in ("dataset", "forget", "methods", "trials")
    )
    return (
        dataset if dataset in offered else offered[0],
        what or "3",
        method or "camu",
        min(MOST_TRIALS, max(2, int(n))) if n else USUAL_TRIALS,
    )


def address(search: Search) -> dict[str, str]:
    """What of the URL names a search."""
    return {
        "part": "tune", "dataset": search.dataset, "forget": search.forget.short, "methods": search.method,
        "trials": str(search.n_trials),
    }  # fmt: skip


def start(tuning: Tuning) -> None:
    """In a callback."""
    st.session_state[_wish(tuning)] = True


def stop(tuning: Tuning) -> None:
    """Stop what is under way and nobody else wants; in a callback."""
    st.session_state.pop(_wish(tuning), None)
    state.stop(*(job.digest for job in stage(tuning).left))


def stage(tuning: Tuning) -> Stage:
    """What is to be done now; trials that failed here are done."""
    return tuning.stage(state.engine().is_there, lambda digest: bool(_failure(digest)))


def is_under_way(tuning: Tuning) -> bool:
    return bool(st.session_state.get(_wish(tuning))) and bool(stage(tuning).left) and not problem(tuning)


def go_on(tuning: Tuning) -> None:
    """Hand the engine what can be done now and is not under way."""
    engine, left = state.engine(), stage(tuning).left
    active = set(engine.active(job.digest for job in left))
    new = [job for job in left if job.digest not in active]
    if not new:
        return
    try:
        engine.submit_all(new, state.watcher(), BACKGROUND_PRIORITY)
    except TooMuchAsked as error:
        st.session_state.pop(_wish(tuning), None)
        state.refuse(str(error))
        return
    if not tuning.trainings():
        tuning.batch().note(engine.store)


def fraction(now: Stage) -> float:
    """0..1 of a stage, parts of running jobs counted."""
    views = [view for job in now.left if (view := state.engine().watch(job.digest)) is not None and view.total]
    parts = sum(view.index / view.total for view in views if view.stage in _PARTS_COUNTED)
    return min(1.0, (now.total - len(now.left) + 0.95 * parts) / max(1, now.total))


def problem(tuning: Tuning) -> str:
    """Why it cannot go on: the network, the band or the figures of a trial failed; empty if all is well."""
    jobs = tuning.trainings() or [*tuning.bands(), *tuning.judging()]
    return next(filter(None, (_failure(job.digest) for job in jobs)), "")


def report(tuning: Tuning) -> tuple[dict[str, Any] | None, bool]:
    """What it found so far, or else the shipped one of this search; and whether it is that."""
    (search,) = tuning.searches
    try:
        found = tuning.reports(state.engine())
    except NetworkMissing:
        found = []
    if found:
        return found[0], False
    shipped = shipped_search(search.dataset, search.forget, search.method)
    return shipped, shipped is not None


def command(found: dict[str, Any]) -> str:
    """That which makes the same search in a terminal."""
    what = typed_forget(found["dataset"], ForgetSpec.from_json(found["forget"]))
    parts = ["--dataset", found["dataset"], "--forget", what, "--method", found["method"]]
    numbers = {"--trials": found["n_trials"], "--networks": found["n_networks"], "--seed": found["seed"]}
    how = [word for name, number in numbers.items() for word in (name, str(number))]
    return shlex.join(["python", "-m", "camu_core", "tune", *parts, *how])


def _wish(tuning: Tuning) -> str:
    return f"tune-{tuning.digest}"


def _failure(digest: str) -> str:
    """Why a job failed or was ended; empty if it was not."""
    view = state.engine().watch(digest)
    return (view.message or view.state) if view is not None and view.state == "failed" else ""
