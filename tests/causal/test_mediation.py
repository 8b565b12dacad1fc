import copy

import numpy as np
import pytest
import torch
from torch import nn

from camu_core.causal.mediation import swap_samples, transplant_samples
from camu_core.causal.responses import BATCH_SIZE, respond
from camu_core.networks.models import build_model

N = BATCH_SIZE + 20  # more than one batch
INPUTS = torch.rand(N, 1, 6, 6, generator=torch.Generator().manual_seed(0))
Y = np.arange(N) % 3


def hybrid_outcome(original, unlearned, replaced):
    """p(true class) of a real network, built by copying the named blocks over."""
    model = copy.deepcopy(original)
    for name in replaced:
        model.blocks[name].load_state_dict(unlearned.blocks[name].state_dict())
    model.eval()
    with torch.no_grad():
        return torch.softmax(model(INPUTS)[0].double(), dim=1).numpy()[np.arange(N), Y]


def swaps(original, unlearned):
    return swap_samples(original, unlearned, respond(original, INPUTS), respond(unlearned, INPUTS), Y)


def test_swaps_equal_networks_built_from_both(models):
    names = list(models[0].blocks)
    base = hybrid_outcome(*models, [])
    total, representation, head, interaction = swaps(*models)
    assert min(np.abs(part).mean() for part in (total, representation, head)) > 0.03  # the two models do differ
    assert total == pytest.approx(hybrid_outcome(*models, names) - base, abs=1e-6)
    assert representation == pytest.approx(hybrid_outcome(*models, names[:-1]) - base, abs=1e-6)
    assert head == pytest.approx(hybrid_outcome(*models, names[-1:]) - base, abs=1e-6)
    assert representation + head + interaction == pytest.approx(total, abs=1e-12)


def test_the_curve_equals_networks_built_block_by_block(models):
    names = list(models[0].blocks)
    curve = transplant_samples(*models, INPUTS, Y)
    assert curve.shape == (len(names) + 1, N)
    for j, row in enumerate(curve):
        assert row == pytest.approx(hybrid_outcome(*models, names[:j]), abs=1e-6)


def test_the_curve_of_a_resnet_takes_batch_statistics_along():
    pair = [build_model("resnet20", (1, 6, 6), 3, seed) for seed in (0, 1)]
    with torch.no_grad():
        for model in pair:  # in train mode, for statistics of its own
            model(INPUTS[:50] * (1 + pair.index(model)))
    curve = transplant_samples(*pair, INPUTS, Y)
    names = list(pair[0].blocks)
    for j in (0, 1, 5, len(names)):
        assert curve[j] == pytest.approx(hybrid_outcome(*pair, names[:j]), abs=1e-6)
    assert np.abs(np.diff(curve, axis=0)).mean(axis=1)[:-2].min() > 1e-4, "each residual block does make a difference"


def test_increments_telescope_to_the_total(models):
    curve = transplant_samples(*models, INPUTS, Y)
    assert np.diff(curve, axis=0).sum(axis=0) == pytest.approx(swaps(*models)[0], abs=1e-6)


def test_a_no_op_changes_nothing(models):
    twin = copy.deepcopy(models[0])
    assert not swaps(models[0], twin).any()
    assert not np.diff(transplant_samples(models[0], twin, INPUTS, Y), axis=0).any()


def test_the_models_mode_and_batch_statistics_are_left_as_they_were(models):
    models[1].eval()
    before = copy.deepcopy(models[0].state_dict())
    swaps(*models)
    transplant_samples(*models, INPUTS, Y)
    assert [model.training for model in models] == [True, False]
    assert all(torch.equal(value, before[name]) for name, value in models[0].state_dict().items())


def test_no_block_runs_more_often_than_needed(models):
    calls = {}
    for i, model in enumerate(models):
        for name, block in model.blocks.items():
            block.register_forward_hook(lambda *_, key=(i, name): calls.update({key: calls.get(key, 0) + 1}))
    transplant_samples(*models, INPUTS[:BATCH_SIZE], Y[:BATCH_SIZE])
    assert [calls[0, name] for name in models[0].blocks] == [1, 2, 3, 4, 5]
    assert [calls[1, name] for name in models[1].blocks] == [1] * 5


def test_no_samples_give_an_empty_curve(models):
    assert transplant_samples(*models, INPUTS[:0], Y[:0]).shape == (6, 0)


def test_head_of_several_blocks(models):
    deeper = []
    for model in copy.deepcopy(models):
        model.blocks["more"] = nn.Linear(3, 3)
        deeper.append(model)
    names = list(deeper[0].blocks)
    _, representation, head, _ = swaps(*deeper)
    base = hybrid_outcome(*deeper, [])
    assert representation == pytest.approx(hybrid_outcome(*deeper, names[:4]) - base, abs=1e-6)
    assert head == pytest.approx(hybrid_outcome(*deeper, names[4:]) - base, abs=1e-6)
