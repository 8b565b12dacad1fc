"""A finished run with all that is known of it, as one JSON object for other programs."""

from collections.abc import Mapping
from typing import Any

from camu_core.data import DATASETS
from camu_core.measures import ATTACK_FIGURES
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
        population: report of the `PopulationResult` of its method.
        group: of `jobs.memorisation.group_forgotten`.
    Returns:
        `RunResult.summary`, `class_names`, `verdict`; and of what is known `retrained` (digest, seconds of training,
        whether it is shipped, metrics), `privacy`, `causal` and `population` (see `population_json`);
        `forget_group` of a run that forgets easy or hard images: "easy", "typical" or "worst".
    """
    told = {
        **result.summary(),
        "class_names": list(DATASETS[result.spec.dataset].class_names),
        "verdict": judge(result, retrained, privacy, population).to_json(),
    }
    if result.spec.method == GIVEN:
        told["seconds"] = None  # it was made elsewhere
    if retrained is not None:
        told["retrained"] = {
            "digest": retrained.digest, "seconds": retrained.seconds["unlearn"], "is_shipped": retrained.is_shipped,
            "metrics": retrained.metrics["unlearned"],
        }  # fmt: skip
    shown = population_json(population) if population else None
    parts = {"privacy": privacy, "causal": causal, "population": shown, "forget_group": group}
    return told | {name: part for name, part in parts.items() if part}


def population_json(report: Mapping[str, Any]) -> dict[str, Any]:
    """`m`, `n_images`, `ceiling`, `epsilon_median` and its `noise_floor`, all `noise_floors`, and `ulira`.

    Args:
        report: of a `PopulationResult`.
    Returns:
        every figure with `value`, `low` and `high`; the last two are None where it has no interval, see
        `measures.estimate_over_networks`.
    """
    figures, floor = (
        {name: {end: each[end] for end in ("value", "low", "high")} for name, each in report[part].items()}
        for part in ("figures", "noise_floor")
    )
    return {
        **{name: report[name] for name in ("m", "n_images", "ceiling")},
        **{name: each for name, each in figures.items() if name not in ATTACK_FIGURES},
        "noise_floor": floor["epsilon_median"],
        "noise_floors": floor,
        "ulira": {name: figures[name] for name in ATTACK_FIGURES},
    }
