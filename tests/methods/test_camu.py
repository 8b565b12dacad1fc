"""CaMU against references written out here: losses by loops, Adam by its formula, and the authors' order of work.

Exactness is shown in float64, where two orders of summation agree to 1e-12: there the method is the reference or it is
not. In float32 rounding is amplified (Adam divides by the size of gradients, ReLU and max-pooling have kinks), so the
float32 test takes the median of several cases, some of which meet such a kink, and the same memory layout on both
sides. Which cases do depends on the processor: to sum each batch in the opposite order moves the weights as far.
"""

import copy
import math
from collections import Counter, defaultdict
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.stats import chisquare, kstest
from torch import nn

from camu_core import METHODS
from camu_core.methods.camu import CaMUConfig, draw_pairs
from camu_core.networks.models import BlockModel

CAMU = METHODS["camu"]
TERMS = ("retain_representation", "forget_representation", "retain_label", "forget_label")
SMALL = CaMUConfig(epochs=2, batch_size=4, representation_lr=3e-3, label_lr=2e-3)


# ---------------------------------------------------------------------------------------------- small networks


def tiny_network(n_classes=3, batch_norm=False, seed=0):
    """Two layers on 4x4 images; D = 5. Batch normalisation, if any, is before the representation, as in a ResNet."""
    torch.manual_seed(seed)
    encoder = [nn.Flatten(), nn.Linear(16, 5)] + ([nn.BatchNorm1d(5)] if batch_norm else [])
    return BlockModel(
        {"representation": nn.Sequential(*encoder), "output": nn.Linear(5, n_classes)}, representation="representation"
    )


def in_double(model):
    """The model in float64, taking float32 images."""
    first = next(iter(model.blocks.values()))
    first.register_forward_pre_hook(lambda module, inputs: (inputs[0].double(),))
    return model.double()


def moved(model, seed=1):
    """Weights a little away from the original's, so that no loss starts at zero."""
    rng = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(0.1 * torch.randn(weight.shape, generator=rng, dtype=weight.dtype))
    return model


@pytest.fixture
def tiny_task(make_task):
    """7 forget and 11 retain images of 3 classes in float64, the model a little away from the original."""

    def make(batch_norm=False, seed=0, **sizes):
        original = in_double(tiny_network(batch_norm=batch_norm))
        task = make_task(
            **{"n_forget": 7, "n_retain": 11, "n_classes": 3, **sizes}, seed=seed, original=original, size=4
        )
        moved(task.model)
        return task

    return make


# -------------------------------------------------------------------------------------------------- references


class Draws:
    """All draws of a run, in the order in which the method makes them, from a generator of its seed."""

    def __init__(self, task, config):
        batch_size = config.batch_size
        self._rng = rng = torch.Generator().manual_seed(task.seed)
        self._batch_size = batch_size
        n_forget, n_retain = len(task.y_forget), len(task.y_retain)
        self.n = n = max(config.repeats * n_forget, batch_size)
        self.forget = torch.tensor([i % n_forget for i in range(n)])
        sample = []
        while len(sample) < n:
            sample += torch.randperm(n_retain, generator=rng).tolist()
        self.retain = torch.tensor(sample[:n])
        self.treatment = self.retain[torch.randperm(n, generator=rng)]
        shifts = torch.randint(1, task.n_classes, (n,), generator=rng).tolist()
        labels = []
        for i in range(n):
            label, own = int(task.y_retain[self.treatment[i]]), int(task.y_forget[self.forget[i]])
            labels.append((own + shifts[i]) % task.n_classes if label == own else label)
        self.treatment_y = torch.tensor(labels)
        clean = task.x_retain[self.treatment].float() / 255
        noise = [torch.rand(clean[i : i + 200].shape, generator=rng) for i in range(0, n, 200)]
        self.treatment_x = clean + config.noise * torch.cat(noise)

    def batches(self):
        """One epoch: (places of forget pairs, places of retain samples) for each step."""
        forget_order, retain_order = (torch.randperm(self.n, generator=self._rng) for _ in range(2))
        for start in range(0, self.n, self._batch_size):
            yield forget_order[start : start + self._batch_size], retain_order[start : start + self._batch_size]


def straightforward(task, config, n_steps):
    """As the authors' code does it: separate forwards, the teacher each step, default Adam over all parameters."""
    draws, model = Draws(task, config), task.model
    first, second = (
        torch.optim.Adam(model.parameters(), lr=lr, weight_decay=config.weight_decay)
        for lr in (config.representation_lr, config.label_lr)
    )
    kl, cross_entropy = nn.KLDivLoss(reduction="sum"), nn.CrossEntropyLoss()
    done = 0
    while done < n_steps:
        for f, r in draws.batches():
            x_f = task.x_forget[draws.forget[f]].float() / 255
            x_r, y_r = task.x_retain[draws.retain[r]].float() / 255, task.y_retain[draws.retain[r]]
            x_f, x_r, treatment = (x.to(memory_format=torch.channels_last) for x in (x_f, x_r, draws.treatment_x[f]))
            with torch.no_grad():
                taught_r = task.original(x_r)[1].softmax(dim=1)
                taught_f = task.original(treatment)[1].softmax(dim=1)
            if config.retain_representation_weight or config.forget_representation_weight:
                h_r, h_f = model(x_r)[1], model(x_f)[1]
                loss = config.retain_representation_weight * kl(h_r.log_softmax(dim=1), taught_r)
                loss = loss + config.forget_representation_weight * kl(h_f.log_softmax(dim=1), taught_f)
                first.zero_grad(set_to_none=True)
                loss.backward()
                first.step()
            if config.retain_label_weight or config.forget_label_weight:
                logits_r, logits_f = model(x_r)[0], model(x_f)[0]
                loss = config.retain_label_weight * cross_entropy(logits_r, y_r)
                loss = loss + config.forget_label_weight * cross_entropy(logits_f, draws.treatment_y[f])
                second.zero_grad(set_to_none=True)
                loss.backward()
                second.step()
            done += 1
            if done == n_steps:
                break
    return model


def ours(task, config, n_steps=None):
    for step in CAMU.unlearn(task, config):
        if step.index == n_steps:
            break
    return task.model


def largest_difference(one, other):
    a, b = one.state_dict(), other.state_dict()
    assert a.keys() == b.keys()
    return max(float((a[name] - b[name]).abs().max()) for name in a)


def twin(task):
    """The same task with models of its own."""
    return replace(task, original=copy.deepcopy(task.original), model=copy.deepcopy(task.model))


def softmax_by_loop(row):
    largest = max(row.tolist())
    powers = [torch.exp(value - largest) for value in row]
    total = sum(powers)
    return [power / total for power in powers]


def kl_by_loop(taught, learned):
    """Sum over the batch of KL(softmax(taught) || softmax(learned)), rows of raw representations."""
    total = torch.zeros((), dtype=torch.float64)
    for taught_row, learned_row in zip(taught, learned, strict=True):
        for p, q in zip(softmax_by_loop(taught_row), softmax_by_loop(learned_row), strict=True):
            total = total + p * (torch.log(p) - torch.log(q))
    return total


def cross_entropy_by_loop(logits, labels):
    """Mean over the batch of -log softmax(logits)[label]."""
    total = torch.zeros((), dtype=torch.float64)
    for row, label in zip(logits, labels.tolist(), strict=True):
        total = total - torch.log(softmax_by_loop(row)[label])
    return total / len(labels)


class AdamByFormula:
    """Kingma and Ba, arXiv:1412.6980, algorithm 1, with an L2 penalty; parameters without a gradient are skipped."""

    def __init__(self, parameters, lr, weight_decay):
        self.parameters, self.lr, self.weight_decay = list(parameters), lr, weight_decay
        self.m = [torch.zeros_like(weight) for weight in self.parameters]
        self.v = [torch.zeros_like(weight) for weight in self.parameters]
        self.t = [0] * len(self.parameters)

    def step(self, loss):
        gradients = torch.autograd.grad(loss, self.parameters, allow_unused=True)
        with torch.no_grad():
            for i, (weight, gradient) in enumerate(zip(self.parameters, gradients, strict=True)):
                if gradient is None:
                    continue
                gradient = gradient + self.weight_decay * weight
                self.t[i] += 1
                self.m[i] = 0.9 * self.m[i] + 0.1 * gradient
                self.v[i] = 0.999 * self.v[i] + 0.001 * gradient**2
                m, v = self.m[i] / (1 - 0.9 ** self.t[i]), self.v[i] / (1 - 0.999 ** self.t[i])
                weight -= self.lr * m / (v.sqrt() + 1e-8)


# --------------------------------------------------------------------------------------- losses and two-step update


def test_losses_and_two_step_updates_by_hand(tiny_task):
    """Every loss reported, and the weights after every step, of two epochs of two unequal batches."""
    task = tiny_task()
    reference = twin(task)
    draws, model = Draws(reference, SMALL), reference.model
    first = AdamByFormula(model.parameters(), SMALL.representation_lr, SMALL.weight_decay)
    second = AdamByFormula(model.parameters(), SMALL.label_lr, SMALL.weight_decay)
    steps = CAMU.unlearn(task, SMALL)
    for epoch in range(2):
        for i, (f, r) in enumerate(draws.batches()):
            x_f = reference.x_forget[draws.forget[f]].float() / 255
            x_r = reference.x_retain[draws.retain[r]].float() / 255
            step = next(steps)
            assert (step.index, step.total) == (2 * epoch + i + 1, 4)

            kl_r = kl_by_loop(reference.original(x_r)[1], model(x_r)[1])
            kl_f = kl_by_loop(reference.original(draws.treatment_x[f])[1], model(x_f)[1])
            first.step(0.5 * kl_r + 0.5 * kl_f)
            ce_r = cross_entropy_by_loop(model(x_r)[0], reference.y_retain[draws.retain[r]])
            ce_f = cross_entropy_by_loop(model(x_f)[0], draws.treatment_y[f])
            second.step(0.9 * ce_r + 0.01 * ce_f)

            expected = dict(zip(TERMS, (kl_r.item(), kl_f.item(), ce_r.item(), ce_f.item()), strict=True))
            assert step.losses == pytest.approx(expected, rel=1e-9)
            assert min(step.losses.values()) > 1e-3, "a loss of zero would prove nothing"
            assert largest_difference(task.model, model) < 1e-12
    assert next(steps, None) is None


def test_pinned_50_steps_are_the_straightforward_loop_in_float64(make_class_task):
    task = make_class_task("digits", 3)
    in_double(task.original)
    task = replace(task, model=copy.deepcopy(task.original).requires_grad_(True).train())
    config = CaMUConfig(epochs=10, representation_lr=1e-3)
    reference = twin(task)
    difference = largest_difference(ours(task, config, 50), straightforward(reference, config, 50))
    print(f"largest weight difference after 50 steps in float64: {difference:.2e}")
    assert difference < 1e-10
    assert largest_difference(task.model, task.original) > 1e-2


@pytest.mark.slow
def test_pinned_50_steps_agree_to_1e_6_in_float32(make_class_task):
    config, differences = CaMUConfig(epochs=10, representation_lr=1e-3), []
    for label, seed in ((0, 0), (0, 1), (1, 1), (4, 1), (5, 1), (7, 0), (8, 1)):
        task = make_class_task("digits", label, seed)
        reference = twin(task)
        differences.append(largest_difference(ours(task, config, 50), straightforward(reference, config, 50)))
        assert largest_difference(task.model, task.original) > 1e-2
    print("largest weight differences after 50 steps in float32:", *(f"{difference:.2e}" for difference in differences))
    assert np.median(differences) < 1e-6


@pytest.mark.slow
def test_pinned_10_steps_on_mnist_in_float64(make_class_task, needs_mnist):
    task = make_class_task("mnist", 3, seed=1)
    images = {name: getattr(task, name)[:1000] for name in ("x_forget", "y_forget", "x_retain", "y_retain")}
    task = replace(task, **images)
    in_double(task.original)
    task = replace(task, model=copy.deepcopy(task.original).requires_grad_(True).train())
    reference = twin(task)
    config = CAMU.default_config("mnist", "class")
    assert largest_difference(ours(task, config, 10), straightforward(reference, config, 10)) < 1e-10


@pytest.mark.parametrize(
    "sizes", [{}, {"n_forget": 3, "n_retain": 2}, {"n_forget": 13, "n_retain": 5}, {"n_forget": 1}]
)
def test_unequal_sizes_are_the_straightforward_loop_too(tiny_task, sizes):
    task = tiny_task(**sizes)
    reference = twin(task)
    n_steps = 2 * math.ceil(max(len(task.y_forget), SMALL.batch_size) / SMALL.batch_size)
    assert largest_difference(ours(task, SMALL), straightforward(reference, SMALL, n_steps)) < 1e-12


def test_batch_normalisation_keeps_the_originals_statistics(tiny_task):
    task = tiny_task(batch_norm=True, n_forget=8)
    task.original.blocks["representation"][2].running_mean.uniform_(-1, 1)
    task.model.load_state_dict(task.original.state_dict())
    moved(task.model)
    reference = twin(task)
    reference.model.eval()
    unlearned = ours(task, SMALL)
    assert largest_difference(unlearned, straightforward(reference, SMALL, 4)) < 1e-12
    for kept, original in zip(unlearned.buffers(), task.original.buffers(), strict=True):
        assert torch.equal(kept, original)


@pytest.mark.parametrize("settings", [{"noise": 0.227}, {"noise": 0}, {"repeats": 3}, {"authors_batch_norm": 1}])
def test_the_authors_settings_are_the_straightforward_loop_too(tiny_task, settings):
    config = SMALL.with_values(settings)
    task = tiny_task(batch_norm=True, n_forget=8)
    reference = twin(task)
    reference.model.train(bool(config.authors_batch_norm))
    n_steps = 4 * config.repeats
    unlearned = ours(task, config)
    assert largest_difference(unlearned, straightforward(reference, config, n_steps)) < 1e-12
    follows = not torch.equal(next(unlearned.buffers()), next(task.original.buffers()))
    assert follows == bool(config.authors_batch_norm)


# ------------------------------------------------------------------------------------------------- terms switched off


@pytest.mark.parametrize("off", [(name,) for name in TERMS] + [TERMS[:2], TERMS[2:], TERMS[::2], TERMS[1::2]])
def test_terms_can_be_switched_off(tiny_task, off):
    config = replace(SMALL, **{f"{name}_weight": 0.0 for name in off})
    task = tiny_task()
    reference, all_on = twin(task), twin(task)
    head = {name: value.clone() for name, value in task.model.state_dict().items() if "output" in name}
    ours(task, config)
    assert largest_difference(task.model, straightforward(reference, config, 4)) < 1e-12
    assert largest_difference(task.model, ours(all_on, SMALL)) > 1e-6
    if off == TERMS[2:]:
        assert all(torch.equal(task.model.state_dict()[name], value) for name, value in head.items())


def test_all_terms_off_leaves_every_bit_as_it_was(make_class_task):
    task = make_class_task("digits", 3)
    config = replace(CAMU.default_config("digits", "class"), **{f"{name}_weight": 0.0 for name in TERMS})
    steps = list(CAMU.unlearn(task, config))
    for name, value in task.original.state_dict().items():
        assert torch.equal(task.model.state_dict()[name], value), name
    assert steps[-1].index == steps[-1].total == len(steps)


def test_rates_of_zero_leave_every_bit_as_it_was(tiny_task):
    task = tiny_task()
    before = copy.deepcopy(task.model)
    ours(task, replace(SMALL, representation_lr=0.0, label_lr=0.0))
    assert largest_difference(task.model, before) == 0.0


def test_representation_step_leaves_the_head_alone(tiny_task):
    """Weight decay included: layers after the representation get no gradient in step 1."""
    task = tiny_task()
    before = copy.deepcopy(task.model)
    ours(task, replace(SMALL, retain_label_weight=0.0, forget_label_weight=0.0, weight_decay=0.5))
    assert torch.equal(task.model.blocks["output"].weight, before.blocks["output"].weight)
    assert not torch.equal(task.model.blocks["representation"][1].weight, before.blocks["representation"][1].weight)


# ------------------------------------------------------------------------------------------------------------- draws


@pytest.mark.parametrize(
    ("n_forget", "n_retain", "batch_size"), [(3, 40, 8), (1, 40, 8), (20, 6, 8), (3, 2, 8), (33, 200, 32), (8, 8, 8)]
)
def test_small_sets_are_cycled_and_none_is_truncated(make_task, n_forget, n_retain, batch_size):
    task = make_task(n_forget=n_forget, n_retain=n_retain)
    pairs = draw_pairs(task, batch_size, torch.Generator().manual_seed(0))
    n_pairs = max(n_forget, batch_size)
    for idx, n_there in ((pairs.forget_idx, n_forget), (pairs.retain_idx, n_retain)):
        uses = Counter(idx.tolist())
        assert len(idx) == n_pairs
        assert len(uses) == min(n_there, n_pairs)
        assert max(uses.values()) - min(uses.values()) <= 1
        assert max(uses) < n_there
    assert Counter(pairs.counterfactual_idx.tolist()) == Counter(pairs.retain_idx.tolist())
    assert len(pairs.counterfactual_y) == n_pairs


@pytest.mark.parametrize(("n_forget", "n_steps"), [(3, 2), (8, 2), (9, 4), (20, 6)])
def test_each_epoch_passes_over_every_forget_sample(make_task, n_forget, n_steps):
    task = make_task(n_forget=n_forget)
    task.x_forget[:, 0, 0, 0] = torch.arange(n_forget) + 100
    task.x_retain[:, 0, 0, 0] = 0
    seen = []
    task.model.blocks["conv1"].register_forward_pre_hook(
        lambda module, inputs: seen.extend((inputs[0][:, 0, 0, 0] * 255).round().int().tolist())
    )
    steps = list(CAMU.unlearn(task, CaMUConfig(epochs=2, batch_size=8)))
    assert [step.index for step in steps] == list(range(1, n_steps + 1))
    assert {step.total for step in steps} == {n_steps}
    assert {value - 100 for value in seen if value} == set(range(n_forget))


def test_retain_sample_has_no_doubles_and_differs_by_seed(make_task):
    task = make_task(n_forget=30, n_retain=500)
    one, same, other = (draw_pairs(task, 8, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert len(set(one.retain_idx.tolist())) == 30
    assert all(torch.equal(getattr(one, name), getattr(same, name)) for name in vars(one))
    assert not torch.equal(one.retain_idx, other.retain_idx)
    assert not torch.equal(one.retain_idx, one.counterfactual_idx), "two orders of the same sample"


@pytest.mark.parametrize("n_classes", [2, 3, 10])
def test_counterfactual_labels_differ_from_the_forget_label_and_are_uniform_over_the_others(make_task, n_classes):
    task = make_task(n_forget=20_000, n_retain=20_000, n_classes=n_classes, size=1, original=tiny_network(n_classes))
    pairs = draw_pairs(task, 32, torch.Generator().manual_seed(0))
    own, drawn = task.y_forget[pairs.forget_idx], task.y_retain[pairs.counterfactual_idx]
    label = pairs.counterfactual_y
    assert (label != own).all()
    assert ((label >= 0) & (label < n_classes)).all()
    kept = drawn != own
    assert torch.equal(label[kept], drawn[kept]), "a label that differs already stays"
    assert (~kept).sum() > 1000
    for c in range(n_classes):
        counts = torch.bincount(label[~kept & (own == c)], minlength=n_classes)
        others = [int(count) for i, count in enumerate(counts) if i != c]
        assert counts[c] == 0
        if n_classes > 2:
            assert chisquare(others).pvalue > 1e-3, others


def test_pairs_stay_paired_and_the_noise_is_drawn_once(make_task):
    """With rates of 0 the model stands still, so a pair's two losses are its fingerprint, epoch after epoch."""
    task = make_task(n_forget=12, n_retain=40)
    task.x_forget[:, 0, 0, 0] = torch.arange(12) + 100
    task.x_retain[:, 0, 0, 0] = 0
    moved(task.model)
    seen = []
    task.model.blocks["conv1"].register_forward_pre_hook(
        lambda module, inputs: seen.extend((inputs[0][:, 0, 0, 0] * 255).round().int().tolist())
    )
    config = CaMUConfig(epochs=4, batch_size=1, representation_lr=0.0, label_lr=0.0)
    fingerprints, orders = defaultdict(set), []
    for step in CAMU.unlearn(task, config):
        (sample,) = {value for value in seen if value}
        orders.append(sample)
        fingerprints[sample].add((f"{step.losses['forget_representation']:.4g}", f"{step.losses['forget_label']:.4g}"))
        seen.clear()
    assert len(fingerprints) == 12
    assert {len(prints) for prints in fingerprints.values()} == {1}
    assert len(set.union(*fingerprints.values())) == 12, "fingerprints that are all alike would prove nothing"
    epochs = [tuple(orders[i : i + 12]) for i in range(0, 48, 12)]
    assert len(set(epochs)) == 4, "each epoch has an order of its own"


@pytest.mark.parametrize(("grey", "low"), [(0, 0.0), (128, 128 / 255), (255, 1.0)])
def test_noise_is_uniform_from_0_to_1_on_every_pixel_and_not_clamped(make_task, grey, low):
    task = make_task(n_forget=200, n_retain=200)
    task.x_retain.fill_(grey)
    shown = []
    task.original.blocks["conv1"].register_forward_pre_hook(lambda module, inputs: shown.append(inputs[0].clone()))
    next(iter(CAMU.unlearn(task, CaMUConfig())))
    pixels = torch.cat([x for x in shown if x.std() > 0]).flatten().double().numpy() - low
    assert len(pixels) == 200 * 64, "every counterfactual, once"
    assert pixels.min() >= -1e-6
    assert pixels.max() <= 1 + 1e-6
    assert kstest(pixels, "uniform").pvalue > 1e-3
    assert (grey < 255) or pixels.max() + low > 1.99


# ------------------------------------------------------------------------------------------------ teacher, seed, config


def test_the_teacher_sees_each_fixed_input_once(make_task):
    task = make_task(n_forget=40)
    n_shown = []
    task.original.blocks["conv1"].register_forward_pre_hook(lambda module, inputs: n_shown.append(len(inputs[0])))
    ours(task, CaMUConfig(epochs=5, batch_size=8))
    assert sum(n_shown) == 2 * 40


def test_the_original_stays_frozen_and_in_eval_mode(make_task):
    task = make_task()
    before = copy.deepcopy(task.original)
    ours(task, CaMUConfig())
    assert largest_difference(task.original, before) == 0.0
    assert not task.original.training
    assert not any(weight.requires_grad or weight.grad is not None for weight in task.original.parameters())


def test_images_and_labels_are_left_alone(make_task):
    task = make_task()
    before = [part.clone() for part in (task.x_forget, task.y_forget, task.x_retain, task.y_retain)]
    ours(task, CaMUConfig())
    for part, was in zip((task.x_forget, task.y_forget, task.x_retain, task.y_retain), before, strict=True):
        assert torch.equal(part, was)


def test_the_seed_alone_decides_every_bit(make_task):
    weights = []
    for seed, noise in ((1, 5), (1, 6), (2, 5)):
        torch.manual_seed(noise)
        np.random.seed(noise)
        task = replace(make_task(seed=1), seed=seed)
        weights.append(ours(task, CaMUConfig(batch_size=8)))
    assert largest_difference(weights[0], weights[1]) == 0.0
    assert largest_difference(weights[0], weights[2]) > 1e-6


def test_the_global_generator_is_left_alone(make_task):
    task = make_task()
    torch.manual_seed(987)
    before = torch.get_rng_state()
    ours(task, CaMUConfig())
    assert torch.equal(torch.get_rng_state(), before)


def test_every_step_reports_the_four_unweighted_terms(make_task):
    for config in (CaMUConfig(), CaMUConfig(forget_label_weight=5.0, retain_representation_weight=7.0)):
        first = next(iter(CAMU.unlearn(make_task(), config)))
        assert set(first.losses) == set(TERMS)
        assert all(math.isfinite(value) and value >= -1e-4 for value in first.losses.values())
    at_rest = next(iter(CAMU.unlearn(make_task(), CaMUConfig())))
    assert at_rest.losses["retain_representation"] == pytest.approx(0.0, abs=1e-4), "student and teacher start equal"


@pytest.mark.parametrize("dataset", ["mnist", "fashion_mnist"])
def test_defaults_are_the_papers_for_class_removal(dataset):
    assert CAMU.default_config(dataset, "class") == CaMUConfig(
        epochs=2,
        batch_size=32,
        representation_lr=4e-4,
        label_lr=1e-3,
        weight_decay=1e-4,
        retain_representation_weight=0.5,
        forget_representation_weight=0.5,
        retain_label_weight=0.9,
        forget_label_weight=0.01,
        bfloat16=1,
    )


@pytest.mark.parametrize(("model", "of_a_class"), [("resnet20", (3, 5e-5, 2e-4)), ("resnet18", (2, 1e-5, 5e-5))])
def test_defaults_of_resnets(model, of_a_class):
    """The paper's, but ours for a class in a network that is not the paper's."""
    random, whole_class = (CAMU.default_config("cifar10", kind, model) for kind in ("random", "class"))
    assert (random.epochs, random.representation_lr, random.label_lr) == (10, 1e-5, 1e-4)
    assert (whole_class.epochs, whole_class.representation_lr, whole_class.label_lr) == of_a_class
    papers = replace(whole_class, epochs=2, representation_lr=4e-4, label_lr=1e-3, noise=1)
    assert papers == CaMUConfig(bfloat16=1), "all else is the paper's"
    assert random.noise == whole_class.noise == pytest.approx(1 / 4.4, abs=0.01), "CIFAR's standard deviation is 0.23"
    assert CAMU.default_config("mnist", "class", model).noise == 1, "grey images are not normalised"


def test_a_class_of_cifar100_is_shown_ten_times_as_by_the_authors():
    config = CAMU.default_config("cifar100", "class", "resnet18")
    steps = config.epochs * math.ceil(500 * config.repeats / config.batch_size)
    assert (config.repeats, steps) == (10, 314)
