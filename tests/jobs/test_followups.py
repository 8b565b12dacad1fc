"""What is computed after a run by itself: in which order, and whether or not anybody watches."""

import time

import pytest

from camu_core import RunStore, plan_run
from camu_core.engine import Engine
from camu_core.jobs import Band, BandJob, CausalJob, CausalResult, PrivacyJob, PrivacyResult, RunJob, followups
from camu_core.planning import plan_like
from camu_core.runs.results import RunResult

SPEC = plan_run("digits", [3], seed=41)
RETRAINING = plan_like(SPEC, method="retrain")


def there(*kinds: type):
    """Results of these kinds are there."""
    return lambda digest, kind: kind in kinds


def test_the_chain_of_a_quick_dataset() -> None:
    assert followups(SPEC, there()) == [RunJob(RETRAINING), BandJob.of(SPEC)]
    assert followups(SPEC, there(RunResult)) == [BandJob.of(SPEC)]
    assert followups(SPEC, there(Band)) == [RunJob(RETRAINING)]
    tests = PrivacyJob(SPEC, RETRAINING.digest, BandJob.of(SPEC).digest)
    assert followups(SPEC, there(RunResult, Band)) == [tests]
    causal = CausalJob(SPEC, RETRAINING.digest, BandJob.of(SPEC).digest)
    assert followups(SPEC, there(RunResult, Band, PrivacyResult)) == [causal]
    assert followups(SPEC, there(RunResult, Band, PrivacyResult, CausalResult)) == []


def test_a_retraining_waits_for_no_other() -> None:
    assert followups(RETRAINING, there()) == [BandJob.of(SPEC)]
    assert followups(RETRAINING, there(Band)) == [PrivacyJob(RETRAINING, None, BandJob.of(SPEC).digest)]


@pytest.mark.usefixtures("nothing_is_quick")
def test_where_retraining_takes_long_nothing_is_trained_unasked() -> None:
    assert followups(SPEC, there()) == []
    assert followups(SPEC, there(RunResult)) == []
    assert len(followups(SPEC, there(RunResult, Band))) == 1, "the tests need both, and take seconds"
    assert followups(SPEC, there(RunResult, Band, PrivacyResult)) == []


@pytest.mark.slow
def test_it_is_done_though_nobody_looks() -> None:
    engine = Engine(RunStore(), n_workers=2)
    try:
        engine.submit(RunJob(SPEC), "me", chain=SPEC)
        causal = CausalJob(SPEC, RETRAINING.digest, BandJob.of(SPEC).digest)
        deadline = time.monotonic() + 300
        while not engine.has(causal):
            assert time.monotonic() < deadline, [type(job).__name__ for job in engine.under_way()]
            time.sleep(0.2)
        tests = PrivacyJob.beside(SPEC, engine.is_there)
        assert engine.result(tests.digest, PrivacyResult).report["reference"] is not None
        assert tests.retrained == RETRAINING.digest
        while engine.under_way():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert engine.ended == {"done": 4}
    finally:
        engine.close()


def test_what_failed_or_was_stopped_is_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "start", lambda engine: None)
    engine = Engine(RunStore())
    engine.follow_up(SPEC, "me")
    assert engine.under_way() == [RunJob(RETRAINING)], "the band of the digit 3 is shipped"
    engine.stop(RETRAINING.digest, "me")
    engine.follow_up(SPEC, "me")
    assert engine.under_way() == []
