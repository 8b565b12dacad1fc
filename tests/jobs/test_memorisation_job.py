"""Memorisation as jobs: shards are kept and gone on with, results survive the store, and the shipped one is true."""

import sys

import numpy as np
import pytest
import torch
from doing import done, populated

from camu_core import RunStore
from camu_core.__main__ import main
from camu_core.engine.driver import LocalDriver
from camu_core.errors import RunError
from camu_core.jobs import Memorisation, MemorisationResult, followups
from camu_core.jobs.memorisation import HalvesShard
from camu_core.measures import GROUPS, memorisation
from camu_core.runs.memorisation import is_in_half


def shipped() -> MemorisationResult:
    return LocalDriver(RunStore()).result(Memorisation.of("digits").digest, MemorisationResult)


@pytest.mark.usefixtures("short_trainings")
def test_what_is_finished_is_kept_and_the_result_is_that_of_all_shards() -> None:
    work = Memorisation.of("digits", n_networks=20)
    assert [len(job.seeds) for job in work.shards] == [16, 4]
    store = RunStore()
    store.save(done(work.shards[0]))
    assert work.next_jobs(LocalDriver(store).is_there) == [work.shards[1]]
    driver, found = populated(work)
    assert followups(work, driver.is_there) == []

    answers = [driver.result(job.digest, HalvesShard).answers for job in work.shards]
    right = np.concatenate([each.right for each in answers])
    scores, errors = memorisation(right, is_in_half(1437, range(20)))
    np.testing.assert_allclose(found.scores, scores, atol=1e-3)
    np.testing.assert_allclose(found.errors, errors, atol=1e-3)
    assert sorted(found.order.tolist()) == list(range(1437))
    assert (np.diff(scores[found.order]) >= 0).all()
    assert found.about["networks"] == 20
    assert found.about["first_right"] == right[:16].sum(axis=1).tolist()

    again = RunStore().load(found.digest, MemorisationResult)
    assert again.about == found.about
    assert all(np.array_equal(array, getattr(again, name)) for name, array in found.arrays().items())


def test_its_digest_names_data_network_and_number_but_not_the_device() -> None:
    usual = Memorisation.of("digits")
    others = [Memorisation.of("digits", n_networks=64), Memorisation.of("mnist"), Memorisation.of("digits", "resnet20")]
    assert len({usual.digest, *(each.digest for each in others)}) == 4
    assert Memorisation(usual.dataset, usual.model, usual.n_networks, "cuda").digest == usual.digest


def test_groups_are_told_from_other_images() -> None:
    found = shipped()
    for group in GROUPS:
        samples = found.images(group, 30)
        assert list(samples) == sorted(samples)
        assert found.group(samples) == group
        assert sorted(found.from_hardest(group, 30).tolist()) == list(samples)
        assert found.group(samples[1:]) is None
    hardest = found.scores[found.from_hardest("worst", 30)]
    assert (np.diff(hardest) <= 0).all()
    assert hardest[0] == found.scores.max()
    assert found.group(()) is None
    assert found.group(tuple(range(1437))) is None


def test_the_shipped_scores_say_how_they_were_made_and_find_hard_images() -> None:
    found, about = shipped(), shipped().about
    assert len(found.scores) == len(found.errors) == len(found.order) == 1437
    assert sum(array.nbytes for array in found.arrays().values()) < 10_000
    assert (about["dataset"], about["model"], about["networks"]) == (
        "digits",
        "cnn",
        Memorisation.of("digits").n_networks,
    )
    assert about["seconds"] > 0
    assert about["agreement"]["top_rank_correlation"] > 0.85
    assert about["agreement"]["top_shared"] > 0.8
    assert found.scores[found.from_hardest("worst", 20)].mean() > 0.4
    assert abs(found.scores[found.from_hardest("easy", 400)].mean()) < 0.01
    assert found.errors.max() < 0.05


@pytest.mark.slow
def test_the_shipped_scores_are_those_that_the_command_makes() -> None:
    """Its first shard made anew: the same networks up to rounding, whose answers the scores explain."""
    found, shard = shipped(), done(Memorisation.of("digits").shards[0])
    counts = shard.answers.right.sum(axis=1)
    assert np.abs(counts - found.about["first_right"]).max() <= 15
    assert np.abs(counts - found.about["first_right"]).mean() <= 4
    scores, _ = memorisation(shard.answers.right, is_in_half(1437, range(16)))
    is_hard = found.scores > 0.2
    assert np.corrcoef(scores[is_hard], found.scores[is_hard])[0, 1] > 0.5
    assert abs((scores - found.scores).mean()) < 0.01


def test_a_network_that_says_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["camu_core.runs.memorisation"]
    monkeypatch.setattr(module, "_asked", lambda models, x, shape: torch.full((len(models), len(x), 10), torch.nan))
    monkeypatch.setattr(module, "train_together", lambda *arguments: iter(()))
    with pytest.raises(RunError):
        done(Memorisation.of("digits", n_networks=4).shards[0])


@pytest.mark.parametrize("wrong", [["--networks", "-3"], ["--networks", "0"], ["--images", "-5"]])
def test_the_command_refuses_fewer_than_none(wrong: list[str], capsys: pytest.CaptureFixture) -> None:
    assert main(["memorisation", "--dataset", "digits", *wrong]) == 2
    assert f"{wrong[0]} expects" in capsys.readouterr().err
