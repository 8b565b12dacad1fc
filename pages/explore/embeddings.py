"""Before and after, point by point."""

import numpy as np
import streamlit as st

from camu_core import DATASETS
from camu_core.errors import CamuError
from camu_core.figures import Panel, axis_ranges, embedding_figure
from camu_core.figures.theme import MODEL_TITLES
from camu_core.jobs import UmapJob
from camu_core.runs.projection import PROJECTIONS
from camu_core.runs.results import Projection, RunResult
from camu_core.wording.format import counted
from camu_core.wording.privacy import lying_title
from pages.components.embeddings import changed, neighbours, pictures
from pages.components.embeddings import text as text_images
from pages.components.privacy import state as state_privacy
from pages.components.run import controls
from pages.components.shared import (
    charts,
    images,
    notes,
    notices,
    pickers,
    playback,
    selections,
    state,
    state_pictures,
    state_view,
    text,
    verdict,
)

SHOWN_SELECTED = 24
HEIGHT = 300  # pixels at least: wide windows give it more, see style.css


def main() -> None:
    st.title(text.EMBEDDINGS_TITLE, anchor=False)
    run = state.current_run()
    if run.result is None:
        verdict.unfinished(run)
        return
    verdict.run_line(run)
    result, retrained = run.result, state.retrained_for(run.result.spec)
    n_numbers = result.representations["original"].shape[1]
    notes.lead(text.EMBEDDINGS_LEAD.format(n_numbers=n_numbers))
    choices = st.container(horizontal=True, key="map-choices")
    kind = choices.segmented_control(
        text.PROJECTION,
        list(PROJECTIONS),
        format_func=PROJECTIONS.get,
        default="pca",
        key="projection",
        required=True,
        bind="query-params",
    )
    color_by = choices.segmented_control(
        text.COLOR_BY,
        list(text.COLOR_NAMES),
        format_func=text.COLOR_NAMES.get,
        default="role",
        key="color-by",
        required=True,
        bind="query-params",
    )
    color_by = color_by or "role"  # an address may name none
    choices.segmented_control(
        text_images.SHOW_PICTURES,
        list(text_images.PICTURES),
        format_func=text_images.PICTURES.get,
        default="zoomed",
        key="pictures",
        required=True,
        bind="query-params",
    )
    if kind == "umap":
        st.caption(text.UMAP_ENDS_ONLY)
        _umap(result, retrained, color_by)
    elif kind == "axis":
        st.caption(text.AXIS_NOTE)
        _axis(result, retrained, color_by)
    else:
        playback.player(result, lambda index: _pca(result, retrained, index, color_by))
    changed.show(result, retrained)
    with st.expander(text.HOW_FOLD):
        st.markdown(
            text.EMBEDDINGS_HOW.format(
                n=len(result.probe.y),
                explained=state_pictures.pca_explained(result.digest),
                n_numbers=n_numbers,
                n_hidden=n_numbers - 2,
            )
        )


def _pca(result: RunResult, retrained: RunResult | None, index: int, color_by: str) -> None:
    """Before, the chosen moment, and the retrained network, of the live samples; the last moment shows all samples."""
    points = state_pictures.pca_points(result.digest, retrained.digest if retrained else None)
    is_last = index == len(result.snapshots) - 1
    live = np.ones_like(result.probe.is_live) if is_last else result.probe.is_live
    before = points["original"] if is_last else result.joint_points[0]  # of a moment's own frame, whenever it was made
    panels = [Panel(MODEL_TITLES["original"], before, result.logits["original"][live])]
    if is_last:
        panels.append(Panel(MODEL_TITLES["unlearned"], points["unlearned"], result.logits["unlearned"]))
    else:
        snapshot = result.snapshots[index]
        panels.append(Panel(text.AFTER_STEP.format(index=snapshot.index), result.joint_points[index], snapshot.logits))
    if retrained is not None:
        panels.append(Panel(MODEL_TITLES["retrained"], points["retrained"][live], retrained.logits["unlearned"][live]))
    ranges = axis_ranges([*points.values(), result.joint_points.reshape(-1, 2)])
    _scatter(result, retrained, panels, live, ranges, color_by, "pca")


def _umap(result: RunResult, retrained: RunResult | None, color_by: str) -> None:
    """The refined picture; submitted to the engine if nobody has it yet."""
    job = state_pictures.umap_job(result, retrained)
    view = state.engine().watch(job.digest)
    if view is not None and view.state == "failed":
        notices.failed(view)
        return
    if not state.engine().has(job):
        st.fragment(run_every=1.0)(_wait_for_umap)(job)
        _pca(result, retrained, len(result.snapshots) - 1, color_by)
        return
    try:
        points = state.engine().result(job.digest, Projection).points
    except CamuError as error:
        st.error(str(error))
        return
    logits = {**result.logits, **({"retrained": retrained.logits["unlearned"]} if retrained else {})}
    panels = [Panel(MODEL_TITLES[name], part, logits[name]) for name, part in points.items()]
    everything = np.ones_like(result.probe.is_live)
    _scatter(result, retrained, panels, everything, axis_ranges(points.values()), color_by, "umap")


def _axis(result: RunResult, retrained: RunResult | None, color_by: str) -> None:
    """Each network from the side of its forgotten images, and how many of their neighbours are forgotten too."""
    points = state_pictures.axis_points(result.digest, retrained.digest if retrained else None)
    logits = {**result.logits, **({"retrained": retrained.logits["unlearned"]} if retrained else {})}
    panels = [Panel(MODEL_TITLES[name], part, logits[name]) for name, part in points.items()]
    everything = np.ones_like(result.probe.is_live)
    report = state_privacy.report_of(result.spec)
    if report is not None and (lying := lying_title(report)):
        st.markdown(f"**{lying}**")
    _scatter(result, retrained, panels, everything, axis_ranges(points.values()), color_by, "axis")


def _wait_for_umap(job: UmapJob) -> None:
    if not state.submit(job):
        st.warning(state.refusal(), icon=":material/block:")
        return
    view = state.engine().watch(job.digest)
    if view is None or view.is_over:
        st.rerun()
    line = text.UMAP_WORKING
    if view.queue_position:
        line += " · " + text.QUEUED.format(place=view.queue_position)
    elif view.stage == "layout" and view.seconds_left is not None:
        line += " · " + text.left(view.seconds_left)
    st.progress(view.index / view.total if view.stage == "layout" else 0.0, text=line)


def _scatter(result, retrained, panels, mask, ranges, color_by, key) -> None:
    probe = result.probe
    question, how_to_read = (
        (text.EMBEDDINGS_QUESTION, text.EMBEDDINGS_HOW_TO_READ)
        if result.spec.forget.kind == "class"
        else (text.EMBEDDINGS_QUESTION_IMAGES, text.EMBEDDINGS_HOW_TO_READ_IMAGES)
    )
    found, total = state_view.selected(result.digest, len(mask))
    picked = np.array([i for i in found if mask[i]], int)
    chosen = np.searchsorted(np.flatnonzero(mask), picked)
    figure = embedding_figure(
        panels, probe.y[mask], probe.is_forget[mask], DATASETS[result.spec.dataset].class_names, ranges,
        question, state.is_dark(), color_by, height=HEIGHT, chosen=chosen,
    ).update_layout(dragmode="lasso")  # fmt: skip
    key = f"scatter-{key}"
    charts.show(
        st, figure, key=key, is_steady=True,
        on_select=lambda: _note_selected(result.digest, key, np.flatnonzero(mask)),
        pictures=pictures.of_map(result, [panel.title for panel in panels], mask, chosen),
    )  # fmt: skip
    if playback.is_playing():
        return
    if not len(picked):
        _select_group(result, mask)
        st.caption(f"{how_to_read} {text.LASSO_HINT} {text_images.MAP_HINT}")
        return
    shown = selections.fair_part(picked.tolist(), SHOWN_SELECTED)
    line = text.SELECTED if len(shown) == len(picked) else text.SELECTED_SOME
    line = line.format(n=f"{len(picked):,}", shown=len(shown))
    st.markdown(f"**{line}**" + (text.SELECTED_LINK.format(n=f"{total:,}") if total > len(found) else ""))
    numbers = probe.idx[picked][probe.in_train[picked]].tolist()
    with st.container(horizontal=True):
        wants_forgotten = st.button(
            text.FORGET_THESE, icon=":material/ink_eraser:", disabled=not numbers,
            help=text.FORGET_THESE_HELP.format(images=counted(len(numbers), "training image")),
        )  # fmt: skip
        _select_group(result, mask)
        st.button(
            text.SELECT_CLEAR, icon=":material/close:", key="select-clear", on_click=state_view.note_selected,
            args=(result.digest, []),
        )  # fmt: skip
    if wants_forgotten:
        controls.choose(result.spec, numbers)
        st.switch_page("pages/explore/run.py", query_params={"run": result.digest})
    if len(picked) == 1:
        neighbours.show(result, retrained, int(picked[0]))
        return
    images.answer_strip(
        probe.x[shown], probe.y[shown], result.logits["unlearned"][shown],
        DATASETS[result.spec.dataset].class_names, before=result.logits["original"][shown],
    )  # fmt: skip
    neighbours.choice(result, shown)


def _select_group(result: RunResult, mask: np.ndarray) -> None:
    """What a lasso selects, by class and by answer.

    Args:
        mask: bool (N,), the images that are shown.
    """
    probe, names = result.probe, DATASETS[result.spec.dataset].class_names
    before, after = (result.logits[model].argmax(axis=1) for model in ("original", "unlearned"))
    answers = {"right": after == probe.y, "wrong": after != probe.y, "changed": after != before}

    def found(group: str | int, answer: str | int) -> list[int]:
        is_found = mask & pickers.in_group(group, probe.y, probe.is_forget)
        return np.flatnonzero(is_found if answer == "any" else is_found & answers.get(answer, after == answer)).tolist()

    lists = {
        text.SELECT_IMAGES: pickers.groups(result.spec.dataset),
        text.SELECT_ANSWER: text.ANSWERS | dict(enumerate(names)),
    }
    pickers.picker(
        text.SELECT_GROUP, "select-group", lists, found, text.SELECT_PRESS,
        on_pick=lambda points: state_view.note_selected(result.digest, points),
    )  # fmt: skip


def _note_selected(digest: str, key: str, shown: np.ndarray) -> None:
    """What is drawn around is kept and goes into the URL, as indices into the probe set."""
    points = sorted({int(shown[i]) for i in selections.numbers(state.recall(key), len(shown))})
    state_view.note_selected(digest, points)


main()
