"""Unlearning methods by name. To add one: one file with a class that follows `Method`, one line in `METHODS`."""

from camu_core.methods.base import Method, UnlearningTask
from camu_core.methods.camu import CaMU
from camu_core.methods.retrain import Retrain

__all__ = ["METHODS", "Method", "UnlearningTask"]

METHODS: dict[str, Method] = {method.name: method for method in (CaMU(), Retrain())}
