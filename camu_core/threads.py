"""How many threads torch computes with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_n_inside = 0
_n_before = 1


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread until the last one leaves.

    Sums then come out the same on any number of processors, small batches hardly gain from a second thread, and two
    runs side by side do not wait for each other.
    """
    global _n_inside, _n_before
    with _lock:
        if _n_inside == 0:
            _n_before = torch.get_num_threads()
            torch.set_num_threads(1)
        _n_inside += 1
    try:
        yield
    finally:
        with _lock:
            _n_inside -= 1
            if _n_inside == 0:
                torch.set_num_threads(_n_before)
