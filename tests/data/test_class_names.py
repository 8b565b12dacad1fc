"""A class by its number or its name, and its name wherever it is printed."""

import json
import shlex
from dataclasses import replace

import pandas as pd
import pytest

from camu_core import plan_run, run
from camu_core.__main__ import _parser, main
from camu_core.citation import citation, command_of
from camu_core.commands.images import classes_named
from camu_core.commands.sweep import forgets_named
from camu_core.data import DATASETS, class_number, import_images, listing, typed
from camu_core.engine.sweeps import with_forget_names
from camu_core.errors import SpecError
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes, weights_path
from camu_core.progress import drain
from pages.components.compare import state_tune


def info_of(*names):
    return replace(DATASETS["cifar10"], title="Mine", class_names=names)


@pytest.mark.parametrize(
    ("names", "text", "number"),
    [
        (("cat", "dog"), "1", 1),
        (("cat", "dog"), "dog", 1),
        (("cat", "dog"), " DOG ", 1),
        (("cat", "dog"), "name:dog", 1),
        (("cat", "dog"), "number:1", 1),
        (tuple("0123456789"), "3", 3),
        (tuple(map(str, range(12))), "10", 10),
        (("Cat", "cat"), "cat", 1),
        (("1", "2", "3"), "name:2", 1),
        (("1", "2", "3"), "number:2", 2),
        (("1", "2", "3"), "3", 2),
        (("a: b", "c"), "a: b", 0),
    ],
)
def test_numbers_and_names(names, text, number):
    assert class_number(info_of(*names), text) == number


@pytest.mark.parametrize(
    ("names", "text", "told"),
    [
        (("cat", "dog"), "emu", "has the classes 0 (cat), 1 (dog); got emu."),
        (("cat", "dog"), "2", "has the classes 0 (cat), 1 (dog); got 2."),
        (("cat", "dog"), "-1", "got -1."),
        (("cat", "dog"), "name:1", "got name:1."),
        (("1", "2", "3"), "2", "more than one class of Mine: 1 (2), 2 (3). Say number:2 or name:2"),
        (("Cat", "CAT", "dog"), "cat", "more than one class of Mine: 0 (Cat), 1 (CAT)."),
    ],
)
def test_what_is_no_class_or_several_is_refused_with_the_list(names, text, told):
    with pytest.raises(SpecError) as caught:
        class_number(info_of(*names), text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_long_lists_are_cut():
    assert listing(DATASETS["digits"]) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9"
    assert listing(DATASETS["cifar100"]).endswith("29 (dinosaur) and 70 more")


@pytest.fixture
def twelve(zipped, picture):
    """Folders 0..11, a level of grey each, and a network."""
    files = {f"{label}/{i}.png": picture(20 * label + i) for label in range(12) for i in range(5)}
    name = drain(import_images(zipped(files))).name
    path = weights_path(name, "resnet20")
    path.parent.mkdir(parents=True)
    path.write_bytes(to_bytes(build_model("resnet20", (3, 32, 32), 12, seed=1)))
    return name


def test_forgetting_class_2_of_twelve_folders_forgets_folder_2(twelve, capsys):
    request = ["run", "--dataset", twelve, "--forget-class", "2", "--set", "epochs=1", "--quick"]
    assert main([*request, "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["class_names"] == [str(label) for label in range(12)]
    assert found["spec"]["forget"]["classes"] == [2]
    result = run(plan_run(twelve, [2], settings={"epochs": 1}))
    assert {level // 20 for level in result.probe.x[result.probe.is_forget][:, 0, 0, 0].tolist()} == {2}


def test_a_printed_command_says_number_where_another_class_has_that_name(zipped, picture):
    """Folders 1, 2 and 3 are classes 0, 1 and 2."""
    files = {f"{label}/{i}.png": picture(60 * label + i) for label in (1, 2, 3) for i in range(5)}
    name = drain(import_images(zipped(files))).name
    path = weights_path(name, "resnet20")
    path.parent.mkdir(parents=True)
    path.write_bytes(to_bytes(build_model("resnet20", (3, 32, 32), 3, seed=1)))
    info = DATASETS[name]
    assert [typed(info, label) for label in range(3)] == ["0", "number:1", "number:2"]
    for label in range(3):
        assert class_number(info, typed(info, label)) == label
        spec = plan_run(name, [label])
        asked = _parser().parse_args(shlex.split(command_of(spec))[3:])
        assert classes_named(name, asked.forget_class) == (label,)
        found = {"dataset": name, "forget": spec.forget.to_json(), "method": "camu"}
        found |= {"n_trials": 6, "n_networks": 1, "seed": 0}
        asked = _parser().parse_args(shlex.split(state_tune.command(found))[3:])
        assert forgets_named(name, asked.forget) == str(label)
        assert (asked.trials, asked.networks, asked.seed) == (6, 1, 0)


def test_names_on_the_command_line(capsys, tmp_path):
    assert main(["run", "--forget-class", "three"]) == 2
    assert "has the classes 0, 1, 2" in capsys.readouterr().err
    assert main(["train", "--forget-class", "three", "--output", str(tmp_path / "x.safetensors")]) == 2
    assert main(["sweep", "--forget-class", "0-2,three"]) == 2
    assert main(["run", "--forget-class", "3", "--set", "epochs=1", "--quick"]) == 0
    assert "forgot 3, unlearning took" in capsys.readouterr().out


@pytest.mark.slow
def test_a_sweep_takes_names_and_names_what_was_forgotten(zipped, picture, tmp_path, capsys):
    files = {f"{name}/{i}.png": picture(100 * y + i) for y, name in enumerate(("cat", "dog", "emu")) for i in range(5)}
    name = drain(import_images(zipped(files))).name
    path = weights_path(name, "resnet20")
    path.parent.mkdir(parents=True)
    path.write_bytes(to_bytes(build_model("resnet20", (3, 32, 32), 3, seed=1)))
    output = tmp_path / "sweep.csv"
    request = ["sweep", "--dataset", name, "--forget-class", "emu,cat", "--method", "neggrad", "--output", str(output)]
    assert main(request) == 0, capsys.readouterr().err
    assert pd.read_csv(output)[["forget", "forget_name"]].values.tolist() == [[2, "emu"], [0, "cat"]]


def test_names_of_several_classes_and_of_a_share() -> None:
    table = pd.DataFrame({"dataset": "digits", "forget": ["0", "2+7", "10%"], "seed": 0})
    named = with_forget_names(table)
    assert named["forget_name"].tolist() == ["0", "2 + 7", "10%"]
    assert named.columns.tolist() == ["dataset", "forget", "forget_name", "seed"]
    assert "forget_name" not in table


def test_the_citation_names_the_class(twelve, digits_result):
    assert "forget class 3, network" in citation(digits_result)
    result = replace(digits_result, spec=replace(digits_result.spec, dataset="cifar10", model="resnet20"))
    assert "forget class 3 (cat), network" in citation(result)
