"""Pictures of tables, drawn for a test."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

SIZE = 22
_LINE = 40
_MARGIN = 24


def table_picture(rows: Sequence[Sequence[str]], widths: Sequence[int], title: str = "") -> bytes:
    """A PNG of a table with letters that the reader reads.

    Args:
        rows: Texts, cell by cell; the first are the headings.
        widths: Of the columns, in pixels.
        title: Above it.
    """
    font = ImageFont.load_default(SIZE)
    above = _LINE if title else 0
    image = Image.new("RGB", (sum(widths) + 2 * _MARGIN, above + _LINE * len(rows) + 2 * _MARGIN), "white")
    draw = ImageDraw.Draw(image)
    if title:
        draw.text((_MARGIN, _MARGIN), title, "black", font)
    for number, row in enumerate(rows):
        x = _MARGIN
        for text, width in zip(row, widths, strict=True):
            draw.text((x, _MARGIN + above + number * _LINE), text, "black", font)
            x += width
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
