"""While a run computes: one thread, and no denormal numbers; afterwards all is as it was."""

import torch

from camu_core.threads import one_thread

TINY = torch.full((8,), 1e-39)  # below 1.2e-38, the smallest normal float32


def test_numbers_too_small_to_matter_are_0_inside_and_not_outside():
    assert (TINY * 1.0 != 0).all()
    with one_thread():
        assert (TINY * 1.0 == 0).all()
    assert (TINY * 1.0 != 0).all()


def test_the_number_of_threads_comes_back():
    torch.set_num_threads(2)
    with one_thread():
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1, "another is still inside"
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)
