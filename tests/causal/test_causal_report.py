import copy
import json
from dataclasses import replace

import numpy as np
import pytest
from causal_models import made_up_probe, residual_model

from camu_core.causal import INTERVENTIONS, MEASURES, PARTS, causal_report, share_figures
from camu_core.errors import SpecError
from camu_core.wording.causal import titles

ESTIMATE = {"value", "low", "high", "n"}


@pytest.fixture(scope="module")
def digits_report(digits_run):
    return causal_report(*digits_run, n_classes=10, forget_classes=[3])


def test_the_contracts_keys(digits_report):
    assert json.loads(json.dumps(digits_report, allow_nan=False)) == digits_report
    for group in ("forget", "retain"):
        for model in ("original", "unlearned"):
            assert set(digits_report["effects"][group][model]) == set(MEASURES)
            assert all(set(estimate) == ESTIMATE for estimate in digits_report["effects"][group][model].values())
        assert set(digits_report["mediation"][group]) == set(PARTS)
        assert all(isinstance(value, float) for value in digits_report["mediation"][group].values())
    layers = digits_report["layers"]["forget"]
    assert list(layers["increments"]) == ["conv1", "conv2", "representation", "hidden", "output"]
    assert isinstance(layers["total"], float)
    assert [len(rows) for rows in digits_report["per_class"].values()] == [10, 10]


def test_sums_are_exact(digits_report):
    for parts in digits_report["mediation"].values():
        assert parts["representation"] + parts["head"] + parts["interaction"] == pytest.approx(parts["total"], abs=1e-6)
    layers = digits_report["layers"]["forget"]
    assert sum(layers["increments"].values()) == pytest.approx(layers["total"], abs=1e-6)
    assert layers["total"] == pytest.approx(digits_report["mediation"]["forget"]["total"], abs=1e-6)
    assert layers["curve"][-1] - layers["curve"][0] == pytest.approx(layers["total"], abs=1e-6)


def test_shares_of_the_parts_are_parts_of_the_total(digits_report):
    for group, parts in digits_report["mediation"].items():
        shares = digits_report["mediation_shares"][group]
        assert {name: share["value"] for name, share in shares.items()} == pytest.approx(
            {name: parts[name] / parts["total"] for name in PARTS[1:]}
        )


def test_shares_of_the_layers_are_parts_of_the_total(digits_report):
    layers = digits_report["layers_intervals"]["forget"]
    assert {name: share["value"] for name, share in layers["shares"].items()} == pytest.approx(
        {name: increment["value"] / layers["total"]["value"] for name, increment in layers["increments"].items()}
    )


def test_groups_are_made_of_their_classes(digits_report):
    effects, classes = digits_report["effects"], digits_report["per_class"]["effects"]
    assert classes[3] == effects["forget"]
    others = [row["unlearned"]["prediction_bits"] for i, row in enumerate(classes) if i != 3]
    mean = sum(row["value"] * row["n"] for row in others) / sum(row["n"] for row in others)
    assert mean == pytest.approx(effects["retain"]["unlearned"]["prediction_bits"]["value"])
    assert digits_report["per_class"]["mediation"][3] == digits_report["mediation_intervals"]["forget"]


def test_camu_forgets_the_3_in_the_representation(digits_report):
    assert digits_report["shares"]["eliminated"]["unlearned"]["true_class"]["value"] > 0.9
    assert digits_report["shares"]["preserved"]["unlearned"]["true_class"]["value"] > 0.9
    assert digits_report["mediation_shares"]["forget"]["representation"]["value"] > 0.8
    assert digits_report["mediation"]["forget"]["total"] < -0.9


def test_it_repeats_exactly(digits_run, digits_report):
    assert causal_report(*digits_run, n_classes=10, forget_classes=[3]) == digits_report


def test_where_images_of_all_classes_are_forgotten_a_class_has_its_images_to_keep(models):
    """Seen before: -49.9 points under "to keep" of a class whose kept images lose 29.5."""
    original, unlearned, *_ = models
    probe = made_up_probe(90, 3, [])
    probe = replace(probe, is_forget=np.arange(90) % 2 == 0)
    report = causal_report(original, unlearned, probe, 3)
    for group in ("effects", "mediation"):
        n_images = [_sizes(row) for row in report["per_class"][group]]
        assert n_images == [{int((probe.y[1::2] == label).sum())} for label in range(3)]
    totals = [(row["total"]["value"], row["total"]["n"]) for row in report["per_class"]["mediation"]]
    mean = sum(value * n for value, n in totals) / 45
    assert mean == pytest.approx(report["mediation"]["retain"]["total"])


def _sizes(row: dict) -> set[int]:
    """How many images the estimates of a class are of."""
    if "n" in row:
        return {row["n"]}
    return set().union(*(_sizes(each) for each in row.values()))


def test_the_shares_of_a_band_are_those_of_the_report(digits_run, digits_report):
    original, unlearned, probe = digits_run
    figures = share_figures(original, unlearned, probe)
    for key, networks in digits_report["shares"].items():
        for measure, share in networks["unlearned"].items():
            assert figures[f"{key}_{measure}"] == share["value"]


@pytest.mark.parametrize("intervention", INTERVENTIONS)
def test_a_no_op_method_gives_zero_everywhere(models, intervention):
    original = models[0]
    twin = copy.deepcopy(original)
    report = causal_report(original, twin, made_up_probe(90, 3, [1]), 3, retrained=twin, intervention=intervention)
    for group in ("forget", "retain"):
        effects = report["effects"][group]
        assert effects["original"] == effects["unlearned"] == effects["retrained"]
        assert set(report["mediation"][group].values()) == {0}
        assert all(e["low"] == e["high"] == 0 for e in report["mediation_intervals"][group].values())
        assert all(e["value"] is None for e in report["mediation_shares"][group].values())
    assert {report["layers"]["forget"]["total"], *report["layers"]["forget"]["increments"].values()} == {0}
    gone, kept = (report["shares"][kind]["unlearned"]["prediction_bits"] for kind in ("eliminated", "preserved"))
    assert [gone["value"], gone["low"], gone["high"]] == [0, 0, 0]
    assert [kept["value"], kept["low"], kept["high"]] == [1, 1, 1]


def test_residual_networks_and_a_retrained_model(models):
    report = causal_report(*models, made_up_probe(90, 3, [1]), 3, retrained=residual_model(3))
    assert set(report["effects"]["forget"]) == {"original", "unlearned", "retrained"}
    assert set(report["shares"]["eliminated"]) == {"unlearned", "retrained"}
    assert list(report["layers"]["forget"]["increments"]) == ["stem", "stage1", "stage2", "pool", "output"]


def test_a_probe_set_without_forget_samples(models):
    probe = made_up_probe(30, 3, [])
    report = causal_report(*models, probe, 3)
    assert report["effects"]["forget"]["original"]["true_class"] == {"value": None, "low": None, "high": None, "n": 0}
    assert report["layers"]["forget"]["total"] is None
    assert all("Cannot tell" in titles(report)[name] for name in ("effects", "mediation_forget", "layers"))
    json.dumps(report, allow_nan=False)


@pytest.mark.parametrize(("n_classes", "is_known"), [(2, False), (3, True)])
def test_where_one_class_is_left_camus_alternatives_tell_nothing_of_it(models, n_classes, is_known):
    """Seen before: "the others kept none of theirs" of a network that recognises all of them."""
    original, probe = models[0], made_up_probe(90, n_classes, [1])
    report = causal_report(original, copy.deepcopy(original), probe, 3)
    assert {share["value"] is not None for share in report["shares"]["preserved"]["unlearned"].values()} == {is_known}
    assert ("for the others, cannot tell" in titles(report)["effects"]) != is_known
    assert (share_figures(original, original, probe)["preserved_true_class"] is not None) == is_known
    by_mean = causal_report(original, copy.deepcopy(original), probe, 3, intervention="mean")
    assert any(share["value"] is not None for share in by_mean["shares"]["preserved"]["unlearned"].values())


def test_a_probe_set_with_one_forget_sample(models):
    probe = made_up_probe(30, 3, [])
    report = causal_report(*models, replace(probe, is_forget=np.arange(30) == 4), 3)
    assert report["mediation_intervals"]["forget"]["total"]["n"] == 1
    assert report["mediation_intervals"]["forget"]["total"]["low"] is None
    assert "Cannot tell" in titles(report)["mediation_forget"]


def test_the_seed_decides_the_draw(models):
    probe = made_up_probe(90, 3, [1])
    first, second = (causal_report(*models, probe, 3, seed=seed)["effects"]["retain"] for seed in (0, 1))
    assert first["original"]["true_class"]["value"] != second["original"]["true_class"]["value"]


def test_wrong_requests_are_refused(models, digits_run):
    with pytest.raises(SpecError, match="noise"):
        causal_report(*models, made_up_probe(30, 3, [1]), 3, intervention="magic")
    with pytest.raises(SpecError, match="same blocks"):
        causal_report(models[0], digits_run[0], made_up_probe(30, 3, [1]), 3)
