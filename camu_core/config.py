"""Where things live on this machine, and the limits of a public demo. Read from the environment at each call."""

import os
from pathlib import Path

import platformdirs

APP_NAME = "camu-explorer"
_STORE_MB = 4000
ASSETS = Path(__file__).resolve().parent.parent / "assets"


def home_dir() -> Path:
    """Folder of finished runs and of weights given by users: CAMU_HOME, else the user's data folder."""
    return Path(os.environ.get("CAMU_HOME") or platformdirs.user_data_dir(APP_NAME))


def scheduler_address() -> str | None:
    """Of a running Dask cluster: CAMU_SCHEDULER, such as tcp://host:8786; None for the embedded one."""
    return os.environ.get("CAMU_SCHEDULER") or None


def device_name() -> str:
    """What networks compute on: CAMU_DEVICE, such as auto, cuda or mps; else cpu, as the shipped models did."""
    return os.environ.get("CAMU_DEVICE") or "cpu"


def store_limit_bytes() -> int:
    """What finished runs may take on disk before the longest unused go: CAMU_STORE_MB, else 4,000 MB."""
    return int(float(os.environ.get("CAMU_STORE_MB") or _STORE_MB) * 1e6)


def data_dir() -> Path:
    """Folder of downloaded images: CAMU_DATA, else the user's cache folder."""
    return Path(os.environ.get("CAMU_DATA") or platformdirs.user_cache_dir(APP_NAME))
