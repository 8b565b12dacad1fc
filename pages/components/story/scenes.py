"""The scenes of the story: each says one thing and shows one picture of the run that is told."""

from types import ModuleType

import numpy as np
import streamlit as st

from camu_core import DATASETS, RunResult, RunSpec, plan_run
from camu_core.causal import harmed_classes, scenario_name
from camu_core.figures import (
    Panel,
    axis_ranges,
    effects_figure,
    embedding_figure,
    split_figure,
)
from camu_core.wording.causal import titles
from camu_core.wording.causal_remarks import hidden_remark
from camu_core.wording.clauses import n_images
from camu_core.wording.format import percent, small
from camu_core.wording.guesses import BANDS, most_hurt
from camu_core.wording.verdict import Verdict, finding, forget_phrase, judge
from pages.components.causal import decomposition
from pages.components.causal import state as state_causal
from pages.components.privacy import state as state_privacy
from pages.components.run import dial, live, state_dial
from pages.components.run.forget import class_row, picked_classes, start_with
from pages.components.shared import charts, images, notes, state, state_pictures, state_view, verdict
from pages.components.story import slow, text
from pages.components.story import state as state_story

TALL = 300  # pixels at least: a scene fills the window


# --- before the run ---------------------------------------------------------------------------------------------------


def knows() -> None:
    """What the network can do."""
    what_it_knows(state.example_run().result, text)


def what_it_knows(result: RunResult, words: ModuleType) -> None:
    """Told from an example, whose original network is everybody's. Args: words: of the story."""
    probe, report, names = result.probe, result.metrics["original"], DATASETS[result.spec.dataset].class_names
    n_train = report["n"]["forget_train"] + report["n"]["retain_train"]
    n_right, n_test = np.trace(report["confusion_test"]), np.sum(report["confusion_test"])
    n_weights = sum(array.size for array in result.weights.values())
    first = [np.flatnonzero((probe.y == label) & ~probe.in_train)[0] for label in range(len(names))]
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.markdown(
            words.KNOWS.format(n_train=n_train, accuracy=percent(n_right / n_test, digits=1), n_weights=n_weights)
        )
        notes.lead(words.KNOWS_WHY)
        st.markdown(f"**{words.KNOWS_STRIP}**")
        images.answer_strip(probe.x[first], probe.y[first], result.logits["original"][first], names, pixels=88)
    points = state_pictures.pca_points(result.digest, None)["original"]
    figure = embedding_figure(
        [Panel("", points, result.logits["original"])], probe.y, np.zeros_like(probe.is_forget), names,
        axis_ranges([points]), words.KNOWS_PICTURE, state.is_dark(), color_by="class", height=TALL,
    )  # fmt: skip
    charts.show(
        right, figure.update_layout(showlegend=False), key="story-knows", fills=True
    )  # each group bears its name


def choose() -> None:
    """The ten digits, and a guess for who likes one."""
    notes.lead(text.CHOOSE)
    start_with("digits", state.current_run().spec)
    class_row("digits")
    spec = chosen()
    with st.container(border=True, key="guess"):
        st.markdown(text.GUESS_LEAD)
        left, right = st.columns([1, 1], gap="large")
        left.pills(
            text.GUESS_BAND.format(what=forget_phrase(spec)), range(len(BANDS)), format_func=_band,
            key=state_story.guess_key("band", spec.digest), persist_state="session", wrap=True,
        )  # fmt: skip
        right.pills(
            text.GUESS_HURT, list(text.GUESS_HARM), format_func=text.GUESS_HARM.get,
            key=state_story.guess_key("hurt", spec.digest), persist_state="session", wrap=True,
        )  # fmt: skip
    st.caption(text.CHOOSE_WHY)


def chosen() -> RunSpec:
    """The run that the tiles ask for now."""
    return plan_run("digits", picked_classes("digits"))


def _band(index: int) -> str:
    low, high = BANDS[index]
    return text.BAND.format(low=low, high=high)


# --- the run ----------------------------------------------------------------------------------------------------------


def watch(run: state.OpenRun, lead: str = text.WATCH) -> None:
    """The run as it is played, and its end."""
    is_over = run.job is None or run.job.is_over
    if is_over and run.result is None:
        verdict.problem(run)
        return
    place = st.container()
    if not is_over or state_view.is_replaying(run.digest):
        with place:
            notes.lead(lead)
        live.live_panel(run.spec, run.digest, has_terms=False)
        return
    result = run.result
    with st.container():  # as the live panel is in one: its charts stay where they are
        with st.container(horizontal=True, vertical_alignment="center"):
            line = text.WATCHED.format(seconds=result.seconds["unlearn"], finding=finding(result))
            st.markdown(line, width="content")
            live.replay_button(result.digest)
            view = slow.choose_view()
        if view == "one":
            with place:
                slow.lead()
            slow.panel(result, TALL)
        else:
            with place:
                notes.lead(lead)
            live.end(result, has_terms=False)


def judged(run: state.OpenRun) -> None:
    """Accuracy beside the retrained network, and what was guessed."""
    result, retrained = run.result, yardstick(run.result)
    told, n = judge(result, retrained), result.metrics["unlearned"]["n"]
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.subheader(text.SO_FAR.format(headline=small(told.headline)), anchor=False)
        is_class = result.spec.forget.kind == "class"
        is_known = retrained is not None or result.spec.method == "retrain"
        lead = (text.JUDGED if is_class else text.JUDGED_IMAGES) + (text.JUDGED_GOLD if is_known else text.JUDGED_ALONE)
        n_forget = n["forget_test" if is_class else "forget_train"]
        notes.lead(lead.format(what=forget_phrase(result.spec), n_forget=n_forget, n_retain=n["retain_test"]))
        notes.lead("\n".join(f"- {clause.plain}" for clause in told.clauses[:2]))
        _reveal(result)
        notes.lead(text.JUDGED_NEXT)
        st.caption(text.WHISKERS)
    charts.show(right, split_figure(result.metrics_with(retrained), finding(result), state.is_dark(), height=TALL),
        key="story-splits", fills=True,
    )  # fmt: skip


def _reveal(result: RunResult) -> None:
    guess = state_story.guess(result.digest)
    checks = checked(result)
    if "band" in checks:
        truth = result.metrics["unlearned"]["forget_test"]
        line = text.REVEAL_BAND.format(
            guess=_band(guess.band), right=text.RIGHT[checks["band"]], truth=percent(truth, digits=1)
        )
        st.markdown(f":material/casino: {line}")
    if "hurt" in checks:
        named = text.HARMED[guess.hurt]
        line = text.REVEAL_HURT.format(guess=named, right=text.RIGHT[checks["hurt"]], truth=who_lost(result))
        st.markdown(f":material/casino: {line}")


def checked(result: RunResult) -> dict[str, bool]:
    """Which guesses were right; empty if none was made."""
    if result.spec.forget.kind != "class":
        return {}
    return state_story.guess(result.digest).check(result, harmed_classes(result.summary()))


def who_lost(result: RunResult) -> str:
    """Who lost most, in words."""
    hurt, names = most_hurt(result), DATASETS[result.spec.dataset].class_names
    if not hurt:
        return text.HURT_NOBODY
    before, after = (result.metrics[model]["per_class_test"] for model in ("original", "unlearned"))
    listed = [
        text.HURT_CLASS.format(name=names[i], before=percent(before[i], digits=1), after=percent(after[i], digits=1))
        for i in hurt
    ]
    form = text.HURT_ONE if len(listed) == 1 else text.HURT
    told = form.format(names=" and ".join(listed), n=n_images(next(iter(hurt.values()))))
    return f"{told} {text.HURT_CHANCE[bool(set(hurt) & set(harmed_classes(result.summary())))]}"


def strengths(run: state.OpenRun) -> None:
    """The run forgetting harder and less hard, dragged; the example where there is no such thing."""
    result = run.result if state_dial.runs_of(run.result) else state.example_run().result
    lead = st.container()
    found = dial.panel(result, TALL)
    with lead:
        what = forget_phrase(result.spec)
        notes.lead(text.DIAL.format(what=what, band=text.DIAL_BAND if found and _has_band(result) else ""))
        if result is not run.result:
            st.caption(text.DIAL_EXAMPLE.format(what=what))


def _has_band(result: RunResult) -> bool:
    """Whether the dial's curves have the band of networks that never saw what is forgotten."""
    reference = (state_privacy.report_of(result.spec) or {}).get("reference")
    return bool(reference and reference["measures"].get("fresh_head_1"))


def why(run: state.OpenRun) -> None:
    """The effect of the images, before, after, and in the retrained network."""
    result = run.result
    notes.lead(text.WHY)  # at once: what follows may take a second
    with st.spinner(text.WHY_MEASURING):
        yardstick(result)
        job = state_causal.causal_job(result.spec)
        causal = state_causal.causal_result(job)
    if causal is None:
        st.fragment(run_every=1.0)(decomposition.wait)(job)
        return
    left, right = st.columns([5, 7], gap="large")
    idx = state_causal.typical_image(job, causal)
    view, true = state_causal.sample_view(job, idx), int(result.probe.y[idx])
    answers = {name: float(answer[true]) for name, answer in view.probabilities.items()}
    with left:
        pictures = (result.probe.x[idx], view.alternative)
        with st.container(horizontal=True):
            for picture, caption in zip(pictures, text.WHY_CAPTIONS, strict=True):
                st.image(images.to_picture(picture), caption=caption, width=150, alt=caption)
        st.markdown(
            text.WHY_IMAGE.format(
                name=DATASETS[result.spec.dataset].class_names[true],
                own_before=percent(answers[scenario_name("own", "original", "original")]),
                other_before=percent(answers[scenario_name("alternative", "original", "original")]),
                effect_before=_points(view.effect["original"]), effect_after=_points(view.effect["unlearned"]),
            )
        )  # fmt: skip
        if hidden_remark(causal.report):
            st.markdown(text.WHY_STILL)
        st.page_link("pages/explore/causal.py", label=text.WHY_MORE, icon=":material/account_tree:",
                     query_params={"run": result.digest}, width="content")  # fmt: skip
    with right:
        title = titles(causal.report)["effects"]
        charts.show(st, effects_figure(
                causal.report["effects"], title, state.is_dark(), height=TALL, measures=["true_class"]
            ),
            key="story-effects", fills=True,
        )  # fmt: skip
        st.caption(text.WHY_READ)


def _points(fraction: float) -> str:
    points = round(100 * fraction)
    return f"{points} point{'' if abs(points) == 1 else 's'}"


def verdict_of(result: RunResult) -> Verdict:
    """With all that is known of the run."""
    spec = result.spec
    privacy, many = state_privacy.report_of(spec), state_privacy.population_report_of(spec)
    return judge(result, state.retrained_for(spec), privacy, many)


# --- what a scene waits for -------------------------------------------------------------------------------------------


def yardstick(result: RunResult) -> RunResult | None:
    """The yardstick; where it takes seconds and nobody has it, it is trained meanwhile."""
    retrained = state.retrained_for(result.spec)
    if retrained is None:
        state.follow_up(result.spec)
        digest = state.retraining_of(result.spec).digest
        job = state.engine().watch(digest)
        if job is not None and not job.is_over:
            st.fragment(run_every=1.0)(_retraining)(state.retraining_of(result.spec))
    return retrained


def _retraining(spec: RunSpec) -> None:
    job = state.engine().watch(spec.digest)
    if job is None or job.is_over:
        st.rerun()
    line = text.RETRAINING.format(what=forget_phrase(spec), doing=state.retraining_doing(spec, job))
    st.progress(job.index / job.total if job.total else 0.0, text=line)


# A group of buttons that has the focus keeps the arrow keys for itself. After a click (one by keys has detail 0) it
# gives the focus back, so that they turn the scenes again; whoever came to it with the Tab key chooses by them.
_GIVE_KEYS_BACK = """window.giveKeysBack ??= ({ detail, target }) => {
  const group = detail && target.closest('.st-key-scene [data-testid=stButtonGroup]');
  if (group) setTimeout(() => group.contains(document.activeElement) && document.activeElement.blur());
};
addEventListener('click', window.giveKeysBack, true);"""


def at_the_top(scene: int) -> str:
    """A script, as HTML, that scrolls to the top: each scene begins there, not where the last one was left.

    It also sees to it that the arrow keys turn the scenes.
    """
    top = "document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0);"
    return f"<script>{top} // scene {scene:d}\n{_GIVE_KEYS_BACK}</script>"


def dots(scene: int, total: int) -> str:
    """Where one is, as HTML."""
    label = text.POSITION.format(scene=scene, total=total, title=state_story.titles()[scene - 1])
    marks = "".join(
        f"<i class='{'here' if i == scene else 'seen' if i < scene else ''}'></i>" for i in range(1, total + 1)
    )
    return f"<div class='scene-dots' role='img' aria-label='{label}'>{marks}</div>"


def unfinished(run: state.OpenRun) -> bool:
    """Play a run that goes on, or say what is wrong with it; False if it is finished."""
    if run.job is not None and not run.job.is_over:
        live.live_panel(run.spec, run.digest, has_terms=False)
        return True
    if run.result is None:
        verdict.problem(run)
        return True
    return False
