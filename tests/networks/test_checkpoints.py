import os
import pickle

import pytest
import torch

from camu_core.errors import StoreUnwritable
from camu_core.networks.checkpoints import Checkpoint

STATE = {"parts": [{"weight": torch.arange(3.0)}, {"betas": (0.9, 0.99)}], "rng": torch.arange(4), "seconds": 1.5}


def checkpoint(x=None, y=None, **settings):
    x = torch.zeros(2, 3, dtype=torch.uint8) if x is None else x
    return Checkpoint({"x": x, "y": torch.arange(2) if y is None else y}, {"seed": 0, **settings})


def test_what_is_saved_comes_back(camu_home):
    assert checkpoint().load() is None
    checkpoint().save(STATE)
    back = checkpoint().load()
    assert back["parts"][1] == {"betas": (0.9, 0.99)}
    assert back["seconds"] == 1.5
    assert torch.equal(back["parts"][0]["weight"], torch.arange(3.0))
    checkpoint().save({"seconds": 2.5})
    assert checkpoint().load() == {"seconds": 2.5}
    assert len([path for path in camu_home.rglob("*") if path.is_file()]) == 1
    checkpoint().remove()
    checkpoint().remove()
    assert checkpoint().load() is None


def test_its_place_follows_the_content_and_nothing_else():
    same = checkpoint(x=torch.zeros(3, 2, dtype=torch.uint8).T)
    assert same.path == checkpoint().path
    others = [
        checkpoint(x=torch.ones(2, 3, dtype=torch.uint8)),
        checkpoint(x=torch.zeros(3, 2, dtype=torch.uint8)),
        checkpoint(x=torch.zeros(2, 3, dtype=torch.int8)),
        checkpoint(y=torch.tensor([1, 0])),
        checkpoint(seed=1),
        checkpoint(epochs=1),
        Checkpoint({"z": torch.zeros(2, 3, dtype=torch.uint8), "y": torch.arange(2)}, {"seed": 0}),
    ]
    assert len({same.path, *(other.path for other in others)}) == len(others) + 1


@pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "pickle", "one bit"])
def test_a_damaged_one_is_as_good_as_none(damage, tmp_path):
    checkpoint().save(STATE)
    path, fired = checkpoint().path, tmp_path / "fired"
    content = path.read_bytes()

    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(fired),)

    place = content.index(torch.arange(3.0).numpy().tobytes()) + 6  # torch itself takes it for another number
    one_bit = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
    damaged = {"one bit": one_bit, "empty": b"", "cut": content[: len(content) // 2], "garbage": b"?" * 500}
    path.write_bytes({**damaged, "pickle": pickle.dumps(Trap(), protocol=2)}[damage])
    assert checkpoint().load() is None
    assert not fired.exists()


def test_a_place_that_cannot_be_written_says_so(camu_home):
    camu_home.write_text("a file where the folder should be")
    with pytest.raises(StoreUnwritable, match="CAMU_HOME"):
        checkpoint().save(STATE)


def test_states_of_trainings_that_were_given_up_fill_no_disk(camu_home, monkeypatch) -> None:
    """Somebody who starts and stops many trainings leaves a state of each."""
    for seed in range(4):
        checkpoint(seed=seed).save(STATE)
        os.utime(checkpoint(seed=seed).path, (1000 + seed,) * 2)
    monkeypatch.setenv("CAMU_NETWORKS_MB", str(2.5 * checkpoint(seed=0).path.stat().st_size / 1e6))
    checkpoint(seed=9).save(STATE)
    assert [seed for seed in (0, 1, 2, 3, 9) if checkpoint(seed=seed).load()] == [3, 9]
