"""Pictures from the store as they are shown."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader


def image_of(data: bytes, room: QSize | None = None) -> QImage:
    """Decode a stored picture; runs in a thread.

    Args:
        data: Encoded.
        room: Pixels that it shall fit into, so that many small ones do not take the memory of large ones; None for all.
    """
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    reader = QImageReader(buffer)
    size = reader.size()
    if room is not None and (size.width() > room.width() or size.height() > room.height()):
        reader.setScaledSize(size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
