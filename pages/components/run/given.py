"""Judge a network that was made to forget elsewhere: its file, and the run that comes of it."""

import streamlit as st

from camu_core import DATASETS, ForgetSpec
from camu_core.config import import_limits
from camu_core.errors import CamuError
from camu_core.wording.format import counted
from camu_core.wording.planted import planting_phrase
from pages.components.run import state as state_given
from pages.components.run import text
from pages.components.shared import state
from pages.components.shared import text as words
from pages.components.shared.uploads import let_go


def offer(dataset: str, model: str, forget: ForgetSpec | None) -> None:
    """A folded form; what is given is judged as if it had forgotten what is picked on the page."""
    turn = state.recall("given-turn", 0)  # another one after each judging: closed, and without the file
    with st.popover(text.PRESS, icon=":material/gavel:", key=f"given-{turn}"):
        if forget is None:
            st.caption(text.CHOOSE_FIRST)
            return
        info, seed, most_mb = DATASETS[dataset], state.recall("seed", 0), max(1, int(import_limits().zip_mb))
        st.markdown(text.LEAD.format(what=_what(dataset, forget, seed)))
        st.caption(text.FORM.format(model=words.NETWORKS[model], title=info.title, mb=most_mb))
        file = st.file_uploader(text.FILE, type="safetensors", key=f"given-file-{turn}", max_upload_size=most_mb)
        pressed = st.button(
            text.JUDGE, key="judge", type="primary", icon=":material/gavel:", disabled=file is None, width="stretch"
        )
        if not pressed or file is None:
            return
        try:
            state_given.judge(dataset, model, forget, file.getvalue(), file.name, seed)
        except CamuError as error:
            st.error(str(error), icon=":material/report:")
        else:
            let_go(file)
            state.put("given-turn", turn + 1)
            st.rerun()


def _what(dataset: str, forget: ForgetSpec, seed: int) -> str:
    info = DATASETS[dataset]
    if forget.kind == "class":
        noun = info.class_noun if len(forget.classes) == 1 else info.class_nouns
        return text.CLASSES.format(noun=noun, names=", ".join(info.class_names[label] for label in forget.classes))
    if forget.kind == "random":
        return text.RANDOM.format(fraction=forget.short, seed=seed)
    if forget.planting is not None:
        return f"the {planting_phrase(forget.planting, info)}"
    return text.SAMPLES.format(images=counted(len(forget.samples), "image"))
