"""How to name a run so that somebody else can make it again."""

import shlex
from decimal import Decimal

from camu_core.config import VERSION, YEAR
from camu_core.data import DATASETS, named, typed
from camu_core.methods import METHODS
from camu_core.planning import changed_settings, is_usual_original, settings_phrase
from camu_core.runs.results import RunResult
from camu_core.specs import GIVEN, ForgetSpec, RunSpec

_PAPER = (
    "Shen, Zhang, Bialkowski, Chen, Xu: CaMU, disentangling causal effects in deep model unlearning, SDM 2024, "
    "arXiv:2401.17504"
)
_BIBTEX = """
@inproceedings{shen2024camu,
  author = {Shen, Shaofei and Zhang, Chenhao and Bialkowski, Alina and Chen, Weitong and Xu, Miao},
  title = {{CaMU}: Disentangling Causal Effects in Deep Model Unlearning},
  booktitle = {Proceedings of the 2024 SIAM International Conference on Data Mining (SDM)},
  year = {2024},
  note = {arXiv:2401.17504},
}
"""
_CODES = {GIVEN: "Weights of the given network"}


def command_of(spec: RunSpec) -> str:
    """The bash command that makes this run again, on a machine with its dataset and its original weights.

    Files of weights are named by their sha256, which the citation says.

    Args:
        spec: any; settings are named where they differ from the method's defaults.
    """
    forget, info = spec.forget, DATASETS[spec.dataset]
    words = ["python", "-m", "camu_core", "run", "--dataset", spec.dataset, "--model", spec.model]
    if forget.kind == "class":
        words += [word for label in forget.classes for word in ("--forget-class", typed(info, label))]
    elif forget.kind == "random":
        words += ["--forget-random", repr(forget.fraction)]
    elif forget.planting is not None:
        words += ["--forget-planted", str(forget.planting)]
    words += ["--unlearned", f"{spec.method_sha256}.safetensors"] if spec.method == GIVEN else ["--method", spec.method]
    words += ["--seed", str(spec.seed), "--device", spec.device]
    words += ["--training-seed", str(spec.training_seed)] if spec.training_seed else []
    is_ours = spec.training_seed or is_usual_original(spec)  # `run` trains one of a training seed if it is not here
    words += [] if is_ours else ["--weights", f"{spec.weights}.safetensors"]
    for name, value in changed_settings(spec).items():
        words += ["--set", f"{name}={value}"]
    command = shlex.join(words)
    if forget.kind == "samples":
        command += f" --forget-samples <(echo {','.join(map(str, forget.samples))})"
    return command


def typed_forget(dataset: str, forget: ForgetSpec) -> str:
    """What is forgotten as `sweep` and `tune` take it: "3", "number:1,number:2", "10%"."""
    if forget.kind == "random":
        return f"{Decimal(repr(forget.fraction)) * 100:f}%"  # to the last digit, or another fraction would be run
    return ",".join(typed(DATASETS[dataset], label) for label in forget.classes) or forget.short


def _forgotten(spec: RunSpec) -> str:
    info = DATASETS[spec.dataset]
    return ", ".join(named(info, label) for label in spec.forget.classes) or spec.forget.short


def _named(result: RunResult) -> str:
    """The program, the run, and what it did."""
    spec = result.spec
    changed = f", with {said}" if (said := settings_phrase(spec)) else ""
    return (
        f"CaMU Explorer {VERSION}, run {result.digest}: {METHODS.title(spec.method, spec.method_sha256)} on "
        f"{DATASETS[spec.dataset].title}, forget {spec.forget.kind} {_forgotten(spec)}, network {spec.model}, "
        f"seed {spec.seed}{changed}"
    )


def _versions(result: RunResult) -> str:
    return ", ".join(f"{name} {version}" for name, version in result.versions.items())


def bibtex(result: RunResult) -> str:
    """The run and the project's paper as BibTeX.

    Args:
        result: finished.
    """
    special = str.maketrans({**{letter: f"\\{letter}" for letter in "&%$#_{}"}, "\\": r"\textbackslash{}"})
    fields = {
        "author": "{The CaMU Explorer authors}",
        "title": f"{{{_named(result).translate(special)}}}",
        "year": str(YEAR),
        "howpublished": "Software, MIT licence",
        "note": f"Versions: {_versions(result).translate(special)}",
    }
    lines = [f"@misc{{camu-{result.digest},", *(f"  {name} = {{{value}}}," for name, value in fields.items()), "}"]
    return "\n".join(lines) + "\n" + _BIBTEX.rstrip()


def citation(result: RunResult) -> str:
    """What a reader needs to find, check and repeat a run: plain text, one fact a line.

    Args:
        result: finished.
    """
    spec = result.spec
    lines = [
        f"{_named(result)}.",
        f"Original weights, sha256: {spec.weights}",
        *(
            [f"{_CODES.get(spec.method, 'Code of the method')}, sha256: {spec.method_sha256}"]
            if spec.method_sha256
            else []
        ),
        f"Settings: {', '.join(f'{name}={value}' for name, value in spec.settings)}",
        f"Versions: {_versions(result)}",
        f"Method of the project: {_PAPER}",
        f"Again: {command_of(spec)}",
    ]
    return "\n".join(lines)
