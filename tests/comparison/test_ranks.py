"""Methods ranked by many networks: table and words by hand, what is shipped, and the command that makes it."""

import json
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from doing import populated

from camu_core.__main__ import main
from camu_core.commands import reproduce
from camu_core.comparison import FLOOR, RANKS, is_ranked, population_table, read_ranked
from camu_core.comparison.population import FOLDER
from camu_core.errors import RunError, StoreError
from camu_core.jobs import Population, PopulationResult
from camu_core.measures import ATTACK_FIGURES
from camu_core.methods import METHODS
from camu_core.progress import Step
from camu_core.specs import ForgetSpec
from camu_core.wording.population import ranks_agreement, ranks_title

OTHERS = ("epsilon_median", "forgetting_quality", "utility_factor", "answers_apart")


def report(method: str, score: float, auc: float, gap: float = 0.0, n_parts: int = 3) -> dict:
    def around(value: float, reach: float = 0.02) -> dict:
        return {"value": value, "low": value - reach, "high": value + reach, "n": 64}

    names = ("retain_train", "retain_test", "forget_train")[:n_parts]
    others = {name: around(0.5) for name in (*OTHERS, *ATTACK_FIGURES)}
    spec = {"dataset": "digits", "method": method, "forget": ForgetSpec(classes=(3,)).to_json()}
    return {
        "m": 64, "n_images": 146, "figures": {**others, "score": around(score), "auc": around(auc)},
        "noise_floor": {**others, "score": around(0.2), "auc": around(0.5)},
        "accuracies": {"unlearned": dict.fromkeys(names, 0.9 - gap), "retrained": dict.fromkeys(names, 0.9)},
        "about": {"spec": spec},
    }  # fmt: skip


def ranked(*reports: dict) -> pd.DataFrame:
    table = population_table(reports)
    return table.assign(title=[METHODS[name].title if name in METHODS else name for name in table["method"]])


def test_ranks_gaps_and_the_floor_by_hand() -> None:
    table = ranked(
        report("retrain", 0.2, 0.5), report("camu", 0.01, 0.9, 0.06), report("scrub", 0.0, 0.99, 0.03),
        report("finetune", 0.0, 0.99, -0.03),
    ).set_index("method")  # fmt: skip
    assert table["rank_by_quality"].to_dict() == pytest.approx(
        {"retrain": 1, "camu": 2, "scrub": 3, "finetune": 3, FLOOR: np.nan}, nan_ok=True
    )
    assert table["rank_by_accuracy"].to_dict() == pytest.approx(
        {"retrain": 1, "camu": 4, "scrub": 2, "finetune": 2, FLOOR: np.nan}, nan_ok=True
    )
    assert table["accuracy_gap"].to_dict() == pytest.approx(
        {"retrain": 0, "camu": 0.06, "scrub": 0.03, "finetune": 0.03, FLOOR: np.nan}, nan_ok=True
    )
    assert table.loc["camu", ["auc", "auc_low", "auc_high"]].tolist() == pytest.approx([0.9, 0.88, 0.92])
    assert table.loc[FLOOR, ["score", "auc_high"]].tolist() == pytest.approx([0.2, 0.52])


def test_the_sentence_names_who_is_first_by_each_and_leaves_out_controls_and_retraining() -> None:
    table = ranked(
        report("retrain", 0.2, 0.5), report("nothing", 0.1, 1.0), report("camu", 0.01, 0.9, 0.06),
        report("scrub", 0.0, 0.53, 0.03), report("finetune", 0.0, 0.99, 0.04),
    )  # fmt: skip
    title = ranks_title(table)
    assert title.startswith(
        "By accuracy, SCRUB comes nearest to retraining; by forgetting quality, CaMU, though 2 more "
    )
    assert "tells 2 of 3 methods from retraining" in title  # 0.51 to 0.55 is not all above the floor's 0.52
    assert ranks_agreement(table) == pytest.approx(-0.816, abs=1e-3)  # of 3 pairs 2 disagree and 1 is tied in quality
    agreeing = ranked(report("camu", 0.01, 0.9, 0.0), report("scrub", 0.0, 0.9, 0.03))
    assert "By accuracy and by forgetting quality, CaMU comes nearest to retraining, though 1 more may be as near" in (
        ranks_title(agreeing)
    )
    apart = ranked(report("camu", 0.1, 0.9, 0.0), report("scrub", 0.0, 0.9, 0.03))
    assert "CaMU comes nearest to retraining. The attacker" in ranks_title(apart)


def test_a_damaged_table_is_refused_by_name(tmp_path: Path) -> None:
    assert not is_ranked(tmp_path)
    (tmp_path / "card.json").write_text("{}")
    ranked(report("camu", 0.01, 0.9)).drop(columns="auc_high").to_csv(tmp_path / "populations.csv", index=False)
    assert is_ranked(tmp_path)
    with pytest.raises(StoreError, match="lack auc_high"):
        read_ranked(tmp_path)


def test_the_shipped_ranks_hold_every_control_and_sit_where_known_answers_must() -> None:
    card, table = read_ranked(FOLDER)
    assert {"date", "machine", "versions", "command"} <= set(card)
    for _, rows in table.groupby(["dataset", "forget"]):
        by_method = rows.set_index("method")
        assert {"camu", "retrain", "nothing", "mask", "random_weights", FLOOR} <= set(by_method.index)
        assert by_method.loc["retrain", "auc_low"] < by_method.loc[FLOOR, "auc_high"]
        assert (by_method.loc[["nothing", "mask", "random_weights"], "auc"] > 0.95).all()
        assert by_method.loc["retrain", [*RANKS]].tolist() == [1, 1]


@pytest.mark.slow
@pytest.mark.usefixtures("short_trainings")
def test_the_command_writes_table_and_card(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def here(_: object, population: Population) -> Generator[Step, None, PopulationResult]:
        yield Step(0, 1)
        return populated(population)[1]

    monkeypatch.setattr(reproduce, "populating", here)
    line = f"reproduce --dataset digits --forget 3 --method nothing,mask --population 8 --output {tmp_path}"
    main(line.split())
    card, table = read_ranked(tmp_path)
    assert card["command"].startswith("python -m camu_core")
    assert table["method"].tolist() == ["nothing", "mask", FLOOR]
    assert table["m"].tolist() == [8, 8, 8]
    assert table.set_index("method").loc["mask", "accuracy_gap"] < 0.2
    assert json.loads((tmp_path / "card.json").read_text())["machine"]


@pytest.mark.parametrize("seeds", ["--seed 0-4", "--training-seed 1"])
def test_seeds_that_would_be_left_aside_are_refused(seeds: str, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    line = f"reproduce --dataset digits --forget 3 --population 8 {seeds} --output {tmp_path}"
    assert main(line.split()) == 2
    assert "training seeds of their own" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.usefixtures("short_trainings")
def test_a_method_that_fails_costs_no_other(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    def here(_: object, population: Population) -> Generator[Step, None, PopulationResult]:
        yield Step(0, 1)
        if population.spec.method == "neggrad":
            raise RunError("A network says nothing that is a number.")
        return populated(population)[1]

    monkeypatch.setattr(reproduce, "populating", here)
    line = f"reproduce --dataset digits --forget 3 --method neggrad,nothing --population 8 --output {tmp_path}"
    assert main(line.split()) != 0
    assert "1 of 2 runs failed" in capsys.readouterr().err
    assert read_ranked(tmp_path)[1]["method"].tolist() == ["nothing", FLOOR]
