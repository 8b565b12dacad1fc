"""Networks that were made to forget elsewhere: judged like a run, to check somebody else's claim.

Such a run has the method `GIVEN` and, in place of the code of a method, the sha256 of the network's weights file:
another file is another run. Nothing is unlearned here, so its cost is not known.
"""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from camu_core.errors import RunDiverged, WeightsError
from camu_core.methods import UnlearningTask
from camu_core.networks.cards import check_card
from camu_core.networks.weights import adopt_content, load_weights
from camu_core.planning import plan_run
from camu_core.progress import Step
from camu_core.runs.execution import execute
from camu_core.runs.results import RunResult
from camu_core.settings import Settings
from camu_core.specs import GIVEN, ForgetSpec, RunSpec


class _Given:
    name = GIVEN
    title = "Given network"
    summary = "A network that was made to forget elsewhere. It is judged as it is; how it was made is not known."
    source = "No paper: whoever gave the file made the claim."
    uses_retain_data = False
    uses_labels = False

    def __init__(self, dataset: str, model: str, sha256: str) -> None:
        self._weights = sha256, dataset, model

    def default_config(self, dataset: str, forget_kind: str, model: str = "cnn") -> Settings:
        return Settings()

    def unlearn(self, task: UnlearningTask, config: Settings) -> Iterator[Step]:
        """Take the weights over in one step.

        Raises:
            WeightsError: they are not on this machine, or damaged.
        """
        task.model.load_state_dict(load_weights(*self._weights).state_dict())
        yield Step(1, 1)


def plan_given(
    dataset: str,
    forget: ForgetSpec | Iterable[int],
    unlearned: bytes,
    name: str,
    seed: int = 0,
    model: str | None = None,
    weights: Path | None = None,
    device: str | None = None,
) -> RunSpec:
    """A run that judges a network instead of making one.

    Args:
        forget: what it is said to have forgotten.
        unlearned: content of its safetensors file.
        name: of the file, for messages.
        weights: of the network from which it was made, see `plan_run`, as all the rest.
    Raises:
        WeightsError: it cannot be read, or is of another model or dataset; and whatever `plan_run` raises.
    """
    spec = plan_run(dataset, forget, "retrain", None, seed, model, weights, device)
    sha256 = adopt_content(unlearned, spec.dataset, spec.model, name)
    return replace(spec, method=GIVEN, settings=Settings().pairs(), method_sha256=sha256)


def read_unlearned(path: Path) -> bytes:
    """Raises: WeightsError if the file cannot be read, or is not that of the card beside it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"Cannot read the unlearned network {path} ({error.strerror}); give the path of a .safetensors file."
        ) from error
    check_card(path, content)
    return content


def executing(spec: RunSpec) -> Generator[Step, None, RunResult]:
    """`execute`, of a given network too.

    Raises: see `execute`.
    """
    if spec.method != GIVEN:
        return (yield from execute(spec))
    try:
        result = yield from execute(spec, _Given(spec.dataset, spec.model, spec.method_sha256))
    except RunDiverged as error:
        raise RunDiverged(
            "Expected a network whose answers are numbers; those of this one are not all finite. Give another file."
        ) from error
    return replace(result, cost={})
