"""Files that the person names on this page: read bounded, written whole or not at all."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile

from kireji.core.errors import KirejiError, TransferError
from kireji.ui.chat.sources import IsFolder, read_file
from kireji.ui.translation import tr


async def read(path: Path, most: int) -> bytes:
    """All of a file.

    Args:
        path: Which.
        most: Bytes that it may have.

    Raises:
        KirejiError: It cannot be read, or is longer.
    """
    try:
        data = await asyncio.to_thread(read_file, path)
    except IsFolder as error:
        raise KirejiError(tr("{path} is a folder.", path=path), tr("Choose a file.")) from error
    if len(data) > most:
        raise KirejiError(
            tr("{path} is longer than {count} KB.", path=path, count=most // 1024), tr("Choose a shorter one.")
        )
    return data


async def write(path: Path, data: bytes) -> None:
    """Write a file in one piece.

    Raises:
        TransferError: It cannot be written.
    """
    await asyncio.to_thread(_write, path, data)


def _write(path: Path, data: bytes) -> None:
    file = QSaveFile(str(path))
    opened = file.open(QIODevice.OpenModeFlag.WriteOnly)
    if not opened or file.write(data) != len(data) or not file.commit():
        raise TransferError(
            tr("{path} cannot be written: {reason}.", path=path, reason=file.errorString().lower().rstrip(".")),
            tr("Choose another place."),
        )
