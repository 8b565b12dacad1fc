"""Where things live on this machine, and the limits of a public demo. Read from the environment at each call."""

import math
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import platformdirs

from camu_core.errors import SpecError

APP_NAME, VERSION = "camu-explorer", "0.1.0"
YEAR = 2026  # of this version
METHOD_FILES = "CAMU_METHODS"
_STORE_MB = 4000
_NETWORKS_MB = 4000
ASSETS = Path(__file__).resolve().parent.parent / "assets"


def home_dir() -> Path:
    """Folder of finished runs and of weights and images given by users: CAMU_HOME, else the user's data folder."""
    return Path(os.environ.get("CAMU_HOME") or platformdirs.user_data_dir(APP_NAME))


def scheduler_address() -> str | None:
    """Of a running Dask cluster: CAMU_SCHEDULER, such as tcp://host:8786; None for the embedded one."""
    return os.environ.get("CAMU_SCHEDULER") or None


def device_name() -> str:
    """What networks compute on: CAMU_DEVICE, such as cpu, cuda or mps; else auto, the fastest that is here."""
    return os.environ.get("CAMU_DEVICE") or "auto"


def method_files() -> tuple[str, ...]:
    """Python files with unlearning methods of one's own: CAMU_METHODS, separated as PATH is; else none."""
    return tuple(file for file in os.environ.get(METHOD_FILES, "").split(os.pathsep) if file)


def store_limit_bytes() -> int:
    """What finished runs may take on disk before the longest unused go: CAMU_STORE_MB, else 4,000 MB.

    Raises: SpecError if that is no number.
    """
    return int(_number("CAMU_STORE_MB", _STORE_MB) * 1e6)


def networks_limit_bytes() -> int:
    """What networks of which anybody can have any number may take on disk, unfinished trainings, and networks that were
    given: CAMU_NETWORKS_MB, else 4,000 MB each.

    Raises: SpecError if that is no number.
    """
    return int(_number("CAMU_NETWORKS_MB", _NETWORKS_MB) * 1e6)


def data_dir() -> Path:
    """Folder of downloaded images: CAMU_DATA, else the user's cache folder."""
    return Path(os.environ.get("CAMU_DATA") or platformdirs.user_cache_dir(APP_NAME))


@dataclass(frozen=True)
class ImportLimits:
    """What may be imported, with defaults for a public demo; CAMU_MAX_ZIP_MB sets `zip_mb`, and so on.

    Args:
        zip_mb: size of a zip file.
        unpacked_mb: size of what is in it, by bytes really read.
        images: number of image files.
        classes: number of class folders.
        megapixels: of a single image.
        memory_mb: size of the resized images.
        kept_mb: size of all imported datasets together on disk.
        import_seconds: time that reading the images may take.
    """

    zip_mb: float = 64
    unpacked_mb: float = 256
    images: float = 60_000
    classes: float = 100
    megapixels: float = 25
    memory_mb: float = 256
    kept_mb: float = 2_000
    import_seconds: float = 300


@dataclass(frozen=True)
class ShareLimits:
    """What one visitor may take, so that there is enough for all; CAMU_MAX_SWEEP_CELLS sets `sweep_cells`, and so on.

    CAMU_PUBLIC=1 takes the narrower limits of `PUBLIC` where nothing else is set.

    Args:
        sweep_cells: runs of one sweep or comparison.
        waiting_jobs: of one visitor in the queue.
        queue: of all visitors together.
        uploads: sets of images that one visitor keeps.
        pins: runs that one visitor keeps from being cleared away.
        stored_mb: size of the runs that one visitor asked for.
        job_seconds: that one job may compute; 0 for no limit.
        job_memory_mb: what one batch may take in a network, about; 0 for no limit.
    """

    sweep_cells: float = 1000
    waiting_jobs: float = 3000
    queue: float = 10_000
    uploads: float = 100
    pins: float = 1000
    stored_mb: float = 4000
    job_seconds: float = 0
    job_memory_mb: float = 0


PUBLIC = ShareLimits(
    sweep_cells=120, waiting_jobs=150, queue=2000, uploads=3, pins=5, stored_mb=300, job_seconds=900, job_memory_mb=5000
)


def is_public() -> bool:
    """Whether strangers come: CAMU_PUBLIC=1."""
    return _is_set("CAMU_PUBLIC")


def is_read_only() -> bool:
    """Whether stored runs are shown and nothing is computed, kept or deleted: CAMU_READ_ONLY=1."""
    return _is_set("CAMU_READ_ONLY")


def share_limits() -> ShareLimits:
    """Raises: SpecError if one that is set is no number."""
    usual = PUBLIC if is_public() else ShareLimits()
    return ShareLimits(
        **{
            field.name: int(_number(f"CAMU_MAX_{field.name.upper()}", getattr(usual, field.name)))
            for field in fields(ShareLimits)
        }
    )


def has_metrics() -> bool:
    """Whether /metrics answers, to this machine only: CAMU_METRICS=1."""
    return _is_set("CAMU_METRICS")


def least_free_bytes() -> int:
    """Free space below which the operator is warned: CAMU_MIN_FREE_MB, else 1,000 MB.

    Raises: SpecError if that is no number.
    """
    return int(_number("CAMU_MIN_FREE_MB", 1000) * 1e6)


def admin_key() -> str:
    """Who types it in has all rights: CAMU_ADMIN_KEY; empty for nobody."""
    return os.environ.get("CAMU_ADMIN_KEY", "")


def admin_users() -> tuple[str, ...]:
    """E-mail addresses that have all rights once Streamlit's own sign-in knows them: CAMU_ADMIN_USERS, with commas."""
    return tuple(name.strip().lower() for name in os.environ.get("CAMU_ADMIN_USERS", "").split(",") if name.strip())


def import_limits() -> ImportLimits:
    """Raises: SpecError if one that is set is no number."""
    return ImportLimits(
        **{name: _number(f"CAMU_MAX_{name.upper()}", default) for name, default in asdict(ImportLimits()).items()}
    )


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").strip().lower() in ("1", "true", "yes", "on")


def _number(variable: str, default: float) -> float:
    text = os.environ.get(variable, "").strip() or default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number < math.inf:
        raise SpecError(f"{variable} must be a number from 0; got '{text}'. Fix it or leave it out.")
    return number
