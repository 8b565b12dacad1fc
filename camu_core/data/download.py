"""Datasets that torchvision fetches: downloaded to CAMU_DATA on first use, with progress, whole or not at all."""

import hashlib
import logging
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import torch
from filelock import FileLock

from camu_core.config import data_dir
from camu_core.data.dataset import Dataset
from camu_core.errors import DatasetUnavailable
from camu_core.progress import Step

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.2
_NETWORK_TIMEOUT_SECONDS = 30.0


@dataclass(frozen=True)
class Download:
    """How one of torchvision's dataset classes keeps its files, and how its images become ours.

    Args:
        kind: name of the class in `torchvision.datasets`.
        title: of the dataset, for messages.
        total_bytes: of all archives together.
        archives: what is downloaded, relative to CAMU_DATA.
        unpacked: the files that the archives hold, likewise.
        checksums: from the torchvision class to the md5 of each archive, in the order of `archives`.
        tensors: from a torchvision dataset to x, uint8 (N, channels, H, W), and y, int64 (N,).
    """

    kind: str
    title: str
    total_bytes: int
    archives: tuple[str, ...]
    unpacked: tuple[str, ...]
    checksums: Callable[[Any], list[str]]
    tensors: Callable[[Any], tuple[torch.Tensor, torch.Tensor]]

    def is_present(self) -> bool:
        """Whether loading needs no network."""
        return any(all((data_dir() / name).exists() for name in names) for names in (self.archives, self.unpacked))

    def load(self) -> Generator[Step, None, Dataset]:
        """Read the images, fetching them first if they are not here.

        Raises:
            DatasetUnavailable: neither here nor to be had; nothing half-downloaded is left, and what was here stays.
        """
        outcome: list[Dataset | Exception] = []

        def work() -> None:
            try:
                outcome.append(self._fetch_and_read(folder_was_there))
            except Exception as error:  # handed to the caller's thread below
                outcome.append(error)

        folder_was_there = data_dir().exists()
        thread = threading.Thread(target=work, name=f"fetch-{self.kind}", daemon=True)
        thread.start()
        while thread.is_alive():
            fetched_bytes = sum(path.stat().st_size for path in self._paths(self.archives) if path.exists())
            yield Step(min(fetched_bytes, self.total_bytes), self.total_bytes, stage="data")
            thread.join(_POLL_SECONDS)
        if isinstance(outcome[0], Dataset):
            yield Step(self.total_bytes, self.total_bytes, stage="data")
            return outcome[0]
        _LOG.info("%s could not be downloaded: %r", self.title, outcome[0])
        what = "is damaged" if self.is_present() else "is not"
        raise DatasetUnavailable(
            f"{self.title} {what} in {data_dir()}, and its {self.total_bytes / 1e6:.0f} MB could not be downloaded "
            f"({_why(outcome[0])}): the built-in digits and all finished runs still work without a network, and so do "
            "images that you bring as a zip with a folder for each class (*Your own* in the app, --dataset FILE.zip)."
        ) from outcome[0]

    def _paths(self, names: tuple[str, ...]) -> list[Path]:
        return [data_dir() / name for name in names]

    def _read(self, download: bool) -> Dataset:
        from torchvision import datasets  # takes two seconds to import, and only loading needs it

        kind = getattr(datasets, self.kind)
        train, test = (self.tensors(kind(data_dir(), train=part, download=download)) for part in (True, False))
        return Dataset(*train, *test)

    def _fetch_and_read(self, folder_was_there: bool) -> Dataset:
        """Read the images; fetch or unpack what is missing, and unpack again what a crash left half-unpacked."""
        unpacked = self._paths(self.unpacked)
        place = hashlib.sha256(str(unpacked[0].parent.absolute()).encode()).hexdigest()[:16]
        previous_timeout = socket.getdefaulttimeout()
        socket.setdefaulttimeout(_NETWORK_TIMEOUT_SECONDS)  # torchvision sets none: a silent network would hang
        try:
            with FileLock(Path(tempfile.gettempdir()) / f"camu-{place}.lock"):
                _put_back(unpacked)  # what a crash left
                if all(path.exists() for path in unpacked):
                    try:
                        return self._read(download=False)
                    except (ValueError, RuntimeError, AssertionError, TypeError, IndexError):
                        pass  # damaged; made again below
                for path in unpacked:  # one of them is damaged, and which is known only when the new ones are there
                    if path.exists():
                        os.replace(path, _aside(path))
                try:
                    dataset = self._read(download=True)
                except Exception:
                    _put_back(unpacked)
                    self._clear_up(folder_was_there)  # within the lock: the next process may fetch the same files
                    raise
                for path in unpacked:
                    _aside(path).unlink(missing_ok=True)
                return dataset
        finally:
            socket.setdefaulttimeout(previous_timeout)

    def _clear_up(self, folder_was_there: bool) -> None:
        """After a failed download: no half archive, no empty folder."""
        from torchvision import datasets
        from torchvision.datasets.utils import check_integrity

        archives = self._paths(self.archives)
        for archive, md5 in zip(archives, self.checksums(getattr(datasets, self.kind)), strict=True):
            if archive.exists() and not check_integrity(archive, md5):
                archive.unlink()
        within = {folder for path in (*archives, *self._paths(self.unpacked)) for folder in path.parents}
        folders = {folder for folder in within if folder.is_relative_to(data_dir())}
        for folder in sorted(folders - ({data_dir()} if folder_was_there else set()), reverse=True):  # the inner first
            if folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.before")


def _put_back(paths: list[Path]) -> None:
    """Files that were moved aside come back, also in place of new ones: those can be unpacked again."""
    for path in paths:
        if _aside(path).exists():
            os.replace(_aside(path), path)


def _why(error: Exception) -> str:
    """In plain words; the log has the rest."""
    if isinstance(error, URLError | TimeoutError) or not isinstance(error, OSError) or not error.strerror:
        return "the connection failed"
    return error.strerror[0].lower() + error.strerror[1:]
