"""The run that a given network becomes."""

from camu_core import ForgetSpec
from camu_core.data.importing.naming import plain_name
from camu_core.engine.service import weights_needed
from camu_core.jobs import RunJob
from camu_core.networks.weights import clear_given
from camu_core.runs.given import plan_given
from pages.components.shared import state, state_view


def judge(dataset: str, model: str, forget: ForgetSpec, content: bytes, name: str, seed: int) -> None:
    """Submit a network's judging, open it, and play it from its beginning.

    Raises:
        TooMuchAsked: this visitor may start nothing; then nothing is kept.
        StoreUnwritable: there is no room for the network. And see `plan_given`.
    """
    state.engine().check_share_of(state.watcher())
    clear_given(content, weights_needed)
    spec = plan_given(dataset, forget, content, plain_name(name), seed, model)
    if state.submit(RunJob(spec), chain=spec):
        state.open_run(spec.digest)
        state_view.start_replay(spec.digest)
