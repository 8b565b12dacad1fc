"""Slow motion shows the run itself, and divides its steps exactly."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from camu_core import METHODS, RunResult, plan_run
from camu_core.errors import SpecError
from camu_core.methods.camu import CaMUConfig, draw_pairs
from camu_core.networks.models import to_input
from camu_core.runs.projection import fit_pca
from camu_core.runs.slow_motion import CARRIED, HALVES, SlowMotion, on_map, parts_of_step, slow_motion, watch
from camu_core.specs import ForgetSpec

CAMU = METHODS["camu"]
SHORT = CaMUConfig(epochs=2, batch_size=16, representation_lr=7e-4, label_lr=7e-4)


@pytest.fixture(scope="module")
def film(digits_result: RunResult) -> SlowMotion:
    return slow_motion(digits_result.spec)


def test_the_terms_are_the_losses_that_the_run_reports(film: SlowMotion, digits_result: RunResult) -> None:
    assert [(half.index, half.name) for half in film.halves] == [(k, name) for k in range(1, 7) for name in HALVES]
    for half in film.halves:
        reported = {term: digits_result.losses[term][half.index - 1] for term in HALVES[half.name]}
        assert half.losses == pytest.approx(reported, abs=1e-6)
        settings = dict(digits_result.spec.settings)
        assert film.loss(half.losses) == pytest.approx(
            sum(settings[f"{term}_weight"] * loss for term, loss in reported.items()), abs=1e-6
        )
    assert film.total == len(digits_result.losses["forget_label"])
    assert film.end_losses == pytest.approx(
        {term: column[-1] for term, column in digits_result.losses.items()}, abs=1e-6
    )


def test_watching_changes_nothing(make_class_task) -> None:
    config, watched, plain = replace(SHORT, epochs=1), make_class_task("digits", 3), make_class_task("digits", 3)
    film = watch(watched, config)
    images = to_input(torch.from_numpy((255 * film.x[[0, 2]]).round().astype(np.uint8)), "cpu")
    seen = {half.index: half.after for half in film.halves if half.name == "label"}
    for step in CAMU.unlearn(plain, config):
        if step.index in seen:
            with torch.no_grad():
                now = plain.model.encode(images)
            np.testing.assert_allclose(now, seen[step.index], atol=1e-5, err_msg=f"step {step.index}")
    assert max(seen) < step.index
    for name, weight in watched.model.state_dict().items():
        np.testing.assert_allclose(weight, plain.model.state_dict()[name], atol=1e-6)


def test_each_half_begins_where_the_last_one_ended(film: SlowMotion) -> None:
    for half, following in zip(film.halves, film.halves[1:], strict=False):
        np.testing.assert_array_equal(half.after, following.before)


def test_the_parts_of_a_step_sum_to_it() -> None:
    rng = torch.Generator().manual_seed(0)
    weights = [torch.nn.Parameter(torch.randn(shape, generator=rng)) for shape in ((4, 3), (3,))]
    optimizer = torch.optim.Adam(weights, lr=1e-2, weight_decay=0.1, fused=True)
    for _ in range(3):
        pushes = {term: [torch.randn(w.shape, generator=rng) for w in weights] for term in ("one", "other")}
        before = [weight.detach().clone() for weight in weights]
        for i, weight in enumerate(weights):
            weight.grad = pushes["one"][i] + pushes["other"][i]
        optimizer.step()
        parts = parts_of_step(optimizer, pushes)
        for i, weight in enumerate(weights):
            whole = sum(part[i] for part in parts.values())
            torch.testing.assert_close(whole, weight.detach() - before[i], atol=1e-6, rtol=1e-4)


def test_a_term_that_is_alone_moves_the_images_by_the_whole_step(make_class_task) -> None:
    off = {f"{term}_weight": 0.0 for term in ("retain_representation", "retain_label", "forget_label")}
    film = watch(make_class_task("digits", 3), replace(SHORT, epochs=1, weight_decay=0.0, **off))
    assert {half.name for half in film.halves} == {"representation"}
    first, second = film.halves[:2]
    np.testing.assert_allclose(first.moves["forget_representation"], first.after - first.before, atol=1e-5)
    for part in ("retain_representation", CARRIED):
        np.testing.assert_allclose(first.moves[part], 0, atol=1e-5)
    assert np.abs(second.moves[CARRIED]).max() > 1e-2, "the second step goes on in the direction of the first"


def test_the_first_step_of_the_retain_term_pushes_nothing_and_later_ones_do(film: SlowMotion) -> None:
    pushes = [
        np.abs(half.moves["retain_representation"]).max() for half in film.halves if "representation" in half.name
    ]
    assert pushes[0] < 1e-4 < 1e-2 < min(pushes[1:])


def test_the_counterfactual_is_the_one_of_the_run(make_class_task) -> None:
    task = make_class_task("digits", 3)
    film = watch(task, SHORT)
    pairs = draw_pairs(task, SHORT.batch_size, torch.Generator().manual_seed(task.seed))
    clean = task.x_retain[pairs.counterfactual_idx].float() / 255
    noise = film.x[1] - clean.numpy()
    matching = ((noise >= -1e-6) & (noise < SHORT.noise)).all(axis=(1, 2, 3)).nonzero()[0]
    forget = (task.x_forget[pairs.forget_idx[matching]].float() / 255).numpy()
    place = matching[np.abs(forget - film.x[0]).max(axis=(1, 2, 3)) < 1e-6]
    assert len(place) == 1, "it is the one that is paired with the image"
    assert film.y[:2] == (3, int(pairs.counterfactual_y[place[0]]))
    with torch.no_grad():
        seen, own = task.original.encode(torch.from_numpy(film.x[[1, 0]]))
    np.testing.assert_allclose(seen, film.target, atol=1e-5)
    goal = seen.double().softmax(0)
    assert film.distances[0] == pytest.approx(
        float((goal * (goal.log() - own.double().log_softmax(0))).sum()), abs=1e-5
    )
    assert film.distances[1] < film.distances[0]


def test_other_images_are_other_films_and_the_first_has_farthest_to_go(film: SlowMotion, digits_result) -> None:
    second = slow_motion(digits_result.spec, 1)
    assert not np.array_equal(second.x[0], film.x[0])
    assert second.distances[0] < film.distances[0]


def test_on_the_map_a_move_is_the_way_between_two_places(film: SlowMotion, digits_result: RunResult) -> None:
    drawn = on_map(film, digits_result)
    frame = fit_pca(digits_result.representations.values(), digits_result.spec.seed)
    assert len(drawn.moments) == len(film.halves) + 1
    for moment in drawn.moments[:-1]:
        half = moment.half
        for part, move in moment.moves.items():
            np.testing.assert_allclose(frame.transform(half.before + half.moves[part]) - moment.points, move, atol=1e-4)
        assert digits_result.snapshots[moment.snapshot].index < half.index
    assert drawn.moments[-1].half is None
    np.testing.assert_allclose(drawn.moments[-1].points, frame.transform(film.end), atol=1e-5)


def test_a_half_that_is_off_is_not_there_and_nothing_that_stands_still_has_an_arrow(
    make_class_task, digits_result
) -> None:
    off = replace(SHORT, epochs=1, retain_label_weight=0.0, forget_label_weight=0.0)
    assert {half.name for half in watch(make_class_task("digits", 3), off).halves} == {"representation"}
    still = watch(make_class_task("digits", 3), replace(SHORT, epochs=1, representation_lr=0.0, label_lr=0.0))
    assert np.isfinite(on_map(still, digits_result).magnification)
    assert all((moves == 0).all() for half in still.halves for moves in half.moves.values())
    with pytest.raises(SpecError, match="nothing to see"):
        watch(
            make_class_task("digits", 3),
            replace(off, retain_representation_weight=0.0, forget_representation_weight=0.0),
        )


def test_a_planted_secret_is_watched_in_the_images_that_it_is_in(secret: ForgetSpec) -> None:
    """Seen before: it loaded the images without, and was refused."""
    assert slow_motion(plan_run("digits", secret)).halves


def test_runs_of_other_methods_have_no_such_steps() -> None:
    with pytest.raises(SpecError, match="CaMU"):
        slow_motion(plan_run("digits", [3], method="finetune"))
