"""The files in a user's folder or zip, under limits: no link is followed, and no zip is unpacked to disk."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from camu_core.config import ImportLimits
from camu_core.data.importing.pictures import SUFFIXES
from camu_core.errors import ImagesRefused

_CLUTTER = {"__macosx", "thumbs.db", "desktop.ini"}
_BLOCK_BYTES = 1 << 16
# Folders and the shadow files of macOS count as entries too.
_ENTRIES_PER_IMAGE = 3
_ENTRY_SIGNATURE = b"PK\x01\x02"


@dataclass(frozen=True)
class Member:
    """One file.

    Args:
        parts: folders and file name, as they stand; a folder is a member whose file name is "".
        open: opens the file; None for links, folders and everything else that is not to be opened.
    """

    parts: tuple[str, ...]
    open: Callable[[], BinaryIO] | None

    @property
    def opener(self) -> Callable[[], BinaryIO]:
        """`open` of a file.

        Raises:
            ValueError: it is not to be opened.
        """
        if self.open is None:
            raise ValueError(f"'{'/'.join(self.parts)}' is not to be opened")
        return self.open

    @property
    def is_image(self) -> bool:
        """Whether it says it is one."""
        return self.open is not None and self.parts[-1].lower().endswith(SUFFIXES)


def members_of(source: Path | BinaryIO, limits: ImportLimits) -> list[Member]:
    """Everything in a folder or zip, sorted by path, without hidden files and those of operating systems.

    Raises:
        ImagesRefused: neither folder nor zip, unsafe, or over a limit.
    """
    if isinstance(source, Path) and source.is_dir():
        found = _in_folder(source)
    else:
        found = _in_zip(_zip_bytes(source, limits), limits)
    max_entries = int(_ENTRIES_PER_IMAGE * limits.images)
    members = list(islice(found, max_entries + 1))
    if len(members) > max_entries:
        raise _too_many(limits)
    return sorted((member for member in members if not _is_clutter(member)), key=lambda member: member.parts)


def _is_clutter(member: Member) -> bool:
    return any(part.startswith(".") or part.lower() in _CLUTTER for part in member.parts)


def _too_many(limits: ImportLimits) -> ImagesRefused:
    return ImagesRefused(
        f"Expected at most {limits.images:,.0f} images; there are more files than that. "
        "Leave some out, or set CAMU_MAX_IMAGES on the server."
    )


def _in_folder(root: Path) -> Iterator[Member]:
    for place, folders, files in os.walk(root):
        inside = Path(place).relative_to(root).parts
        for name in folders:
            is_link = (Path(place) / name).is_symlink()
            yield Member((*inside, name) if is_link else (*inside, name, ""), None)
        for name in files:
            path = Path(place) / name
            is_plain = path.is_file() and not path.is_symlink()
            yield Member((*inside, name), partial(_open, path) if is_plain else None)


def _open(path: Path) -> BinaryIO:
    return path.open("rb")


def _zip_bytes(source: Path | BinaryIO, limits: ImportLimits) -> bytes:
    max_bytes = int(limits.zip_mb * 1e6)
    try:
        if isinstance(source, Path):
            with source.open("rb") as file:
                content = file.read(max_bytes + 1)
        else:
            source.seek(0)
            content = source.read(max_bytes + 1)
    except OSError as error:
        raise ImagesRefused(
            f"Cannot read {source} ({error.strerror}); give a folder or a zip with one folder per class."
        ) from error
    if len(content) > max_bytes:
        raise ImagesRefused(
            f"Expected a zip of at most {limits.zip_mb:g} MB; this one is larger. "
            "Leave some images out, or set CAMU_MAX_ZIP_MB on the server."
        )
    return content


def _in_zip(content: bytes, limits: ImportLimits) -> Iterator[Member]:
    # ZipFile builds an object for every entry before it can be asked how many there are
    if content.count(_ENTRY_SIGNATURE) > _ENTRIES_PER_IMAGE * limits.images:
        raise _too_many(limits)
    try:
        archive = ZipFile(BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError, OverflowError, OSError) as error:
        raise ImagesRefused(
            "This is not a zip file that can be read; give a folder or a zip with one folder per class."
        ) from error
    reader = _Reader(archive, int(limits.unpacked_mb * 1e6), limits)
    for info in archive.infolist():
        parts = _zip_parts(info)
        if info.flag_bits & 0x1:
            raise ImagesRefused("The zip is protected by a password; make one without.")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # the others can unpack to any size in one go
            raise ImagesRefused("The zip is compressed in an unusual way; make one with the usual method, Deflate.")
        is_plain = parts[-1] != "" and stat.S_IFMT(info.external_attr >> 16) in (0, stat.S_IFREG)
        yield Member(parts, partial(reader.read, info) if is_plain else None)


def _zip_parts(info: ZipInfo) -> tuple[str, ...]:
    """Folders and file name of a zip entry.

    Raises:
        ImagesRefused: the path is absolute, or leads out of the zip.
    """
    name = info.filename
    if not info.flag_bits & 0x800:  # zipfile took the name for cp437, but many programs write UTF-8 without saying so
        with suppress(UnicodeError):
            name = name.encode("cp437").decode()
    parts = name.replace("\\", "/").split("/")
    if parts[0] == "" or parts[0][1:] == ":" or ".." in parts:
        raise ImagesRefused("The zip holds paths that lead out of it; make one from a plain folder of images.")
    return (*(part for part in parts[:-1] if part not in ("", ".")), parts[-1])


@dataclass
class _Reader:
    """Reads zip entries into memory and counts the bytes that come, whatever the zip says they are."""

    archive: ZipFile
    bytes_left: int
    limits: ImportLimits

    def read(self, info: ZipInfo) -> BytesIO:
        """Raises: ImagesRefused if all that was read is over the limit; and whatever zipfile raises."""
        content = BytesIO()
        with self.archive.open(info) as file:
            while self.bytes_left >= 0:
                wanted = min(_BLOCK_BYTES, self.bytes_left + 1)
                self.bytes_left -= wanted  # before reading, which fails at the very end if the checksum is wrong
                block = file.read(wanted)
                self.bytes_left += wanted - len(block)
                if not block:
                    break
                content.write(block)
        if self.bytes_left < 0:
            raise ImagesRefused(
                f"Expected at most {self.limits.unpacked_mb:g} MB of images; the zip unpacks to more. "
                "Leave some out, or set CAMU_MAX_UNPACKED_MB on the server."
            )
        content.seek(0)
        return content
