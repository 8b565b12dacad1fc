"""A run while it goes on, or played again from its snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from camu_core import DATASETS, RunResult, RunSpec, Snapshot
from camu_core.data import ProbeSet, draw_probe_set, load_dataset, split
from camu_core.engine import JobView
from camu_core.figures import Panel, accuracy_curve, embedding_figure, growing_ranges, loss_curves
from camu_core.figures.theme import MODEL_TITLES
from camu_core.progress import STAGES
from pages.components.shared import charts, images, state, state_view, state_visitor, text

STRIP_IMAGES = 12
TICK_SECONDS = 0.4
# Where a run begins below the fold, one sees nothing of it. What follows // makes it another script for another run.
_INTO_VIEW = """<script>
(() => {
  const top = document.querySelector('.st-key-live-row')?.getBoundingClientRect().top;
  const behavior = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  if (top < 0 || innerHeight - top < 450) document.querySelector('.st-key-judgement')?.scrollIntoView({ behavior });
})(); // DIGEST
</script>"""
SNAPSHOTS_PER_SECOND = {"slow": 2.0, "normal": 6.0, "fast": 15.0}


@dataclass(frozen=True)
class Scene:
    """What is fixed during a run: the live samples and the frame of the picture."""

    x: np.ndarray
    y: np.ndarray
    is_forget: np.ndarray
    class_names: Sequence[str]

    @classmethod
    def of(cls, probe: ProbeSet, dataset: str) -> "Scene":
        live = probe.is_live
        return cls(probe.x[live], probe.y[live], probe.is_forget[live], DATASETS[dataset].class_names)


def scene_of(spec: RunSpec) -> Scene | None:
    """The scene of a run that has no result yet; None while its images are still on their way."""
    return _scene_of(spec) if DATASETS[spec.trained_on].is_present() else None


@st.cache_resource(show_spinner=False, max_entries=8)
def _scene_of(spec: RunSpec) -> Scene:
    dataset = load_dataset(spec.trained_on)
    return Scene.of(draw_probe_set(dataset, split(dataset, spec.forget, spec.seed), spec.seed), spec.dataset)


def live_panel(spec: RunSpec, digest: str, has_terms: bool = True) -> None:
    """Status, Stop, and pictures; polls only while there is something to wait for or to play.

    Args:
        has_terms: with the curves of the loss terms.
    """
    st.fragment(run_every=TICK_SECONDS)(_tick)(spec, digest, has_terms)


def into_view(digest: str) -> None:
    """Scroll to the live panel above and its name, once, unless there is room enough to see it."""
    st.html(_INTO_VIEW.replace("DIGEST", digest), unsafe_allow_javascript=True)


def replay_button(digest: str) -> None:
    st.button(text.REPLAY, icon=":material/replay:", on_click=state_view.start_replay, args=(digest,))


def end(result: RunResult, has_terms: bool = True) -> None:
    """The last pictures of a finished run."""
    losses = result.losses if has_terms else {}
    scene = Scene.of(result.probe, result.spec.dataset)
    pictures(result.digest, scene, result.snapshots, losses, result.snapshots[-1].index, result.snapshots[0])


def _tick(spec: RunSpec, digest: str, has_terms: bool) -> None:
    job = state.engine().watch(digest)
    seen = job or state.result_of(digest)
    if seen is None or (job and job.state in ("stopped", "failed")):
        state_view.end_replay()
        st.rerun()
    is_done = job is None or job.state == "done"
    newest, pace = len(seen.snapshots) - 1, SNAPSHOTS_PER_SECOND[state.recall("pace") or "normal"]
    shown = state_view.advance_replay(digest, newest, pace) if newest >= 0 else -1
    if is_done and shown >= newest:
        state_view.end_replay()
        st.rerun()
    last = seen.snapshots[-1].index if seen.snapshots else 1
    total = max(1, job.total if job and job.stage == "unlearn" else last)
    if job and not is_done and (shown == newest or job.stage == "data" or job.is_stopping or job.queue_position):
        line, fraction = _work(job)
    else:
        step = seen.snapshots[max(shown, 0)].index
        line, fraction = text.REPLAY_LINE.format(index=step, total=total), step / total
    with st.container(horizontal=True, vertical_alignment="center", key="live-row"):
        st.markdown(line, width="content")
        st.progress(min(1.0, fraction))
        st.segmented_control(
            text.PACE, list(SNAPSHOTS_PER_SECOND), default="normal", key="pace", label_visibility="collapsed",
            required=True, width="content",
        )  # fmt: skip
        _skip_button() if is_done else _stop_button(job)
    if job and job.attempt > 1:
        st.warning(text.RETRIED)
    if state.engine().problem():
        st.warning(state.engine().problem())
    scene = scene_of(spec)
    if shown >= 0 and scene is not None:
        snapshots = seen.snapshots[: shown + 1]
        losses = {name: values[: snapshots[-1].index] for name, values in seen.losses.items()} if has_terms else {}
        pictures(digest, scene, snapshots, losses, total, seen.snapshots[0])


def _work(job: JobView) -> tuple[str, float]:
    """What a job does just now, and which part of that is done."""
    if job.is_stopping:
        return text.STOPPING, 0.0
    if job.queue_position:
        return text.QUEUED.format(place=job.queue_position), 0.0
    if not job.index:  # with a worker, and the number of steps is not known yet
        return text.STARTING, 0.0
    is_retraining = job.stage == "unlearn" and job.job.spec.method == "retrain"
    line = text.stage_line(job, text.RETRAIN_STAGE if is_retraining else STAGES[job.stage])
    if job.seconds_left is not None and job.seconds_left >= 1:
        line += " · " + text.left(job.seconds_left)
    return line, job.index / job.total


def _skip_button() -> None:
    st.button(text.SKIP, key="skip", on_click=state_view.end_replay)


def _stop_button(job: JobView) -> None:
    is_mine = state_visitor.is_watching(job.digest)
    st.button(
        text.STOP, key="stop", icon=":material/stop_circle:", on_click=state.stop, args=(job.digest,),
        disabled=job.is_stopping or not is_mine, help=None if is_mine else text.STOP_NOT_MINE,
    )  # fmt: skip


def pictures(
    digest: str,
    scene: Scene,
    snapshots: Sequence[Snapshot],
    losses: Mapping[str, np.ndarray],
    total: int,
    first: Snapshot,
) -> None:
    """The newest of `snapshots` as points and as answers, and the way there as curves."""
    now = snapshots[-1]
    points, curve, terms = _figures(
        (digest, now.index, total, bool(losses), state.is_dark()), scene, snapshots, losses, first
    )
    left, right = st.columns([7, 5])
    charts.show(left, points, key="live-embedding", is_steady=True)
    charts.show(right, curve, key="live-accuracy", is_steady=True)
    if losses:
        charts.show(right, terms, key="live-losses", is_steady=True)
    chosen = images.of_all_classes(np.flatnonzero(scene.is_forget), scene.y, STRIP_IMAGES)
    with st.container(key="strip"):
        st.markdown(f"**{text.STRIP_TITLE}**")
        images.answer_strip(
            scene.x[chosen], scene.y[chosen], now.logits[chosen], scene.class_names, before=first.logits[chosen]
        )


@st.cache_resource(show_spinner=False, max_entries=96)
def _figures(
    moment: tuple[str, int, int, bool, bool],
    _scene: Scene,
    _snapshots: Sequence[Snapshot],
    _losses: Mapping[str, np.ndarray],
    _first: Snapshot,
) -> tuple[go.Figure, go.Figure, go.Figure]:
    """The three charts of one moment, drawn once for everybody who watches.

    Args:
        moment: digest, step, total steps, whether there are terms, dark; names all that follows.
    """
    _, step, total, has_terms, dark = moment
    panels = [
        Panel(MODEL_TITLES["original"], _first.points, _first.logits),
        Panel(text.AFTER_STEP.format(index=step), _snapshots[-1].points, _snapshots[-1].logits),
    ]
    ranges = growing_ranges(_first.points, (snapshot.points for snapshot in _snapshots))
    height = 400 if has_terms else 230  # at least: the story gives them the room there is
    return (
        embedding_figure(
            panels, _scene.y, _scene.is_forget, _scene.class_names, ranges, text.LIVE_EMBEDDING, dark, height=height
        ),
        accuracy_curve(_snapshots, total, text.LIVE_ACCURACY, dark, height=170 if has_terms else height),
        loss_curves(_losses, total, text.LIVE_LOSSES, dark, height=230),
    )
