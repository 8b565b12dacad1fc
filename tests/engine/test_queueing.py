"""Fair shares of the queue, on paper: who is next, and who gives up a worker."""

from types import SimpleNamespace

from camu_core.engine.monitor import Progress
from camu_core.engine.queueing import in_order, makes_room


def progress(visitor: str, submitted: float, priority: int = 0, began: float = 0.0) -> Progress:
    job = SimpleNamespace(digest=f"{visitor}{submitted:g}")
    return Progress(job, {visitor}, priority, visitor, submitted=submitted, began=began)


def test_visitors_take_turns_whoever_asked_for_more() -> None:
    waiting = [progress("hog", i) for i in range(4)] + [progress("late", 10), progress("late", 11)]
    assert [p.job.digest for p in in_order(waiting, [])] == ["hog0", "late10", "hog1", "late11", "hog2", "hog3"]


def test_who_holds_a_worker_comes_later() -> None:
    waiting = [progress("hog", 1), progress("late", 2)]
    assert [p.visitor for p in in_order(waiting, [progress("hog", 0)])] == ["late", "hog"]


def test_people_come_before_background_work() -> None:
    waiting = [progress("sweeper", 0, priority=-10), *(progress("person", i) for i in (1, 2))]
    assert [p.visitor for p in in_order(waiting, [])] == ["person", "person", "sweeper"]


def test_the_background_work_that_began_last_yields_to_a_person() -> None:
    running = [progress("sweeper", 0, -10, began=5.0), progress("sweeper", 1, -10, began=9.0)]
    assert makes_room(progress("person", 2), running) is running[1]
    running[1].is_yielding = True
    assert makes_room(progress("person", 2), running) is None, "room is being made"


def test_nobody_yields_to_who_has_a_worker_or_has_no_less() -> None:
    assert makes_room(progress("a", 2), [progress("a", 0), progress("b", 1, -10)]) is None
    assert makes_room(progress("c", 2), [progress("a", 0), progress("b", 1)]) is None
    assert makes_room(progress("c", 2, -10), [progress("a", 0), progress("a", 1)]) is None, "a person is not disturbed"


def test_a_training_yields_to_a_run_of_the_same_visitor_and_to_what_waits_behind_people() -> None:
    """Whoever trains on all workers may press a run; a verdict, which is background work, does not wait for hours."""
    running = [progress("a", 0, -20, began=1.0), progress("b", 1, -20, began=2.0)]
    assert makes_room(progress("a", 2), running) is running[1]
    assert makes_room(progress("c", 2, -10), running) is running[1]
    assert makes_room(progress("c", 2, -20), running) is None, "another training waits"
    assert makes_room(progress("a", 2), [progress("a", 0), running[1]]) is None, "one run of a visitor at a time"


def test_one_visitor_does_not_hold_all_workers_against_another() -> None:
    running = [progress("hog", 0, began=1.0), progress("hog", 1, began=2.0)]
    assert makes_room(progress("late", 2), running) is running[1]
