"""Who is next: people before background work, and within each all visitors in turn."""

from collections import Counter
from collections.abc import Iterable, Sequence

from camu_core.engine.monitor import Progress


def in_order(waiting: Iterable[Progress], running: Iterable[Progress]) -> list[Progress]:
    """The next one first: by priority, then in turns, in which those who hold workers already come later."""
    turns = Counter(progress.visitor for progress in running)
    ranked: list[tuple[int, int, float, int, Progress]] = []
    for progress in sorted(waiting, key=lambda progress: (-progress.priority, progress.submitted)):
        ranked.append((-progress.priority, turns[progress.visitor], progress.submitted, len(ranked), progress))
        turns[progress.visitor] += 1
    return [entry[-1] for entry in sorted(ranked, key=lambda entry: entry[:-1])]


def makes_room(first: Progress, running: Sequence[Progress]) -> Progress | None:
    """Which running job gives its worker to the first waiting one; None if none has to.

    Work of a lower rank yields to a visitor who has no worker for anything as urgent: what waits behind people to a
    person, and a training to all; of the same rank, one of those that another visitor has two or more of. It is the one
    that began last, for it loses least.
    """
    held = Counter(progress.visitor for progress in running)
    has_worker = any(p.visitor == first.visitor and p.priority >= first.priority for p in running)
    if has_worker or any(progress.is_yielding for progress in running):
        return None
    can = [
        progress
        for progress in running
        if not progress.stop_requested
        and (progress.priority < first.priority or (progress.priority == first.priority and held[progress.visitor] > 1))
    ]
    return min(can, key=lambda progress: (progress.priority, -progress.began), default=None)
