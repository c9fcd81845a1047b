"""Policies in files; their form stands in `core.moderation.policy_file`."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple

from kireji.core.errors import KirejiError, StoreError
from kireji.core.moderation.policies import ParsedPolicy, PolicyProblem
from kireji.core.moderation.policy_file import LONGEST_FILE, parse
from kireji.core.words import say
from kireji.storage.faults import store_error
from kireji.storage.files import write_atomically

ENDING = ".toml"
_MOST_FILES = 200
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 64


class _Stamp(NamedTuple):
    """By what a changed file is known."""

    device: int
    inode: int
    size: int
    changed: int


class _File(NamedTuple):
    """A file, or why it is none."""

    path: Path
    own: bool
    stamp: _Stamp | None
    problem: str = ""


class FilePolicyStore:
    """Reads the policies that came with the program and the person's own; satisfies PolicyStore.

    A file is read again when it has changed. Links are followed, so that policies can lie elsewhere; what is no
    ordinary file in the end is never opened. A broken file of the person's own does not fall back to the shipped one
    of its name: nobody should be judged by another policy than the one they wrote.

    Args:
        shipped: Folder of the former.
        own: Folder of the latter; it need not exist.
    """

    def __init__(self, shipped: Path, own: Path) -> None:
        self._shipped = shipped
        self._own = own
        self._read: dict[_File, ParsedPolicy] = {}

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        """As in PolicyStore."""
        return await asyncio.to_thread(self._look)

    async def shipped(self) -> Collection[str]:
        """As in PolicyStore."""
        files = await asyncio.to_thread(_listed, self._shipped, own=False)
        return tuple(file.path.stem for file in files)

    def place(self, name: str) -> str:
        """As in PolicyStore."""
        return str(self._own / f"{name}{ENDING}")

    async def read(self, name: str) -> bytes:
        """As in PolicyStore."""
        return await asyncio.to_thread(self._bytes_of, name)

    async def save(self, name: str, data: bytes) -> None:
        """As in PolicyStore."""
        await asyncio.to_thread(self._write, self._named(name), data)

    async def remove(self, name: str) -> bool:
        """As in PolicyStore."""
        if not _is_name(name):
            return False
        return await asyncio.to_thread(self._delete, self._named(name))

    def _look(self) -> Mapping[str, ParsedPolicy]:
        files = {file.path.stem: file for file in (*_listed(self._shipped, own=False), *_listed(self._own, own=True))}
        self._read = {file: self._read.get(file) or _parsed(file) for file in files.values()}
        found = {name: self._read[file] for name, file in files.items()}
        return dict(sorted(found.items(), key=lambda item: _order(*item)))

    def _bytes_of(self, name: str) -> bytes:
        if _is_name(name):
            for folder in (self._own, self._shipped):
                path = folder / f"{name}{ENDING}"
                try:
                    data = _bytes(path)
                except FileNotFoundError:
                    continue
                except OSError as error:
                    raise store_error(error, path) or error from error
                if len(data) > LONGEST_FILE:
                    raise StoreError(say("{path} is longer than a policy may be.", path=path), say("Shorten it."))
                return data
        raise KirejiError(say("There is no policy {name}.", name=name), say("List them with: kireji policies list"))

    def _named(self, name: str) -> Path:
        if not _is_name(name):
            raise KirejiError(
                say("A policy cannot be named {name}.", name=name[:_LONGEST_NAME]),
                say("Use small letters, digits and hyphens between them, 64 at most."),
            )
        return self._own / f"{name}{ENDING}"

    def _write(self, path: Path, data: bytes) -> None:
        if len(data) > LONGEST_FILE:
            raise KirejiError(
                say("The policy is longer than {count} KB.", count=LONGEST_FILE // 1024), say("Shorten it.")
            )
        try:
            self._own.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Where the file is a link, what it points to is written, so that it goes on lying where the person put it.
            write_atomically(path.resolve(), data)
        except (OSError, RuntimeError) as error:  # links that point at each other are the latter
            raise store_error(error, path) or StoreError(
                say("{path} cannot be written.", path=path), detail=str(error)
            ) from error

    def _delete(self, path: Path) -> bool:
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise store_error(error, path) or error from error
        return True


def _is_name(name: str) -> bool:
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST_NAME


def _order(name: str, parsed: ParsedPolicy) -> tuple[str, str]:
    return (parsed.policy.title if parsed.policy else name).casefold(), name


def _listed(folder: Path, *, own: bool) -> list[_File]:
    """The files of a folder by name."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(ENDING) and not name.startswith("."))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise store_error(error, folder) or error from error
    return [_looked_at(folder / name, number, own=own) for number, name in enumerate(names[: _MOST_FILES + 1])]


def _looked_at(path: Path, number: int, *, own: bool) -> _File:
    if number >= _MOST_FILES:
        reason = say("There are more than {count} policies; this one and those after it are left out.", count=number)
        return _File(path, own, None, reason)
    try:
        status = path.stat()
    except OSError as error:
        return _File(path, own, None, _unreadable(error))
    if not stat.S_ISREG(status.st_mode):
        return _File(path, own, None, say("It is not a file."))
    return _File(path, own, _Stamp(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns))


def _parsed(file: _File) -> ParsedPolicy:
    if file.problem:
        return _broken(file.problem)
    try:
        return parse(file.path.stem, _bytes(file.path), own=file.own)
    except StoreError:
        return _broken(say("It is not a file."))
    except OSError as error:
        return _broken(_unreadable(error))


def _bytes(path: Path) -> bytes:
    """What a file holds, up to one byte more than is allowed."""
    # Between the look at it and now it may have become a pipe, whose opening would wait for a writer.
    number = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(number, "rb") as opened:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise StoreError(say("{path} is not a file.", path=path), say("Move it away."))
        return opened.read(LONGEST_FILE + 1)


def _broken(reason: str) -> ParsedPolicy:
    return ParsedPolicy(None, (PolicyProblem(reason),))


def _unreadable(error: OSError) -> str:
    return say("It cannot be read: {reason}.", reason=(error.strerror or say("unknown reason")).lower())
