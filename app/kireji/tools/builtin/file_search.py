"""Finds files by name and by what they say, below one folder, within bounds of time and size. May block."""

from __future__ import annotations

import fnmatch
import re
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kireji.core.documents import text_of
from kireji.core.errors import DocumentError
from kireji.plugins import ToolError
from kireji.tools.builtin.file_text import shown_name
from kireji.tools.contained import Entry, Kind, OpenFolder

SKIPPED = frozenset({".git", ".hg", ".svn", "node_modules", "__pycache__", ".venv"})
"""Folders that hold what tools keep for themselves."""
_SECONDS = 15.0
_MOST_FILES = 100_000
_MOST_RESULTS = 200
_MOST_PER_FILE = 10
_LARGEST = 5_000_000
"""Bytes of a file that is searched for words."""
_LONGEST_PATTERN = 200
_DEEPEST = 60
_SHOWN = 200
"""Characters of a line."""


class Wanted(NamedTuple):
    """What is looked for.

    Args:
        name: Whether a path below the folder fits.
        text: Words in lower case; empty for files by name alone.
    """

    name: Callable[[str], bool]
    text: str


def wanted(name: str, text: str) -> Wanted:
    """What to look for.

    Args:
        name: A pattern with * and ?, or a part of a name; of the path below the folder when it holds a /.
        text: Words, in any case.

    Raises:
        ToolError: Neither is given, or one is too long.
    """
    if not name and not text.strip():
        raise ToolError("Say which name or which text to look for.")
    if max(len(name), len(text)) > _LONGEST_PATTERN:
        raise ToolError(f"A name or text to look for has at most {_LONGEST_PATTERN} characters.")
    pattern = name.replace("\\", "/").lower().removeprefix("./").lstrip("/")
    whole = "/" in pattern
    if pattern and not any(sign in pattern for sign in "*?["):
        pattern = f"*{pattern}*"
    # "**/" stands for no folder as well as for many.
    fits = re.compile("|".join(fnmatch.translate(each) for each in {pattern, pattern.replace("**/", "")} if each) or "")

    def named(path: str) -> bool:
        return not pattern or fits.match(path if whole else path.rpartition("/")[2]) is not None

    return Wanted(lambda path: named(path.lower()), text.casefold())


class Search:
    """One search; its bounds hold for all of it.

    Args:
        wanted: What is looked for.
        stopped: Whether nobody waits for it any more.
        clock: Seconds from some moment on.
    """

    def __init__(
        self, wanted: Wanted, stopped: Callable[[], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._wanted = wanted
        self._stopped = stopped
        self._clock = clock
        self._ends = clock() + _SECONDS
        self._seen = self._unread = 0
        self._results: list[str] = []
        self._left_out = ""

    def run(self, folder: OpenFolder, path: str) -> str:
        """Look below a folder, and tell what was found.

        Args:
            folder: Where; it is not closed.
            path: Its path, for the result.

        Raises:
            OSError: The folder itself cannot be read.
        """
        self._below(folder)
        what = "matches" if self._wanted.text else "files"
        notes = [f"{len(self._results):,} {what} among {self._seen:,} files below {path}"]
        if self._left_out:
            notes.append(f"stopped {self._left_out}; look in a smaller folder or for something rarer")
        if self._unread:
            notes.append(f"{self._unread:,} large or unreadable files were not searched")
        return "\n".join([f"{'; '.join(notes)}.", "", *self._results]).strip()

    def _below(self, top: OpenFolder) -> None:
        """Folder by folder; each is opened from the one that it lies in, so that no link leads out."""
        waiting: list[tuple[OpenFolder, str, Iterator[Entry]]] = [(top, "", _in_order(top))]
        try:
            while waiting and not self._over():
                folder, path, entries = waiting[-1]
                entry = next(entries, None)
                if entry is None:
                    waiting.pop()
                    if folder is not top:
                        folder.close()
                elif entry.kind is Kind.FILE:
                    self._look_at(folder, path, entry)
                elif entry.kind is Kind.FOLDER and entry.name not in SKIPPED and len(waiting) < _DEEPEST:
                    self._enter(waiting, folder, path, entry.name)
        finally:
            for folder, _, _ in waiting[1:]:
                folder.close()

    def _enter(
        self, waiting: list[tuple[OpenFolder, str, Iterator[Entry]]], folder: OpenFolder, path: str, name: str
    ) -> None:
        """Go on in a folder, unless it cannot be read."""
        try:
            inner = folder.folder(name)
        except OSError:
            return
        try:
            entries = _in_order(inner)
        except OSError:
            inner.close()
        else:
            waiting.append((inner, f"{path}{name}/", entries))

    def _over(self) -> bool:
        if self._stopped():
            self._left_out = "as nobody waits for it"
        elif len(self._results) >= _MOST_RESULTS:
            self._left_out = f"after {_MOST_RESULTS} results"
        elif self._seen >= _MOST_FILES:
            self._left_out = f"after {_MOST_FILES:,} files"
        elif self._clock() > self._ends:
            self._left_out = f"after {_SECONDS:.0f} seconds"
        return bool(self._left_out)

    def _look_at(self, folder: OpenFolder, path: str, entry: Entry) -> None:
        self._seen += 1
        path += entry.name
        if not self._wanted.name(path):
            return
        if not self._wanted.text:
            self._results.append(f"{shown_name(path)} ({entry.size:,} bytes)")
            return
        if entry.size > _LARGEST:
            self._unread += 1
            return
        try:
            with folder.open(entry.name) as file:
                data = file.read(_LARGEST)
            self._lines(path, text_of(entry.name, data) if data else "")
        except OSError:
            self._unread += 1
        except DocumentError:
            pass  # it holds no text

    def _lines(self, path: str, text: str) -> None:
        if self._wanted.text not in text.casefold():
            return
        found = 0
        for number, line in enumerate(text.split("\n"), 1):
            at = line.casefold().find(self._wanted.text)
            if at < 0:
                continue
            found += 1
            if found > _MOST_PER_FILE:
                self._results.append(f"{shown_name(path)}: more lines hold it")
                return
            begin = max(0, at - _SHOWN // 2)
            self._results.append(f"{shown_name(path)}:{number}: {shown_name(line[begin : begin + _SHOWN].strip())}")


def _in_order(folder: OpenFolder) -> Iterator[Entry]:
    """Files before folders, by name. Raises OSError."""
    return iter(sorted(folder.entries(), key=lambda each: (each.kind is Kind.FOLDER, each.name)))
