import copy
from collections import Counter
from dataclasses import replace
from itertools import islice

import pytest
import torch
from scipy.stats import chisquare
from torch.nn import functional as F

from camu_core.data import DATASETS
from camu_core.networks.checkpoints import Checkpoint
from camu_core.networks.models import MODELS, build_model, predict, to_input
from camu_core.networks.training import TrainingConfig, augment, recipe_for, training
from camu_core.networks.weights import shipped_cards
from camu_core.progress import drain

SHAPE = (1, 8, 8)
EVERYTHING = TrainingConfig(
    epochs=3, batch_size=8, max_lr=0.1, sgd=1, label_smoothing=0.1, crop_padding=2, flip_fraction=0.5, bfloat16=1
)


@pytest.fixture
def samples():
    """40 images that carry their own index in their first pixel; the label can be seen in the second."""
    rng = torch.Generator().manual_seed(0)
    x = torch.randint(0, 50, (40, *SHAPE), generator=rng, dtype=torch.uint8)
    y = torch.arange(40) % 4
    x[:, 0, 0, 0] = torch.arange(40)
    x[:, 0, 2:6, 2:6] = (y * 60).to(torch.uint8).reshape(-1, 1, 1)
    return x, y


def trained(samples, config, seed=0, name="cnn"):
    model = build_model(name, SHAPE, 4, seed=0)
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


@pytest.mark.parametrize(("name", "n_steps"), [("cnn", 11), ("resnet18", 10)])
def test_no_batch_is_a_single_image_where_batches_are_normalised(samples, name, n_steps):
    """The last stage of resnet18 sees 8x8 images as one value a channel."""
    x, y = samples
    one_more = torch.cat([x, x[:1]]), torch.cat([y, y[:1]])
    _, steps = trained(one_more, TrainingConfig(epochs=2, batch_size=4), name=name)
    assert [step.index for step in steps] == list(range(1, 2 * n_steps + 1))
    assert {step.total for step in steps} == {2 * n_steps}


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


@pytest.mark.parametrize("config", [TrainingConfig(epochs=2, batch_size=8), EVERYTHING])
def test_seed_decides_the_weights_bit_by_bit(samples, config):
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


def test_first_step_of_sgd_by_hand(samples):
    """Nesterov's first step is rate * (1 + momentum) * g; the schedule starts at max_lr / 25 and momentum 0.95."""
    model = build_model("cnn", SHAPE, 4)
    reference = copy.deepcopy(model)
    config = TrainingConfig(epochs=5, batch_size=64, max_lr=0.5, weight_decay=1e-2, sgd=1, label_smoothing=0.2)
    step = next(iter(training(model, *samples, config, seed=0)))
    log_p = F.log_softmax(reference(to_input(samples[0]))[0], dim=1)
    targets = 0.8 * F.one_hot(samples[1], 4) + 0.2 / 4
    loss = -(targets * log_p).sum(dim=1).mean()
    loss.backward()
    assert step.losses["cross_entropy"] == pytest.approx(loss.item(), rel=1e-5)
    for moved, weight in zip(model.parameters(), reference.parameters(), strict=True):
        expected = weight.detach() - 0.5 / 25 * 1.95 * (weight.grad + 1e-2 * weight.detach())
        torch.testing.assert_close(moved.detach(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures("bfloat16_known")
def test_half_precision_gives_nearly_the_same_and_float32_weights(samples):
    whole, half = (TrainingConfig(epochs=1, batch_size=8, bfloat16=value) for value in (0, 1))
    (_, exact), (model, rough) = trained(samples, whole), trained(samples, half)
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}
    assert rough[0].losses != exact[0].losses
    assert rough[0].losses == pytest.approx(exact[0].losses, rel=0.02)


def test_a_resnet_learns_with_everything_switched_on(samples):
    model, _ = trained(samples, replace(EVERYTHING, epochs=15), name="resnet20")
    assert (predict(model, samples[0])[0].argmax(dim=1) == samples[1]).float().mean() > 0.9


@pytest.mark.parametrize("config", [TrainingConfig(epochs=1), EVERYTHING])
def test_training_leaves_the_global_generator_alone(samples, config):
    torch.manual_seed(987)
    before = torch.get_rng_state()
    trained(samples, config)
    assert torch.equal(torch.get_rng_state(), before)


# ------------------------------------------------------------------------------------------------------- augmentation


@pytest.fixture
def pictures():
    return torch.randint(1, 256, (600, 3, 5, 4), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)


def test_nothing_asked_for_changes_nothing(pictures):
    assert torch.equal(augment(pictures, 0, 0.0, torch.Generator()), pictures)


def test_mirrored_images_are_mirrored_sideways(pictures):
    assert torch.equal(augment(pictures, 0, 1.0, torch.Generator()), pictures.flip(3))
    half = augment(pictures, 0, 0.5, torch.Generator().manual_seed(0))
    is_flipped = (half == pictures.flip(3)).flatten(1).all(dim=1)
    assert ((half == pictures).flatten(1).all(dim=1) ^ is_flipped).all()
    assert 250 < is_flipped.sum() < 350


def test_each_image_is_moved_on_its_own_by_every_distance_alike(pictures):
    moved = augment(pictures, 1, 0.0, torch.Generator().manual_seed(0))
    assert moved.shape == pictures.shape
    assert moved.is_contiguous(memory_format=torch.channels_last)
    padded = F.pad(pictures, [1] * 4)
    crops = [padded[:, :, i : i + 5, j : j + 4] for i in range(3) for j in range(3)]
    found = torch.stack([(moved == crop).flatten(1).all(dim=1) for crop in crops])
    assert (found.sum(dim=0) == 1).all(), "each image is exactly one of the nine crops of itself"
    assert chisquare(found.sum(dim=1)).pvalue > 1e-3


def test_the_generator_decides(pictures):
    one, same, other = (augment(pictures, 2, 0.5, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


# ------------------------------------------------------------------------------------------------------- interruption


@pytest.mark.parametrize(
    ("name", "config"), [("cnn", TrainingConfig(epochs=3, batch_size=8)), ("resnet20", EVERYTHING)]
)
@pytest.mark.parametrize("n_steps", [3, 5, 8, 12, 15])
@pytest.mark.parametrize("is_killed", [False, True])
def test_an_interrupted_training_ends_bit_by_bit_as_an_uninterrupted_one(samples, name, config, n_steps, is_killed):
    """One that is stopped goes on where it was, one whose process is killed after its last whole epoch."""
    expected, steps = trained(samples, config, seed=1, name=name)
    first_again = 5 * ((n_steps - 1) // 5) + 1 if is_killed else n_steps + 1
    alive = []
    for n_here, first in ((n_steps, 1), (None, first_again)):
        model = build_model(name, SHAPE, 4, seed=0)
        checkpoint = Checkpoint({**model.state_dict(), "x": samples[0]}, {"seed": 1})
        alive.append(training(model, *samples, config, 1, checkpoint))
        seen = list(islice(alive[-1], n_here))
        if not is_killed:
            alive[-1].close()
        assert [step.index for step in seen] == list(range(first, first + len(seen)))
    assert [step.losses for step in seen] == [step.losses for step in steps[first_again - 1 :]]
    for key, value in expected.state_dict().items():
        assert torch.equal(model.state_dict()[key], value), key


def test_a_state_that_was_kept_by_an_earlier_version_is_gone_on_with(samples):
    config = TrainingConfig(epochs=2, batch_size=8)
    model = build_model("cnn", SHAPE, 4, seed=0)
    checkpoint = Checkpoint(model.state_dict(), {})
    killed = training(model, *samples, config, 1, checkpoint)
    list(islice(killed, 6))
    state = checkpoint.load()
    checkpoint.save({key: state[key] for key in ("parts", "rng", "n_epochs_done", "seconds")})
    steps = list(training(build_model("cnn", SHAPE, 4, seed=0), *samples, config, 1, checkpoint))
    assert [step.index for step in steps] == [6, 7, 8, 9, 10]


def test_time_before_the_interruption_counts(samples):
    model = build_model("cnn", SHAPE, 4)
    checkpoint = Checkpoint(model.state_dict(), {})
    drain(training(model, *samples, TrainingConfig(epochs=1), 0, checkpoint))
    state = checkpoint.load()
    assert state["seconds"] > 0
    checkpoint.save({**state, "seconds": 1000.0})
    assert 1000 <= drain(training(model, *samples, TrainingConfig(epochs=1), 0, checkpoint)) < 1010


# ------------------------------------------------------------------------------------------------------------ recipes


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("dataset", [*DATASETS, "a dataset of tomorrow"])
def test_there_is_a_recipe_for_everything(dataset, model):
    assert isinstance(recipe_for(dataset, model), TrainingConfig)


@pytest.mark.parametrize("card", shipped_cards(), ids=lambda card: f"{card['dataset']}-{card['model']}")
def test_recipes_are_those_of_the_shipped_models(card):
    assert TrainingConfig(**card["recipe"]) == recipe_for(card["dataset"], card["model"])
