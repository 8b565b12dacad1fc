"""Networks of a population are the same whether they are made together or one by one."""

import numpy as np
import pytest

from camu_core import drain, plan_run
from camu_core.errors import RunDiverged
from camu_core.networks.originals import train_network
from camu_core.networks.training import recipe_for
from camu_core.networks.weights import build_from_bytes
from camu_core.runs import population as module
from camu_core.runs.population import asked, make_forget, networks_at_once, questioned, train_originals
from camu_core.specs import ForgetSpec

SEEDS = (0, 4)
SPEC = plan_run("digits", [3], device="cpu")


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "can_stack", lambda *what: False)


@pytest.mark.slow
@pytest.mark.usefixtures("short_trainings")
def test_originals_unlearned_networks_and_their_answers(request: pytest.FixtureRequest) -> None:
    together = drain(train_originals(SPEC, SEEDS))
    forgot = drain(make_forget(SPEC, together, SEEDS))
    said = [drain(questioned(SPEC, models)) for models in (together, forgot)]
    request.getfixturevalue("one_by_one")
    steps: list = []
    alone = drain(train_originals(SPEC, SEEDS), steps.append)
    counts = [step.index for step in steps if step.stage == "population"]
    assert (counts, steps[-1].total) == (list(range(1, len(counts) + 1)), len(counts))
    for models, expected in zip((alone, drain(make_forget(SPEC, together, SEEDS))), said, strict=True):
        found = drain(questioned(SPEC, models))
        np.testing.assert_allclose(found.margins, expected.margins, atol=0.05)
        np.testing.assert_allclose(found.retain_train, expected.retain_train, atol=0.005)
        np.testing.assert_allclose(found.retain_test, expected.retain_test, atol=0.005)
    assert np.abs(said[0].margins[0] - said[0].margins[1]).max() > 0.5, "seeds differ"
    assert (said[0].margins.mean(axis=1) > said[1].margins.mean(axis=1)).all()


@pytest.mark.usefixtures("one_by_one", "short_trainings")
def test_an_original_is_the_one_that_train_makes() -> None:
    recipe = recipe_for("digits", "cnn").with_values({"epochs": 2})
    made = build_from_bytes(drain(train_network("digits", "cnn", recipe, 4)).content, "digits", "cnn", "made")
    original = drain(train_originals(SPEC, SEEDS))[1]
    for one, other in zip(made.parameters(), original.parameters(), strict=True):
        assert (one == other).all()


def test_all_are_asked_about_the_same_images_and_not_about_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_IMAGES", 20)
    _, splits, idx = drain(asked(SPEC))
    assert len(set(idx.tolist())) == 20
    assert set(idx.tolist()) < set(splits.forget_train.tolist())
    random = plan_run("digits", ForgetSpec("random", fraction=0.1), seed=1)
    assert set(drain(asked(random))[2].tolist()) < set(drain(asked(random))[1].forget_train.tolist())


def test_a_network_that_says_nothing_is_told() -> None:
    [model] = drain(make_forget(plan_run("digits", [3], "random_weights"), None, (0,)))
    model.blocks["output"].bias.fill_(float("nan"))
    with pytest.raises(RunDiverged):
        drain(questioned(SPEC, [model]))


def test_small_images_are_made_together_and_large_ones_one_by_one() -> None:
    assert networks_at_once(SPEC.dataset, SPEC.model) == module.NETWORKS_AT_ONCE
    assert networks_at_once("mnist", "cnn") == 1
