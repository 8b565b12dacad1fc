"""The scenes of the story: each says one thing and shows one picture of the run that is told."""

import numpy as np
import streamlit as st

from camu_core import DATASETS, RunResult, RunSpec, plan_run
from camu_core.causal import retraining_remarks, scenario_name, titles
from camu_core.figures import (
    Panel,
    axis_ranges,
    class_figure,
    effects_figure,
    embedding_figure,
    relearning_figure,
    split_figure,
)
from camu_core.guesses import BANDS, NOBODY, most_hurt
from camu_core.measures import wilson_interval
from camu_core.privacy import attack_title, inside_title, relearning_title
from camu_core.privacy_job import PrivacyResult
from camu_core.verdict import Verdict, finding, forget_phrase, judge
from pages.components import (
    attacked,
    charts,
    decomposition,
    images,
    live,
    notes,
    state,
    state_causal,
    state_privacy,
    state_story,
    state_view,
    verdict,
)
from pages.components import text_story as text
from pages.components.forget import class_row

_TALL = 480


# --- before the run ---------------------------------------------------------------------------------------------------


def knows() -> None:
    """What the network can do; told from the example, whose original network is everybody's."""
    result = state.example_run().result
    probe, report, names = result.probe, result.metrics["original"], DATASETS[result.spec.dataset].class_names
    n_train = report["n"]["forget_train"] + report["n"]["retain_train"]
    n_right, n_test = np.trace(report["confusion_test"]), np.sum(report["confusion_test"])
    n_weights = sum(array.size for array in result.weights.values())
    left, right = st.columns([6, 5], gap="large")
    left.markdown(text.KNOWS.format(n_train=n_train, accuracy=n_right / n_test, n_weights=n_weights))
    with left:
        notes.lead(text.KNOWS_WHY)
    first = [np.flatnonzero((probe.y == label) & ~probe.in_train)[0] for label in range(len(names))]
    with left:
        st.markdown(f"**{text.KNOWS_STRIP}**")
        images.answer_strip(probe.x[first], probe.y[first], result.logits["original"][first], names, pixels=88)
    points = state.pca_points(result.digest, None)["original"]
    charts.show(right, embedding_figure(
            [Panel("", points, result.logits["original"])], probe.y, np.zeros_like(probe.is_forget), names,
            axis_ranges([points]), text.KNOWS_PICTURE, state.is_dark(), color_by="class", height=_TALL,
        ),
        key="story-knows",
    )  # fmt: skip


def choose() -> RunSpec:
    """The ten digits, and a guess for who likes one; returns the run that Next will start."""
    notes.lead(text.CHOOSE)
    labels = class_row("digits")
    spec = plan_run("digits", labels)
    names = DATASETS["digits"].class_names
    with st.container(border=True, key="guess"):
        st.markdown(text.GUESS_LEAD)
        left, right = st.columns([1, 1], gap="large")
        left.pills(
            text.GUESS_BAND.format(what=forget_phrase(spec)), range(len(BANDS)), format_func=_band,
            key=state_story.guess_key("band", spec.digest), persist_state="session", wrap=True,
        )  # fmt: skip
        others = [label for label in range(len(names)) if label not in labels]
        right.pills(
            text.GUESS_HURT, [*others, NOBODY], key=state_story.guess_key("hurt", spec.digest), persist_state="session",
            wrap=True, format_func=lambda label: text.GUESS_NOBODY if label == NOBODY else names[label],
        )  # fmt: skip
    return spec


def _band(index: int) -> str:
    low, high = BANDS[index]
    return text.BAND.format(low=low, high=high)


# --- the run ----------------------------------------------------------------------------------------------------------


def watch(run: state.OpenRun) -> None:
    """The end of the run, after it was played."""
    result = run.result
    st.markdown(text.WATCH)
    st.markdown(text.WATCHED.format(seconds=result.seconds["unlearn"], finding=finding(result)))
    scene = live.Scene.of(result.probe, result.spec.dataset)
    live.pictures(
        result.digest, scene, result.snapshots, result.losses, result.snapshots[-1].index, result.snapshots[0]
    )


def judged(run: state.OpenRun) -> None:
    """Accuracy beside the retrained network, and what was guessed."""
    result, retrained = run.result, _retrained(run.result)
    told = judge(result, retrained)
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.subheader(told.headline, anchor=False)
        lead = text.JUDGED if retrained is not None or result.spec.method == "retrain" else text.JUDGED_ALONE
        st.markdown(lead.format(what=forget_phrase(result.spec)))
        st.markdown("\n".join(f"- {clause.text}" for clause in told.clauses[:2]))
        _reveal(result)
    charts.show(right, split_figure(result.metrics_with(retrained), finding(result), state.is_dark(), height=_TALL),
        key="story-splits",
    )  # fmt: skip


def _reveal(result: RunResult) -> None:
    guess = state_story.guess(result.digest)
    checks = guess.check(result) if result.spec.forget.kind == "class" else {}
    names = DATASETS[result.spec.dataset].class_names
    if "band" in checks:
        truth = result.metrics["unlearned"]["forget_test"]
        line = text.REVEAL_BAND.format(guess=_band(guess.band), right=text.RIGHT[checks["band"]], truth=truth)
        st.markdown(f":material/casino: {line}")
    if "hurt" in checks:
        named = text.GUESS_NOBODY if guess.hurt == NOBODY else names[guess.hurt]
        line = text.REVEAL_HURT.format(guess=named, right=text.RIGHT[checks["hurt"]], truth=_hurt(result))
        st.markdown(f":material/casino: {line}")


def _hurt(result: RunResult) -> str:
    """Who lost most, in words."""
    hurt, names = most_hurt(result), DATASETS[result.spec.dataset].class_names
    if not hurt:
        return text.HURT_NOBODY
    before, after = (result.metrics[model]["per_class_test"][hurt[0]] for model in ("original", "unlearned"))
    return text.HURT.format(names=" and ".join(names[label] for label in hurt), before=before, after=after)


def why(run: state.OpenRun) -> None:
    """The pull of the images, before, after, and in the retrained network."""
    result = run.result
    job = state_causal.causal_job(result, _retrained(result), "camu")
    causal = state_causal.causal_result(job)
    notes.lead(text.WHY)
    if causal is None:
        st.fragment(run_every=1.0)(decomposition.wait)(job)
        return
    left, right = st.columns([4, 8], gap="large")
    idx = int(np.flatnonzero(result.probe.is_forget)[-1])
    view, true = state_causal.sample_view(job, idx), int(result.probe.y[idx])
    answers = {name: float(answer[true]) for name, answer in view.probabilities.items()}
    with left:
        pictures = (result.probe.x[idx], view.alternative)
        for column, picture, caption in zip(st.columns(2), pictures, text.WHY_CAPTIONS, strict=True):
            column.image(images.to_picture(picture), caption=caption, width=130, alt=caption)
        st.markdown(
            text.WHY_IMAGE.format(
                own_before=answers[scenario_name("own", "original", "original")],
                other_before=answers[scenario_name("alternative", "original", "original")],
                pull_before=100 * view.pull["original"], pull_after=100 * view.pull["unlearned"],
            )
        )  # fmt: skip
        st.caption(text.WHY_READ)
    charts.show(
        right,
        effects_figure(causal.report["effects"], titles(causal.report)["effects"], state.is_dark(), height=_TALL),
        key="story-effects",
    )


def attacks(run: state.OpenRun) -> None:
    """Relearning as the picture, the other two tests as sentences."""
    notes.lead(text.ATTACKED)
    _retrained(run.result)
    privacy = _privacy(run.result)
    if privacy is None:
        return
    left, right = st.columns([4, 7], gap="large")
    with left:
        st.markdown(text.ATTACK_LINE.format(title=attack_title(privacy.report)))
        st.markdown(text.INSIDE_LINE.format(title=inside_title(privacy.report)))
        st.caption(text.ATTACKED_READ)
    charts.show(right, relearning_figure(
            privacy.report["relearning"], relearning_title(privacy.report), state.is_dark(), _TALL
        ),
        key="story-relearning",
    )  # fmt: skip


def limits(run: state.OpenRun) -> None:
    """The four questions that a listener should be able to answer, answered from this run."""
    result, retrained = run.result, state.retrained_for(run.result.spec)
    told = judge(result, retrained, state_privacy.report_of(result))
    metrics = result.metrics_with(retrained)
    left, right = st.columns([6, 5], gap="large")
    with left:
        st.subheader(told.headline, anchor=False)
        for question, answer in text.LIMITS:
            st.markdown(f"**{question}** {answer.format(**_facts(result, retrained, told))}")
        checks = state_story.guess(result.digest).check(result) if result.spec.forget.kind == "class" else {}
        score = text.SCORE.format(n_right=sum(checks.values()), total=len(checks)) if checks else text.SCORE_NONE
        st.markdown(f":material/casino: {score}")
        with st.container(horizontal=True):
            st.page_link("pages/explore/compare.py", label=text.MORE, icon=":material/compare_arrows:",
                         query_params={"run": result.digest}, width="content")  # fmt: skip
            st.page_link("pages/story/learn.py", label=text.LEARN, icon=":material/school:", width="content")
    info = DATASETS[result.spec.dataset]
    counts = np.sum(metrics["original"]["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    charts.show(right, class_figure(
            per_class, counts, info.class_names, result.spec.forget.classes, text.LIMITS_PICTURE, state.is_dark(), _TALL
        ),
        key="story-classes",
    )  # fmt: skip


def _facts(result: RunResult, retrained: RunResult | None, told: Verdict) -> dict:
    after, phrase = result.metrics["unlearned"], forget_phrase(result.spec)
    part = "forget_test" if after["forget_test"] is not None else "forget_train"
    _, high = wilson_interval(after[part], after["n"][part])
    causal = state_causal.causal_result(state_causal.causal_job(result, retrained, "camu"))
    remarks = retraining_remarks(causal.report, ["forget"])[:1] if causal is not None else []
    return {
        "what": phrase[0].upper() + phrase[1:],
        "n_forget": after["n"]["forget_train"],
        "forget_clause": told.clauses[0].text,
        "retain_clause": told.clauses[1].text,
        "hurt": _hurt(result),
        "few": text.FEW.format(n=after["n"][part], high=high),
        "trace": "".join(text.TRACE.format(remark=remark[0].lower() + remark[1:]) for remark in remarks),
        "seed": result.spec.seed,
    }


# --- what a scene waits for -------------------------------------------------------------------------------------------


def _retrained(result: RunResult) -> RunResult | None:
    """The yardstick; where it takes seconds and nobody has it, it is trained meanwhile."""
    retrained = state.retrained_for(result.spec)
    if retrained is None:
        state.start_companion(result.spec)
        digest = state.retraining_of(result.spec).digest
        job = state.engine().watch(digest)
        if job is not None and not job.is_over:
            st.fragment(run_every=1.0)(_retraining)(digest, forget_phrase(result.spec))
    return retrained


def _retraining(digest: str, what: str) -> None:
    job = state.engine().watch(digest)
    if job is None or job.is_over:
        st.rerun()
    st.progress(job.index / job.total if job.total else 0.0, text=text.RETRAINING.format(what=what))


def _privacy(result: RunResult) -> PrivacyResult | None:
    """The attacks; made while one waits."""
    job = state_privacy.job_of(result)
    privacy = state_privacy.result_of(job)
    if privacy is None:
        st.fragment(run_every=attacked.TICK_SECONDS)(attacked.wait)(job)
    return privacy


def dots(scene: int, total: int) -> str:
    """Where one is, as HTML."""
    label = text.POSITION.format(scene=scene, total=total, title=text.TITLES[scene - 1])
    marks = "".join(
        f"<i class='{'here' if i == scene else 'seen' if i < scene else ''}'></i>" for i in range(1, total + 1)
    )
    return f"<div class='scene-dots' role='img' aria-label='{label}'>{marks}</div>"


def unfinished(run: state.OpenRun) -> bool:
    """Play a run that goes on, or say what is wrong with it; False if it is finished and seen."""
    if run.job is not None and (not run.job.is_over or state_view.is_replaying(run.digest)):
        st.markdown(text.WATCH)
        live.live_panel(run.spec, run.digest)
        return True
    if run.result is None:
        verdict.problem(run)
        return True
    return False
