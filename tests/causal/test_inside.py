"""Look inside: weights, first layers and saliency against the networks themselves."""

import numpy as np
import pytest
import torch
from torch import nn

from camu_core import RunResult, plan_run, run
from camu_core.causal import look_inside, weight_changes
from camu_core.causal.inside import feature_maps, saliency
from camu_core.figures import maps_figure, saliency_figure, weights_figure
from camu_core.figures.layers import N_CHANNELS
from camu_core.networks.models import BlockModel, build_model, to_input
from camu_core.networks.weights import from_arrays, load_weights
from camu_core.wording.inside import maps_title, saliency_title, weights_title


def models_of(result: RunResult) -> dict[str, BlockModel]:
    spec = result.spec
    return {
        "original": load_weights(spec.weights, spec.dataset, spec.model),
        "unlearned": from_arrays(result.weights, spec.dataset, spec.model),
    }


def changes_of(method: str, **settings: int) -> dict[str, float]:
    result = run(plan_run("digits", [3], method=method, settings=settings))
    return weight_changes(*models_of(result).values())


def test_doing_nothing_changes_no_weight_and_the_last_layer_only_the_last() -> None:
    assert set(changes_of("nothing").values()) == {0.0}
    changes = changes_of("last_layer", epochs=1)
    assert list(changes) == ["conv1", "conv2", "representation", "hidden", "output"]
    assert changes.pop("output") > 0
    assert set(changes.values()) == {0.0}


def test_the_change_is_of_the_norm_by_hand() -> None:
    before, after = (build_model("cnn", (1, 8, 8), 4, seed=1) for _ in range(2))
    with torch.no_grad():
        for weight in after.blocks["conv2"].parameters():
            weight.mul_(1.25)
    assert weight_changes(before, after) == pytest.approx(
        {"conv1": 0, "conv2": 0.25, "representation": 0, "hidden": 0, "output": 0}
    )


@pytest.mark.parametrize(("name", "shape", "layers"), [
    ("cnn", (1, 8, 8), ["conv1", "conv2"]), ("resnet20", (3, 16, 16), ["conv1", "stage1_1"]),
])  # fmt: skip
def test_feature_maps_are_the_network_s_own(name: str, shape: tuple[int, int, int], layers: list[str]) -> None:
    model = build_model(name, shape, 4, seed=2).train()
    x = torch.randint(0, 256, (1, *shape), generator=torch.Generator().manual_seed(0), dtype=torch.uint8)
    found = feature_maps(model, x)
    assert list(found) == layers
    assert model.training, "the mode is put back"
    own = {}
    for layer in layers:
        model.blocks[layer].register_forward_hook(
            lambda module, inputs, output, layer=layer: own.update({layer: output[0].clone()})
        )
    with torch.no_grad():
        model.eval()(to_input(x, "cpu"))
    for layer in layers:
        np.testing.assert_allclose(found[layer], own[layer], atol=1e-6)


def test_saliency_is_a_finite_difference() -> None:
    torch.manual_seed(0)
    blocks = {"representation": nn.Sequential(nn.Flatten(), nn.Linear(32, 6), nn.Tanh()), "output": nn.Linear(6, 3)}
    model = BlockModel(blocks, representation="representation").double()
    model.blocks["representation"].register_forward_pre_hook(lambda module, inputs: (inputs[0].double(),))
    x = torch.randint(0, 256, (1, 2, 4, 4), dtype=torch.uint8)
    inputs, step, slopes = to_input(x, "cpu").double(), 1e-4, np.zeros((2, 4, 4))
    with torch.no_grad():
        for place in np.ndindex(2, 4, 4):
            ends = [inputs.clone(), inputs.clone()]
            for sign, end in zip((1, -1), ends, strict=True):
                end[(0, *place)] += sign * step
            slopes[place] = np.subtract(*(float(model(end)[0][0, 1]) for end in ends)) / (2 * step)
    np.testing.assert_allclose(saliency(model, x, 1), np.abs(slopes).max(axis=0), rtol=1e-4)


def test_what_is_said_of_an_image_is_of_its_maps(digits_result: RunResult) -> None:
    image = digits_result.probe.x[0]
    view = look_inside(models_of(digits_result), image, 3)
    for layer, maps in view.maps.items():
        apart = maps["unlearned"] - maps["original"]
        assert view.changes[layer] == pytest.approx(np.linalg.norm(apart) / np.linalg.norm(maps["original"]), rel=1e-5)
        ways = np.linalg.norm(apart.reshape(len(apart), -1), axis=1)[view.order[layer]]
        assert (np.diff(ways) <= 0).all()
    same = look_inside({name: models_of(digits_result)["original"] for name in ("original", "unlearned")}, image, 3)
    assert set(same.changes.values()) == {0.0}
    assert same.likeness == pytest.approx({"unlearned": 1.0})
    assert maps_title(same.changes) == "The first layers see this image exactly as before"


def test_an_image_on_which_nothing_depends_has_no_likeness() -> None:
    model = build_model("cnn", (1, 8, 8), 4, seed=1)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
    view = look_inside({"original": model, "unlearned": model}, np.zeros((1, 8, 8), np.uint8), 0)
    assert np.isnan(view.likeness["unlearned"])
    assert maps_title(view.changes) == "The first layers put out nothing for this image"
    assert saliency_title("3", view.likeness) == "Pixels on which the score of 3 depends"
    for figure in (maps_figure(view.maps, view.order, ""), saliency_figure(view.saliency, "")):
        assert "NaN" not in figure.to_json()


def test_figures_show_what_they_are_given(digits_result: RunResult) -> None:
    view = look_inside(models_of(digits_result), digits_result.probe.x[0], 3)
    figure = maps_figure(view.maps, view.order, "How?")
    for strip, (layer, maps) in zip(figure.data, view.maps.items(), strict=True):
        high, wide = maps["original"].shape[1:]
        for row, name in enumerate(maps):
            for column, channel in enumerate(view.order[layer][:N_CHANNELS]):
                top, left = row * (high + 1), column * (wide + 1)
                np.testing.assert_allclose(
                    strip.z[top : top + high, left : left + wide], maps[name][channel], atol=6e-4
                )
    changes = {"conv1": 0.02, "output": 0.5}
    bars = weights_figure(changes, "How?").data[0]
    assert dict(zip(bars.y, bars.x, strict=True)) == pytest.approx({"conv1": 2, "output": 50})


def test_titles_say_what_changed_most() -> None:
    assert weights_title({"a": 0.0, "b": 0.0}) == "No weight changed"
    assert weights_title({"a": 0.0, "b": 0.123}) == "Only b changed, by 12.3% of the size of its weights"
    assert weights_title({"a": 0.1, "b": 0.25}) == "The weights changed most in b (25%) and least in a (10%)"
    assert maps_title({"a": 0.04, "b": 0.35}) == "Change in what the first layers see in this image: a 4% and b 35%"
    likeness = {"unlearned": 0.613, "retrained": 0.1}
    assert saliency_title("3", likeness).endswith(
        "similarity to before: 0.61 after forgetting and 0.10 in the retrained network"
    )
