"""What looks into sources of context; each is loaded when the first source of its kind is looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.bootstrap.late import Late

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kireji.core.source_ports import SourceReader


def readers(environ: Mapping[str, str]) -> Mapping[str, SourceReader]:
    """By the kind of their sources; see `core.sources.SourceKind`."""

    def folders() -> SourceReader:
        from kireji.sources.folders import FolderReader

        return FolderReader(environ)

    return Late({"folder": folders, "file": folders})
