import dataclasses
import json
import re

import pytest

from camu_core import specs
from camu_core.errors import SpecError
from camu_core.specs import ForgetSpec, Planting, RunSpec

SPEC = RunSpec(
    dataset="digits",
    model="cnn",
    weights="ab" * 32,
    forget=ForgetSpec(classes=(3,)),
    method="camu",
    settings=(("epochs", 2), ("label_lr", 1e-3)),
    seed=5,
    device="cpu",
)
OTHER_VALUES = {
    "dataset": "mnist",
    "model": "resnet18",
    "weights": "cd" * 32,
    "forget": ForgetSpec(classes=(3, 4)),
    "method": "retrain",
    "settings": (("epochs", 3), ("label_lr", 1e-3)),
    "seed": 6,
    "device": "cuda",
    "method_sha256": "ef" * 32,
    "training_seed": 1,
}


def test_every_field_has_another_value_here():
    assert set(OTHER_VALUES) == {field.name for field in dataclasses.fields(RunSpec)}


@pytest.mark.parametrize("name", OTHER_VALUES)
def test_digest_changes_with_every_field(name):
    assert dataclasses.replace(SPEC, **{name: OTHER_VALUES[name]}).digest != SPEC.digest


@pytest.mark.parametrize(
    "settings",
    [
        (("epochs", 2), ("label_lr", 1.0000001e-3)),
        (("epochs", 2), ("label_rate", 1e-3)),
        (("epochs", 2),),
        (("epochs", 2), ("label_lr", 1e-3), ("more", 0)),
    ],
)
def test_digest_changes_with_every_setting(settings):
    assert dataclasses.replace(SPEC, settings=settings).digest != SPEC.digest


OTHER_FORGETS = [
    ForgetSpec("random", fraction=0.1),
    ForgetSpec("random", fraction=0.2),
    ForgetSpec("samples", samples=(3,)),
    ForgetSpec("samples", samples=(3, 4)),
    ForgetSpec("planted", planting=Planting("trigger", (8,))),
    ForgetSpec("planted", planting=Planting("trigger", (8,), 50)),
    ForgetSpec("planted", planting=Planting("swap", (3, 8))),
]


def test_digest_changes_with_the_kind_of_forget_set():
    specs_ = [SPEC, *(dataclasses.replace(SPEC, forget=forget) for forget in OTHER_FORGETS)]
    assert len({spec.digest for spec in specs_}) == len(specs_)


def test_digest_of_a_class_run_changes_only_with_the_version_of_the_results():
    assert SPEC.to_json()["forget"] == {"kind": "class", "classes": [3]}
    assert SPEC.digest == "595e9bcdf1e321a0d4cd"


def test_only_a_method_from_a_file_has_a_code_in_json():
    """So that the digests of all other runs are what they were before there were such methods."""
    assert "code" not in SPEC.to_json()
    assert dataclasses.replace(SPEC, method_sha256="ef" * 32).to_json()["code"] == "ef" * 32


@pytest.mark.parametrize("forget", OTHER_FORGETS)
def test_json_round_trip_of_every_kind(forget):
    spec = dataclasses.replace(SPEC, forget=forget)
    again = RunSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert (again, again.digest, hash(again)) == (spec, spec.digest, hash(spec))


@pytest.mark.parametrize(
    ("text", "planting"),
    [
        ("trigger:8", Planting("trigger", (8,), 100)),
        (" trigger:8x50 ", Planting("trigger", (8,), 50)),
        ("swap:5-3x20", Planting("swap", (3, 5), 20)),
    ],
)
def test_what_is_planted_is_written_in_a_word(text, planting):
    assert Planting.parse(text) == planting
    assert Planting.parse(str(planting)) == planting


@pytest.mark.parametrize(
    "text",
    ["", "trigger", "trigger:", "trigger:x5", "trigger:8x0", "trigger:3-5", "swap:3", "swap:3-3", "swap:3-5x1",
     "wish:8", "trigger:-1", "trigger:8x", "trigger:8;", "trigger:99999", "x" * 10_000],
)  # fmt: skip
def test_what_cannot_be_planted_is_told_in_one_sentence(text):
    with pytest.raises(SpecError, match=r"^Write what is planted as trigger:8 .*; got .{0,80}\.$"):
        Planting.parse(text)


@pytest.mark.parametrize("planting", [None, "trigger:8", 8])
def test_forget_spec_refuses_what_is_no_planting(planting):
    with pytest.raises(SpecError, match="Write what is planted"):
        ForgetSpec("planted", planting=planting)


def test_order_of_samples_does_not_matter():
    assert ForgetSpec("samples", samples=(9, 2, 9)) == ForgetSpec("samples", samples=(2, 9))


@pytest.mark.parametrize("fraction", [0, 1, -0.1, 1.5, float("nan"), float("inf"), "0.1", None, True])
def test_forget_spec_refuses_what_is_not_a_part(fraction):
    with pytest.raises(SpecError, match="fraction"):
        ForgetSpec("random", fraction=fraction)


@pytest.mark.parametrize("samples", [(), (-1,), (1.5,), ("3",), (True,)])
def test_forget_spec_refuses_what_is_not_an_image_number(samples):
    with pytest.raises(SpecError, match="training image"):
        ForgetSpec("samples", samples=samples)


@pytest.mark.parametrize(
    "fields", [{"kind": "class", "fraction": 0.1}, {"kind": "random", "fraction": 0.1, "classes": (1,)}]
)
def test_forget_spec_refuses_fields_of_another_kind(fields):
    with pytest.raises(SpecError, match="has no"):
        ForgetSpec(**{"classes": (3,), **fields})


def test_digest_changes_with_the_results_version(monkeypatch):
    before = SPEC.digest
    monkeypatch.setattr(specs, "RESULTS_VERSION", specs.RESULTS_VERSION + 1)
    assert SPEC.digest != before


def test_digest_is_20_hex_digits_and_always_the_same():
    assert re.fullmatch(r"[0-9a-f]{20}", SPEC.digest)
    assert dataclasses.replace(SPEC).digest == SPEC.digest


def test_order_of_classes_and_settings_does_not_matter():
    shuffled = dataclasses.replace(
        SPEC, settings=tuple(reversed(SPEC.settings)), forget=ForgetSpec(classes=(5, 1, 5, 2))
    )
    assert shuffled.settings == SPEC.settings
    assert shuffled.forget == ForgetSpec(classes=(1, 2, 5))
    assert shuffled.digest == dataclasses.replace(SPEC, forget=ForgetSpec(classes=(2, 5, 1))).digest


@pytest.mark.parametrize("name", [None, *OTHER_VALUES])
def test_json_round_trip_gives_an_equal_spec(name):
    spec = dataclasses.replace(SPEC, **({name: OTHER_VALUES[name]} if name else {}))
    again = RunSpec.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert hash(again) == hash(spec)
    assert again.digest == spec.digest


def test_specs_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC.seed = 1
    with pytest.raises(dataclasses.FrozenInstanceError):
        SPEC.forget.kind = "random"


@pytest.mark.parametrize("seed", [-1, 2**31, 1.0, 1.5, True, "3", None])
def test_seed_must_be_a_whole_number_in_range(seed):
    with pytest.raises(SpecError, match="Seed"):
        dataclasses.replace(SPEC, seed=seed)


@pytest.mark.parametrize("seed", [0, 2**31 - 1])
def test_ends_of_the_seed_range_are_allowed(seed):
    assert dataclasses.replace(SPEC, seed=seed).seed == seed


def test_forget_spec_refuses_nothing_and_unknown_kinds():
    with pytest.raises(SpecError, match="at least one class"):
        ForgetSpec(classes=())
    with pytest.raises(SpecError, match="'vibes'"):
        ForgetSpec(kind="vibes", classes=(1,))


@pytest.mark.parametrize("classes", [(1.5,), ("three",), (None,), (3, "x"), (float("nan"),), ([1],)])
def test_forget_spec_refuses_what_is_not_a_class_index(classes):
    with pytest.raises(SpecError):
        ForgetSpec(classes=classes)


@pytest.mark.parametrize("value", [None, 7, "digits", [], {}, {"forget": {}}])
def test_from_json_refuses_what_is_no_spec(value):
    with pytest.raises(SpecError):
        RunSpec.from_json(value)


@pytest.mark.parametrize("name", SPEC.to_json())
def test_from_json_names_a_missing_field(name):
    value = SPEC.to_json()
    del value[name]
    with pytest.raises(SpecError, match=name):
        RunSpec.from_json(value)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("forget", {"kind": "class", "classes": [1.5]}),
        ("forget", {"kind": "class", "classes": "abc"}),
        ("forget", {"kind": "class", "classes": 3}),
        ("forget", {"kind": "vibes", "classes": [3]}),
        ("forget", [3]),
        ("settings", [1, 2]),
        ("settings", None),
        ("seed", "0"),
    ],
)
def test_from_json_refuses_wrong_values(name, wrong):
    with pytest.raises(SpecError):
        RunSpec.from_json({**SPEC.to_json(), name: wrong})
