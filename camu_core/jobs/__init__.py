"""Jobs: what the engine carries, and what comes after what."""

from camu_core.jobs.band import Band, BandJob
from camu_core.jobs.base import Find, IsThere, Job
from camu_core.jobs.causal import CausalJob, CausalResult
from camu_core.jobs.dial import Dial, DialJob, dial_of
from camu_core.jobs.followups import followups, is_quick
from camu_core.jobs.imports import Imported, ImportJob, Trained, TrainJob
from camu_core.jobs.memorisation import Memorisation, MemorisationResult
from camu_core.jobs.payload import JobPayload
from camu_core.jobs.population import Population, PopulationResult
from camu_core.jobs.privacy import PrivacyJob, PrivacyResult
from camu_core.jobs.run import RunJob
from camu_core.jobs.stages import Staged
from camu_core.jobs.trial import Trial, TrialJob
from camu_core.jobs.umap import UmapJob

__all__ = [
    "Band",
    "BandJob",
    "CausalJob",
    "CausalResult",
    "Dial",
    "DialJob",
    "Find",
    "ImportJob",
    "Imported",
    "IsThere",
    "Job",
    "JobPayload",
    "Memorisation",
    "MemorisationResult",
    "Population",
    "PopulationResult",
    "PrivacyJob",
    "PrivacyResult",
    "RunJob",
    "Staged",
    "TrainJob",
    "Trained",
    "Trial",
    "TrialJob",
    "UmapJob",
    "dial_of",
    "followups",
    "is_quick",
]
