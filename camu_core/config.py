"""Where things live on this machine, and the limits of a public demo. Read from the environment at each call."""

import os
from pathlib import Path

import platformdirs

APP_NAME = "camu-explorer"
ASSETS = Path(__file__).resolve().parent.parent / "assets"


def home_dir() -> Path:
    """Folder of finished runs and of weights given by users: CAMU_HOME, else the user's data folder."""
    return Path(os.environ.get("CAMU_HOME") or platformdirs.user_data_dir(APP_NAME))


def data_dir() -> Path:
    """Folder of downloaded images: CAMU_DATA, else the user's cache folder."""
    return Path(os.environ.get("CAMU_DATA") or platformdirs.user_cache_dir(APP_NAME))
