"""Folders and files of this computer as sources of context."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence

import msgspec

from kireji.core.documents import LARGEST_TEXT
from kireji.core.errors import DocumentError, SourceError
from kireji.core.source_names import PDF_ENDING, ending_of
from kireji.core.sources import Entry, Listing, Source, SourceKind
from kireji.core.words import say
from kireji.sources.pdf import PdfReader
from kireji.sources.reading import bytes_of, text_in
from kireji.sources.sampling import estimated, sampled
from kireji.sources.threads import in_thread, told_by_thread
from kireji.sources.walking import LARGEST_PDF, Walk, problem_of, shown, unread, when

_FIRST_SHOWN = 0.2
"""Seconds until what was found is told; then after twice as long each time, because telling takes time, too."""


class FolderReader:
    """Satisfies `core.source_ports.SourceReader` for folders and single files.

    Args:
        environ: Where the person's own rules for git are.
        pdf: Takes the words out of PDF documents.
        clock: Seconds from some moment on.
    """

    def __init__(self, environ: Mapping[str, str], pdf: PdfReader, clock: Callable[[], float] = time.monotonic) -> None:
        self._environ = environ
        self._pdf = pdf
        self._clock = clock

    def listed(self, source: Source) -> AsyncIterator[Listing]:
        """As in SourceReader."""
        return told_by_thread(lambda stopped: self._told(source, stopped))

    async def read(self, source: Source, entries: Sequence[Entry], most: int = LARGEST_TEXT) -> dict[str, str]:
        """As in SourceReader."""
        return await in_thread(lambda: self._read(source, entries, most))

    def _told(self, source: Source, stopped: Callable[[], bool]) -> Iterator[Listing]:
        path = _real(source)
        if source.kind is SourceKind.FILE:
            yield Listing(source, self._single(path))
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

    def _single(self, path: str) -> tuple[Entry, ...]:
        """What a single file holds: the pages of a PDF, or itself."""
        top, name = os.path.split(path)
        try:
            found = os.stat(path)
        except OSError as error:
            return (Entry(shown(name), 0, None, 0, unread(error)),)
        problem = problem_of(name, found)
        entry = Entry(shown(name), found.st_size, when(found), 0 if problem else 1, problem)
        if problem or ending_of(name) != PDF_ENDING:
            return sampled(top, (entry,))
        try:
            pages = self._pages(top, name)
        except (OSError, DocumentError) as error:
            problem = error.sentence if isinstance(error, DocumentError) else unread(error)
            return (msgspec.structs.replace(entry, tokens=0, problem=problem),)
        return tuple(
            Entry(page_name(number), len(text.encode()), entry.changed, estimated(text))
            for number, text in enumerate(pages, 1)
            if text.strip()
        )

    def _pages(self, top: str, name: str) -> Sequence[str]:
        return self._pdf.words_now(bytes_of(top, name, LARGEST_PDF)).pages

    def _read(self, source: Source, entries: Sequence[Entry], most: int) -> dict[str, str]:
        path = _real(source)
        if source.kind is SourceKind.FILE:
            return self._read_file(path, entries, most)
        found = ((entry.name, self._words(path, entry.name, most)) for entry in entries)
        return {name: text for name, text in found if text is not None}

    def _read_file(self, path: str, entries: Sequence[Entry], most: int) -> dict[str, str]:
        top, name = os.path.split(path)
        if ending_of(name) != PDF_ENDING:
            text = text_in(top, name, most)
            return {} if text is None else {entry.name: text for entry in entries[:1]}
        try:
            pages = {page_name(number): text[:most] for number, text in enumerate(self._pages(top, name), 1)}
        except (OSError, DocumentError):
            return {}
        return {entry.name: pages[entry.name] for entry in entries if pages.get(entry.name, "").strip()}

    def _words(self, top: str, name: str, most: int) -> str | None:
        """The words of one file in a folder; a PDF is not opened for its beginning alone."""
        if ending_of(name) != PDF_ENDING:
            return text_in(top, name, most)
        if most < LARGEST_TEXT:
            return None
        try:
            return self._pdf.words_now(bytes_of(top, name, LARGEST_PDF)).text[:most]
        except (OSError, ValueError, DocumentError):
            return None


def page_name(number: int) -> str:
    """The name of a page of a PDF; in the order of pages when sorted."""
    return f"page {number:04}"


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


def _unreadable(source: Source, error: Exception) -> SourceError:
    name = source.name or source.place
    if isinstance(error, FileNotFoundError):
        return SourceError(say("{name} is not there any more.", name=name), say("Take it out, or add it again."))
    reason = getattr(error, "strerror", None) or str(error)
    return SourceError(
        say("{name} cannot be read: {reason}.", name=name, reason=reason), say("Choose another, or allow reading it.")
    )
