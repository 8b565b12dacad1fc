"""Every exception this project raises on purpose; each message says what was expected, what came, what to do.

CamuError
├── RequestError              the request is wrong; mend it and ask again (command line: exit 2)
│   ├── SpecError             unknown name, value out of range, wrong type
│   ├── WeightsError          a weights file that cannot be read or belongs to another model
│   │   └── NetworkMissing    the original model has not been trained yet
│   ├── DatasetUnavailable    the images are not here and cannot be fetched
│   ├── ImagesRefused         a folder or zip of images that cannot become a dataset
│   ├── TooMuchAsked          more than a visitor's share, or than this server takes at all
│   └── MethodFileError       a file of CAMU_METHODS that gives no method
├── RunError                  the request was right; the run did not end well
│   ├── RunDiverged           the loss became NaN or infinite
│   └── RunStopped            somebody pressed Stop
└── StoreError                reading or writing finished runs
    ├── RunNotFound           no run of that digest
    ├── RunDamaged            a stored run whose files do not match their checksums
    └── StoreUnwritable       disk full or read-only
"""

from collections.abc import Iterator
from contextlib import contextmanager


class CamuError(Exception):
    """Base of all errors of this project; `str(error)` is one sentence fit for a user."""


class RequestError(CamuError):
    """The request cannot be carried out as it stands."""


class SpecError(RequestError):
    """A name is unknown, a value is out of range or of the wrong type."""


class WeightsError(RequestError):
    """A weights file cannot be read, or belongs to another model or dataset."""


class NetworkMissing(WeightsError):
    """The original model that a run starts from has not been trained yet."""


class DatasetUnavailable(RequestError):
    """The images are not on this machine and could not be downloaded."""


class ImagesRefused(RequestError):
    """A folder or zip of images cannot become a dataset: no class folders, unsafe, or over a limit."""


class TooMuchAsked(RequestError):
    """More than one visitor's share of the server, more than its queue holds, or it computes nothing at all."""


class MethodFileError(RequestError):
    """A file of CAMU_METHODS cannot be read or imported, or what it defines is not a method."""


class RunError(CamuError):
    """A run started and did not end well."""


class RunDiverged(RunError):
    """A loss became NaN or infinite."""


class RunStopped(RunError):
    """The run was stopped on request."""


class StoreError(CamuError):
    """A finished run could not be read or written."""


class RunNotFound(StoreError):
    """The store holds no run of this digest."""


class RunDamaged(StoreError):
    """A stored run does not match its checksums; it has been set aside."""


class StoreUnwritable(StoreError):
    """The store's folder cannot be written: read-only, or the disk is full."""


@contextmanager
def deleting(what: str) -> Iterator[None]:
    """Say in one sentence why something cannot be removed.

    Args:
        what: with its folder.
    Raises:
        StoreUnwritable: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise StoreUnwritable(
            f"Cannot delete {what} ({error.strerror}); make the folder writable and try again."
        ) from error
