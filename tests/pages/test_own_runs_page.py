"""Runs on uploaded images are listed to those who know their address, and to nobody else."""

from opening import open_page
from streamlit.testing.v1 import AppTest

from camu_core import RunStore, plan_run, run
from camu_core.data import import_images
from camu_core.engine.sweeps import SweepSpec
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes, weights_path
from camu_core.progress import drain


def library(**parameters: str) -> AppTest:
    return open_page("library/runs", **parameters)


def test_runs_and_sweeps_of_uploads_are_their_owners(picture, tmp_path) -> None:
    for label in ("dark", "light"):
        (tmp_path / "pets" / label).mkdir(parents=True)
        for i in range(12):
            (tmp_path / "pets" / label / f"{i}.png").write_bytes(picture(i + 200 * (label == "light")))
    name = drain(import_images(tmp_path / "pets")).name
    path = weights_path(name, "cnn")
    path.parent.mkdir(parents=True)
    path.write_bytes(to_bytes(build_model("cnn", (3, 32, 32), 2, seed=1)))
    result = run(plan_run(name, [0], model="cnn", settings={"epochs": 1}))
    RunStore().save(result)
    sweep = SweepSpec(name, (0,), ("camu",), (0,))
    RunStore().note_sweep(sweep.digest, sweep.to_json())

    stranger = library()
    assert not stranger.exception
    assert not stranger.dataframe
    assert not any("pets" in str(element.value) for element in stranger.markdown)
    owner = library(dataset=name)
    assert not owner.exception
    assert owner.dataframe[0].value["run"].tolist() == [result.digest[:8]]
    assert any("pets" in str(element.value) for element in owner.markdown)
