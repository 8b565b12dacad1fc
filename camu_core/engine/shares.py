"""What one visitor may ask of a server of many; the limits are `ShareLimits` in `config.py`."""

from camu_core.config import is_read_only, share_limits
from camu_core.errors import TooMuchAsked


def check_share(n_mine: int, n_waiting: int, stored_mb: float) -> None:
    """Whether a visitor may put more work into the queue.

    Args:
        n_mine, n_waiting: jobs in the queue, this visitor's and all, with the new ones.
        stored_mb: size of the finished runs that are the visitor's.
    Raises:
        TooMuchAsked: they may not; the message says why and what to do.
    """
    limits = share_limits()
    if is_read_only():
        raise TooMuchAsked("This server shows finished runs and computes nothing; install it to make your own.")
    if n_mine > limits.waiting_jobs:
        raise TooMuchAsked(
            f"Expected at most {limits.waiting_jobs:,} waiting runs of one visitor; there would be {n_mine:,}. "
            "Wait for some, or stop them."
        )
    if n_waiting > limits.queue:
        raise TooMuchAsked("The queue of this server is full; try again in some minutes.")
    if stored_mb > limits.stored_mb:
        raise TooMuchAsked(
            f"Expected at most {limits.stored_mb:,} MB of finished runs of one visitor; yours are more. "
            "Delete some under All runs."
        )
