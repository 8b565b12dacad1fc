"""What is said of groups of images: distances are those of the runs, and nothing is claimed that could be chance."""

import pytest

from camu_core.comparison import gaps
from camu_core.figures import groups_figure
from camu_core.figures.tables import figure_table
from camu_core.measures.estimates import difference_interval, wilson_interval
from camu_core.wording.memorisation import group_line, harder_title


def accuracies(original: float, unlearned: float, retrained: float | None, n: int = 50) -> dict:
    values = {"original": original, "unlearned": unlearned, "retrained": retrained}
    return {name: {"forget_train": value, "n": {"forget_train": n}} for name, value in values.items()
            if value is not None}  # fmt: skip


GROUPS = {
    "easy": accuracies(1, 1, 1), "typical": accuracies(1, 0.98, 1), "worst": accuracies(1, 0.84, 0.5),
}  # fmt: skip


def test_gaps_are_those_of_the_runs_with_their_intervals() -> None:
    found = gaps(GROUPS)
    assert list(found) == ["easy", "typical", "worst"]
    assert found["worst"]["value"] == pytest.approx(0.34)
    assert (found["worst"]["low"], found["worst"]["high"]) == difference_interval(42, 50, 25, 50)
    assert gaps(GROUPS, "original")["worst"]["value"] == pytest.approx(0.5)
    assert list(gaps({**GROUPS, "easy": accuracies(1, 1, None)})) == ["typical", "worst"]


def test_the_hardest_group_is_named_where_the_intervals_are_apart() -> None:
    assert harder_title(GROUPS, "CaMU") == (
        "Most memorised images were the hardest to forget: +34 points (+16 to +49) recognised after CaMU, compared "
        "with retraining; least memorised 0 (-7 to +7) and typical -2 (-10 to +5)"
    )
    same = {"easy": accuracies(1, 0.96, 1), "worst": accuracies(1, 0.9, 0.84)}
    assert harder_title(same, "CaMU").startswith("No images were harder to forget than others, as far as 50 of each")
    easy = {"easy": accuracies(1, 0.4, 1), "worst": accuracies(1, 0.84, 0.8)}
    assert harder_title(easy, "CaMU").startswith("Least memorised images ended furthest from retraining: -60 points")


def test_a_group_is_called_the_hardest_only_if_it_is_apart_from_every_other() -> None:
    close = {"easy": accuracies(1, 1, 1), "typical": accuracies(1, 0.9, 0.6), "worst": accuracies(1, 0.84, 0.5)}
    assert harder_title(close, "CaMU").startswith(
        "Most memorised images were harder to forget than least memorised ones: +34 points"
    )
    less = {"easy": accuracies(1, 1, 1), "typical": accuracies(1, 0.5, 0.9), "worst": accuracies(1, 0.4, 0.9)}
    assert harder_title(less, "CaMU").startswith(
        "Most memorised images ended further from retraining than least memorised ones: -50"
    )


def test_what_is_picked_is_told_beside_all_images() -> None:
    assert "**Memorisation 0.61** on average, 0.02 over all images" in group_line(0.612, 0.0238)


def test_each_network_has_a_mark_with_its_interval_in_each_row() -> None:
    figure = groups_figure(GROUPS, {"easy": "Easy", "typical": "Typical", "worst": "Worst case"}, "Title")
    retrained = figure.data[-1]
    assert retrained.name == "Retrained without it"
    assert list(retrained.x) == [1, 1, 0.5]
    low, high = wilson_interval(0.5, 50)
    assert (retrained.x[2] - retrained.error_x.arrayminus[2], retrained.x[2] + retrained.error_x.array[2]) == (
        pytest.approx(low), pytest.approx(high)
    )  # fmt: skip
    assert list(figure.layout.yaxis.ticktext) == ["Easy", "Typical", "Worst case"]
    assert figure_table(figure)["y"].tolist() == ["Easy", "Typical", "Worst case"] * 3
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1], "the easiest is on top"
    unknown = groups_figure({**GROUPS, "worst": accuracies(1, 0.8, None)}, {k: k for k in GROUPS}, "Title")
    assert len(unknown.data[-1].x) == 2
