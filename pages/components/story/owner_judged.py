"""The second story once the network has forgotten: what the pictures still show, to whom, and what may be said."""

import numpy as np
import streamlit as st
from scipy.special import expit

from camu_core import DATASETS, RunResult
from camu_core.figures import class_figure, snoop_figure, split_figure
from camu_core.jobs import PopulationResult
from camu_core.wording.clauses import Clause
from camu_core.wording.format import listed, percent
from camu_core.wording.guesses import band_of
from camu_core.wording.verdict import Verdict, claim, finding
from pages.components.privacy import attacked
from pages.components.privacy import state as state_privacy
from pages.components.shared import charts, images, notes, state
from pages.components.shared import text as words
from pages.components.story import owner
from pages.components.story import scenes as story
from pages.components.story import state as state_story
from pages.components.story import text_owner as text

_STRIP = 5  # pictures side by side
_PIXELS = 64
_CELL_REM = 6.0  # "never saw 100%" on a line


def recognised(run: state.OpenRun) -> None:
    """How many of the pictures are still named, beside networks that never saw them; and which."""
    result, retrained = run.result, story.yardstick(run.result)
    before, after = result.metrics["original"], result.metrics["unlearned"]
    n, left_out = after["n"]["forget_train"], _never_saw(result, retrained)
    many = state_privacy.known_population(result.spec)
    left, right = st.columns([6, 5], gap="large")
    with left:
        notes.lead(
            text.RECOGNISED.format(
                n=n, before=_count(before["forget_train"], n), after=_count(after["forget_train"], n),
                gold=_gold(left_out, n),
            )
        )  # fmt: skip
        notes.lead(text.RECOGNISED_SO.format(beside=text.BESIDE[_beside(after["forget_train"], left_out)]))
        _reveal(result, left_out)
        if many is not None:
            _hard_and_easy(many, DATASETS[result.spec.dataset].class_names)
    bars = split_figure(result.metrics_with(retrained), finding(result), state.is_dark(), height=story.TALL)
    charts.show(right, bars, key="story-splits", fills=True)


def _never_saw(result: RunResult, retrained: RunResult | None) -> list[float]:
    """What share of the pictures networks name that never saw them: those of the band, or the one beside the run."""
    band = state_privacy.known_band(result.spec)
    if band is not None:
        return band.measures["forget_train"]
    return [retrained.metrics["unlearned"]["forget_train"]] if retrained else []


def _beside(share: float, left_out: list[float]) -> str:
    """How a share stands to those of networks that never saw the pictures."""
    if len(left_out) < 2:
        return "unknown"
    return "more" if share > max(left_out) else "fewer" if share < min(left_out) else "alike"


def _gold(shares: list[float], n: int) -> str:
    if not shares:
        return text.GOLD_NONE
    form = text.GOLD_MANY if len(shares) > 1 else text.GOLD_ONE
    mean, low, high = (_count(share, n) for share in (np.mean(shares), min(shares), max(shares)))
    return form.format(mean=mean, low=low, high=high, n_seeds=len(shares))


def _count(share: float, n: int) -> str:
    return f"{share * n:.0f}"


def _check(result: RunResult, left_out: list[float]) -> bool | None:
    """Whether the guess was right; None if there is none, or nothing to hold it against."""
    guess = state_story.guess(result.digest).band
    return None if guess is None or not left_out else guess == band_of(float(np.mean(left_out)))


def _reveal(result: RunResult, left_out: list[float]) -> None:
    is_right, n = _check(result, left_out), result.metrics["unlearned"]["n"]["forget_train"]
    if is_right is not None:
        guessed = owner.band(state_story.guess(result.digest).band, n)
        line = text.REVEAL.format(guess=guessed, right=text.RIGHT[is_right], truth=_gold(left_out, n))
        st.markdown(f":material/casino: {line}")


def _hard_and_easy(many: PopulationResult, names: tuple[str, ...]) -> None:
    """The pictures that hardly anything but themselves could teach, and those that others teach as well."""
    sure = {kind: expit(margins.astype(float)).mean(axis=0) for kind, margins in many.margins.items()}
    order = np.argsort(sure["retrained"], kind="stable")
    for title, chosen in ((text.HARD, order[:_STRIP]), (text.EASY, order[::-1][:_STRIP])):
        st.markdown(f"**{title}**")
        captions = [
            text.SURE.format(
                name=names[many.y[i]], now=percent(sure["unlearned"][i]), never=percent(sure["retrained"][i])
            )
            for i in chosen
        ]
        images.captioned_strip(many.images[chosen], captions, rem=_CELL_REM)
    st.caption(text.SURE_HOW.format(m=many.report["m"]))


def told_apart(run: state.OpenRun) -> None:
    """What somebody finds out who sees nothing but answers: of one network, and of many."""
    result = run.result
    story.yardstick(result)
    notes.lead(text.TOLD_APART)
    job = state_privacy.next_job(result.spec)
    privacy = state_privacy.result_of(job)
    if privacy is None:
        st.fragment(run_every=attacked.TICK_SECONDS)(attacked.wait)(job)
        return
    many = state_privacy.population_report_of(result.spec)
    found = {clause.name: clause for clause in story.verdict_of(result).clauses}
    left, right = st.columns([5, 6], gap="large")
    with left:
        st.markdown(_by_one_network(found["attack"]))
        if many is None:
            st.markdown(text.SNOOP_OPEN)
        else:
            now = many["figures"]["balanced_accuracy"]
            notes.lead(
                text.SNOOP_MANY.format(
                    m=many["m"], before=_hundred(many["original"]["balanced_accuracy"]), now=_hundred(now["value"]),
                    low=_hundred(now["low"]), high=_hundred(now["high"]), finding=_of_many(found["population"]),
                )
            )  # fmt: skip
        st.page_link("pages/explore/privacy.py", label=text.TESTS_MORE, icon=":material/arrow_forward:",
                     query_params={"run": result.digest}, width="content")  # fmt: skip
    if many is not None:
        charts.show(right, snoop_figure(many, text.SNOOP_FIGURE, state.is_dark(), story.TALL),
                    key="story-snoop", fills=True)  # fmt: skip


def _by_one_network(attack: Clause) -> str:
    """The area under the curve of a membership attack is what share of such pairs it gets right."""
    standing, never = attack.reading.standing.value, attack.reference
    if attack.value is None or never is None:
        return f"{attack.finding}."
    return text.SNOOP_ONE.format(
        before=_hundred(attack.before), now=_hundred(attack.value), never=_hundred(never.mean),
        finding=text.SNOOP_FINDINGS.get(standing, attack.finding),
    )  # fmt: skip


def _of_many(clause: Clause) -> str:
    """What many networks show; that it is told more easily than before is said, too."""
    found = text.SNOOP_MANY_FINDINGS.get(clause.reading.standing.value, clause.finding)
    is_worse = clause.low is not None and clause.before is not None and clause.low > clause.before
    return f"{found} {text.SNOOP_WORSE}" if is_worse else found


def _hundred(share: float) -> str:
    """Of a hundred."""
    return f"{100 * share:.0f}"


def harmed(run: state.OpenRun) -> None:
    """New pictures, and other people's in training: who lost the right name."""
    result, retrained = run.result, story.yardstick(run.result)
    before, after = result.metrics["original"], result.metrics["unlearned"]
    kept, names = story.verdict_of(result).clauses[1], DATASETS[result.spec.dataset].class_names
    metrics = result.metrics_with(retrained)
    left, right = st.columns([5, 6], gap="large")
    with left:
        gold = percent(retrained.metrics["unlearned"]["retain_test"], digits=1) if retrained else ""
        notes.lead(
            (text.HARMED if retrained else text.HARMED_ALONE).format(
                n=after["n"]["retain_test"], before=percent(before["retain_test"], digits=1),
                after=percent(after["retain_test"], digits=1), gold=gold, finding=kept.finding,
            )
        )  # fmt: skip
        st.markdown(story.who_lost(result))
        _lost_pictures(result, names)
    counts = np.sum(before["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    charts.show(right, class_figure(
            per_class, counts, names, result.spec.forget.classes, text.HARMED_FIGURE, state.is_dark(), story.TALL
        ).update_layout(height=story.TALL),  # a scene is one screen, of any number of rows
        key="story-classes", fills=True,
    )  # fmt: skip


def _lost_pictures(result: RunResult, names: tuple[str, ...]) -> None:
    """Pictures of others, of the probe set, that were named rightly before and are not now."""
    probe = result.probe
    was, now = (result.logits[model].argmax(axis=1) == probe.y for model in ("original", "unlearned"))
    lost, won = (np.flatnonzero(~probe.is_forget & change) for change in (was & ~now, ~was & now))
    n_looked = int((~probe.is_forget).sum())
    if not len(lost):
        st.markdown(text.HARMED_NONE.format(n=n_looked))
        return
    st.markdown(text.HARMED_SOME.format(lost=len(lost), won=len(won), n=n_looked))
    shown = lost[:_STRIP]
    is_all = len(shown) == len(lost)
    st.markdown(f"**{text.HARMED_STRIP if is_all else text.HARMED_STRIP_SOME.format(n=len(shown), lost=len(lost))}**")
    images.answer_strip(
        probe.x[shown], probe.y[shown], result.logits["unlearned"][shown], names,
        before=result.logits["original"][shown], pixels=_PIXELS,
    )  # fmt: skip


def reply(run: state.OpenRun) -> None:
    """What may be said to the owner, in a letter; and what no test of ours can tell."""
    result, retrained = run.result, state.retrained_for(run.result.spec)
    told, left_out = story.verdict_of(result), _never_saw(result, retrained)
    left, right = st.columns([6, 5], gap="large")
    with left.container(border=True, key="letter"):
        st.caption(text.LETTER_TITLE)
        for sentence in letter(result, retrained, told, left_out):
            st.markdown(sentence)
    with right:
        notes.lead(f"**{text.CLAIM}** {claim(result, told)}")
        st.markdown(f"**{text.OPEN}**" + "".join(f"\n- {point}" for point in text.OPEN_POINTS))
        is_right = _check(result, left_out)
        if is_right is not None:
            st.markdown(f":material/casino: {text.SCORE[is_right]}")
        with st.container(horizontal=True):
            st.page_link("pages/explore/compare.py", label=text.MORE, icon=":material/compare_arrows:",
                         query_params={"part": "race", "run": result.digest}, width="content")  # fmt: skip
            st.page_link("pages/story/learn.py", label=text.LEARN, icon=":material/school:", width="content")


def letter(result: RunResult, retrained: RunResult | None, told: Verdict, left_out: list[float]) -> list[str]:
    """Sentences to the owner, each true of this run.

    Args:
        told: of `judge`.
        left_out: which share of the pictures networks name that never saw them.
    """
    after = result.metrics["unlearned"]
    n = after["n"]["forget_train"]
    news = listed([_news(clause) for clause in told.clauses if clause.reading and clause.is_good is False])
    sure = text.LETTER_SURE
    if retrained is not None:
        sure = text.LETTER_TIME.format(time=words.about(retrained.seconds["unlearn"]))
    return [
        text.LETTER,
        text.LETTER_DEED[told.is_forgotten is True].format(n=n),
        text.LETTER_NAMES.format(after=_count(after["forget_train"], n), gold=_gold(left_out, n)),
        text.LETTER_TESTS[told.is_forgotten].format(news=news),
        text.LETTER_KEPT[told.is_rest_as_before],
        sure,
    ]


def _news(clause: Clause) -> str:
    """What a test found against the network."""
    news = text.NEWS[clause.name]
    return news if isinstance(news, str) else news[clause.reading.standing.value]
