"""Where an export goes: a zip, a folder or a single file, which has its name only when it is whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from kireji.core.errors import StoreError, TransferError
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error

if TYPE_CHECKING:
    from zipfile import ZipFile

_PACKED = (".png", ".jpg", ".webp", ".gif", ".pdf")
"""Endings of what does not get smaller."""


class Target(Protocol):
    """Takes files; each method raises StoreError for the environment's faults."""

    @property
    def holds_one(self) -> bool:
        """Whether only a single file fits."""

    def write(self, name: str, data: bytes) -> None:
        """Add a file; / separates the parts of its name."""

    def take(self, name: str, file: IO[bytes]) -> None:
        """Add what an open file holds from where it stands."""

    def commit(self) -> Path:
        """Give the whole its name."""

    def abandon(self) -> None:
        """Leave nothing behind; harmless after `commit`."""


def open_target(path: Path, *, overwrite: bool = False) -> Target:
    """Prepare a place for an export.

    Args:
        path: A name that ends with .zip makes a zip, another ending a single file, none a folder.
        overwrite: Whether a file of that name may be replaced; a folder with something in it never is.

    Raises:
        TransferError: It exists.
        StoreError: The folder around it cannot be written.
    """
    try:
        is_folder = path.is_dir() or not path.suffix
        if path.is_dir() and any(path.iterdir()):
            raise TransferError(
                say("There is something in the folder {path} already.", path=path), say("Choose another name.")
            )
        replaced = overwrite and path.is_file() and not is_folder
        if os.path.lexists(path) and not path.is_dir() and not replaced:
            raise TransferError(say("{path} exists already.", path=path), _way_on(path, is_folder))
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_folder:
            return _FolderTarget(path)
        return _ZipTarget(path) if path.suffix.lower() == ".zip" else _FileTarget(path)
    except OSError as error:
        raise failure(error, path) from error


def _way_on(path: Path, is_folder: bool) -> str:
    if is_folder or not path.is_file():
        return say("Choose another name.")
    return say("Choose another name, or allow it to be overwritten.")


class _FolderTarget:
    holds_one = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = Path(tempfile.mkdtemp(prefix=f".{path.name[:50]}.", suffix=".part", dir=path.parent))

    def write(self, name: str, data: bytes) -> None:
        try:
            file = self._part / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
        except OSError as error:
            raise failure(error, self._path) from error

    def take(self, name: str, file: IO[bytes]) -> None:
        try:
            with (self._part / name).open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            raise failure(error, self._path) from error

    def commit(self) -> Path:
        try:
            if self._path.is_dir():
                self._path.rmdir()
            self._part.rename(self._path)
        except OSError as error:
            raise failure(error, self._path) from error
        return self._path

    def abandon(self) -> None:
        shutil.rmtree(self._part, ignore_errors=True)


class _PartFile:
    """What zip and single file share."""

    def __init__(self, path: Path) -> None:
        self._path = path
        number, name = tempfile.mkstemp(prefix=f".{path.name[:50]}.", suffix=".part", dir=path.parent)
        os.close(number)
        self._part = Path(name)

    def commit(self) -> Path:
        try:
            with self._part.open("rb+") as file:
                os.fsync(file.fileno())
            self._part.replace(self._path)
        except OSError as error:
            raise failure(error, self._path) from error
        return self._path

    def abandon(self) -> None:
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


class _ZipTarget(_PartFile):
    holds_one = False

    def __init__(self, path: Path) -> None:
        import zipfile

        super().__init__(path)
        self._zip: ZipFile = zipfile.ZipFile(self._part, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def write(self, name: str, data: bytes) -> None:
        from zipfile import ZIP_DEFLATED, ZIP_STORED

        kind = ZIP_STORED if name.endswith(_PACKED) else ZIP_DEFLATED
        try:
            self._zip.writestr(name, data, kind)
        except OSError as error:
            raise failure(error, self._path) from error

    def take(self, name: str, file: IO[bytes]) -> None:
        try:
            with self._zip.open(name, "w", force_zip64=True) as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            raise failure(error, self._path) from error

    def commit(self) -> Path:
        try:
            self._zip.close()
        except OSError as error:
            raise failure(error, self._path) from error
        return super().commit()

    def abandon(self) -> None:
        with suppress(OSError, ValueError):
            self._zip.close()
        super().abandon()


class _FileTarget(_PartFile):
    holds_one = True

    def write(self, name: str, data: bytes) -> None:
        try:
            self._part.write_bytes(data)
        except OSError as error:
            raise failure(error, self._path) from error

    def take(self, name: str, file: IO[bytes]) -> None:
        try:
            with self._part.open("wb") as copy:
                shutil.copyfileobj(file, copy)
        except OSError as error:
            raise failure(error, self._path) from error


def failure(error: OSError, path: Path) -> StoreError:
    """What to raise for an OSError at a path."""
    found = chosen_place_error(error, path)
    assert found is not None
    return found
