"""How torch computes: with how many threads, what it does with numbers too small to matter, and with freed memory."""

import ctypes
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

import torch
from threadpoolctl import threadpool_limits

# Options of glibc's mallopt(3), and how many freed bytes this process may keep.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_KEPT_AT_MOST, _KEPT_BLOCK = 128 << 20, 32 << 20

_lock = threading.Lock()
_n_inside = 0
_here = threading.local()  # torch's number of threads is each thread's own
_blas: threadpool_limits | None = None


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute with one thread, and with 0 for numbers below 1e-38, until this thread has left as often as it entered.

    Sums then come out the same on any number of processors, small batches hardly gain from a second thread, and two
    runs side by side do not wait for each other. Processors handle such small (denormal) numbers a hundred times
    slower than others, and Adam fills itself with them where part of a network is dead: training on Fashion-MNIST
    without sandals took 8.0 s a hundred steps instead of 3.0 from the fourth epoch on. Threads of NumPy's and SciPy's
    linear algebra wait for each other by spinning: a run of one epoch kept two processors busy for 1.0 s, not for 0.2.
    """
    global _n_inside, _blas
    _keep_memory()
    torch.optim.SGD([torch.zeros(1)]).step()  # a process's first optimiser imports for seconds: before any clock runs
    torch.set_flush_denormal(True)
    with _lock:
        if _n_inside == 0:
            _blas = threadpool_limits(1, user_api="blas")
        _n_inside += 1
    if not getattr(_here, "n_inside", 0):
        _here.n_inside, _here.n_before = 0, torch.get_num_threads()
        torch.set_num_threads(1)
    _here.n_inside += 1
    try:
        yield
    finally:
        _here.n_inside -= 1
        if _here.n_inside == 0:
            torch.set_num_threads(_here.n_before)
            torch.set_flush_denormal(False)
        with _lock:
            _n_inside -= 1
            if _n_inside == 0:
                assert _blas is not None
                _blas.restore_original_limits()


@cache
def _keep_memory() -> None:
    """Let this process keep what it freed, where its C library can be told so.

    Otherwise each step gives its tensors back to the system and has them paged in anew; a Dask worker does so from
    64 kB on: unlearning with a ResNet-20 took 1.6 times as long there, and a stack of networks, without Dask, 1.15.
    """
    if sys.platform == "linux":
        with suppress(AttributeError):  # another C library than glibc
            libc = ctypes.CDLL(None)
            libc.mallopt(_TRIM_THRESHOLD, _KEPT_AT_MOST)
            libc.mallopt(_MMAP_THRESHOLD, _KEPT_BLOCK)


def clock_of(device: torch.device) -> Callable[[], float]:
    """Seconds that work on a device takes: on a processor those that this process computed, so that others who share
    the machine do not count; elsewhere those on the clock, once the device has done what it was given."""
    if device.type == "cpu":
        return time.process_time
    return lambda: _now_on(device)


def _now_on(device: torch.device) -> float:
    torch.accelerator.synchronize(device)
    return time.perf_counter()
