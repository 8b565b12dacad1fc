"""The membership attack: what it must find, what it must not, and its interval."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from torch.nn import functional as F

from camu_core.data import Splits
from camu_core.figures import attack_figure
from camu_core.measures import confidence_scores, membership_attack
from camu_core.measures.membership import MAX_A_GROUP, _wins, auc_interval
from camu_core.networks.models import BlockModel, build_model, predict, to_input


def splits(n_forget: int, n_retain: int, n_forget_test: int, n_retain_test: int) -> Splits:
    def part(first: int, n: int) -> torch.Tensor:
        return torch.arange(first, first + n)

    return Splits(
        forget_train=part(0, n_forget),
        retain_train=part(n_forget, n_retain),
        forget_test=part(0, n_forget_test),
        retain_test=part(n_forget_test, n_retain_test),
    )


def logits(n: int, sharpness: float, seed: int) -> np.ndarray:
    """Answers to 5 classes, the surer the sharper."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(n, 5)).astype(np.float32)
    values[np.arange(n), rng.integers(5, size=n)] += sharpness
    return values


CLASS = splits(300, 900, 250, 800)
RANDOM = splits(300, 900, 0, 800)


@pytest.mark.parametrize("cut", [CLASS, RANDOM], ids=["class", "random"])
def test_a_network_that_knows_its_images_by_heart_is_caught(cut: Splits) -> None:
    found = membership_attack(logits(1200, 9.0, 0), logits(1050, 0.5, 1), cut)
    assert found["value"] > 0.97
    assert found["called_members"] > 0.9
    assert found["balanced_accuracy"] > 0.9
    assert found["low"] <= found["value"] <= found["high"]


@pytest.mark.parametrize("cut", [CLASS, RANDOM], ids=["class", "random"])
def test_equal_answers_leave_nothing_to_tell(cut: Splits) -> None:
    found = membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), cut)
    assert found["low"] < 0.5 < found["high"]


def test_forgotten_images_with_the_answers_of_new_ones_are_not_taken_for_members() -> None:
    train = np.concatenate([logits(300, 0.5, 2), logits(900, 9.0, 0)])
    found = membership_attack(train, logits(1050, 0.5, 1), CLASS)
    assert found["called_members"] < 0.1
    assert 0.4 < found["value"] < 0.6


def test_groups_are_equal_and_no_larger_than_the_limit() -> None:
    assert membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), CLASS)["n"] == 250
    assert membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), RANDOM)["n"] == 300
    many = splits(MAX_A_GROUP + 5, 50, MAX_A_GROUP + 9, 50)
    found = membership_attack(logits(MAX_A_GROUP + 55, 2.0, 0), logits(MAX_A_GROUP + 59, 2.0, 1), many)
    assert found["n"] == MAX_A_GROUP


def test_no_image_is_both_learned_from_and_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, set] = {}

    class Watched(LogisticRegression):
        def fit(self, x, y):
            seen["fit"] = set(map(bytes, x))
            return super().fit(x, y)

        def predict_proba(self, x):
            seen.setdefault("asked", set()).update(map(bytes, x))
            return super().predict_proba(x)

    monkeypatch.setattr("camu_core.measures.membership.LogisticRegression", Watched)
    for cut in (CLASS, RANDOM):
        seen.clear()
        membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), cut)
        assert seen["fit"]
        assert seen["asked"]
        assert not seen["fit"] & seen["asked"]


def test_equal_answers_give_equal_numbers_whatever_was_drawn_before() -> None:
    train, test = logits(1200, 2.0, 0), logits(1050, 1.0, 1)
    first = membership_attack(train, test, RANDOM)
    np.random.default_rng().random(9)
    assert membership_attack(train, test, RANDOM) == first


@pytest.mark.parametrize("cut", [splits(1, 900, 1, 800), splits(300, 900, 1, 800), splits(300, 1, 250, 800)])
def test_too_few_images_give_no_number(cut: Splits) -> None:
    found = membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), cut)
    assert found["value"] is found["low"] is found["called_members"] is None


def test_the_area_is_scikit_learns_with_ties() -> None:
    rng = np.random.default_rng(0)
    of_members, of_others = rng.integers(0, 6, 40) / 6, rng.integers(0, 5, 30) / 6
    expected = roc_auc_score(np.repeat([1, 0], [40, 30]), np.concatenate([of_members, of_others]))
    assert _wins(of_members, of_others).mean() == pytest.approx(expected)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    rng = np.random.default_rng(1)
    n_covered = 0
    for _ in range(200):
        low, high = auc_interval(rng.normal(0.5, 1, 60), rng.normal(0, 1, 60), rng)
        n_covered += low <= 0.6382 <= high  # Phi(0.5 / sqrt 2)
    assert 0.90 <= n_covered / 200 <= 0.985


# --- the attack on networks of which the answer is known ----------------------------------------------------------


def _noise() -> tuple[torch.Tensor, torch.Tensor]:
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (400, 1, 8, 8), generator=rng, dtype=torch.uint8)
    return x, torch.randint(0, 5, (400,), generator=rng)


def _attacked(model: BlockModel, x: torch.Tensor) -> dict:
    """200 images are of the training set, half of them to forget; 200 others the attacker may see as new."""
    train, test = (predict(model, part)[0].numpy() for part in x.split(200))
    return membership_attack(train, test, splits(100, 100, 100, 100))


def test_a_network_that_learned_pure_noise_by_heart_is_caught() -> None:
    """There is nothing to learn but the images themselves, so whatever it is surer of it was trained on."""
    x, y = _noise()
    model = build_model("cnn", (1, 8, 8), 5)
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(100):
        loss = F.cross_entropy(model(to_input(x[:200]))[0], y[:200])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert (predict(model, x[:200])[0].argmax(dim=1) == y[:200]).float().mean() > 0.99
    found = _attacked(model, x)
    assert found["value"] > 0.9
    assert found["low"] > 0.85


def test_an_untrained_network_gives_nothing_away() -> None:
    x, _ = _noise()
    model = build_model("cnn", (1, 8, 8), 5)
    found = _attacked(model, x)
    assert found["low"] <= 0.5 <= found["high"]
    of_members, of_others = (confidence_scores(predict(model, part)[0].numpy()) for part in x.split(200))
    low, high = auc_interval(of_members, of_others, np.random.default_rng(0))
    assert low < 0.5 < high


def test_of_fewer_than_ten_images_there_is_no_interval() -> None:
    """Of two images each the bootstrap's holds the area in 67 of 100 cases."""
    few = membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), splits(9, 900, 250, 800))
    assert (few["value"] is not None, few["low"], few["high"], few["n"]) == (True, None, None, 9)
    assert membership_attack(logits(1200, 2.0, 0), logits(1050, 2.0, 1), splits(10, 900, 250, 800))["low"] is not None
    figure = attack_figure({"original": {"attack": few}}, "")
    assert "too few images for an interval" in figure.data[0].hovertemplate
    assert figure.data[0].error_x.array == (0.0,)
