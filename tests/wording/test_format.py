"""How figures and lists are written."""

import pytest

from camu_core.wording.format import capital, counted, listed, percent, place


@pytest.mark.parametrize(
    ("fraction", "digits", "text"),
    [
        (0.0, 0, "0%"), (0.0004, 0, "0%"), (0.004, 0, "0.4%"), (0.0096, 0, "1%"), (0.01, 0, "1%"), (0.43, 0, "43%"),
        (0.99, 0, "99%"), (0.993, 0, "99.3%"), (0.9971, 0, "99.7%"), (1.0, 0, "100%"), (1.23, 0, "123%"),
        (0.0, 1, "0%"), (0.0213, 1, "2.1%"), (0.5, 1, "50%"), (0.988, 1, "98.8%"), (1.0, 1, "100%"),
        (-0.001, 0, "-0.1%"), (-0.0004, 0, "0%"), (-0.43, 0, "-43%"), (-0.0213, 1, "-2.1%"),
    ],
)  # fmt: skip
def test_per_cent(fraction: float, digits: int, text: str) -> None:
    assert percent(fraction, digits) == text


def test_lists_and_capitals() -> None:
    assert [listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert capital("the digit 3 and MNIST") == "The digit 3 and MNIST"


def test_one_is_not_counted_as_many() -> None:
    assert [counted(n, "image") for n in (0, 1, 2043)] == ["0 images", "1 image", "2,043 images"]
    assert [counted(n, "class", "classes") for n in (1, 2)] == ["1 class", "2 classes"]


def test_a_place_is_told_by_both_ends() -> None:
    assert (place(2.0, 9.0), place(1.0, 1.0), place(float("nan"), float("nan"))) == ("2 to 9", "1", "")
