from itertools import combinations

import numpy as np
import pytest
import torch

from camu_core.data import Dataset, draw_probe_set, split
from camu_core.data.splits import LIVE_SAMPLES_PER_CLASS, PROBE_SAMPLES_PER_CLASS
from camu_core.errors import SpecError
from camu_core.specs import ForgetSpec


def dataset_of(y_train, y_test):
    """Images whose first two pixels carry their index."""
    parts = []
    for labels in (torch.as_tensor(y_train), torch.as_tensor(y_test)):
        x = torch.zeros(len(labels), 1, 2, 2, dtype=torch.uint8)
        idx = torch.arange(len(labels))
        x[:, 0, 0, 0], x[:, 0, 0, 1] = (idx // 256).to(torch.uint8), (idx % 256).to(torch.uint8)
        parts += [x, labels.long()]
    return Dataset(*parts)


@pytest.fixture(scope="module")
def labelled():
    """Four classes of 300, 250, 210 and 90 training samples, and 240, 40, 20 and 5 test samples, shuffled."""
    rng = np.random.default_rng(0)
    return dataset_of(
        rng.permutation(np.repeat(range(4), [300, 250, 210, 90])),
        rng.permutation(np.repeat(range(4), [240, 40, 20, 5])),
    )


@pytest.mark.parametrize("classes", [c for n in (1, 2, 3) for c in combinations(range(4), n)])
def test_splits_are_disjoint_exhaustive_and_what_was_asked_for(labelled, classes):
    splits = split(labelled, ForgetSpec(classes=classes))
    for forget, retain, y in (
        (splits.forget_train, splits.retain_train, labelled.y_train),
        (splits.forget_test, splits.retain_test, labelled.y_test),
    ):
        assert sorted([*forget.tolist(), *retain.tolist()]) == list(range(len(y)))
        assert forget.tolist() == sorted(forget.tolist())
        assert retain.tolist() == sorted(retain.tolist())
        assert set(y[forget].tolist()) == set(classes)
        assert set(y[retain].tolist()) == set(range(4)) - set(classes)


@pytest.mark.parametrize("label", range(10))
def test_splits_of_digits(digits, label):
    splits = split(digits, ForgetSpec(classes=(label,)))
    assert len(splits.forget_train) + len(splits.retain_train) == len(digits.y_train)
    assert len(splits.forget_test) + len(splits.retain_test) == len(digits.y_test)
    assert len(splits.forget_train) == int((digits.y_train == label).sum()) > 0


def test_nothing_to_forget_and_nothing_to_keep_are_refused():
    with pytest.raises(SpecError, match="no training sample"):
        split(dataset_of([0, 1], [0, 1]), ForgetSpec(classes=(2,)))
    with pytest.raises(SpecError, match="Everything"):
        split(dataset_of([0, 1], [0, 1]), ForgetSpec(classes=(0, 1)))


def test_a_class_without_test_samples_can_be_forgotten():
    splits = split(dataset_of([0, 1, 1], [1]), ForgetSpec(classes=(0,)))
    assert splits.forget_test.tolist() == []
    assert splits.retain_test.tolist() == [0]


def probe_of(dataset, classes=(1,), seed=0):
    return draw_probe_set(dataset, split(dataset, ForgetSpec(classes=classes)), seed)


def test_probe_set_is_balanced_up_to_what_there_is(labelled):
    probe = probe_of(labelled)
    for in_train, y in ((True, labelled.y_train), (False, labelled.y_test)):
        for label in range(4):
            n_present = int((y == label).sum())
            chosen = (probe.in_train == in_train) & (probe.y == label)
            assert chosen.sum() == min(n_present, PROBE_SAMPLES_PER_CLASS)
            assert (chosen & probe.is_live).sum() == min(n_present, LIVE_SAMPLES_PER_CLASS)


def test_probe_set_holds_the_samples_it_names_each_once(labelled):
    probe = probe_of(labelled)
    assert probe.x.dtype == np.uint8
    for in_train, x, y in ((True, labelled.x_train, labelled.y_train), (False, labelled.x_test, labelled.y_test)):
        idx = probe.idx[probe.in_train == in_train]
        assert len(set(idx.tolist())) == len(idx)
        np.testing.assert_array_equal(probe.x[probe.in_train == in_train], x.numpy()[idx])
        np.testing.assert_array_equal(probe.y[probe.in_train == in_train], y.numpy()[idx])


def test_probe_set_marks_the_forget_set(labelled):
    probe = probe_of(labelled, classes=(0, 2))
    np.testing.assert_array_equal(probe.is_forget, np.isin(probe.y, [0, 2]))


def test_probe_set_depends_on_the_seed_alone(labelled):
    one, same, other_forgotten = probe_of(labelled), probe_of(labelled), probe_of(labelled, classes=(0, 3))
    for name in ("x", "y", "idx", "in_train", "is_live"):
        np.testing.assert_array_equal(getattr(one, name), getattr(same, name))
        np.testing.assert_array_equal(getattr(one, name), getattr(other_forgotten, name))
    assert not np.array_equal(one.idx, probe_of(labelled, seed=1).idx)


def test_probe_set_does_not_touch_the_global_generators(labelled):
    np.random.seed(987)
    torch.manual_seed(987)
    before, torch_before = np.random.get_state()[1].copy(), torch.get_rng_state()
    probe_of(labelled)
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    assert torch.equal(torch.get_rng_state(), torch_before)
