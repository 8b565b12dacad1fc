"""Passes and samples against counts by hand, and who is not counted."""

import copy
from dataclasses import asdict

import pytest
import torch

from camu_core import METHODS, plan_run
from camu_core.measures import CostMeter, training_cost
from camu_core.methods.bad_teacher import BadTeacherConfig
from camu_core.methods.boundary_shrink import BoundaryShrinkConfig
from camu_core.methods.camu import CaMUConfig
from camu_core.methods.finetune import FinetuneConfig
from camu_core.networks.models import predict, to_input
from camu_core.networks.training import TrainingConfig
from camu_core.runs.results import RunResult


def cost(samples_forward, samples_backward, forward_passes, backward_passes):
    return locals()


def counted(name, task, config):
    meter = CostMeter(task.original, task.model)
    with meter:
        for _ in METHODS[name].unlearn(task, config):
            pass
    return meter.counts


def test_fine_tuning_sees_each_retain_sample_once_an_epoch(make_task):
    """60 samples in batches of 8 are 8 batches; twice."""
    assert counted("finetune", make_task(), FinetuneConfig(epochs=2, batch_size=8)) == cost(120, 120, 16, 16)


def test_camu_takes_two_steps_a_batch_and_asks_its_teacher_once(make_task):
    """20 pairs are 3 batches, each run through twice with as many retain samples; the teacher sees 20 + 20 once."""
    config = CaMUConfig(epochs=2, batch_size=8)
    assert counted("camu", make_task(), config) == cost(40 + 2 * 2 * 40, 2 * 2 * 40, 2 + 2 * 2 * 3, 2 * 2 * 3)


def test_gradients_of_images_are_backward_passes(make_task):
    """Each sample goes once through the search (there, back, and there again), and once an epoch through training."""
    config = BoundaryShrinkConfig(epochs=3, batch_size=10)
    assert counted("boundary_shrink", make_task(), config) == cost(20 * 2 + 60, 20 + 60, 2 * 2 + 6, 2 + 6)


def test_teachers_that_a_method_makes_itself_are_counted(make_task):
    """20 + 60 samples in one batch: the student's and the original's pass over all, the untrained one's over 20."""
    config = BadTeacherConfig(batch_size=100, retain_fraction=1.0)
    assert counted("bad_teacher", make_task(), config) == cost(80 + 80 + 20, 80, 3, 1)


@pytest.mark.parametrize("n_retain", [60, 64])
def test_a_training_done_elsewhere_costs_what_it_would_here(make_task, n_retain):
    task = make_task(n_retain=n_retain)
    assert counted("retrain", task, TrainingConfig(epochs=3, batch_size=16)) == training_cost(3, 16, n_retain)


def test_only_work_inside_is_counted_and_nothing_after_closing(make_task):
    task = make_task()
    meter = CostMeter(task.original, task.model)
    predict(task.model, task.x_retain)
    assert meter.counts == cost(0, 0, 0, 0)
    with meter:
        logits = task.model(to_input(task.x_retain))[0]
    logits.sum().backward()
    assert meter.counts == cost(60, 0, 1, 0)
    assert meter.seconds > 0
    meter.close()
    with meter, torch.no_grad():
        task.model(to_input(task.x_retain))
        copy.deepcopy(task.original)(to_input(task.x_retain))
    assert meter.counts == cost(60, 0, 1, 0)


def test_the_weights_come_out_the_same_with_and_without_a_meter(make_task):
    config, states = CaMUConfig(batch_size=8), []
    for watch in (True, False):
        task = make_task()
        if watch:
            counted("camu", task, config)
        else:
            for _ in METHODS["camu"].unlearn(task, config):
                pass
        states.append(task.model.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])


def test_a_run_tells_its_cost_without_snapshots(digits_result):
    spec = digits_result.spec
    settings, n = dict(spec.settings), digits_result.metrics["original"]["n"]["forget_train"]
    assert asdict(plan_run("digits", [3])) == asdict(spec)
    assert n > settings["batch_size"]
    n_batches = settings["epochs"] * -(-n // settings["batch_size"])
    expected = cost(2 * n + settings["epochs"] * 4 * n, settings["epochs"] * 4 * n, 2 + 2 * n_batches, 2 * n_batches)
    assert digits_result.cost == expected
    assert digits_result.summary()["cost"] == expected


def test_a_run_from_before_costs_were_counted_can_be_opened(digits_result):
    summary = {name: value for name, value in digits_result.summary().items() if name != "cost"}
    assert RunResult.from_parts(summary, digits_result.arrays()).cost == {}
    assert RunResult.from_parts(digits_result.summary(), digits_result.arrays()).cost == digits_result.cost
