"""While a run computes: one thread, no denormal numbers, and freed memory is kept; afterwards all is as it was."""

import os
import platform
import subprocess
import sys
import threading

import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from camu_core.threads import one_thread

TINY = torch.full((8,), 1e-39)  # below 1.2e-38, the smallest normal float32


def test_numbers_too_small_to_matter_are_0_inside_and_not_outside():
    assert (TINY * 1.0 != 0).all()
    with one_thread():
        with one_thread():
            assert (TINY * 1.0 == 0).all()
        assert (TINY * 1.0 == 0).all(), "the outer one goes on"
    assert (TINY * 1.0 != 0).all()


def test_the_number_of_threads_comes_back():
    torch.set_num_threads(2)
    with one_thread():
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1, "another is still inside"
    assert torch.get_num_threads() == 2
    torch.set_num_threads(1)


def n_blas() -> set[int]:
    return {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"}


def test_linear_algebra_has_one_thread_too_and_gets_the_others_back():
    with threadpool_limits(2, user_api="blas"):
        with one_thread():
            with one_thread():
                assert n_blas() == {1}
            assert n_blas() == {1}, "another is still inside"
        assert n_blas() == {2}


_FAULTS = """
import resource, torch
from camu_core.threads import one_thread
with one_thread():
    for _ in range(5):
        torch.ones(2 << 20)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(50):
        torch.ones(2 << 20)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries keep memory as they like")
def test_freed_memory_is_kept_even_where_dask_asks_to_give_it_back() -> None:
    """8 MB, 2,048 pages, fifty times."""
    as_a_worker = os.environ | {"MALLOC_TRIM_THRESHOLD_": "65536"}
    found = subprocess.run([sys.executable, "-c", _FAULTS], env=as_a_worker, capture_output=True, text=True, check=True)
    assert int(found.stdout) < 5 * 2048


def test_each_thread_computes_with_one_also_if_it_is_not_the_first():
    both, seen = threading.Barrier(2), []

    def work():
        for _ in range(2):
            with one_thread():
                both.wait()
                seen.append(torch.get_num_threads())
                both.wait()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [1] * 4
