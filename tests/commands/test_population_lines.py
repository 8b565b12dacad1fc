"""What `run --population` prints of figures with and without intervals."""

from types import SimpleNamespace

from camu_core.commands.population import sentences
from camu_core.measures import ATTACK_FIGURES


def report(epsilon: float, low: float | None, high: float | None) -> dict:
    known = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 8}
    figures = dict.fromkeys(("score", *ATTACK_FIGURES), known)
    return {
        "m": 8, "n_images": 146, "ceiling": 1.9459,
        "figures": figures | {"epsilon_median": {"value": epsilon, "low": low, "high": high, "n": 8}},
        "noise_floor": figures | {"epsilon_median": known},
    }  # fmt: skip


def epsilon_line(*epsilon: float | None) -> str:
    lines = sentences(SimpleNamespace(report=report(*epsilon)))
    return next(line.split("median")[1].strip() for line in lines if "epsilon" in line)


def test_a_figure_without_interval_stands_alone_and_one_at_the_ceiling_says_so() -> None:
    assert epsilon_line(1.4, 1.2, 1.6) == "1.400 (1.200 to 1.600)  [0.500 (0.400 to 0.600)]"
    assert epsilon_line(1.4, None, None) == "1.400 (no interval from so few networks)  [0.500 (0.400 to 0.600)]"
    assert epsilon_line(1.9459, None, None).startswith("1.946, the most that so many networks can show")
