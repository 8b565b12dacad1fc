"""Progress on stderr, so that stdout stays clean for what was asked for."""

from collections.abc import Generator
from typing import TypeVar

from tqdm import tqdm

from camu_core.progress import STAGES, Step, drain

T = TypeVar("T")


def drain_with_bar(work: Generator[Step, None, T]) -> T:
    """Run work to its end under one tqdm bar a stage."""
    bars: dict[str, tqdm] = {}

    def show(step: Step) -> None:
        if step.stage not in bars:
            bars[step.stage] = tqdm(total=step.total, desc=STAGES[step.stage], leave=False, disable=None)
        bar = bars[step.stage]
        bar.total = step.total  # known only from the method's first step on
        bar.update(step.index - bar.n)

    try:
        return drain(work, show)
    finally:
        for bar in bars.values():
            bar.close()
        work.close()
