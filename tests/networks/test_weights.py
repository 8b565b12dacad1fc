import errno
import hashlib
import json
import os
import pickle
import shutil
import struct
import time
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save

from camu_core import plan_run
from camu_core.__main__ import main
from camu_core.data import DATASETS, import_images, load_dataset
from camu_core.errors import StoreUnwritable, WeightsError
from camu_core.jobs import Trained
from camu_core.networks.cards import check_card, sha256_of
from camu_core.networks.models import build_model, predict
from camu_core.networks.originals import Network
from camu_core.networks.weights import (
    SHIPPED,
    adopt_content,
    adopt_weights,
    build_from_bytes,
    clear_given,
    find_weights,
    from_arrays,
    load_weights,
    shipped_cards,
    shipped_path,
    shipped_retrained,
    to_bytes,
    weights_path,
)
from camu_core.progress import drain
from camu_core.specs import ForgetSpec

CARDS = shipped_cards()
RETRAINED_CARDS = shipped_cards(retrained=True)
LEAST_TEST_ACCURACY = {"digits": 0.97, "mnist": 0.99, "fashion_mnist": 0.905, "fashion_small": 0.83, "cifar10": 0.85}


@pytest.fixture
def model():
    return build_model("cnn", (1, 8, 8), 10, seed=11)


def changed(model, **tensors):
    """The model's file with some tensors replaced, added, or, if None, left out."""
    state = {name: value.contiguous() for name, value in model.state_dict().items()} | tensors
    return save({name: value for name, value in state.items() if value is not None})


def of_strange_type(kind):
    header = json.dumps({"x": {"dtype": kind, "shape": [2], "data_offsets": [0, 2]}}).encode()
    return struct.pack("<Q", len(header)) + header + b"\0\0"


BAD_FILES = {
    "empty": lambda model: b"",
    "garbage": lambda model: b"not weights at all " * 50,
    "cut in the header": lambda model: to_bytes(model)[:100],
    "cut in the middle": lambda model: to_bytes(model)[:-1000],
    "longer than it says": lambda model: to_bytes(model) + b"more",
    "pickle": lambda model: pickle.dumps(dict(model.state_dict())),
    "json": lambda model: b'{"weights": []}',
    "huge header": lambda model: struct.pack("<Q", 2**62) + b"{}",
    "other image size": lambda model: to_bytes(build_model("cnn", (1, 28, 28), 10)),
    "other number of classes": lambda model: to_bytes(build_model("cnn", (1, 8, 8), 7)),
    "tensor missing": lambda model: changed(model, **{"blocks.output.bias": None}),
    "tensor too many": lambda model: changed(model, extra=torch.zeros(1)),
    "tensor renamed": lambda model: changed(
        model, **{"blocks.output.bias": None, "blocks.exit.bias": model.state_dict()["blocks.output.bias"]}
    ),
    "no tensors": lambda model: save({}),
    "a type torch does not know": lambda model: of_strange_type("F8_E8M0"),
    "whole numbers": lambda model: changed(model, **{"blocks.output.bias": torch.zeros(10, dtype=torch.int64)}),
    "not a number": lambda model: changed(model, **{"blocks.output.bias": torch.full((10,), float("nan"))}),
    "eight bits": lambda model: changed(
        model, **{"blocks.output.bias": torch.full((10,), float("nan")).to(torch.float8_e4m3fn)}
    ),
    "infinite as float32": lambda model: changed(
        model, **{"blocks.output.bias": torch.full((10,), -1e300, dtype=torch.float64)}
    ),
    "infinite": lambda model: changed(model, **{"blocks.output.bias": torch.full((10,), float("inf"))}),
}


def test_round_trip_through_a_file_is_exact(model):
    again = build_from_bytes(to_bytes(model), "digits", "cnn", "file")
    for name, value in model.state_dict().items():
        assert torch.equal(again.state_dict()[name], value)
    assert not again.training


def test_equal_weights_make_equal_files(model):
    assert to_bytes(model) == to_bytes(build_model("cnn", (1, 8, 8), 10, seed=11))
    assert to_bytes(model) != to_bytes(build_model("cnn", (1, 8, 8), 10, seed=12))


def test_round_trip_through_arrays_is_exact(model):
    arrays = {name: value.numpy().copy() for name, value in model.state_dict().items()}
    again = from_arrays(arrays, "digits", "cnn")
    assert not again.training
    assert not any(weight.requires_grad for weight in again.parameters())
    for name, value in arrays.items():
        np.testing.assert_array_equal(again.state_dict()[name].numpy(), value)


def test_half_precision_files_are_taken(model):
    content = save({name: value.contiguous().half() for name, value in model.state_dict().items()})
    again = build_from_bytes(content, "digits", "cnn", "file")
    assert all(weight.dtype == torch.float32 for weight in again.parameters())


@pytest.mark.parametrize("name", ["resnet20", "resnet18"])
def test_half_precision_keeps_the_counts_of_batch_normalisation_whole(name):
    model = build_model(name, (1, 8, 8), 10, seed=1)
    model(torch.rand(5, 1, 8, 8))
    content = to_bytes(model, torch.float16)
    assert len(content) < 0.55 * len(to_bytes(model))
    again = build_from_bytes(content, "digits", name, "file").state_dict()
    for key, value in model.state_dict().items():
        torch.testing.assert_close(again[key], value, rtol=1e-3, atol=1e-4)
        assert again[key].dtype == value.dtype, key


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_files_are_refused_in_one_sentence_and_not_kept(kind, model, tmp_path, camu_home):
    path = tmp_path / "given.safetensors"
    path.write_bytes(BAD_FILES[kind](model))
    with pytest.raises(WeightsError, match=r"given\.safetensors") as caught:
        adopt_weights(path, "digits", "cnn")
    assert "\n" not in str(caught.value)
    assert not camu_home.exists()


def test_files_that_cannot_be_read_are_refused_in_one_sentence(tmp_path, camu_home):
    for path in (tmp_path, tmp_path / "nowhere" / "x.safetensors", tmp_path / ("x" * 300)):
        with pytest.raises(WeightsError) as caught:
            adopt_weights(path, "digits", "cnn")
        assert "\n" not in str(caught.value)
    assert not camu_home.exists()


def test_adopted_weights_are_found_again_by_their_content(model, tmp_path, camu_home):
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(model))
    sha256 = adopt_weights(path, "digits", "cnn")
    assert adopt_weights(path, "digits", "cnn") == sha256 == sha256_of(path)
    path.unlink()
    assert find_weights(sha256).read_bytes() == to_bytes(model)
    assert len([p for p in camu_home.rglob("*") if p.is_file()]) == 1
    loaded = load_weights(sha256, "digits", "cnn")
    assert not loaded.training
    assert not any(weight.requires_grad for weight in loaded.parameters())
    assert torch.equal(loaded.state_dict()["blocks.output.bias"], model.state_dict()["blocks.output.bias"])


def test_weights_that_are_nowhere_say_so():
    with pytest.raises(WeightsError, match="--weights"):
        find_weights("0" * 64)


@pytest.mark.parametrize("sha256", ["", "..", "../../etc/passwd", "/etc/passwd", "*"])
def test_a_name_that_is_no_checksum_reaches_no_file(sha256, camu_home):
    camu_home.mkdir()
    (camu_home / "secret.safetensors").write_bytes(b"secret")
    for name in (sha256, "../secret"):
        with pytest.raises(WeightsError):
            find_weights(name)


def test_a_kept_file_that_changed_is_not_used(model, tmp_path):
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(model))
    sha256 = adopt_weights(path, "digits", "cnn")
    kept = find_weights(sha256)
    content = bytearray(kept.read_bytes())
    content[-1] ^= 0x01
    kept.chmod(0o600)
    kept.write_bytes(bytes(content))
    with pytest.raises(WeightsError):
        load_weights(sha256, "digits", "cnn")


@pytest.mark.parametrize("step", ["os.replace", "os.fsync"])
def test_a_full_disk_leaves_nothing_half_written(step, model, tmp_path, camu_home, monkeypatch):
    path = tmp_path / "given.safetensors"
    path.write_bytes(to_bytes(model))

    def full(*arguments, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(step, full, raising=False)
    with pytest.raises(StoreUnwritable, match="No space left") as caught:
        adopt_weights(path, "digits", "cnn")
    assert "\n" not in str(caught.value)
    assert [p for p in camu_home.rglob("*") if p.is_file()] == []


def test_checksum_of_a_file_follows_its_content(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(b"one")
    first = sha256_of(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(1, 1))
    assert sha256_of(path) != first


# --------------------------------------------------------------------------------------------------- what is shipped


def test_every_shipped_file_has_a_card_and_every_card_a_file():
    assert {path.stem for path in SHIPPED.glob("*.safetensors")} == {path.stem for path in SHIPPED.glob("*.json")}
    assert "digits" in {card["dataset"] for card in CARDS}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card['dataset']}-{card['model']}")
def test_shipped_weights_are_intact_and_good_enough(card):
    path = SHIPPED / f"{card['dataset']}-{card['model']}.safetensors"
    assert sha256_of(path) == card["sha256"]
    assert load_weights(card["sha256"], card["dataset"], card["model"])
    assert card["test_accuracy"] >= LEAST_TEST_ACCURACY[card["dataset"]]


@pytest.mark.slow
@pytest.mark.parametrize("card", CARDS, ids=lambda card: f"{card['dataset']}-{card['model']}")
def test_cards_tell_the_truth(card):
    if not DATASETS[card["dataset"]].is_present():
        pytest.skip(f"{card['dataset']} is not in CAMU_DATA, and tests download nothing")
    dataset = load_dataset(card["dataset"])
    model = load_weights(card["sha256"], card["dataset"], card["model"])
    right = (predict(model, dataset.x_test)[0].argmax(dim=1) == dataset.y_test).double().mean().item()
    assert right == pytest.approx(card["test_accuracy"], abs=1e-3)
    assert (card["n_train"], card["n_test"]) == (len(dataset.y_train), len(dataset.y_test))


@pytest.mark.parametrize("card", RETRAINED_CARDS, ids=lambda card: f"{card['dataset']}-{card['forget_classes'][0]}")
def test_retrained_weights_are_intact_and_stand_for_the_default_run(card):
    (forgotten,) = card["forget_classes"]
    path = shipped_path(card["dataset"], card["model"], forgotten)
    assert sha256_of(path) == card["sha256"]
    assert build_from_bytes(path.read_bytes(), card["dataset"], card["model"], path.name)
    assert shipped_retrained(plan_run(card["dataset"], [forgotten], "retrain", model=card["model"])) == card
    assert card["forget_test_accuracy"] == card["forget_train_accuracy"] == 0.0
    assert card["retain_test_accuracy"] >= LEAST_TEST_ACCURACY[card["dataset"]] - 0.01


def test_retrained_weights_stand_for_no_other_run(model, tmp_path, monkeypatch):
    spec = plan_run("digits", [3], "retrain")
    monkeypatch.setattr("camu_core.networks.weights.SHIPPED", tmp_path)
    assert shipped_retrained(spec) is None
    path = shipped_path("digits", "cnn", 3)
    path.write_bytes(to_bytes(model, torch.float16))
    card = {"recipe": dict(spec.settings), "seed": 0}
    path.with_suffix(".json").write_text(json.dumps(card))
    assert shipped_retrained(spec) == card
    others = [
        replace(spec, forget=ForgetSpec(classes=(4,))),
        replace(spec, forget=ForgetSpec(classes=(3, 4))),
        replace(spec, seed=1),
        replace(spec, method="camu"),
        replace(spec, dataset="mnist"),
        replace(spec, model="resnet20"),
        replace(spec, settings=tuple({**dict(spec.settings), "epochs": 29}.items())),
    ]
    assert [shipped_retrained(other) for other in others] == [None] * len(others)


def test_everything_shipped_fits_its_limit():
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 50e6
    assert max(path.stat().st_size for path in SHIPPED.iterdir()) < 24e6


# ------------------------------------------------------------------------------------------------ against the card


def flipped(path):
    """One bit of the last weight."""
    content = bytearray(path.read_bytes())
    content[-4] ^= 1
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def shipped_copy(tmp_path, monkeypatch):
    """The shipped files of the digits, where they may be harmed."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    for path in SHIPPED.glob("digits-*"):
        shutil.copy(path, folder)
    monkeypatch.setattr("camu_core.networks.weights.SHIPPED", folder)
    return folder


def test_a_flipped_bit_in_shipped_weights_is_refused(shipped_copy, capsys, camu_home):
    sha256 = plan_run("digits", [3]).weights
    flipped(shipped_copy / "digits-cnn.safetensors")
    with pytest.raises(WeightsError, match="changed or damaged"):
        plan_run("digits", [3])
    with pytest.raises(WeightsError, match="changed or damaged"):
        find_weights(sha256)
    assert main(["run", "--forget-class", "3"]) == 2
    assert "digits-cnn.safetensors was changed or damaged" in capsys.readouterr().err
    assert not camu_home.exists()


def test_a_flipped_bit_in_a_network_of_ones_own_is_refused(picture, zipped, capsys):
    images = {f"{name}/{i}.png": picture(100 * y + 10 * i) for y, name in enumerate(("cat", "dog")) for i in range(5)}
    name = drain(import_images(zipped(images))).name
    assert main(["train", "--dataset", name, "--set", "epochs=1", "--set", "batch_size=4"]) == 0
    sha256 = plan_run(name, [0]).weights
    path = weights_path(name, "resnet20")
    other = flipped(path)
    with pytest.raises(WeightsError, match="train the network again"):
        plan_run(name, [0])
    assert main(["run", "--dataset", name, "--forget-class", "0"]) == 2
    assert "was changed or damaged" in capsys.readouterr().err
    with pytest.raises(WeightsError):
        find_weights(other[:-1] + ("0" if other[-1] != "0" else "1"))
    assert find_weights(sha256).name == f"{sha256}.safetensors"


def test_a_damaged_copy_is_mended_by_the_file_it_is_of(model, tmp_path, camu_home):
    path = tmp_path / "mine.safetensors"
    path.write_bytes(to_bytes(model))
    sha256 = adopt_weights(path, "digits", "cnn")
    kept = camu_home / "weights" / f"{sha256}.safetensors"
    flipped(kept)
    with pytest.raises(WeightsError, match="changed or damaged"):
        load_weights(sha256, "digits", "cnn")
    assert adopt_weights(path, "digits", "cnn") == sha256
    assert torch.equal(load_weights(sha256, "digits", "cnn").state_dict()["blocks.output.bias"],
                       model.state_dict()["blocks.output.bias"])  # fmt: skip


def test_every_shipped_file_is_that_of_its_card():
    for path in SHIPPED.glob("*.safetensors"):
        check_card(path, path.read_bytes())


def kept_originals(home) -> list[str]:
    return sorted(path.stem for path in (home / "weights").glob("*.json"))


def publish(seed: int, seconds: float = 2.0, dataset: str = "digits") -> str:
    """A trained network as a worker hands it over, kept and used once; its sha256."""
    content = to_bytes(build_model("cnn", (1, 8, 8), 10, seed))
    card = {"sha256": hashlib.sha256(content).hexdigest(), "seconds": seconds}
    Trained("0" * 20, dataset, "cnn", card["sha256"], seed, Network(content, card)).publish()
    return adopt_weights(weights_path(dataset, "cnn", training_seed=seed), dataset, "cnn")


def rest(home, days: float = 2.0) -> None:
    """All that is there was last used so long ago."""
    for path in (home / "weights").iterdir():
        os.utime(path, (time.time() - 86400 * days,) * 2)


def test_originals_of_which_one_can_have_any_number_fill_no_disk(camu_home, monkeypatch) -> None:
    """The longest unused go, those of today and those that took long stay, and then no more are taken."""
    size = 2 * len(to_bytes(build_model("cnn", (1, 8, 8), 10)))
    monkeypatch.setenv("CAMU_NETWORKS_MB", str(3.5 * size / 1e6))
    long, old = publish(1, seconds=7200), publish(2)
    used = publish(0, dataset="digits_trigger-8x100")
    rest(camu_home)
    find_weights(used)
    publish(4)
    assert kept_originals(camu_home) == ["digits-cnn-seed-1", "digits-cnn-seed-4", "digits_trigger-8x100-cnn"]
    with pytest.raises(WeightsError):
        find_weights(old)
    find_weights(long)
    with pytest.raises(StoreUnwritable, match="CAMU_NETWORKS_MB"):
        publish(5)
    assert kept_originals(camu_home) == ["digits-cnn-seed-1", "digits-cnn-seed-4", "digits_trigger-8x100-cnn"]
    publish(4)  # what is there already can be made again
    assert len(list((camu_home / "weights").glob("*.safetensors"))) == 6, "no copy outlives its network"


@pytest.mark.parametrize("content", ["", '{"seconds": ', "[]", '{"seconds": null}'])
def test_a_card_that_cannot_be_read_keeps_no_other_network_away(content, camu_home, monkeypatch) -> None:
    publish(1)
    (camu_home / "weights" / "digits-cnn-seed-1.json").write_text(content)
    rest(camu_home)
    publish(2)
    assert "digits-cnn-seed-2" in kept_originals(camu_home)


def test_networks_that_were_given_fill_no_disk(camu_home, monkeypatch) -> None:
    """The longest unused go; not those that a run needs, those of the last minute, or copies of trained ones."""
    contents = [to_bytes(build_model("cnn", (1, 8, 8), 10, seed)) for seed in range(10, 15)]
    size = len(contents[0])
    monkeypatch.setenv("CAMU_NETWORKS_MB", str(3.5 * size / 1e6))

    def give(content: bytes, *needed: str) -> str:
        clear_given(content, lambda: set(needed))
        return adopt_content(content, "digits", "cnn", "theirs")

    trained, needed, old, used = publish(0, dataset="digits_trigger-8x100"), *map(give, contents[:3])
    rest(camu_home)
    find_weights(used)
    new = give(contents[3], needed)
    for sha256 in (trained, needed, used, new):
        find_weights(sha256)
    with pytest.raises(WeightsError):
        find_weights(old)
    with pytest.raises(StoreUnwritable, match="CAMU_NETWORKS_MB"):
        give(contents[4], needed)
    assert give(contents[3], needed, used) == new, "it is here already"


def test_the_network_that_somebody_trained_for_images_of_their_own_is_never_cleared_away(camu_home, monkeypatch):
    """Nor are weights that were given: only what has any number of siblings."""
    content = to_bytes(build_model("cnn", (1, 8, 8), 10, 7))
    path = camu_home / "weights" / "folder-0123456789abcdef0123-cnn.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    path.with_suffix(".json").write_text("{}")
    rest(camu_home, days=400)
    monkeypatch.setenv("CAMU_NETWORKS_MB", "0")
    with pytest.raises(StoreUnwritable):
        publish(3)
    assert path.read_bytes() == content
