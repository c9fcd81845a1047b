"""What can be told of a source of rows at a glance, before all of it is read."""

from __future__ import annotations

from pathlib import Path

from kireji.core.jobs.values import JobSource, SourceHead, SourceKind
from kireji.storage.jobs.source_files import opened, size_of


def head_of(source: JobSource) -> SourceHead:
    """Look at a source; takes no longer for a large file, but for a folder of many.

    Raises:
        JobError: It is not there, cannot be read, or is a table without columns.
    """
    path = Path(source.paths[0]) if source.paths else Path()
    match source.kind:
        case SourceKind.JSONL:
            from kireji.storage.jobs.reading_lines import named_model

            return SourceHead(bytes=_size(path), model=named_model(path))
        case SourceKind.CSV:
            from kireji.storage.jobs.reading_tables import head_of_table

            columns, first = head_of_table(path)
            return SourceHead(bytes=_size(path), columns=tuple(columns), first=tuple(first))
        case SourceKind.FOLDER:
            from kireji.storage.jobs.reading_pictures import pictures_in

            return SourceHead(pictures=pictures_in(path))
        case SourceKind.PICTURES:
            return SourceHead(pictures=len(source.paths))
        case SourceKind.PAIRS:
            from kireji.storage.jobs.reading_pairs import pairs_in

            return SourceHead(pictures=2 * pairs_in(source.paths))


def _size(path: Path) -> int:
    with opened(path) as file:
        return size_of(file)
