"""Pictures of a population whose figures have no interval."""

import numpy as np
import pytest

from camu_core.figures import attacker_figure, epsilons_figure, heirs_figure
from camu_core.figures.tables import figure_table
from camu_core.measures.population import ATTACK_FIGURES, LOW_RATES


def test_a_rate_without_interval_is_a_mark_without_line_and_says_so() -> None:
    known, unknown = ({"value": 0.5, "low": low, "high": high, "n": 8} for low, high in ((0.4, 0.7), (None, None)))
    floor = dict.fromkeys(ATTACK_FIGURES, known)
    figure = attacker_figure({"figures": floor | dict.fromkeys(LOW_RATES, unknown), "noise_floor": floor}, "t")
    below, ours = figure.data
    assert list(ours.error_x.array) == pytest.approx([0.2, 0.2, np.nan, np.nan], nan_ok=True)
    assert list(ours.error_x.arrayminus) == pytest.approx([0.1, 0.1, np.nan, np.nan], nan_ok=True)
    assert list(ours.x) == [0.5] * 4
    assert list(ours.customdata) == ["95%: 40.0% to 70.0%"] * 2 + ["no interval from so few networks"] * 2
    assert list(below.customdata) == ["95%: 40.0% to 70.0%"] * 4


def test_images_whose_networks_do_not_overlap_have_no_finite_epsilon() -> None:
    report = {"ceiling": 1.9, "m": 8, "noise_floor": {"epsilon_median": {"low": 1.2, "high": 1.5}}}
    figure = epsilons_figure(np.array([0.7, np.inf]), np.array([1.1, 1.3]), report, "t")
    assert max(figure.data[0].x) < 2.5, "drawn in the last bar"
    assert figure_table(figure)["x"].tolist() == [0.7, np.inf, 1.1, 1.3]


def test_an_interval_of_a_share_does_not_go_below_none_of_it() -> None:
    answers = {kind: np.array([[0.95, 0.05], [1.0, 0.0], [1.0, 0.0]]) for kind in ("unlearned", "retrained")}
    for bars in heirs_figure(answers, "ab", "t").data:
        assert all(value >= reach for value, reach in zip(bars.y, bars.error_y.arrayminus, strict=True))
        assert not any("-" in said for said in bars.customdata)
