"""Qt's pictures as bytes of a file."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage


def encoded(image: QImage, kind: str = "PNG", quality: int = -1) -> bytes:
    """Encode a picture; safe in any thread.

    Args:
        image: In any format.
        kind: PNG or JPEG.
        quality: 0 to 100 for JPEG; -1 leaves it to the format.

    Returns:
        The bytes; empty where the picture cannot be encoded, for example because it is none.
    """
    if image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind, quality)  # type: ignore[call-overload] # the stub wants the kind as bytes, Qt as text
    return bytes(buffer.data().data())
