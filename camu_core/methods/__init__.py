"""Unlearning methods by name. To add one: one file with a class that follows `Method`, one line in `METHODS`; or name
the file in CAMU_METHODS, and leave this one alone."""

from camu_core.methods.amun import AMUN
from camu_core.methods.bad_teacher import BadTeacher
from camu_core.methods.base import Method, UnlearningTask
from camu_core.methods.boundary_shrink import BoundaryShrink
from camu_core.methods.camu import CaMU, CaMUOnePass
from camu_core.methods.cf_k import CFk
from camu_core.methods.controls import CONTROLS
from camu_core.methods.ct import CT
from camu_core.methods.delete import Delete
from camu_core.methods.eu_k import EUk
from camu_core.methods.finetune import Finetune
from camu_core.methods.l1_sparse import L1Sparse
from camu_core.methods.lfssd import LFSSD
from camu_core.methods.msg import MSG
from camu_core.methods.neggrad import NegGrad
from camu_core.methods.neggrad_plus import NegGradPlus
from camu_core.methods.plugins import MethodRegistry
from camu_core.methods.random_labels import RandomLabels
from camu_core.methods.retrain import Retrain
from camu_core.methods.salun import SalUn
from camu_core.methods.scrub import Scrub
from camu_core.methods.sfron import SFRon
from camu_core.methods.ssd import SSD
from camu_core.methods.unsir import UNSIR
from camu_core.specs import FORGET_KINDS

__all__ = ["CONTROLS", "METHODS", "Method", "UnlearningTask", "forget_kinds", "is_control", "methods_for"]

METHODS = MethodRegistry(
    (
        CaMU(),
        Retrain(),
        Finetune(),
        NegGrad(),
        NegGradPlus(),
        RandomLabels(),
        BoundaryShrink(),
        BadTeacher(),
        Scrub(),
        SalUn(),
        SSD(),
        UNSIR(),
        CaMUOnePass(),
        EUk(),
        CFk(),
        L1Sparse(),
        SFRon(),
        Delete(),
        LFSSD(),
        CT(),
        MSG(),
        AMUN(),
        *CONTROLS,
    )
)


def is_control(name: str) -> bool:
    """Whether a method is one of the controls, which show what tests can see, and unlearns nothing."""
    return any(control.name == name for control in CONTROLS)


def methods_for(forget_kind: str) -> list[str]:
    """Names of all methods that can forget what is of this kind."""
    return [name for name in METHODS if forget_kind in forget_kinds(name)]


def forget_kinds(name: str) -> tuple[str, ...]:
    """What a method can forget; planted images as any single ones."""
    kinds = getattr(METHODS[name], "forget_kinds", tuple(FORGET_KINDS))
    return (*kinds, "planted") if "samples" in kinds and "planted" not in kinds else kinds
