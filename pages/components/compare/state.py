"""What the Compare page keeps in the URL and in the session, and its caches."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields

import streamlit as st

from camu_core import RunSpec
from camu_core.comparison import Pair, pair_runs
from camu_core.engine.batches import Batch
from camu_core.engine.sweeps import SweepSpec
from camu_core.errors import SpecError
from camu_core.jobs import BandJob, PrivacyJob, PrivacyResult
from camu_core.specs import ForgetSpec
from pages.components.compare import text
from pages.components.privacy import state as state_privacy
from pages.components.shared import selections, state, state_address, state_view

ALL = "all"
MOST_RACERS = 4
PARTS = ("many", "race", "pair", "tune", "published")
_ENDED = ("failed", "stopped")


@dataclass(frozen=True)
class Question:
    """What is compared, in the words of the URL and of `SweepSpec.from_texts`.

    Args:
        forget: "3", "10%", "trigger:8x100" or "swap:3-5x100".
        methods: "all" or names with commas.
        seeds: "0-2".
        trainings: training seeds of the original networks, likewise.
    """

    dataset: str = "digits"
    forget: str = "3"
    methods: str = ALL
    seeds: str = "0-2"
    trainings: str = "0"

    def sweep(self, known_methods: Sequence[str]) -> SweepSpec:
        """Raises: SpecError: see `SweepSpec.from_texts`; or there is no such method."""
        chosen = known_methods if self.methods == ALL else [name for name in self.methods.split(",") if name]
        if not set(chosen) <= set(known_methods):
            raise SpecError(f"There is no method of this name; expected some of {', '.join(known_methods)}.")
        return SweepSpec.from_texts(self.dataset, self.forget, chosen, self.seeds, self.trainings)


def together(sweep: SweepSpec) -> Batch:
    """All runs of a comparison. Raises: see `SweepSpec.runs`."""
    return Batch("compare", f"compare-{sweep.digest}", tuple(sweep.runs()))


def part_in_url() -> str:
    """The part of the page that a link opens."""
    named = state_address.read("part") or ("pair" if state_address.read("b") else "")
    return named if named in PARTS else st.session_state.get("compare-left-at", PARTS[0])


def note_part(part: str) -> None:
    st.session_state["compare-left-at"] = part


def _in_url(part: str, name: str) -> str:
    """A parameter of the URL, if that is of this part or of none: parts use the same names."""
    of = state_address.read("part") or ("pair" if state_address.read("b") else part)
    return state_address.read(name) if of == part else ""


def named(part: str, name: str) -> str:
    """A parameter that a link to this part names; else as the part was left in this session; empty without either."""
    return _in_url(part, name) or st.session_state.get(f"compare-left-{part}", {}).get(name, "")


def asked_before() -> Question | None:
    """What was asked last in this session; None if a link names a run to begin with.

    To be called before `state.current_run`, which puts the open run into the URL.
    """
    return None if _in_url("many", "run") else st.session_state.get("compare-asked")


def question(known: Question) -> Question:
    """That of the URL. Args: known: what it leaves open."""
    in_url = {field.name: value for field in fields(Question) if (value := _in_url("many", field.name))}
    return Question(**{**asdict(known), **in_url})


def is_asked(question: Question) -> bool:
    """Whether the widgets show this question already."""
    return st.session_state.get("compare-asked") == question and "compare-dataset" in st.session_state


def ask(question: Question) -> None:
    """Keep the question in the session and in the URL."""
    st.session_state["compare-asked"] = question
    _set_url({"part": "many", **asdict(question)})


def racers_in_url(offered: Collection[str]) -> list[str]:
    """Those that a link names, as far as they are offered."""
    return [name for name in _in_url("race", "methods").split(",") if name in offered][:MOST_RACERS]


def show_race(methods: Sequence[str], digest: str) -> None:
    """The race in the URL, and the run whose task it is; empty of the example."""
    _set_url({"part": "race", "methods": ",".join(methods), "run": digest})


def show_published(dataset: str, forget: str) -> None:
    """A published table in the URL."""
    _set_url({"part": "published", "dataset": dataset, "forget": forget})


def show_tuned(parameters: dict[str, str]) -> None:
    """A search in the URL. Args: parameters: of `state_tune.address`."""
    _set_url(parameters)


def can_ask(forget: ForgetSpec) -> bool:
    """Whether a question can name this forget set: not several classes, nor images chosen one by one."""
    return forget.kind != "samples" and len(forget.classes) <= 1


def like(spec: RunSpec | None, offered: Collection[str]) -> Question:
    """As in a run; about its first class, or a share of the images, where the question cannot name what it forgets.

    Args:
        offered: names of datasets.
    """
    if spec is None or spec.dataset not in offered:
        return Question()
    if can_ask(spec.forget):
        return Question(spec.dataset, spec.forget.short)
    return Question(spec.dataset, str(spec.forget.classes[0]) if spec.forget.classes else "10%")


def _set_url(parameters: dict[str, str]) -> None:
    """Name in the URL what a part shows, and keep it for when people come back to the part."""
    st.session_state[f"compare-left-{parameters['part']}"] = parameters
    for name in {"run", "b", "part", "trials", *(field.name for field in fields(Question))}:
        state_view.note_in_url(name, parameters.get(name, ""))


# --- what is left inside each network ---------------------------------------------------------------------------------


def test_reports(specs: Sequence[RunSpec]) -> dict[str, dict]:
    """Reports of the tests that are done, by the run's digest."""
    found = {spec.digest: state_privacy.tests_job(spec).digest for spec in specs if state.is_finished(spec.digest)}
    return {digest: _report(tests) for digest, tests in found.items() if _is_tested(tests)}


def are_tests_wanted(sweep: SweepSpec) -> bool:
    return bool(st.session_state.get(f"tests-of-{sweep.digest}"))


def want_tests(sweep: SweepSpec, specs: Sequence[RunSpec]) -> None:
    """Make all tests of a comparison, one after another, also those that failed or were stopped; in a callback."""
    st.session_state[f"tests-of-{sweep.digest}"] = True
    for job in _next_jobs(specs):
        view = state.engine().watch(job.digest)
        if view is not None and view.state in _ENDED:
            state_privacy.start(job)


def go_on_testing(specs: Sequence[RunSpec]) -> int:
    """Hand the engine what is to be done next: the reference band first, then the tests of every run.

    Returns:
        how many runs are tested.
    """
    jobs = _next_jobs(specs)
    for job in jobs:
        if state.engine().watch(job.digest) is None:
            state_privacy.start(job)
    return len(specs) - len(jobs)


def tests_problem(specs: Sequence[RunSpec]) -> str:
    """Why the first of the tests that are missing, or their band, failed; empty if none did."""
    views = [view for job in _next_jobs(specs) if (view := state.engine().watch(job.digest)) is not None]
    return next((view.message or text.TESTS_STOPPED for view in views if view.state in _ENDED), "")


def _next_jobs(specs: Sequence[RunSpec]) -> list[BandJob | PrivacyJob]:
    """Of each run that is not tested yet: its reference band if that is missing, else its tests."""
    tests = [(spec, state_privacy.tests_job(spec)) for spec in specs]
    return [state_privacy.band_job(spec) or job for spec, job in tests if not _is_tested(job.digest)]


def _is_tested(tests: str) -> bool:
    return state.engine().is_there(tests, PrivacyResult)


@st.cache_resource(show_spinner=False, max_entries=200)
def _report(tests: str) -> dict:
    return state_privacy.stored(tests).report


# --- two runs --------------------------------------------------------------------------------------------------------


def second_digest() -> str:
    """The run that the open one is compared with, of the URL or as left in this session; empty if there is none."""
    return named("pair", "b")


def is_linked() -> bool:
    """Whether a link names the second run: the page itself did not put this pair into the URL."""
    in_url = {name: _in_url("pair", name) for name in ("run", "b")}
    return bool(in_url["b"]) and not in_url.items() <= st.session_state.get("compare-left-pair", {}).items()


def open_pair(a: str, b: str) -> None:
    """Make A the open run and B, if there is one, that which it is compared with, here and in the URL."""
    st.session_state["run"] = a
    _set_url({"part": "pair", "run": a, "b": b})


def show_pair(a: str, b: str) -> None:
    """Turn to the two runs; in a callback."""
    st.session_state["compare-part"] = "pair"
    open_pair(a, b)


def comparable_runs() -> list[dict]:
    """Summaries of finished runs, shipped ones last."""
    found = state.finished_runs()
    digests = {run["digest"] for run in found}
    shipped = [state.summary_of(digest) for digest in state.example_store().digests() if digest not in digests]
    return [*found, *shipped]


@st.cache_resource(show_spinner=False, max_entries=8)
def pair_of(a: str, b: str) -> Pair:
    """Raises: see `pair_runs` and `find_result`."""
    return pair_runs(state.find_result(a), state.find_result(b))


def chosen(a: str, b: str) -> list[int]:
    """Images of the pair that were chosen in one of its pictures."""
    pair, images = st.session_state.get("pair-chosen", (None, []))
    return images if pair == (a, b) else []


def choose(a: str, b: str, images: Sequence[int]) -> None:
    st.session_state["pair-chosen"] = ((a, b), list(images))


def selected(key: str, n: int) -> list[int]:
    """The images, 0..n-1, whose points are selected in a chart; for its `on_select` callback."""
    return selections.numbers(st.session_state.get(key), n)


def selected_pairs(key: str, n: int) -> list[tuple[int, int]]:
    """The cells, two classes of 0..n-1, that are selected in a chart; for its `on_select` callback."""
    cells = [cell for cell in selections.custom(st.session_state.get(key)) if isinstance(cell, list) and len(cell) == 2]
    return [(a, b) for a, b in cells if type(a) is int and type(b) is int and a in range(n) and b in range(n)]
