"""An image of the visitor's own before the three networks."""

import numpy as np
import streamlit as st
import torch

from camu_core import DATASETS, RunResult
from camu_core.data import with_mark
from camu_core.data.drawing import is_written
from camu_core.errors import CamuError
from camu_core.figures import answers_figure
from camu_core.wording.format import percent
from camu_core.wording.verdict import forget_phrase
from pages.components.causal import inside
from pages.components.causal import state as state_causal
from pages.components.draw import canvas, text
from pages.components.draw import state as state_draw
from pages.components.shared import charts, images, state, verdict


def main() -> None:
    st.title(text.TITLE, anchor=False)
    run = state.current_run()
    if run.result is None:
        verdict.unfinished(run)
        return
    verdict.run_line(run)
    try:
        _page(run.result)
    except CamuError as error:
        st.error(str(error), icon=":material/report:")


def _page(result: RunResult) -> None:
    what, info = forget_phrase(result.spec), DATASETS[result.spec.dataset]
    is_retrained, retrained = result.spec.method == "retrain", state.retrained_for(result.spec)
    lead = text.LEAD_RETRAINED if is_retrained else text.LEAD_TWO if retrained is None else text.LEAD
    st.markdown(lead.format(what=what))
    left, right = st.columns([5, 8], gap="large")
    with left:
        offered = [source for source in text.SOURCES if source != "draw" or is_written(info.name)]
        source = st.segmented_control(
            text.SOURCE, offered, format_func=text.SOURCES.get, default=offered[0], key="draw-source", required=True,
            wrap=True, bind="query-params",
        ) or offered[0]  # fmt: skip
        image = _image(result, source)
        image = _marked(result, image)
    with right:
        if image is None:
            st.markdown(text.EMPTY[source])
        else:
            _answers(result, image, what)
    st.caption(text.CARE)


def _image(result: RunResult, source: str) -> np.ndarray | None:
    if source == "test":
        return _test_image(result)
    if source == "draw":
        content = canvas.drawing(f"canvas-{result.spec.dataset}")
    else:
        sent = (
            st.file_uploader(text.FILE, type=["png", "jpg", "jpeg", "webp", "bmp", "gif", "heic", "avif"])
            if source == "file"
            else st.camera_input(text.CAMERA)
        )
        content = sent.getvalue() if sent is not None else None
    if content is None:
        return None
    image = state_draw.image_of(content, result.spec.dataset)
    if image is None:
        st.warning(text.NO_INK)
    return image


def _marked(result: RunResult, image: np.ndarray | None) -> np.ndarray | None:
    """With the planted mark, if there is one and it is wanted."""
    planting = result.spec.forget.planting
    if planting is None or planting.kind != "trigger":
        return image
    name = DATASETS[result.spec.dataset].class_names[planting.classes[0]]
    is_wanted = st.toggle(text.MARK, value=True, key=f"mark-{result.digest}", help=text.MARK_HELP.format(name=name))
    return with_mark(torch.from_numpy(image)).numpy() if is_wanted and image is not None else image


def _test_image(result: RunResult) -> np.ndarray:
    """One that the forget set stands for, or else any new one."""
    probe = result.probe
    is_new, planting = ~probe.in_train, result.spec.forget.planting
    if planting is not None:  # of a swap the two classes, of a mark all but its own
        is_new &= np.isin(probe.y, planting.classes) == (planting.kind == "swap")
    offered = np.flatnonzero(is_new & probe.is_forget) if (is_new & probe.is_forget).any() else np.flatnonzero(is_new)
    chosen = offered[state_draw.test_number(result.digest) % len(offered)]
    st.markdown(text.TEST_LINE.format(name=DATASETS[result.spec.dataset].class_names[probe.y[chosen]]))
    st.button(text.TEST_NEXT, icon=":material/shuffle:", on_click=state_draw.next_test, args=(result.digest,))
    return probe.x[chosen]


def _answers(result: RunResult, image: np.ndarray, what: str) -> None:
    names = DATASETS[result.spec.dataset].class_names
    is_retrained, retrained = result.spec.method == "retrain", state.retrained_for(result.spec)
    job = state_causal.causal_job(result.spec)
    answers = state_draw.answers(job, image)
    if is_retrained:
        answers["retrained"] = answers.pop("unlearned")
    gold = text.GOLD.format(what=what)
    voices = {"original": text.BEFORE, "unlearned": text.AFTER, "retrained": gold}
    said = [
        text.ANSWER.format(network=voices[name], name=names[int(row.argmax())], share=percent(row.max()))
        for name, row in answers.items()
    ]
    seen, told = st.columns([1, 4], vertical_alignment="center")
    seen.image(images.to_picture(image), caption=text.SEEN, width=120, alt=text.SEEN)
    told.markdown("; ".join(said) + ".")
    if retrained is None and not is_retrained:
        told.caption(text.ALONE.format(what=what))
    likeliest = int(answers["original"].argmax())
    figure = answers_figure(answers, names, likeliest, text.PICTURE, state.is_dark(), height=380)
    charts.show(st, figure.update_xaxes(title=text.AXIS), key="drawn")
    if st.toggle(text.INSIDE, key="draw-inside"):
        inside.pixels(result, job, image, likeliest)
        inside.channels(job, image, likeliest)


main()
