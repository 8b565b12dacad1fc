"""Pictures of a population whose figures have no interval."""

from camu_core.figures import attacker_figure
from camu_core.measures.population import ATTACK_FIGURES, LOW_RATES


def test_a_rate_without_interval_is_a_mark_without_line_and_says_so() -> None:
    known, unknown = ({"value": 0.5, "low": low, "high": high, "n": 8} for low, high in ((0.4, 0.7), (None, None)))
    floor = dict.fromkeys(ATTACK_FIGURES, known)
    figure = attacker_figure({"figures": floor | dict.fromkeys(LOW_RATES, unknown), "noise_floor": floor}, "t")
    below, ours = figure.data
    assert [round(reach, 9) for reach in ours.error_x.array] == [0.2, 0.2, 0.0, 0.0]
    assert [round(reach, 9) for reach in ours.error_x.arrayminus] == [0.1, 0.1, 0.0, 0.0]
    assert list(ours.x) == [0.5] * 4
    assert list(ours.customdata) == ["95%: 40.0% to 70.0%"] * 2 + ["no interval from so few networks"] * 2
    assert list(below.customdata) == ["95%: 40.0% to 70.0%"] * 4
