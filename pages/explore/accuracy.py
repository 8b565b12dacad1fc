"""What is still recognised: by split, by class, and what is taken for what."""

import numpy as np
import streamlit as st

from camu_core import DATASETS
from camu_core.figures import attack_figure, class_figure, confusion_figure, split_figure
from camu_core.figures.tables import attack_table, class_table, split_table
from camu_core.figures.theme import MODEL_TITLES
from camu_core.measures import confusion_counts
from camu_core.wording.verdict import finding
from pages.components.shared import charts, notes, playback, state, text, verdict


def main() -> None:
    st.title(text.ACCURACY_TITLE, anchor=False)
    run = state.current_run()
    if run.result is None:
        verdict.unfinished(run)
        return
    verdict.run_line(run)
    notes.lead(text.ACCURACY_LEAD)
    result, retrained = run.result, state.retrained_for(run.result.spec)
    metrics = result.metrics_with(retrained)
    names, dark = DATASETS[result.spec.dataset].class_names, state.is_dark()
    forgotten = result.spec.forget.classes

    left, right = st.columns([1, 1])
    charts.show(left, split_figure(metrics, finding(result), dark, height=440), key="splits")
    counts = np.sum(metrics["original"]["confusion_test"], axis=1).tolist()
    per_class = {name: report["per_class_test"] for name, report in metrics.items()}
    charts.show(
        right,
        class_figure(per_class, counts, names, forgotten, text.ACCURACY_PER_CLASS, dark, height=440),
        key="per-class",
    )
    charts.show(st, attack_figure(metrics, text.ATTACK_QUESTION, dark), key="attack")
    st.caption(text.READ.format(line=text.ATTACK_READ))
    with st.expander(text.TABLE_FOLD):
        st.dataframe(split_table(metrics), hide_index=True, placeholder="")
        st.dataframe(class_table(per_class, counts, names), hide_index=True, placeholder="")
        st.dataframe(attack_table(metrics), hide_index=True, placeholder="")

    playback.player(result, lambda index: _confusions(result, index, names, forgotten, dark))
    with st.expander(text.HOW_FOLD):
        st.markdown(text.ACCURACY_HOW.format(n_live=int(result.probe.is_live.sum())))


def _confusions(result, index, names, forgotten, dark) -> None:
    """Test-set confusion at the end; in between, that of the live sample, first beside chosen moment."""
    if index == len(result.snapshots) - 1:
        pair = {
            MODEL_TITLES["original"]: result.metrics["original"]["confusion_test"],
            MODEL_TITLES["unlearned"]: result.metrics["unlearned"]["confusion_test"],
        }
        title = text.ACCURACY_CONFUSION
    else:
        snapshot, y = result.snapshots[index], result.probe.y[result.probe.is_live]
        moments = {
            MODEL_TITLES["original"]: result.snapshots[0],
            text.AFTER_STEP.format(index=snapshot.index): snapshot,
        }
        pair = {
            heading: confusion_counts(y, moment.logits.argmax(axis=1), len(names))
            for heading, moment in moments.items()
        }
        title = text.ACCURACY_SNAPSHOT.format(index=f"{snapshot.index:,}")
    charts.show(st, confusion_figure(pair, names, forgotten, title, dark, height=480), key="confusion", is_steady=True)


main()
