"""The files beside the conversations in somebody's export, found by the names that conversations use for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from kireji.core.transfer import SourceBlob
from kireji.storage.transfer.archives import Archive, read_whole

MOST_FILE = 64 * 1024 * 1024
"""Bytes of a picture or document."""

_FILE_ID = re.compile(r"file[-_][A-Za-z0-9]+")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class ExportedFiles:
    """An index by identifier and by name.

    Args:
        archive: Where they are.
        known_as: What the person called them, by the file's name in the archive.
    """

    def __init__(self, archive: Archive, known_as: dict[str, str] | None = None) -> None:
        self._archive = archive
        self._known_as = known_as or {}
        self._by_id: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        for name in archive.names:
            base = PurePosixPath(name).name
            self._by_name.setdefault(base, name)
            self._by_name.setdefault(PurePosixPath(base).stem, name)
            for found in (_FILE_ID.match(base), _UUID.match(base)):
                if found:
                    self._by_id.setdefault(found[0].lower(), name)

    def find(self, *pointers: str) -> str:
        """The entry that one of these names: `file-service://file-…`, `sediment://file_…`, `sediment://…#file_…#p_0`,
        a bare identifier, or a file's name; empty for none.
        """
        for pointer in filter(None, pointers):
            tail = pointer.split("://", 1)[-1].split("?", 1)[0]
            for candidate in self._candidates(tail):
                name = self._by_id.get(candidate.lower()) or self._by_name.get(candidate)
                if name:
                    return name
        return ""

    def read(self, name: str) -> SourceBlob:
        """An entry's bytes.

        Raises:
            TransferError: Damaged or too large.
        """
        base = PurePosixPath(name).name
        return SourceBlob(read_whole(self._archive, name, MOST_FILE), self._known_as.get(base, base))

    def _candidates(self, tail: str) -> Iterable[str]:
        yield from reversed(_FILE_ID.findall(tail))
        yield from _UUID.findall(tail)
        yield PurePosixPath(tail).name
