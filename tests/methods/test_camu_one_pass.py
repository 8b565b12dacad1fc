"""CaMU in one pass: one Adam step down the sum of all four terms, by hand, and each part at its own rate."""

import copy

import pytest
import torch
from torch.nn import functional as F

from camu_core import METHODS
from camu_core.methods.camu import CaMUConfig, draw_pairs

N = 146  # all training images of the digit 3: one batch
HEAD = ("blocks.hidden", "blocks.output")
ONE_PASS = METHODS["camu_one_pass"]
CONFIG = CaMUConfig(epochs=1, batch_size=N, representation_lr=3e-3, label_lr=2e-3, weight_decay=0.01)


def unlearned(task, config):
    """Weights by name before and after, and the first step's terms."""
    before = copy.deepcopy(task.model.state_dict())
    steps = list(ONE_PASS.unlearn(task, config))
    return before, task.model.state_dict(), steps[0].losses


def test_one_step_is_one_adam_step_down_the_weighted_sum(make_class_task) -> None:
    task = make_class_task("digits", 3)
    rng = torch.Generator().manual_seed(task.seed)
    pairs = draw_pairs(task, N, rng)
    model = copy.deepcopy(task.model)

    def seen(x: torch.Tensor) -> torch.Tensor:
        return x.float() / 255

    with torch.no_grad():
        kept = F.softmax(task.original.encode(seen(task.x_retain[pairs.retain_idx])), dim=1)
        noisy = seen(task.x_retain[pairs.counterfactual_idx])
        noisy = noisy + torch.rand(noisy.shape, generator=rng)
        moved = F.softmax(task.original.encode(noisy), dim=1)
    f, r = (torch.randperm(N, generator=rng) for _ in range(2))
    h_r = model.encode(seen(task.x_retain[pairs.retain_idx[r]]))
    h_f = model.encode(seen(task.x_forget[pairs.forget_idx[f]]))
    terms = {
        "retain_representation": (kept[r] * (kept[r].log() - F.log_softmax(h_r, dim=1))).sum(),
        "forget_representation": (moved[f] * (moved[f].log() - F.log_softmax(h_f, dim=1))).sum(),
        "retain_label": F.cross_entropy(model.decide(h_r), task.y_retain[pairs.retain_idx[r]]),
        "forget_label": F.cross_entropy(model.decide(h_f), pairs.counterfactual_y[f]),
    }
    (0.5 * terms["retain_representation"] + 0.5 * terms["forget_representation"]
     + 0.9 * terms["retain_label"] + 0.01 * terms["forget_label"]).backward()  # fmt: skip
    before, after, losses = unlearned(task, CONFIG)
    assert losses == pytest.approx({name: term.item() for name, term in terms.items()}, rel=1e-4, abs=1e-6)
    encoder = {name for name, _ in model.named_parameters() if not name.startswith(HEAD)}
    for name, weight in model.named_parameters():
        gradient = weight.grad + CONFIG.weight_decay * before[name]
        rate = CONFIG.representation_lr if name in encoder else CONFIG.label_lr
        step = rate * gradient / (gradient.abs() + 1e-8)  # Adam's first
        is_clear = gradient.abs() > 1e-5
        torch.testing.assert_close((before[name] - after[name])[is_clear], step[is_clear], rtol=0.02, atol=1e-7)


@pytest.mark.parametrize(("still", "config"), [
    ("encoder", CaMUConfig(epochs=1, batch_size=N, representation_lr=0.0)),
    ("head", CaMUConfig(epochs=1, batch_size=N, label_lr=0.0)),
])  # fmt: skip
def test_each_part_has_its_own_rate(make_class_task, still, config) -> None:
    task = make_class_task("digits", 3)
    before, after, _ = unlearned(task, config)
    for name in before:
        is_head = name.startswith(HEAD)
        assert torch.equal(before[name], after[name]) is (is_head == (still == "head"))


def test_it_has_the_settings_and_the_draws_of_camu(make_class_task) -> None:
    assert ONE_PASS.default_config("mnist", "class") == METHODS["camu"].default_config("mnist", "class")
    first = {}
    for name in ("camu", "camu_one_pass"):
        task = make_class_task("digits", 3)
        first[name] = next(iter(METHODS[name].unlearn(task, CONFIG))).losses
    for name in ("retain_representation", "forget_representation"):  # of which CaMU's come before its first step
        assert first["camu_one_pass"][name] == pytest.approx(first["camu"][name])
