"""Two finished runs side by side: linked embeddings, answers against answers, differences with intervals."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
import streamlit as st

from camu_core import DATASETS, METHODS, RunResult, RunSpec
from camu_core.comparison import Pair, difference_table
from camu_core.errors import CamuError
from camu_core.figures import Panel, agreement_figure, axis_ranges, confusion_difference_figure, embedding_figure
from camu_core.planning import settings_phrase
from camu_core.wording.format import percent
from camu_core.wording.verdict import forget_phrase
from pages.components.compare import state as state_compare
from pages.components.compare import text
from pages.components.shared import charts, images, notes, pickers, state, verdict
from pages.components.shared import text as words

SHOWN = 24
HEIGHT = 300  # pixels at least: wide windows give it more, see style.css


def pair() -> None:
    """Choose two runs, and see them in the same pictures."""
    run = state.current_run()
    if run.result is None:
        state_compare.open_pair(run.digest, state_compare.second_digest())
        verdict.unfinished(run)
        return
    a, b = _pick(run.result)
    state_compare.open_pair(a, b)
    if not b:
        st.info(text.NO_PARTNER, icon=":material/inbox:")
        return
    one, other = state.find_result(a), state.find_result(b)
    if not any(state.engine().store.has(digest) for digest in (a, b)):
        st.info(text.PAIR_EXAMPLE, icon=":material/visibility:")
    both = state_compare.pair_of(a, b)
    _headline(both, one, other)
    _embedding(both, one, other)
    _matrices(both, one, other)
    _differences(one, other)
    with st.expander(words.HOW_FOLD):
        st.markdown(text.PAIR_HOW.format(n=len(both.probe.y)))


def _pick(shown: RunResult) -> tuple[str, str]:
    """Two lists; the second holds only runs that can be put beside the first, and is left out if there is none."""
    listed = {run["digest"]: RunSpec.from_json(run["spec"]) for run in state_compare.comparable_runs()}
    listed.setdefault(shown.digest, shown.spec)
    b = state_compare.second_digest()
    if b and (other := state.result_of(b)) is not None:  # of whoever sent the link
        listed.setdefault(b, other.spec)
    left, middle, right = st.columns([10, 1, 10], vertical_alignment="bottom")
    state.remember_for(shown.digest, "pair-a", shown.digest)
    a = left.selectbox(text.RUN_A, list(listed), format_func=lambda digest: _label(listed[digest]), key="pair-a")
    state.put("pair-a-of", a)
    partners = [digest for digest in listed if digest != a and _kind(listed[digest]) == _kind(listed[a])]
    if b not in partners and b != a and state_compare.is_linked():
        st.warning(_why_not(b), icon=":material/report:")
    wanted = b if b in partners else _partner(listed, a, partners)
    if not wanted:
        return a, ""
    if state.recall("pair-b") not in partners or state.recall("pair-b-of") != (a, wanted):
        state.put("pair-b", wanted)
    b = right.selectbox(text.RUN_B, partners, format_func=lambda digest: _label(listed[digest]), key="pair-b")
    state.put("pair-b-of", (a, b))
    middle.button(
        "", icon=":material/swap_horiz:", help=text.SWAP, key="pair-swap", on_click=state_compare.open_pair,
        args=(b, a), width="stretch",
    )  # fmt: skip
    return a, b


def _why_not(digest: str) -> str:
    """What keeps a run from being the second one."""
    try:
        state.find_result(digest)
    except CamuError as error:
        return str(error)
    return text.OTHER_KIND


def _kind(spec: RunSpec) -> tuple[str, str]:
    return spec.dataset, spec.model


def _partner(listed: dict[str, RunSpec], a: str, partners: list[str]) -> str:
    """The retraining beside A if it is there, else a run that forgets the same, else any; empty without any."""
    spec = listed[a]
    alike = [digest for digest in partners if listed[digest].forget == spec.forget]
    alike.sort(key=lambda digest: (listed[digest].method != "retrain", listed[digest].seed != spec.seed))
    return next(iter([*alike, *partners]), "")


def _label(spec: RunSpec) -> str:
    label = text.RUN_LABEL.format(
        dataset=DATASETS[spec.dataset].title, what=forget_phrase(spec),
        method=METHODS.title(spec.method, spec.method_sha256), seed=spec.seed,
    )  # fmt: skip
    changed = settings_phrase(spec)
    return f"{label} · {changed}" if changed else label


def _short(spec: RunSpec) -> str:
    return f"{METHODS.title(spec.method, spec.method_sha256)}, seed {spec.seed}"


def _headline(both: Pair, one: RunResult, other: RunResult) -> None:
    """How often they agree, and what they took."""
    counts = both.agreement()
    n, n_same = int(counts.sum()), int(np.trace(counts))
    with st.container(border=True, key="verdict"):
        st.subheader(text.PAIR_HEADLINE.format(share=percent(n_same / n, digits=1), n_same=n_same, n=n), anchor=False)
        st.caption(text.PAIR_SECONDS.format(a=one.seconds["unlearn"], b=other.seconds["unlearn"]))


def _differences(one: RunResult, other: RunResult) -> None:
    """Accuracies and attack of both, and their differences with intervals."""
    st.markdown(f"**{text.DIFFERENCES}**")
    table = difference_table(*(result.metrics["unlearned"] for result in (one, other)))
    st.dataframe(_readable(table), hide_index=True, height="content", key="differences")
    a, b = one.spec, other.spec
    if a.forget != b.forget or (a.forget.kind == "random" and a.seed != b.seed):
        st.caption(text.PAIR_OTHER_FORGET)


def _readable(table: pd.DataFrame) -> pd.DataFrame:
    """Accuracies in per cent and points, the attack as an AUC."""
    is_auc = table["measure"] == "attack_auc"
    shown = {"measure": table["measure"].map(text.DIFFERENCE_NAMES)}
    for name in ("a", "b"):
        shown[name] = [f"{v:.3f}" if auc else f"{v:.1%}" for v, auc in zip(table[name], is_auc, strict=True)]
    for name in ("difference", "low", "high"):
        shown[name] = [f"{v:+.3f}" if auc else f"{100 * v:+.1f}" for v, auc in zip(table[name], is_auc, strict=True)]
    is_firm = (table["low"] > 0) | (table["high"] < 0)
    shown["firm"] = np.where(is_firm, text.FIRM, text.NOT_FIRM)
    return pd.DataFrame(shown).rename(columns={"measure": "", **text.DIFFERENCE_COLUMNS})


def _embedding(both: Pair, one: RunResult, other: RunResult) -> None:
    """Both networks' pictures of the same images in one frame; what is chosen is ringed in both and shown below."""
    names = DATASETS[one.spec.dataset].class_names
    pair_key = (one.digest, other.digest)
    chosen = state_compare.chosen(*pair_key)
    titles = [f"{letter} · {_short(result.spec)}" for letter, result in (("A", one), ("B", other))]
    panels = [Panel(*parts) for parts in zip(titles, both.points, both.logits, strict=True)]
    figure = embedding_figure(
        panels, both.probe.y, both.is_forget, names, axis_ranges(both.points), text.EMBEDDING, state.is_dark(),
        height=HEIGHT, hover=_hover(both, names), chosen=chosen,
    ).update_layout(dragmode="lasso")  # fmt: skip
    charts.show(st, figure, key="scatter-pair", is_steady=True,
        on_select=lambda: state_compare.choose(*pair_key, state_compare.selected("scatter-pair", len(both.probe.y))),
    )  # fmt: skip
    _choose_group(both, one.spec.dataset, pair_key)
    _strip(both, names, chosen, pair_key)
    not_shown = text.EMBEDDING_NOT.format(explained=both.explained)
    turned = [letter for letter, is_turned in zip("AB", both.is_turned, strict=True) if is_turned]
    if turned:
        not_shown += " " + text.TURNED.format(which=" and ".join(turned))
    notes.reading(text.EMBEDDING_READ, not_shown)


def _choose_group(both: Pair, dataset: str, pair_key: tuple[str, str]) -> None:
    """What a lasso chooses, by class and by whether the answers differ."""
    a, b = both.answers
    answers = {"any": np.ones_like(both.is_forget), "differ": a != b, "agree": a == b}
    pickers.picker(
        words.SELECT_GROUP, "pair-group", {words.SELECT_IMAGES: pickers.groups(dataset), text.ANSWERS: text.ALIKE},
        lambda group, alike: np.flatnonzero(
            pickers.in_group(group, both.probe.y, both.is_forget) & answers[alike]
        ).tolist(),
        words.SELECT_PRESS, on_pick=lambda chosen: state_compare.choose(*pair_key, chosen),
    )  # fmt: skip


def _hover(both: Pair, names) -> list[str]:
    sure, said = [odds.max(axis=1) for odds in both.odds], both.answers
    return [
        f"true {names[true]}<br>A says {names[a]} ({percent(p)})<br>B says {names[b]} ({percent(q)})"
        for true, a, p, b, q in zip(both.probe.y, said[0], sure[0], said[1], sure[1], strict=True)
    ]


def _strip(both: Pair, names, chosen: list[int], pair_key: tuple[str, str]) -> None:
    """The chosen images, or all, those first on which the answers differ most."""
    pool = np.array(chosen) if chosen else np.arange(len(both.probe.y))
    first = pool[np.argsort(-both.distance[pool], kind="stable")][:SHOWN]
    with st.container(horizontal=True, vertical_alignment="center"):
        form = text.DIFFER if not chosen else text.CHOSEN if len(chosen) <= SHOWN else text.CHOSEN_MANY
        line = form.format(n=len(chosen), shown=len(first))
        st.markdown(f"**{line}**", width="content")
        if chosen:
            st.button(text.CLEAR, on_click=state_compare.choose, args=(*pair_key, ()), icon=":material/close:")
    images.pair_strip(both.probe.x[first], both.probe.y[first], tuple(part[first] for part in both.logits), names)


def _matrices(both: Pair, one: RunResult, other: RunResult) -> None:
    """Answers of A against answers of B; and what B takes for what otherwise than A."""
    names, dark = DATASETS[one.spec.dataset].class_names, state.is_dark()
    counts = both.agreement()
    total, n = int(counts.sum()), int(counts.sum() - np.trace(counts))
    title = (text.AGREEMENT if n else text.AGREEMENT_NONE).format(n=n, total=total)
    left, right = st.columns(2)
    charts.show(
        left,
        agreement_figure(counts, names, (_short(one.spec), _short(other.spec)), title, dark),
        key="pair-agreement",
        on_select=lambda: _choose_cells(both, (one.digest, other.digest)),
        selection_mode="points",
    )
    confusions = [result.metrics["unlearned"]["confusion_test"] for result in (one, other)]
    forgotten = sorted({*one.spec.forget.classes, *other.spec.forget.classes})
    charts.show(
        right, confusion_difference_figure(*confusions, names, forgotten, text.CONFUSION, dark), key="pair-confusion"
    )
    pickers.picker(
        text.CELL, "pair-cell", {label: dict(enumerate(names)) for label in text.CELL_LISTS},
        lambda a, b: _in_cells(both, [(a, b)]), words.SELECT_PRESS,
        on_pick=lambda chosen: state_compare.choose(one.digest, other.digest, chosen),
    )  # fmt: skip
    notes.reading(text.AGREEMENT_READ, text.AGREEMENT_NOT)
    with st.expander(words.TABLE_FOLD):
        for heading, matrix in zip(text.MATRIX_TABLES, (counts, *confusions), strict=True):
            st.dataframe(pd.DataFrame(matrix, columns=names).assign(**{heading: names}).set_index(heading))


def _choose_cells(both: Pair, pair_key: tuple[str, str]) -> None:
    cells = state_compare.selected_pairs("pair-agreement", both.agreement().shape[0])
    state_compare.choose(*pair_key, _in_cells(both, cells))


def _in_cells(both: Pair, cells: Iterable[tuple[int, int]]) -> list[int]:
    """The new images that A and B answer so."""
    a, b = both.answers
    is_chosen = np.zeros(len(a), dtype=bool)
    for said_a, said_b in cells:
        is_chosen |= ~both.probe.in_train & (a == said_a) & (b == said_b)
    return np.flatnonzero(is_chosen).tolist()
