import copy
from collections import Counter

import pytest
import torch
from torch.nn import functional as F

from camu_core.models import build_model, predict, to_input
from camu_core.progress import drain
from camu_core.training import TrainingConfig, training

SHAPE = (1, 8, 8)


@pytest.fixture
def samples():
    """40 images that carry their own index in their first pixel; the label can be seen in the second."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(0, 50, (40, *SHAPE), generator=rng, dtype=torch.uint8)
    y = torch.arange(40) % 4
    x[:, 0, 0, 0] = torch.arange(40)
    x[:, 0, 2:6, 2:6] = (y * 60).to(torch.uint8).reshape(-1, 1, 1)
    return x, y


def trained(samples, config, seed=0):
    model = build_model("cnn", SHAPE, 4, seed=0)
    steps = list(training(model, *samples, config, seed))
    return model, steps


def test_it_learns(samples):
    model, steps = trained(samples, TrainingConfig(epochs=30, batch_size=8))
    assert steps[-1].losses["cross_entropy"] < 0.1 * steps[0].losses["cross_entropy"]
    assert (predict(model, samples[0])[0].argmax(dim=1) == samples[1]).all()


@pytest.mark.parametrize(("epochs", "batch_size", "n_steps"), [(3, 8, 15), (2, 7, 12), (2, 64, 2), (1, 64, 1)])
def test_one_step_a_batch_counted_from_1_to_total(samples, epochs, batch_size, n_steps):
    _, steps = trained(samples, TrainingConfig(epochs=epochs, batch_size=batch_size))
    assert [step.index for step in steps] == list(range(1, n_steps + 1))
    assert {step.total for step in steps} == {n_steps}
    assert {step.stage for step in steps} == {"train"}


def test_every_sample_is_seen_once_an_epoch_in_another_order(samples):
    model, seen = build_model("cnn", SHAPE, 4), []
    model.blocks["conv1"].register_forward_pre_hook(
        lambda module, inputs: seen.extend((inputs[0][:, 0, 0, 0] * 255).round().int().tolist())
    )
    drain(training(model, *samples, TrainingConfig(epochs=2, batch_size=7), seed=0))
    first, second = seen[:40], seen[40:]
    assert Counter(first) == Counter(second) == Counter(range(40))
    assert first != second
    assert first != sorted(first)


def test_seed_decides_the_weights_bit_by_bit(samples):
    config = TrainingConfig(epochs=2, batch_size=8)
    (one, _), (same, _), (other, _) = (trained(samples, config, seed) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), same.parameters(), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))


def test_first_step_by_hand(samples):
    """Adam's first step is rate * g / (|g| + eps); the one-cycle schedule starts at max_lr / 25."""
    model = build_model("cnn", SHAPE, 4)
    reference = copy.deepcopy(model)
    config = TrainingConfig(epochs=5, batch_size=64, max_lr=2e-3, weight_decay=1e-2)
    step = next(iter(training(model, *samples, config, seed=0)))
    # the whole set is one batch, and its order changes only the rounding
    loss = F.cross_entropy(reference(to_input(samples[0]))[0], samples[1])
    loss.backward()
    assert step.losses["cross_entropy"] == pytest.approx(loss.item(), rel=1e-5)
    for moved, weight in zip(model.parameters(), reference.parameters(), strict=True):
        gradient = weight.grad + 1e-2 * weight.detach()
        expected = weight.detach() - 2e-3 / 25 * gradient / (gradient.abs() + 1e-8)
        steady = gradient.abs() > 1e-4  # smaller gradients are mostly rounding, which this formula blows up
        assert steady.any()
        torch.testing.assert_close(moved.detach()[steady], expected[steady], rtol=0, atol=1e-6)


def test_training_leaves_the_global_generator_alone(samples):
    torch.manual_seed(987)
    before = torch.get_rng_state()
    trained(samples, TrainingConfig(epochs=1))
    assert torch.equal(torch.get_rng_state(), before)
