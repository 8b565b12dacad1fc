"""The only place that touches session state, URL parameters and caches."""

from collections.abc import Iterable
from dataclasses import dataclass

import streamlit as st

from camu_core import RunResult, RunSpec
from camu_core.config import is_read_only, share_limits
from camu_core.data import DATASETS, is_imported, validation_name
from camu_core.engine import JobView
from camu_core.engine.owners import IMAGES, RUNS, Thing, Visitor, may_unpin
from camu_core.engine.service import engine, example_store
from camu_core.errors import CamuError, DatasetUnavailable, TooMuchAsked
from camu_core.jobs import Job, RunJob
from camu_core.networks.weights import shipped_retrained
from camu_core.planning import plan_like
from pages.components.shared import state_address, state_view, state_visitor, text

RESULTS_IN_MEMORY = 16
# What the choice of the dataset says while the images are still to be uploaded.
OWN_IMAGES = "own-images"


def is_dark() -> bool:
    return st.context.theme.type == "dark"


def watcher() -> str:
    """Names this visitor towards the engine: the same after a reload and in another tab."""
    return state_visitor.visitor().name


# --- which run is open -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class OpenRun:
    """What the page is about.

    Args:
        digest: of the run.
        job: how it stands, if it was asked for since the server started.
        result: if it is finished.
        is_example: it is the shipped one.
        interrupted: what it was to do, if the app ended in the middle of it.
        problem: why there is nothing to show, in one sentence.
    """

    digest: str
    job: JobView | None = None
    result: RunResult | None = None
    is_example: bool = False
    problem: str = ""

    interrupted: RunSpec | None = None

    @property
    def spec(self) -> RunSpec | None:
        """What was asked for; None of a run that nobody knows."""
        if self.result is not None:
            return self.result.spec
        return self.job.job.spec if self.job is not None else self.interrupted


def open_digest() -> str | None:
    """The run in the URL, or else the one last opened in this session: the menu's links drop URL parameters."""
    digest = state_address.read("run") or st.session_state.get("run")
    if digest:
        open_run(digest)
    return digest


def open_run(digest: str) -> None:
    """Make a run the open one, here and in the URL."""
    if not state_address.is_digest(digest):
        return
    st.session_state["run"] = digest
    if st.query_params.get("run") != digest:
        st.query_params["run"] = digest
        st.query_params.pop("guess", None)  # it was of another run


def close_run() -> None:
    """Go back to the example."""
    st.session_state.pop("run", None)
    for name in ("run", "b", "dataset", "moment", "selected", "guess"):  # what widgets are bound to is theirs
        st.query_params.pop(name, None)


def current_run() -> OpenRun:
    """The open run; the shipped example if none is open."""
    digest = open_digest()
    if digest is None:
        return example_run()
    job = engine().watch(digest)
    if job is not None and job.state != "done":
        return OpenRun(digest, job=job, problem=job.message)
    try:
        return OpenRun(digest, job=job, result=find_result(digest), is_example=_is_example(digest))
    except CamuError as error:
        interrupted = engine().store.interrupted(digest)
        return OpenRun(
            digest, job=job, interrupted=interrupted, problem=text.INTERRUPTED if interrupted else str(error)
        )


def example_run(dataset: str = "digits") -> OpenRun:
    """The shipped CaMU run on a dataset."""
    results = map(_example_result, example_store().digests())
    result = next(result for result in results if (result.spec.method, result.spec.dataset) == ("camu", dataset))
    return OpenRun(result.digest, result=result, is_example=True)


def find_result(digest: str) -> RunResult:
    """A finished run: the engine's, or a shipped one.

    Raises:
        RunNotFound, RunDamaged: see `RunStore.load`.
        DatasetUnavailable: it is of imported images that are not here any more.
    """
    result = _finished(digest, _stamp(digest))
    if result.spec.dataset not in DATASETS:
        raise DatasetUnavailable(text.NO_IMAGES)
    return result


def result_of(digest: str) -> RunResult | None:
    """A finished run as `find_result`, None if it cannot be read."""
    try:
        return find_result(digest)
    except CamuError:
        return None


def retrained_for(spec: RunSpec) -> RunResult | None:
    """The finished retraining that this run is measured against, if somebody ran it."""
    if spec.method == "retrain":
        return None
    return result_of(retraining_of(spec).digest)


def retraining_doing(spec: RunSpec, job: JobView) -> str:
    """What happens to the new network of a retraining, which is loaded where one is shipped."""
    doing = text.RETRAIN_SHIPPED if shipped_retrained(spec) else text.RETRAIN_DOING
    return doing.get(job.stage, doing["data"])


def retraining_of(spec: RunSpec) -> RunSpec:
    """The retraining with the same data, forget set and seed."""
    return plan_like(spec, method="retrain")


def _is_example(digest: str) -> bool:
    return example_store().has(digest) and not engine().store.has(digest)


def _stamp(digest: str) -> float:
    """Changes when a run of this digest was computed again, so that caches do not keep the old one."""
    folder = engine().store.root / RunResult.folder / digest
    return folder.stat().st_mtime if folder.exists() else 0.0


@st.cache_resource(show_spinner=False, max_entries=RESULTS_IN_MEMORY)
def _finished(digest: str, stamp: float) -> RunResult:
    return engine().result(digest, RunResult)


@st.cache_resource(show_spinner=False, max_entries=4)
def _example_result(digest: str) -> RunResult:
    return example_store().load(digest)


def is_finished(digest: str) -> bool:
    """Whether a run is stored, here or among the shipped ones."""
    return engine().store.has(digest) or example_store().has(digest)


def summary_of(digest: str) -> dict:
    """A finished run without its arrays.

    Raises:
        RunNotFound, RunDamaged: see `RunStore.summary`.
    """
    if engine().store.has(digest):
        return _summary(digest, _stamp(digest))
    return example_store().summary(digest)


def own_datasets() -> list[str]:
    """Imported datasets that this visitor knows: their own, or named in the URL."""
    mine = engine().owners.things(IMAGES, watcher())
    names = dict.fromkeys([*st.session_state.get("own", ()), *mine, state_address.read("dataset")])
    return [name for name in names if is_imported(name) and not state_visitor.is_hidden(IMAGES, name)]


def known_datasets() -> set[str]:
    """Those that everybody sees, and this visitor's own."""
    return {*DATASETS, *map(validation_name, DATASETS), *own_datasets()}


# --- starting and stopping ---------------------------------------------------------------------------------------


def start(spec: RunSpec) -> None:
    """Submit a run, open it, and play it from its beginning."""
    if submit(RunJob(spec), chain=spec):
        open_run(spec.digest)
        state_view.start_replay(spec.digest)


def submit(job: Job, priority: int = 0, chain: RunSpec | None = None) -> bool:
    """Hand a job to the engine for this visitor, see there; whether it was taken. If not, the page says why."""
    try:
        engine().submit(job, watcher(), priority, chain)
    except TooMuchAsked as error:
        refuse(str(error))
        return False
    return True


def refuse(why: str) -> None:
    """Say in the next script run why something was not done."""
    st.session_state["refused"] = why


def refusal() -> str:
    """Why something was not done, once; empty if all was."""
    return st.session_state.pop("refused", "")


def follow_up(spec: RunSpec) -> None:
    """What belongs to the open run is computed behind what people wait for, if it is missing; safe to call often."""
    if not is_read_only():
        engine().follow_up(spec, watcher())


def start_beside(spec: RunSpec, of: RunSpec) -> None:
    """Submit a run without leaving the open one, and then what belongs to that."""
    submit(RunJob(spec), chain=of)


def delete_runs(digests: Iterable[str]) -> None:
    """Delete finished runs of this visitor; for a minute they can be taken back."""
    for digest in digests:
        if not is_read_only() and state_visitor.leave(RUNS, digest) and st.session_state.get("run") == digest:
            close_run()


def pin_runs(digests: Iterable[str], pinned: bool) -> None:
    """Keep this visitor's runs from being cleared away, or lift their pins; a run that others pin stays pinned."""
    store, owners, who, most = engine().store, engine().owners, state_visitor.visitor(), share_limits().pins
    n_pinned = sum(who.name in store.pins(digest) for digest in owners.things(RUNS, who.name))
    for digest in digests:
        pins = _pins(digest, who)
        if is_read_only() or not state_visitor.may_change(RUNS, digest) or bool(pins) == pinned:
            continue
        if pinned and n_pinned >= most and not who.is_operator:
            refuse(text.TOO_MANY_PINS.format(most=most))
            return
        try:
            for name in [owners.pin_name(Thing(RUNS, digest), who)] if pinned else pins:
                store.pin(digest, pinned, name)
        except CamuError as error:
            refuse(str(error))
            return
        n_pinned += pinned


def _pins(digest: str, who: Visitor) -> list[str]:
    """The pins of a run that this visitor sees and may lift."""
    return [pin for pin in engine().store.pins(digest) if may_unpin(pin, who)]


def finished_runs() -> list[dict]:
    """Summaries of stored runs, the last used first, with `is_pinned` (by this visitor) and `is_mine`.

    None that is damaged, lacks its images, was deleted a moment ago, or is of images that somebody else uploaded.
    """
    store, found, known = engine().store, [], known_datasets()
    owners, who = engine().owners, state_visitor.visitor()
    for digest in store.digests():
        try:
            if owners.is_hidden(Thing(RUNS, digest), who):
                continue
            about = {"is_pinned": bool(_pins(digest, who)), "is_mine": owners.may_change(Thing(RUNS, digest), who)}
            found.append({**_summary(digest, _stamp(digest)), **about})
        except CamuError:
            continue
    return [summary for summary in found if summary["spec"]["dataset"] in known]


@st.cache_data(show_spinner=False, max_entries=2000)
def _summary(digest: str, stamp: float) -> dict:
    return engine().store.summary(digest)


def stop(*digests: str) -> None:
    """Take this session's interest in these back; the replay ends with it."""
    engine().stop_all(digests, watcher())
    st.session_state.pop("replay", None)


# --- things worth remembering ---------------------------------------------------------------------------------------


def remember_for(digest: str, key: str, value) -> None:
    """Give a widget its first value anew for every run."""
    if recall(f"{key}-of") != digest or key not in st.session_state:  # Streamlit drops what another page shows
        put(f"{key}-of", digest)
        put(key, value)


def remember(key: str, value) -> None:
    """Give a widget its first value."""
    st.session_state.setdefault(key, value)


def put(key: str, value) -> None:
    """Set a widget's value; only before the widget is drawn, or in a callback."""
    st.session_state[key] = value


def drop(key: str) -> None:
    """Let a widget begin anew; only before it is drawn, or in a callback."""
    st.session_state.pop(key, None)


def recall(key: str, default=None):
    return st.session_state.get(key, default)
