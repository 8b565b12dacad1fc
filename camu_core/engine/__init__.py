"""Work off the page's thread, on this machine or a cluster."""

from camu_core.engine.driver import Driver, LocalDriver, driver
from camu_core.engine.engine import BACKGROUND_PRIORITY, TRAINING_PRIORITY, Engine
from camu_core.engine.monitor import OVER, JobState, JobView

__all__ = [
    "BACKGROUND_PRIORITY",
    "OVER",
    "TRAINING_PRIORITY",
    "Driver",
    "Engine",
    "JobState",
    "JobView",
    "LocalDriver",
    "driver",
]
