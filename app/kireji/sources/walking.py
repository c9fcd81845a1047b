"""Looks through a folder: what is in it, without what git's rules keep out. May block."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from kireji.core.documents import LARGEST_TEXT
from kireji.core.source_names import PDF_ENDING, ending_of, holds_keys, no_text
from kireji.core.sources import Entry
from kireji.core.words import mark, say
from kireji.sources.ignoring import Rules
from kireji.sources.repository import RULES, excluded, personal, rules_around, rules_of

VERSIONS = frozenset({".git", ".hg", ".svn", ".bzr", "CVS", ".jj"})
"""What version control keeps for itself; never entered."""
HEAVY = frozenset(
    {
        *("node_modules", "__pycache__", ".venv", ".tox", ".nox", ".mypy_cache", ".pytest_cache", ".ruff_cache"),
        *(".gradle", ".terraform", ".next", ".nuxt", ".parcel-cache", ".eggs", ".hypothesis", ".ipynb_checkpoints"),
        *(".DS_Store", "Thumbs.db"),
    }
)
"""What programs put there and nobody asks about; kept out where no rules of git say so, too."""
_ENVIRONMENT = "pyvenv.cfg"
"""Lies in an environment of Python, whatever its folder is called."""
MOST_ENTRIES = 300_000
_SECONDS = 60.0
_DEEPEST = 100
LARGEST_PDF = 50_000_000
_KEYS = mark("Keys and passwords are kept here; add it as a file of its own if it must go along.")
_USUAL = 0.27
"""Tokens for each byte of text, before any was measured."""


class Found(NamedTuple):
    """What was found so far.

    Args:
        entries: In no order.
        ignored: How many files and folders were kept out.
        problem: Why the rest was not looked at; empty when it was.
    """

    entries: list[Entry]
    ignored: int
    problem: str


class Walk:
    """One look through a folder.

    Args:
        top: Whole path, with every link followed.
        environ: Where the person's own rules are.
        stopped: Whether nobody waits for it any more.
        clock: Seconds from some moment on.
    """

    def __init__(
        self,
        top: str,
        environ: Mapping[str, str],
        stopped: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._top = top
        self._environ = environ
        self._stopped = stopped
        self._clock = clock
        self._ends = clock() + _SECONDS
        self._entries: list[Entry] = []
        self._ignored = 0
        self._problem = ""

    @property
    def found(self) -> Found:
        """Everything so far."""
        return Found(self._entries, self._ignored, self._problem)

    def run(self) -> Iterator[None]:
        """Look through it, folder by folder; each step is one.

        Raises:
            OSError: The folder itself cannot be read.
        """
        around = rules_around(self._top, self._environ)
        waiting: list[tuple[tuple[str, ...], tuple[Rules, ...]]] = [((), around)]
        while waiting:
            folders, rules = waiting.pop()
            if self._over():
                return
            try:
                inner, rules = self._look(folders, rules)
            except OSError as error:
                if not folders:
                    raise
                self._unread("/".join(folders) + "/", error)
                continue
            waiting += [((*folders, name), rules) for name in inner]
            yield

    def _over(self) -> bool:
        if len(self._entries) >= MOST_ENTRIES:
            self._problem = say("There are more than {most} files; choose a smaller folder.", most=f"{MOST_ENTRIES:,}")
        elif self._clock() > self._ends:
            self._problem = say("It takes too long to look through it; choose a smaller folder.")
        return self._stopped() or bool(self._problem)

    def _look(self, folders: tuple[str, ...], rules: tuple[Rules, ...]) -> tuple[list[str], tuple[Rules, ...]]:
        """Take in one folder; gives the names of those in it, in reverse order, and the rules that hold in them."""
        path = os.path.join(self._top, *folders)
        with os.scandir(path) as listing:
            here = sorted(listing, key=lambda entry: entry.name)
        names = {entry.name for entry in here}
        if folders and _ENVIRONMENT in names:
            self._ignored += 1
            return [], rules
        depth = len(folders)
        if folders and ".git" in names:  # a repository inside: the rules around it are not its own
            rules = tuple(filter(None, (excluded(path, depth), personal(self._environ))))
        if RULES in names and (own := rules_of(path, depth)):
            rules = (own, *rules)
        inner: list[str] = []
        prefix = "/".join(folders) + "/" if folders else ""
        for entry in here:
            try:
                folder = entry.is_dir(follow_symlinks=False)
                if self._kept_out(entry.name, folders, rules, folder=folder):
                    continue
                if holds_keys(entry.name):
                    self._cannot(f"{prefix}{entry.name}{'/' * folder}", say(_KEYS))
                elif folder and depth < _DEEPEST:
                    inner.append(entry.name)
                elif folder:
                    self._cannot(f"{prefix}{entry.name}/", say("This folder lies too deep."))
                else:
                    self._take(prefix + entry.name, entry, path)
            except OSError as error:
                self._unread(prefix + entry.name, error)
        inner.reverse()
        return inner, rules

    def _kept_out(self, name: str, folders: tuple[str, ...], rules: tuple[Rules, ...], *, folder: bool) -> bool:
        if name in VERSIONS:
            return True
        for each in rules:
            said = each.ignores(name, folders, folder=folder)
            if said is not None:
                self._ignored += said
                return said
        if name in HEAVY:
            self._ignored += 1
            return True
        return False

    def _take(self, name: str, entry: os.DirEntry[str], folder: str) -> None:
        found = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(found.st_mode):
            self._link(name, os.path.join(folder, entry.name))
            return
        problem = problem_of(name, found)
        tokens = 0 if problem else max(1, round(found.st_size * _USUAL))
        self._entries.append(Entry(shown(name), found.st_size, when(found), tokens, problem))

    def _link(self, name: str, path: str) -> None:
        """What a link leads to stands there itself, if it lies in the folder."""
        elsewhere = os.readlink(path).startswith(("//", "\\\\")) and sys.platform == "win32"
        leads = "" if elsewhere else os.path.realpath(path)  # looking there would tell another computer who asks
        if leads != self._top and not leads.startswith(self._top.rstrip(os.sep) + os.sep):
            self._cannot(name, say("This is a link that leads out of the folder."))
        elif not os.path.exists(leads):
            self._cannot(name, say("This is a link that leads nowhere."))

    def _unread(self, name: str, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # what vanishes meanwhile was not there
            self._cannot(name, unread(error))

    def _cannot(self, name: str, problem: str) -> None:
        self._entries.append(Entry(shown(name), 0, None, 0, problem))


def shown(name: str) -> str:
    """A name as people read it: what is no UTF-8 in it is told by its numbers."""
    if name.isascii():
        return name
    try:
        name.encode()
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return name


def when(found: os.stat_result) -> datetime | None:
    """When a file was last changed; None for a time that is none."""
    try:
        return datetime.fromtimestamp(found.st_mtime, UTC)
    except (OSError, OverflowError, ValueError):
        return None


def problem_of(name: str, found: os.stat_result) -> str:
    """Why a file cannot go along, as far as that can be told without opening it; empty when nothing speaks against."""
    if not stat.S_ISREG(found.st_mode):
        return say("This is a device or a pipe, not a file.")
    if shown(name) != name:
        return say("Its name is not written in UTF-8.")
    if found.st_size == 0:
        return say("The file is empty.")
    if sentence := no_text(name):
        return say(sentence)
    most = LARGEST_PDF if ending_of(name) == PDF_ENDING else LARGEST_TEXT
    if found.st_size > most:
        return say("The file is larger than {most} MB.", most=most // 1_000_000)
    return ""


def unread(error: OSError) -> str:
    """Why something cannot be read."""
    if isinstance(error, PermissionError):
        return say("You may not read this.")
    return say("This cannot be read: {reason}.", reason=error.strerror or str(error))
