"""All that the program keeps about a person on this computer: what it is, taking it away as one file, deleting it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec

from kireji.core.secret import SecretName
from kireji.core.transfer import Writer
from kireji.core.words import mark, say


class Roots(NamedTuple):
    """The folders that hold all of it; several may be the same one.

    Args:
        data: Conversations, pictures, jobs, what the person wrote.
        config: Settings.
        state: Logs, and what is remembered between two starts.
        cache: What can be lost.
        runtime: The socket of the running program.
    """

    data: Path
    config: Path
    state: Path
    cache: Path
    runtime: Path


class Area(enum.Enum):
    """One kind of what is kept, with the name that JSON has for it."""

    HISTORY = "history"
    PICTURES = "pictures"
    JOBS = "jobs"
    SENT = "sent"
    BACKUPS = "backups"
    PROMPTS = "prompts"
    POLICIES = "policies"
    PLUGINS = "plugins"
    SETTINGS = "settings"
    LOGS = "logs"
    STATE = "state"
    CACHE = "cache"

    @property
    def title(self) -> str:
        """What people call it."""
        return say(_TITLES[self])


_TITLES = {
    Area.HISTORY: mark("Conversations"),
    Area.PICTURES: mark("Pictures and documents"),
    Area.JOBS: mark("Jobs and their answers"),
    Area.SENT: mark("What was sent, byte for byte"),
    Area.BACKUPS: mark("Backups"),
    Area.PROMPTS: mark("Prompts"),
    Area.POLICIES: mark("Policies"),
    Area.PLUGINS: mark("Plugins"),
    Area.SETTINGS: mark("Settings and the list of servers"),
    Area.LOGS: mark("Logs"),
    Area.STATE: mark("What is remembered between two starts"),
    Area.CACHE: mark("Cache"),
}


class Kept(msgspec.Struct, frozen=True):
    """What is kept of one kind.

    Args:
        area: Which.
        folder: Where.
        files: How many there are.
        size: Bytes of all.
    """

    area: Area
    folder: Path
    files: int
    size: int


class ErasePlan(msgspec.Struct, frozen=True):
    """What a person wants to be deleted; written down before the first file goes.

    Args:
        keep_settings: Settings and servers stay.
        backups: A folder of the person's own whose backups go, too; empty for none.
    """

    keep_settings: bool = False
    backups: str = ""


class Erased(msgspec.Struct, frozen=True):
    """What became of it.

    Args:
        files: How many are gone.
        size: Bytes of these.
        left: What could not be deleted, each with the reason.
        foreign: Files and folders beside ours that are not ours, and were left alone.
    """

    files: int = 0
    size: int = 0
    left: tuple[str, ...] = ()
    foreign: int = 0


class DataProgress(NamedTuple):
    """How far an export is.

    Args:
        what: conversations, jobs or files.
        done: That are through.
        total: Of how many; 0 when that is not known.
    """

    what: str
    done: int
    total: int = 0


class DataExported(msgspec.Struct, frozen=True):
    """What an export of everything holds.

    Args:
        path: Where it is.
        conversations: In it.
        messages: In them.
        pictures: In them.
        jobs: Whose answers are in it.
        files: In the zip.
        size: Bytes of the zip.
        lost: Pictures whose bytes are missing or damaged.
        problems: What could not be taken along, and why.
    """

    path: Path
    conversations: int
    messages: int
    pictures: int
    jobs: int
    files: int
    size: int
    lost: int = 0
    problems: tuple[str, ...] = ()


class DataWriter(Protocol):
    """An export of everything that is being written. Blocking: call it in a thread. Its name appears with `finish`."""

    def conversations(self) -> Writer:
        """Takes conversations in the program's own form; its `finish` ends this part only."""

    def spool(self, name: str) -> Path:
        """A place for a file that somebody else writes, before it is taken with `take`."""

    def take(self, name: str) -> None:
        """Put that file in, and remove it where it was."""

    def tables(self, told: Callable[[DataProgress], None]) -> None:
        """Put in what stands in the databases beside conversations."""

    def files(self) -> Sequence[str]:
        """Put in what the person wrote: prompts, policies, plugins, settings; returns what could not be."""

    def finish(self, counts: Mapping[str, int]) -> tuple[Path, int, int]:
        """Say in it what it holds, and give it its name; returns that, the number of files and the bytes.

        Raises:
            StoreError: It could not be written; nothing is left of it.
        """

    def abandon(self) -> None:
        """Leave nothing behind; harmless after `finish`."""


class PersonalFiles(Protocol):
    """The files themselves. Blocking: call it in a thread."""

    def kept(self) -> Sequence[Kept]:
        """What there is, by kind; kinds of which there is nothing are left out."""

    def open_export(self, path: Path, *, overwrite: bool) -> DataWriter:
        """Begin an export.

        Raises:
            TransferError: It is no zip, exists, or lies inside what is exported.
            StoreError: It cannot be written there.
        """

    def mark(self, plan: ErasePlan) -> None:
        """Write down that everything is to go; from then on the next start carries it out.

        Raises:
            StoreError: It could not be written.
        """

    def unmark(self) -> None:
        """Take that back."""

    def marked(self) -> ErasePlan | None:
        """What was written down; None when nothing was."""

    def erase(self, plan: ErasePlan) -> Erased:
        """Delete what is ours, the note about it last. Nobody may have the databases open.

        Raises:
            StoreError: Another process uses them; nothing was deleted.
        """


class KeysKept(NamedTuple):
    """Keys of ours in the keychain.

    Args:
        names: Those that are there.
        problem: Why there may be more, in a sentence; empty when the keychain could be asked.
    """

    names: tuple[SecretName, ...]
    problem: str = ""
