"""Folders and files of this computer as sources of context."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

import msgspec

from kireji.core.documents import LARGEST_TEXT
from kireji.core.errors import SourceError
from kireji.core.sources import Entry, Listing, Source, SourceKind
from kireji.core.words import say
from kireji.sources.reading import text_in
from kireji.sources.sampling import sampled
from kireji.sources.threads import in_thread, told_by_thread
from kireji.sources.walking import Walk, problem_of, shown, unread, when

_FIRST_SHOWN = 0.2
"""Seconds until what was found is told; then after twice as long each time, because telling takes time, too."""


class FolderReader:
    """Satisfies `core.source_ports.SourceReader` for folders and single files.

    Args:
        environ: Where the person's own rules for git are.
        clock: Seconds from some moment on.
    """

    def __init__(self, environ: Mapping[str, str], clock: Callable[[], float] = time.monotonic) -> None:
        self._environ = environ
        self._clock = clock

    def listed(self, source: Source) -> AsyncIterator[Listing]:
        """As in SourceReader."""
        return told_by_thread(lambda stopped: self._told(source, stopped))

    async def read(self, source: Source, entries: Sequence[Entry], most: int = LARGEST_TEXT) -> dict[str, str]:
        """As in SourceReader."""
        return await in_thread(lambda: _read(source, entries, most))

    def _told(self, source: Source, stopped: Callable[[], bool]) -> Iterator[Listing]:
        path = _real(source)
        if source.kind is SourceKind.FILE:
            yield Listing(source, (_single(path),))
            return
        walk = Walk(path, self._environ, stopped, self._clock)
        began, shows = self._clock(), _FIRST_SHOWN
        try:
            for _ in walk.run():
                if self._clock() - began > shows:
                    shows *= 2
                    yield _listing(source, walk, complete=False)
        except OSError as error:
            raise _unreadable(source, error) from error
        whole = _listing(source, walk, complete=False)
        yield whole
        entries = sampled(path, whole.entries, stopped)
        yield msgspec.structs.replace(whole, entries=entries, complete=True)


def _listing(source: Source, walk: Walk, *, complete: bool) -> Listing:
    found = walk.found
    entries = tuple(sorted(found.entries, key=lambda entry: entry.name))
    return Listing(source, entries, found.problem, found.ignored, complete)


def _real(source: Source) -> str:
    """The path with every link followed.

    Raises:
        SourceError: There is nothing of this kind.
    """
    try:
        path = os.path.realpath(source.place, strict=True)
        folder = os.path.isdir(path)
    except (OSError, ValueError) as error:
        raise _unreadable(source, error) from error
    name = source.name or source.place
    if source.kind is SourceKind.FOLDER and not folder:
        raise SourceError(say("{name} is not a folder.", name=name), say("Choose a folder."))
    if source.kind is SourceKind.FILE and folder:
        raise SourceError(say("{name} is a folder, not a file.", name=name), say("Add it as a folder."))
    return path


def _single(path: str) -> Entry:
    name = os.path.basename(path)
    try:
        found = os.stat(path)
    except OSError as error:
        return Entry(shown(name), 0, None, 0, unread(error))
    problem = problem_of(name, found)
    entry = Entry(shown(name), found.st_size, when(found), 0 if problem else 1, problem)
    return sampled(os.path.dirname(path), (entry,))[0]


def _read(source: Source, entries: Sequence[Entry], most: int) -> dict[str, str]:
    path = _real(source)
    top = path if source.kind is SourceKind.FOLDER else os.path.dirname(path)
    texts: dict[str, str] = {}
    for entry in entries:
        name = entry.name if source.kind is SourceKind.FOLDER else os.path.basename(path)
        if (text := text_in(top, name, most)) is not None:
            texts[entry.name] = text
    return texts


def _unreadable(source: Source, error: Exception) -> SourceError:
    name = source.name or source.place
    if isinstance(error, FileNotFoundError):
        return SourceError(say("{name} is not there any more.", name=name), say("Take it out, or add it again."))
    reason = getattr(error, "strerror", None) or str(error)
    return SourceError(
        say("{name} cannot be read: {reason}.", name=name, reason=reason), say("Choose another, or allow reading it.")
    )
