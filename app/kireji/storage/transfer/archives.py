"""Files in a zip or a folder that somebody hands over: hostile until read, and read within limits.

Names never become paths on this computer: entries are only ever read, by looking them up.
"""

from __future__ import annotations

import io
import os
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

from kireji.core.errors import TransferError
from kireji.core.words import say

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MOST_ENTRIES = 100_000
MOST_DIRECTORY = 24 * 1024 * 1024
"""Bytes of a zip's list of contents, which is read as a whole."""
MOST_UNPACKED = 8 * 1024**3
"""Bytes that are unpacked of one archive in all."""
MOST_RATIO = 250
"""Unpacked to packed bytes of one entry; text in JSON reaches about 30."""
RATIO_COUNTS_FROM = 8 * 1024 * 1024
"""Bytes unpacked before the ratio counts: short entries of one letter are harmless."""


def _again() -> str:
    return say("Download or copy the export again, then try once more.")


class Archive(Protocol):
    """Files by name."""

    @property
    def names(self) -> tuple[str, ...]:
        """With / between the parts; in the order of the archive."""

    def open(self, name: str) -> IO[bytes]:
        """Read one.

        Raises:
            TransferError: It cannot be opened. Reading from it raises OSError or `Overrun`.
        """

    def size(self, name: str) -> int:
        """How many bytes one says it has; no more come out."""

    def close(self) -> None: ...


class Limits(NamedTuple):
    """What an archive may do.

    Args:
        unpacked: Bytes that come out of it in all.
        ratio: Unpacked to packed bytes of one entry.
    """

    unpacked: int = MOST_UNPACKED
    ratio: int = MOST_RATIO


FOREIGN = Limits()
"""For what somebody hands over."""


class Overrun(OSError):
    """More came out than the limits allow."""


def open_archive(path: Path, limits: Limits = FOREIGN) -> Archive:
    """A zip, a folder, or a single file as an archive with one entry.

    Args:
        path: Where it is.
        limits: For a zip.

    Raises:
        TransferError: It is not there, cannot be read, or passes a limit.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            raise TransferError(say("{path} is not there.", path=path), say("Check the name.")) from error
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(mode):
        return _Folder(path)
    if not stat.S_ISREG(mode):
        raise TransferError(
            say("{path} is neither a file nor a folder.", path=path), say("Name the export you downloaded.")
        )
    try:
        with path.open("rb") as file:
            is_zip = file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError as error:
        raise _unreadable(path, error) from error
    return _Zip(path, limits) if is_zip else _SingleFile(path)


class _Zip:
    """Entries of a zip; nested archives are entries like others and are never opened."""

    def __init__(self, path: Path, limits: Limits) -> None:
        import zipfile

        _check_directory(path)
        with _damage_told(path.name):
            self._zip: ZipFile = zipfile.ZipFile(path)
        infos = [info for info in self._zip.infolist() if _is_file(info)]
        if len(infos) > MOST_ENTRIES:
            self._zip.close()
            raise _too_many(path)
        self._infos = {info.filename: info for info in infos}
        self._left = limits.unpacked
        self.limits = limits

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._infos)

    def open(self, name: str) -> IO[bytes]:
        info = self._infos[name]
        if info.flag_bits & 1:
            raise TransferError(
                say("{name} is encrypted.", name=name),
                say("Unpack the archive with its password, and import the folder."),
            )
        with _damage_told(name):
            return io.BufferedReader(_Unpacked(self, self._zip.open(info), info), 256 * 1024)

    def size(self, name: str) -> int:
        return self._infos[name].file_size

    def spend(self, size: int) -> None:
        """Count bytes that came out of any entry."""
        self._left -= size
        if self._left < 0:
            raise Overrun(say("more than {most} GB came out of the archive", most=self.limits.unpacked // 1024**3))

    def close(self) -> None:
        self._zip.close()


class _Unpacked(io.RawIOBase):
    """One entry as it is unpacked, counted."""

    def __init__(self, owner: _Zip, inner: IO[bytes], info: ZipInfo) -> None:
        self._owner = owner
        self._inner = inner
        self._packed = max(1, info.compress_size)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type] # RawIOBase passes what is writable
        with _damage_told("An entry", as_os_error=True):
            data = self._inner.read(len(view))
        view[: len(data)] = data
        self._size += len(data)
        self._owner.spend(len(data))
        if self._size > RATIO_COUNTS_FROM and self._size > self._packed * self._owner.limits.ratio:
            raise Overrun(say("it unpacks to far more than an export does"))
        return len(data)

    def close(self) -> None:
        self._inner.close()
        super().close()


class _Folder:
    """Files below a folder; links are not followed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, Path] = {}
        for folder, folders, files in os.walk(path, followlinks=False):
            folders.sort()
            for name in sorted(files):
                file = Path(folder, name)
                if not file.is_symlink() and file.is_file():
                    self._files[file.relative_to(path).as_posix()] = file
                if len(self._files) > MOST_ENTRIES:
                    raise _too_many(path)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._files)

    def open(self, name: str) -> IO[bytes]:
        return _open(self._files[name], name)

    def size(self, name: str) -> int:
        return self._files[name].stat().st_size

    def close(self) -> None:
        """Nothing is kept open."""


class _SingleFile:
    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def names(self) -> tuple[str, ...]:
        return (self._path.name,)

    def open(self, name: str) -> IO[bytes]:
        return _open(self._path, name)

    def size(self, name: str) -> int:
        return self._path.stat().st_size

    def close(self) -> None:
        """Nothing is kept open."""


def read_whole(archive: Archive, name: str, limit: int) -> bytes:
    """All bytes of an entry.

    Args:
        archive: Where it is.
        name: One of its names.
        limit: Bytes.

    Raises:
        TransferError: Damaged, or larger than the limit.
    """
    with reading_told(name), archive.open(name) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        name, most = PurePosixPath(name).name, limit // 1024**2
        raise TransferError(say("{name} is larger than {most} MB.", name=name, most=most))
    return data


@contextmanager
def reading_told(name: str) -> Iterator[None]:
    """Turn what reading an entry can raise into a sentence."""
    try:
        yield
    except Overrun as error:
        raise TransferError(
            say("{name} was not read further: {why}.", name=name, why=error), say("This does not look like an export.")
        ) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise TransferError(
            say("{name} cannot be read: {why}.", name=name, why=why), _again(), detail=str(error)
        ) from error


@contextmanager
def _damage_told(name: str, *, as_os_error: bool = False) -> Iterator[None]:
    """Turn whatever the zip module raises at damaged archives into one error: it has no common one."""
    import zlib
    from zipfile import BadZipFile

    try:
        yield
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error) as error:
        if as_os_error:
            raise OSError(say("the archive is damaged ({why})", why=error)) from error
        raise TransferError(say("{name} is damaged.", name=name), _again(), detail=str(error)) from error
    except OSError as error:
        if as_os_error:
            raise
        raise _unreadable(name, error) from error


def _open(file: Path, name: str) -> IO[bytes]:
    try:
        return file.open("rb", buffering=256 * 1024)
    except OSError as error:
        raise _unreadable(name, error) from error


def _is_file(info: ZipInfo) -> bool:
    # A damaged entry may have no name, at which `is_dir` fails.
    return bool(PurePosixPath(info.filename).name) and not info.is_dir() and not _is_link(info)


def _is_link(info: ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _check_directory(path: Path) -> None:
    """Refuse a list of contents that would take hundreds of megabytes, before it is read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 65_557))
            tail = file.read()
    except OSError as error:
        raise _unreadable(path, error) from error
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise TransferError(say("{name} is damaged: its end is missing.", name=path.name), _again())
    (length,) = struct.unpack_from("<L", tail, at + 12)
    if length == 0xFFFFFFFF and (wide := tail.rfind(b"PK\x06\x06", 0, at)) >= 0 and len(tail) >= wide + 48:
        (length,) = struct.unpack_from("<Q", tail, wide + 40)
    if length > MOST_DIRECTORY:
        raise _too_many(path)


def _unreadable(name: Path | str, error: OSError) -> TransferError:
    why = error.strerror or str(error)
    return TransferError(say("{name} cannot be read: {why}.", name=name, why=why), say("Check its permissions."))


def _too_many(path: Path) -> TransferError:
    return TransferError(say("{name} holds too many files.", name=path.name), say("Import a smaller export."))
