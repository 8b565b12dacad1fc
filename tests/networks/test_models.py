from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet18

from camu_core.errors import SpecError
from camu_core.networks.models import (
    MODELS,
    BlockModel,
    activation_bytes,
    build_model,
    device_title,
    pick_device,
    predict,
    to_input,
    usual_model,
)

SHAPES = [(1, 8, 8), (1, 28, 28), (3, 8, 8), (3, 32, 32), (3, 64, 64)]
REPRESENTATION_SIZE = {"cnn": 256, "resnet20": 64, "resnet18": 512}


def images(n, shape, seed=0):
    return torch.randint(0, 256, (n, *shape), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("shape", SHAPES)
def test_outputs_are_logits_and_a_representation(name, shape):
    model = build_model(name, shape, n_classes=7)
    logits, representation = model(to_input(images(5, shape)))
    assert logits.shape == (5, 7)
    assert representation.shape == (5, REPRESENTATION_SIZE[name])
    assert logits.dtype == representation.dtype == torch.float32


@pytest.mark.parametrize("name", MODELS)
def test_forward_is_decide_after_encode(name):
    model = build_model(name, (1, 8, 8), 10).eval()
    x = to_input(images(4, (1, 8, 8)))
    logits, representation = model(x)
    assert torch.equal(representation, model.encode(x))
    assert torch.equal(logits, model.decide(representation))
    assert [*model.encoder, *model.head] == list(model.blocks.values())


def test_the_28x28_network_is_the_papers():
    model = build_model("cnn", (1, 28, 28), 10)
    # conv 5x5 1->16, conv 5x5 16->32, 1568->256, 256->128, 128->10, each with biases
    expected = 16 * 25 + 16 + 32 * 16 * 25 + 32 + 1568 * 256 + 256 + 256 * 128 + 128 + 128 * 10 + 10
    assert sum(weight.numel() for weight in model.parameters()) == expected == 449_098


@pytest.mark.parametrize("size", [8, 28])
def test_cnn_by_hand(size):
    model = build_model("cnn", (1, size, size), 10, seed=3).eval()
    x = to_input(images(6, (1, size, size)))
    w = list(model.state_dict().values())  # weight, bias of each layer in order
    padding = w[0].shape[-1] // 2
    h = F.max_pool2d(F.conv2d(x, w[0], w[1], padding=padding).clamp(min=0), 2)
    h = F.max_pool2d(F.conv2d(h, w[2], w[3], padding=padding).clamp(min=0), 2)
    representation = h.flatten(1) @ w[4].T + w[5]
    logits = (representation @ w[6].T + w[7]) @ w[8].T + w[9]
    torch.testing.assert_close(model(x)[1], representation, rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(model(x)[0], logits, rtol=1e-5, atol=1e-6)
    assert (representation < 0).any(), "the representation is raw: no activation"


@pytest.mark.parametrize(("name", "n_layers"), [("resnet20", 20), ("resnet18", 18)])
def test_a_resnet_is_as_deep_as_its_name_says(name, n_layers):
    model = build_model(name, (3, 32, 32), 10)
    layers = [m for m in model.modules() if isinstance(m, nn.Linear) or getattr(m, "kernel_size", None) == (3, 3)]
    assert len(layers) == n_layers
    assert next(iter(model.blocks)) == "conv1"
    assert list(model.blocks)[-2:] == ["representation", "output"]
    assert len(model.blocks) == 1 + (n_layers - 2) // 2 + 2, "a block of its own for each residual block"


def test_resnet20_has_the_papers_number_of_weights():
    """0.27 million (He et al., table 6), and two 1x1 shortcuts with their normalisation where the width changes."""
    n_weights = sum(weight.numel() for weight in build_model("resnet20", (3, 32, 32), 10).parameters())
    shortcuts = 16 * 32 + 2 * 32 + 32 * 64 + 2 * 64
    assert n_weights - shortcuts == 269_722


def test_activations_are_the_outputs_of_all_layers():
    convolutions = 16 * 8 * 8 + 2 * 16 * 4 * 4 + 32 * 4 * 4 + 2 * 32 * 2 * 2  # each, then pooled and through the ReLU
    linear = 32 * 2 * 2 + 256 + 128 + 10  # flattened first
    assert activation_bytes("cnn", (1, 8, 8), 10) == 4 * (convolutions + linear)


def test_resnet18_is_torchvisions_with_a_small_stem():
    with torch.random.fork_rng(devices=[]):
        oracle = resnet18(num_classes=10)
        oracle.conv1, oracle.maxpool = nn.Conv2d(3, 64, 3, padding=1, bias=False), nn.Identity()
    model, x = build_model("resnet18", (3, 32, 32), 10, seed=3), to_input(images(4, (3, 32, 32)))
    model(x)  # moves the running statistics away from 0 and 1
    pairs = zip(oracle.state_dict(), model.state_dict().values(), strict=True)
    oracle.load_state_dict({name: value.clone() for name, value in pairs})
    model.eval()
    oracle.eval()
    torch.testing.assert_close(model(x)[0], oracle(x), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", MODELS)
def test_no_block_changes_its_input(name, training):
    """Blocks are exchanged one by one on the same activations."""
    model = build_model(name, (3, 16, 16), 10).train(training)
    activations = to_input(images(3, (3, 16, 16)))
    with torch.no_grad():
        for block_name, block in model.blocks.items():
            before = activations.clone()
            following = block(activations)
            assert torch.equal(activations, before), block_name
            activations = following


def test_weights_come_from_the_seed_alone():
    torch.manual_seed(1)
    one = build_model("cnn", (1, 8, 8), 10, seed=5)
    torch.manual_seed(2)
    same, other = build_model("cnn", (1, 8, 8), 10, seed=5), build_model("cnn", (1, 8, 8), 10, seed=6)
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_building_and_resetting_leave_the_global_generator_alone():
    torch.manual_seed(987)
    before = torch.get_rng_state()
    build_model("cnn", (1, 8, 8), 10, seed=5).reset(6)
    assert torch.equal(torch.get_rng_state(), before)


def test_threads_that_build_at_once_do_not_mix_their_weights():
    def first_weight(seed):
        return build_model("cnn", (1, 8, 8), 10, seed).state_dict()["blocks.output.weight"]

    seeds = [0, 1] * 40
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(first_weight, seeds))
    expected = [first_weight(seed) for seed in (0, 1)]
    assert all(torch.equal(weight, expected[seed]) for seed, weight in zip(seeds, found, strict=True))


@pytest.mark.parametrize("name", MODELS)
def test_reset_is_a_fresh_start(name):
    model, fresh = build_model(name, (1, 8, 8), 10, seed=5), build_model(name, (1, 8, 8), 10, seed=5)
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(1.0)
    model(to_input(images(8, (1, 8, 8))))
    model.reset(5)
    for key, value in fresh.state_dict().items():
        assert torch.equal(model.state_dict()[key], value), key


def test_reset_also_resets_batch_normalisation():
    blocks = {"representation": nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.BatchNorm1d(3)), "out": nn.Linear(3, 2)}
    model = BlockModel(blocks, representation="representation")
    model(torch.rand(8, 1, 2, 2))
    model.reset(0)
    assert torch.equal(model.state_dict()["blocks.representation.2.running_mean"], torch.zeros(3))


def test_to_input_scales_and_leaves_its_argument():
    x = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(3, 1, 1, 1)
    torch.testing.assert_close(to_input(x).flatten(), torch.tensor([0.0, 0.2, 1.0]))
    assert x.flatten().tolist() == [0, 51, 255]


@pytest.mark.parametrize("n", [1, 7, 20])
def test_predict_does_not_depend_on_the_batch_size(n):
    model, x = build_model("cnn", (1, 8, 8), 10), images(n, (1, 8, 8))
    for whole, parts in zip(predict(model, x), predict(model, x, batch_size=3), strict=True):
        torch.testing.assert_close(whole, parts, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("training", [True, False])
def test_predict_looks_in_eval_mode_and_puts_the_mode_back(training):
    blocks = {"representation": nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(64, 4)), "out": nn.Linear(4, 2)}
    model, x = BlockModel(blocks, representation="representation").train(training), images(9, (1, 8, 8))
    logits, representation = predict(model, x)
    assert torch.equal(logits, predict(model, x)[0])
    assert model.training is training
    assert not logits.requires_grad
    assert logits.shape == (9, 2)
    assert representation.shape == (9, 4)


@pytest.mark.parametrize(("here", "auto"), [(None, "cpu"), ("cuda", "cuda"), ("mps", "mps")])
def test_auto_picks_the_accelerator_if_there_is_one(here, auto, monkeypatch):
    found = None if here is None else torch.device(here)
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available=False: found)
    assert pick_device("auto") == auto
    assert pick_device("cpu") == "cpu"
    assert pick_device(auto) == auto
    for name in ("tpu", "", "xpu"):
        with pytest.raises(SpecError, match="cpu"):
            pick_device(name)


def test_coloured_images_usually_get_a_resnet():
    assert [usual_model(shape) for shape in SHAPES] == ["cnn", "cnn", "resnet20", "resnet20", "resnet20"]


@pytest.mark.parametrize("name", ["cnn", "resnet20"])
def test_predictions_on_all_processors_are_those_of_one_bit_by_bit(name):
    model = build_model(name, (3, 16, 16), 4, seed=1)
    x = torch.randint(0, 256, (250, 3, 16, 16), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    with torch.no_grad():
        expected = [model.eval()(to_input(batch)) for batch in x.split(100)]
    found = predict(model, x)
    for got, parts in zip(found, zip(*expected, strict=True), strict=True):
        assert torch.equal(got, torch.cat(parts))
        assert not got.requires_grad


def test_a_device_that_is_not_here_keeps_its_name() -> None:
    """A run of a GPU is opened on a machine without one."""
    assert device_title("cuda:7") == "cuda:7" or torch.cuda.is_available()
    assert device_title("cpu") == "cpu"
