"""How much training images are memorised, and the groups of easy and hard ones that follow from it."""

from dataclasses import replace

import streamlit as st

from camu_core import ForgetSpec, RunSpec
from camu_core.errors import CamuError
from camu_core.jobs import Memorisation, MemorisationResult
from camu_core.jobs.memorisation import group_forgotten
from camu_core.measures import GROUPS
from camu_core.specs import GIVEN
from pages.components.shared import state, state_batch


@st.cache_resource(show_spinner=False, max_entries=8)
def _stored(digest: str) -> MemorisationResult:
    return state.engine().result(digest, MemorisationResult)


def scores(dataset: str, model: str) -> MemorisationResult | None:
    """How much each training image is memorised, if it is known here."""
    digest = Memorisation.of(dataset, model).digest
    if not state.engine().is_there(digest, MemorisationResult):
        return None
    try:
        return _stored(digest)
    except CamuError:
        return None


def seconds_needed(work: Memorisation) -> float | None:
    """About what is still to be done, on all processors; None if it is not known."""
    seconds = state_batch.seconds_of_networks(work.shards, work.dataset, work.model)
    return None if seconds is None else seconds / 2  # each learns half of the images


def group_of(spec: RunSpec) -> str | None:
    """Which of the groups by memorisation a run forgets; None if it forgets something else."""
    return group_forgotten(spec, state.engine().is_there, lambda digest, kind: _stored(digest))


def groups_of(spec: RunSpec) -> dict[str, RunSpec]:
    """The same run on each of the groups; none if it forgets no group, was not made here, or is a retraining."""
    if spec.method in (GIVEN, "retrain") or group_of(spec) is None:
        return {}
    found, n = scores(spec.dataset, spec.model), len(spec.forget.samples)
    return {group: replace(spec, forget=ForgetSpec("samples", samples=found.images(group, n))) for group in GROUPS}
