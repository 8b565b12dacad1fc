"""How long trainings take here, before anybody waits for one."""

import threading

import pytest

from camu_core import plan_run
from camu_core.jobs.band import band_minutes
from camu_core.networks import originals, pace


def test_a_larger_network_and_more_images_take_longer() -> None:
    small, large = (pace.training_seconds("cifar10", model) for model in ("resnet20", "resnet18"))
    assert 60 < small < large / 2
    once = pace.unlearning_seconds("cifar10", "resnet20", n_forget=100, epochs=1)
    assert pace.unlearning_seconds("cifar10", "resnet20", n_forget=5000, epochs=3) == pytest.approx(150 * once)
    assert 0 < once < small


def test_who_has_no_patience_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def measure(*_: object) -> float:
        begun.set()
        may_end.wait(60)
        return 1e-3

    monkeypatch.setattr(pace, "_measure", measure)
    pace._measurement.cache_clear()
    try:
        assert pace.training_seconds("cifar10", "resnet20", patience=0) is None
        assert begun.wait(60)
        may_end.set()
        assert pace.training_seconds("cifar10", "resnet20") == pytest.approx(1e-3 * 30 * 50_000)
    finally:
        may_end.set()
        pace._measurement.cache_clear()


def test_what_a_training_took_on_another_device_says_nothing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped ResNets were trained on a GPU within two minutes; a band of five takes hours on a processor."""
    card = originals.network_card("cifar10", "resnet20")
    assert card is not None
    assert card["device"] != "cpu"
    spec = plan_run("cifar10", [0], device="cpu")
    assert band_minutes(spec) > 10 * 5 * card["seconds"] / 60
    assert band_minutes(spec) == pytest.approx(5 * pace.training_seconds("cifar10", "resnet20") / 60)
