"""A file that the person named: all of it, or the file as it was before."""

from __future__ import annotations

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import IO

from kireji.core.errors import KirejiError, TransferError
from kireji.core.words import say
from kireji.storage.faults import chosen_place_error


class ChosenFiles:
    """Satisfies `core.extraction.ports.SheetFiles`.

    A new file may be read by whom the system's mask allows it, one that is replaced by whom it was before.
    """

    def check(self, path: str, *, overwrite: bool) -> None:
        """As in SheetFiles."""
        wanted = Path(path)
        try:
            there = _mode(wanted) is not None or os.path.lexists(wanted)
            if there and not overwrite:
                raise TransferError(
                    say("{path} exists already.", path=wanted),
                    say("Choose another name, or allow it to be overwritten."),
                )
            folder = wanted.resolve().parent
            if not folder.is_dir():
                raise TransferError(
                    say("There is no folder {path}.", path=folder), say("Create it, or choose another place.")
                )
            if not os.access(folder, os.W_OK):
                raise PermissionError(13, os.strerror(13), str(folder))
        except (OSError, ValueError) as error:
            raise failure(error, wanted) from error

    def write(self, path: str, data: bytes, *, overwrite: bool) -> None:
        """As in SheetFiles."""
        self.check(path, overwrite=overwrite)
        wanted = Path(path)
        part, stream = begin(wanted)
        try:
            stream.write(data)
            end(stream, part, wanted)
        except OSError as error:
            raise failure(error, wanted) from error
        finally:
            abandon(stream, part)


def begin(path: Path) -> tuple[Path, IO[bytes]]:
    """A file beside the wanted one, or where that link leads.

    Raises:
        KirejiError: It cannot be written there, or what is there is no file.
    """
    try:
        mode = _mode(path)
        real = path.resolve() if path.is_symlink() else path
        part = real.with_name(f".{real.name[:50]}.{secrets.token_hex(4)}.part")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
        number = os.open(part, flags, 0o666 if mode is None else 0o600)
        if mode is not None and os.name == "posix":
            os.fchmod(number, mode)
        return part, os.fdopen(number, "wb", buffering=256 * 1024)
    except (OSError, ValueError) as error:
        raise failure(error, path) from error


def end(stream: IO[bytes], part: Path, path: Path) -> None:
    """Give what was written its name; the bytes are on the disk before.

    Raises:
        KirejiError: It could not be written.
    """
    try:
        stream.flush()
        os.fsync(stream.fileno())
        stream.close()
        part.replace(path.resolve() if path.is_symlink() else path)
    except OSError as error:
        raise failure(error, path) from error


def abandon(stream: IO[bytes], part: Path) -> None:
    """Leave nothing behind; harmless after `end`."""
    with suppress(OSError):  # what could not be written fails again here
        stream.close()
    with suppress(OSError):
        part.unlink()


def failure(error: OSError | ValueError, path: Path) -> KirejiError:
    """What the environment did, as a sentence; a name with a zero in it is none."""
    if isinstance(error, ValueError):
        return TransferError(say("That is not a file name."), say("Choose another name."))
    found = chosen_place_error(error, path)
    assert found is not None
    return found


def _mode(path: Path) -> int | None:
    """Who may read the file that is there; None when there is none.

    Raises:
        KirejiError: What is there is no file.
    """
    if not path.name:
        raise TransferError(say("A file needs a name."))
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise TransferError(say("{path} is a folder.", path=path), say("Name a file in it."))
    if not stat.S_ISREG(mode):
        raise TransferError(say("{path} is not a file that can be replaced.", path=path), say("Choose another name."))
    return stat.S_IMODE(mode)
