"""Images of one's own from import to verdict on the command line, and on a worker that lacks them."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from camu_core import RunStore, plan_run
from camu_core.__main__ import main
from camu_core.data import DATASETS, content_of, import_images, is_imported, keep_content
from camu_core.errors import DatasetUnavailable, WeightsError
from camu_core.jobs import JobPayload, RunJob
from camu_core.networks.models import build_model
from camu_core.networks.weights import to_bytes, weights_path
from camu_core.progress import drain


@pytest.fixture
def pets(tmp_path):
    """A folder of three classes of 30 images, each class lit on another side."""
    rng = np.random.default_rng(0)
    for label, name in enumerate(["cat", "dog <b>", "emu"]):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for i in range(30):
            pixels = rng.integers(0, 80, (32, 32, 3), dtype=np.uint8)
            pixels[:, 10 * label : 10 * label + 10] += 150
            buffer = io.BytesIO()
            Image.fromarray(pixels).save(buffer, "PNG")
            (tmp_path / "pets" / name / f"{i}.png").write_bytes(buffer.getvalue())
    return tmp_path / "pets"


@pytest.mark.slow
def test_from_a_folder_to_a_verdict(pets, capsys):
    assert main(["run", "--dataset", str(pets), "--model", "cnn", "--forget-class", "0"]) == 2
    assert "There is no trained cnn for folder-" in capsys.readouterr().err

    recipe = ["--set", "epochs=6", "--set", "batch_size=16"]
    assert main(["train", "--dataset", str(pets), "--model", "cnn", *recipe]) == 0
    capsys.readouterr()
    settings = ["--set", "epochs=30", "--set", "label_lr=1e-3", "--set", "representation_lr=1e-3"]
    request = ["run", "--dataset", str(pets), "--model", "cnn", "--forget-class", "0", "--quick", *settings]
    assert main([*request, "--save", "--json", "-"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["spec"]["dataset"].startswith("folder-")
    assert found["metrics"]["original"]["retain_test"] == found["metrics"]["original"]["forget_test"] == 1.0
    assert found["metrics"]["unlearned"]["forget_test"] <= 0.2
    assert found["metrics"]["unlearned"]["retain_test"] >= 0.8
    assert RunStore().load(found["digest"]).spec.dataset == found["spec"]["dataset"]
    assert DATASETS[found["spec"]["dataset"]].class_names == ("cat", "dog b", "emu")


@pytest.mark.slow
def test_a_worker_without_the_images_gets_them_with_the_job(pets, tmp_path, monkeypatch):
    name = drain(import_images(pets)).name
    path = weights_path(name, "cnn")
    path.parent.mkdir(parents=True)
    path.write_bytes(to_bytes(build_model("cnn", (3, 32, 32), 3, seed=1)))
    spec = plan_run(name, [0], model="cnn", settings={"epochs": 1})
    assert JobPayload.of(spec).images == {}, "the embedded cluster shares CAMU_HOME"
    monkeypatch.setenv("CAMU_SCHEDULER", "tcp://elsewhere:8786")
    job = RunJob(spec)
    payload = job.pack(RunStore().load)
    here = drain(job.execute(payload))

    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "worker"))
    assert not is_imported(name)
    with pytest.raises(WeightsError):
        JobPayload.of(spec)
    assert drain(job.execute(payload)).metrics == here.metrics
    assert is_imported(name)


def test_other_images_under_the_name_are_refused(pets, tmp_path, monkeypatch):
    name = drain(import_images(pets)).name
    content = content_of(name)
    monkeypatch.setenv("CAMU_HOME", str(tmp_path / "worker"))
    with pytest.raises(DatasetUnavailable):
        keep_content(name, content[:-1] + bytes([content[-1] ^ 1]))
    assert not is_imported(name)
