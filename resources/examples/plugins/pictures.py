"""A plugin that draws, looks at the screen, and fetches: what goes through the context is seen and asked about."""

import struct
import zlib
from typing import Annotated, Literal

from kireji.plugins import AsyncContext, Context, Field, Image, ToolError, tool

COLOURS = {"red": (200, 40, 40), "green": (40, 160, 60), "blue": (40, 80, 200)}


@tool(read_only=True, open_world=False)
def colour_square(colour: Literal["red", "green", "blue"], size: Annotated[int, Field(ge=1, le=512)] = 64) -> Image:
    """Draw a square of one colour.

    Args:
        colour: Which colour.
        size: Its width and height in pixels.
    """
    row = b"\0" + bytes(COLOURS[colour]) * size
    header = struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)
    data = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(row * size)) + _chunk(b"IEND", b"")
    return Image(b"\x89PNG\r\n\x1a\n" + data)


@tool(title="Look at the screen", read_only=True, open_world=False)
def look(context: Context) -> list[str | Image]:
    """Take a picture of the screen under the pointer."""
    context.progress("Taking a picture")
    picture = context.capture()
    return [f"A picture of {len(picture.data):,} bytes:", picture]


@tool(read_only=True)
async def page_title(url: Annotated[str, Field(format="uri")], context: AsyncContext) -> str:
    """The title of a web page.

    Args:
        url: Its address.
    """
    page = await context.fetch(url)
    _, found, rest = page.text.partition("<title>")
    if not found:
        raise ToolError(f"{page.url} has no title.")
    return rest.partition("</title>")[0].strip()


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
