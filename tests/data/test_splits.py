import hashlib
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
    splits = split(labelled, ForgetSpec(classes=classes), 0)
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
    splits = split(digits, ForgetSpec(classes=(label,)), 0)
    assert len(splits.forget_train) + len(splits.retain_train) == len(digits.y_train)
    assert len(splits.forget_test) + len(splits.retain_test) == len(digits.y_test)
    assert len(splits.forget_train) == int((digits.y_train == label).sum()) > 0


def test_nothing_to_forget_and_nothing_to_keep_are_refused():
    with pytest.raises(SpecError, match="no training sample"):
        split(dataset_of([0, 1], [0, 1]), ForgetSpec(classes=(2,)), 0)
    with pytest.raises(SpecError, match="Everything"):
        split(dataset_of([0, 1], [0, 1]), ForgetSpec(classes=(0, 1)), 0)


def test_a_class_without_test_samples_can_be_forgotten():
    splits = split(dataset_of([0, 1, 1], [1]), ForgetSpec(classes=(0,)), 0)
    assert splits.forget_test.tolist() == []
    assert splits.retain_test.tolist() == [0]


OF_IMAGES = [
    ForgetSpec("random", fraction=0.1),
    ForgetSpec("random", fraction=0.7),
    ForgetSpec("samples", samples=(4,)),
    ForgetSpec("samples", samples=tuple(range(0, 800, 3))),
]


@pytest.mark.parametrize("forget", OF_IMAGES)
def test_splits_of_images_are_disjoint_exhaustive_and_leave_the_test_set_alone(labelled, forget):
    splits = split(labelled, forget, 0)
    together = [*splits.forget_train.tolist(), *splits.retain_train.tolist()]
    assert sorted(together) == list(range(len(labelled.y_train)))
    assert len(splits.forget_test) == 0
    assert splits.retain_test.tolist() == list(range(len(labelled.y_test)))
    expected = len(forget.samples) if forget.samples else round(forget.fraction * len(labelled.y_train))
    assert len(splits.forget_train) == expected
    if forget.samples:
        assert splits.forget_train.tolist() == list(forget.samples)


def test_a_random_forget_set_is_drawn_by_the_seed_alone(labelled):
    draws = [split(labelled, OF_IMAGES[0], seed).forget_train.tolist() for seed in (0, 0, 1)]
    assert draws[0] == draws[1] != draws[2]


def test_a_random_forget_set_is_a_fair_draw(labelled):
    counts = np.zeros(len(labelled.y_train))
    for seed in range(400):
        counts[split(labelled, OF_IMAGES[0], seed).forget_train.numpy()] += 1
    # each is drawn 40 times on average with a deviation of 6; of 850 the extremes lie within 5 deviations
    assert counts.min() > 10
    assert counts.max() < 70


def test_a_part_smaller_than_one_image_is_one_image():
    assert len(split(dataset_of([0, 1, 0, 1], [0, 1]), ForgetSpec("random", fraction=0.01), 0).forget_train) == 1


def test_images_that_do_not_exist_and_classes_that_would_vanish_are_refused():
    dataset = dataset_of([0, 0, 1, 1], [0, 1])
    with pytest.raises(SpecError, match="0 to 3; got 4"):
        split(dataset, ForgetSpec("samples", samples=(0, 1, 4)), 0)
    with pytest.raises(SpecError, match="class 1"):
        split(dataset, ForgetSpec("samples", samples=(0, 2, 3)), 0)
    with pytest.raises(SpecError, match="Everything"):
        split(dataset, ForgetSpec("samples", samples=(0, 1, 2, 3)), 0)


@pytest.mark.parametrize("forget", OF_IMAGES)
def test_probe_set_shows_forgotten_images_of_a_class_beside_others(labelled, forget):
    splits = split(labelled, forget, 0)
    probe = draw_probe_set(labelled, splits, 0)
    np.testing.assert_array_equal(probe.is_forget, probe.in_train & np.isin(probe.idx, splits.forget_train.numpy()))
    for limit, part in ((PROBE_SAMPLES_PER_CLASS, probe.in_train), (LIVE_SAMPLES_PER_CLASS, probe.is_live)):
        for label in range(4):
            of_class = labelled.y_train[splits.forget_train] == label
            n_forget, n_all = int(of_class.sum()), int((labelled.y_train == label).sum())
            shown = probe.in_train & part & (probe.y == label)
            assert shown.sum() == min(limit, n_all)
            expected = min(n_forget, max(limit // 2, limit - (n_all - n_forget)))
            assert (shown & probe.is_forget).sum() == expected


def probe_of(dataset, classes=(1,), seed=0):
    return draw_probe_set(dataset, split(dataset, ForgetSpec(classes=classes), 0), seed)


def test_probe_set_is_balanced_up_to_what_there_is(labelled):
    probe = probe_of(labelled)
    for in_train, y in ((True, labelled.y_train), (False, labelled.y_test)):
        for label in range(4):
            n_present = int((y == label).sum())
            chosen = (probe.in_train == in_train) & (probe.y == label)
            assert chosen.sum() == min(n_present, PROBE_SAMPLES_PER_CLASS)
            assert (chosen & probe.is_live).sum() == min(n_present, LIVE_SAMPLES_PER_CLASS)


@pytest.mark.parametrize("forgotten", [(7,), tuple(range(0, 100, 20))])
def test_probe_set_of_a_hundred_classes_is_as_large_as_one_of_ten(forgotten):
    """Every class is there, and what is forgotten as often as one of ten would be."""
    probe = probe_of(dataset_of(np.repeat(range(100), 500), np.repeat(range(100), 100)), classes=forgotten)
    kept = sorted(set(range(100)) - set(forgotten))
    for label in range(100):
        here = probe.y == label
        n_train, n_test = (200, 100) if label in forgotten else (200 * 10 // len(kept),) * 2
        assert ((here & probe.in_train).sum(), (here & ~probe.in_train).sum()) == (n_train, n_test)
        n_live = LIVE_SAMPLES_PER_CLASS if label in forgotten else LIVE_SAMPLES_PER_CLASS * 10 // len(kept)
        assert (here & probe.is_live).sum() == 2 * n_live
    assert (~probe.is_forget).sum() <= 2 * 10 * PROBE_SAMPLES_PER_CLASS


def test_probe_set_of_ten_classes_is_what_it_always_was():
    """Stored runs and bands are compared with what is drawn today."""
    probe = probe_of(dataset_of(np.arange(5000) % 10, np.arange(3000) % 10), classes=(3, 4), seed=5)
    assert len(probe.y) == 4000
    drawn = np.concatenate([probe.idx, probe.is_live, probe.is_forget, probe.in_train]).astype(np.int64)
    assert hashlib.sha256(drawn.tobytes()).hexdigest()[:16] == "aeffdd1369daaa54"


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
