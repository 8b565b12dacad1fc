"""Images by how much networks memorise them, which is how hard they are to forget: easy, typical and worst case."""

import streamlit as st

from camu_core import DATASETS, ForgetSpec, RunSpec
from camu_core.data import load_dataset
from camu_core.jobs import Memorisation
from camu_core.jobs.memorisation import USUAL_SIZE
from camu_core.measures import GROUPS
from camu_core.wording.memorisation import group_line
from pages.components.privacy import population
from pages.components.privacy import state as state_privacy
from pages.components.run import text
from pages.components.shared import images, notes, state, state_memorised
from pages.components.shared import text as words

KIND = "memorised"  # beside `FORGET_KINDS`, of which such a forget set is of kind "samples"
_TILES = 14
_LONGEST_SECONDS = 2 * 3600.0


def choose(dataset: str, model: str) -> ForgetSpec | None:
    """A group and how many of its images; None while nobody knows which these are."""
    if not DATASETS[dataset].is_present():
        st.info(words.NO_WALL, icon=":material/download:")
        return None
    found = state_memorised.scores(dataset, model)
    if found is None:
        _make(Memorisation.of(dataset, model))
        return None
    state.remember("memorised-group", GROUPS[-1])
    size = f"memorised-n-{dataset}"
    state.remember(size, min(USUAL_SIZE, found.largest_size))
    left, right, _ = st.columns([5, 3, 4], vertical_alignment="bottom")
    group = left.segmented_control(
        text.GROUP, GROUPS, key="memorised-group", format_func=text.GROUPS.get, required=True, persist_state="session"
    ) or GROUPS[-1]  # fmt: skip
    n = right.number_input(text.GROUP_SIZE, 1, found.largest_size, key=size, persist_state="session")
    n = min(max(1, int(n)), found.largest_size)  # a client may send anything
    shown, data = found.from_hardest(group, n)[:_TILES], load_dataset(dataset)
    captions = [
        text.TILE.format(name=DATASETS[dataset].class_names[label], score=score)
        for label, score in zip(data.y_train[shown].tolist(), found.scores[shown].tolist(), strict=True)
    ]
    images.captioned_strip(data.x_train[shown].numpy(), captions, more=n - len(shown))
    samples = found.images(group, n)
    mean = float(found.scores[list(samples)].mean(dtype=float))
    notes.lead(group_line(mean, float(found.scores.mean(dtype=float))))
    about = found.about
    st.caption(text.SCORES.format(n=about["networks"], right=about["without"]))
    return ForgetSpec("samples", samples=samples)


def take_over(spec: RunSpec) -> bool:
    """Show the group that a run forgets; whether it is one."""
    group = state_memorised.group_of(spec)
    if group is None:
        return False
    state.put("memorised-group", group)
    state.put(f"memorised-n-{spec.dataset}", len(spec.forget.samples))
    return True


def _make(work: Memorisation) -> None:
    """What it is, how long it takes, and the button; or how far it is."""
    now, seconds = state_privacy.population_progress(work), state_memorised.seconds_needed(work)
    if now.is_active:
        st.fragment(run_every=population.TICK_SECONDS)(population.wait)(work)
        return
    notes.lead(text.MEMORISED_WHAT.format(n=work.n_networks))
    if seconds is not None and seconds > _LONGEST_SECONDS:
        st.info(text.MEMORISED_LONG.format(time=words.about(seconds), dataset=work.dataset, model=work.model),
                icon=":material/timer_off:")  # fmt: skip
        return
    st.caption(text.MEMORISED_TIME.format(time=words.takes(seconds)))
    st.button(
        text.MEMORISED_GO_ON if now.fraction else text.MEMORISED_START.format(n=work.n_networks),
        icon=":material/play_arrow:", key="start-memorisation", on_click=state_privacy.start_population, args=(work,),
    )  # fmt: skip
    if now.failed:
        st.error(now.failed, icon=":material/report:")
