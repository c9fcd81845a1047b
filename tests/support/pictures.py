"""Picture files made for a test."""

from __future__ import annotations

import io

from PIL import Image


def png(width: int, height: int) -> bytes:
    """A PNG in which every pixel is another: red is its column, green its row, blue both beyond 255."""
    image = Image.new("RGB", (width, height))
    image.putdata([(x % 256, y % 256, x // 256 * 16 + y // 256) for y in range(height) for x in range(width)])
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
