"""A finished run with all that is known of it, as one JSON object for other programs."""

from collections.abc import Mapping
from typing import Any

from camu_core.data import DATASETS
from camu_core.runs.results import RunResult
from camu_core.specs import GIVEN
from camu_core.wording.verdict import judge


def run_json(
    result: RunResult,
    retrained: RunResult | None = None,
    privacy: Mapping[str, Any] | None = None,
    causal: Mapping[str, Any] | None = None,
    population: Mapping[str, Any] | None = None,
    group: str | None = None,
) -> dict[str, Any]:
    """What `run --json` prints and pages hand out.

    Args:
        retrained: its gold standard.
        privacy: report of its `PrivacyResult`.
        causal: report of its `CausalResult`.
        population: of `PopulationResult.to_json`.
        group: of `jobs.memorisation.group_forgotten`.
    Returns:
        `RunResult.summary`, `class_names`, `verdict`; and of what is known `retrained` (digest, seconds of training,
        whether it is shipped, metrics), `privacy`, `causal` and `population`;
        `forget_group` of a run that forgets easy or hard images: "easy", "typical" or "worst".
    """
    told = {
        **result.summary(),
        "class_names": list(DATASETS[result.spec.dataset].class_names),
        "verdict": judge(result, retrained, privacy).to_json(),
    }
    if result.spec.method == GIVEN:
        told["seconds"] = None  # it was made elsewhere
    if retrained is not None:
        told["retrained"] = {
            "digest": retrained.digest, "seconds": retrained.seconds["unlearn"], "is_shipped": retrained.is_shipped,
            "metrics": retrained.metrics["unlearned"],
        }  # fmt: skip
    parts = {"privacy": privacy, "causal": causal, "population": population, "forget_group": group}
    return told | {name: part for name, part in parts.items() if part}
