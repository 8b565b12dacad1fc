import itertools
import math
from dataclasses import FrozenInstanceError, dataclass, fields

import pytest

from camu_core.data import DATASETS
from camu_core.errors import SpecError
from camu_core.methods import METHODS
from camu_core.methods.camu import CaMUConfig
from camu_core.methods.unsir import UNSIRConfig
from camu_core.networks.models import MODELS
from camu_core.settings import Settings, label_of, setting


@dataclass(frozen=True)
class Oven(Settings):
    minutes: int = setting(30, 1, 600, "How long")
    heat: float = setting(0.5, 0.0, 1.0, "How hot")


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("minutes", "45", 45),
        ("minutes", "4.5e1", 45),
        ("minutes", 45.0, 45),
        ("minutes", 1, 1),
        ("minutes", 600, 600),
        ("heat", "1e-3", 1e-3),
        ("heat", 0, 0.0),
        ("heat", 1, 1.0),
        ("heat", " 0.25 ", 0.25),
    ],
)
def test_values_become_the_type_of_the_default(name, given, expected):
    value = getattr(Oven().with_values({name: given}), name)
    assert value == expected
    assert type(value) is type(expected)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("minutes", 0),
        ("minutes", 601),
        ("minutes", 1.5),
        ("minutes", "1.5"),
        ("minutes", "many"),
        ("minutes", ""),
        ("minutes", None),
        ("minutes", True),
        ("minutes", [30]),
        ("minutes", math.inf),
        ("minutes", "nan"),
        pytest.param("minutes", 10**400, id="minutes-10**400"),
        ("heat", -1e-9),
        ("heat", 1.0000001),
        ("heat", "nan"),
        ("heat", "inf"),
        ("heat", "hot"),
        ("heat", False),
        ("heat", {}),
    ],
)
def test_wrong_values_are_refused_by_name(name, given):
    with pytest.raises(SpecError, match=f"'{name}'"):
        Oven().with_values({name: given})
    with pytest.raises(SpecError, match=f"'{name}'"):
        Oven(**{name: given})


def test_message_names_the_range():
    with pytest.raises(SpecError, match="from 1 to 600; got 601"):
        Oven(minutes=601)


def test_unknown_field_is_refused_and_the_known_ones_are_listed():
    with pytest.raises(SpecError, match=r"'salt'.*minutes, heat"):
        Oven().with_values({"salt": 1})


def test_with_values_leaves_the_rest_and_the_receiver():
    oven = Oven(minutes=45)
    assert oven.with_values({"heat": 0.1}) == Oven(45, 0.1)
    assert oven == Oven(45, 0.5)
    with pytest.raises(FrozenInstanceError):
        oven.heat = 1.0


def test_pairs_rebuild_the_settings():
    oven = Oven(45, 0.1)
    assert dict(oven.pairs()) == {"minutes": 45, "heat": 0.1, "bfloat16": 0}, "every method knows half precision"
    assert Oven().with_values(dict(oven.pairs())) == oven


@pytest.mark.parametrize("method", METHODS)
def test_every_default_is_in_its_range_and_explained(method):
    for dataset, model in itertools.product([*DATASETS, "a dataset of tomorrow"], MODELS):
        config = METHODS[method].default_config(dataset, "class", model)
        for spec in fields(config):
            value = getattr(config, spec.name)
            assert spec.metadata["low"] <= value <= spec.metadata["high"], (dataset, model, spec.name)
            assert spec.metadata["help"].strip()


def test_a_setting_is_labelled_in_words() -> None:
    labels = {spec.name: label_of(spec) for spec in fields(CaMUConfig)}
    assert labels["retain_representation_weight"] == "Weight: keep representations"
    assert labels["representation_lr"] == "Learning rate: representation"
    assert labels["batch_size"] == "Batch size"
    assert {spec.name: label_of(spec) for spec in fields(UNSIRConfig)}["noise_lr"] == "Noise learning rate"
