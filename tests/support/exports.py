"""Exports to import: those that were made by hand, packed, spoilt, or made for a purpose."""

from __future__ import annotations

import zipfile
from pathlib import Path

from kireji.core.transfer import Found, Problem
from kireji.storage.transfer.sources import open_source

EXPORTS = Path(__file__).parent.parent / "data" / "exports"
CHATGPT, CLAUDE = EXPORTS / "chatgpt", EXPORTS / "claude"


def packed(folder: Path, target: Path, *, below: str = "") -> Path:
    """A folder as a zip file."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            archive.write(file, below + file.relative_to(folder).as_posix())
    return target


def zip_of(target: Path, **files: bytes | str) -> Path:
    """A zip file; __ in a name stands for its dot."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return target


def read(path: Path) -> tuple[list[Found], list[Problem]]:
    """All that can be read of an export, and all that cannot."""
    source = open_source(path)
    try:
        steps = list(source.read())
    finally:
        source.close()
    return [one for one in steps if isinstance(one, Found)], [one for one in steps if isinstance(one, Problem)]
