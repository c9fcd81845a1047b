"""Numbers from files and pages, and charts of them. The help page "Writing plugins" walks through this file.

Copy it into the folder `plugins` of the data folder; Settings, Tools opens that folder.
"""

import csv
import io
import math
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from kireji.plugins import AsyncContext, Context, Field, File, Image, ToolError, tool

INK = {"red": (191, 58, 31), "green": (71, 112, 62), "blue": (47, 93, 140)}
PAPER, LINE = (251, 250, 247), (106, 100, 90)
GAP, ROW = 6, 22


@dataclass
class Bar:
    """One bar of a chart.

    Attributes:
        label: What it stands for.
        value: How long it is; not negative.
    """

    label: str
    value: Annotated[float, Field(ge=0)]


@tool(read_only=True, open_world=False)
def bar_chart(
    bars: Annotated[list[Bar], Field(min_length=1, max_length=40)],
    colour: Literal["red", "green", "blue"] = "blue",
    width: Annotated[int, Field(ge=100, le=2000)] = 480,
) -> list[str | Image]:
    """Draw a chart of bars, the first at the top.

    Use it when somebody wants to see how numbers compare. The labels are given back beside the picture.

    Args:
        bars: What is drawn.
        colour: Of the bars.
        width: Of the picture, in pixels.
    """
    longest = max(bar.value for bar in bars)
    if not 0 < longest < math.inf:
        raise ToolError("All bars are empty: there is nothing to draw.")
    rows = [_blank(width) for _ in range(len(bars) * (ROW + GAP) + GAP)]
    for place, bar in enumerate(bars):
        end = GAP + round((width - 2 * GAP) * bar.value / longest)
        for y in range(ROW):
            row = rows[GAP + place * (ROW + GAP) + y]
            row[3 * GAP : 3 * end] = bytes(INK[colour]) * (end - GAP)
    for row in rows:
        row[3 * GAP : 3 * GAP + 3] = bytes(LINE)
    words = "; ".join(f"{place}. {bar.label}: {bar.value:g}" for place, bar in enumerate(bars, 1))
    return [f"From the top: {words}", Image(_png(width, rows))]


@tool(read_only=True, open_world=False)
def sum_columns(path: Annotated[Path, Field(format="path")], context: Context) -> dict[str, float]:
    """Add up the columns of a CSV file that hold numbers.

    Args:
        path: Of the file, absolute.
    """
    context.progress("Reading the file")
    text = context.open(path).read().decode("utf-8-sig", errors="replace")
    return _sums(text, context)


@tool(read_only=True)
async def sum_web_columns(url: Annotated[str, Field(format="uri")], context: AsyncContext) -> dict[str, float]:
    """Add up the columns of a CSV file on the web that hold numbers.

    Args:
        url: Its address.
    """
    context.progress("Fetching the file")
    page = await context.fetch(url)
    if page.status != 200:
        raise ToolError(f"{page.url} answered {page.status}.")
    return _sums(page.text, context)


@tool(read_only=True, open_world=False)
def clipboard_as_csv(context: Context, separator: Literal["tab", "comma", "semicolon"] = "tab") -> File:
    """Make a CSV file of a table that was copied.

    Args:
        separator: What stands between the cells of what was copied.
    """
    copied = context.clipboard().text
    if not copied.strip():
        raise ToolError("There is no text on the clipboard. Ask the person to copy a table.")
    sign = {"tab": "\t", "comma": ",", "semicolon": ";"}[separator]
    made = io.StringIO()
    csv.writer(made).writerows(csv.reader(io.StringIO(copied), delimiter=sign))
    return File(made.getvalue().encode(), "text/csv", "copied.csv")


def _sums(text: str, context: Context | AsyncContext) -> dict[str, float]:
    """Every column of which each cell is a number, with its sum."""
    table = list(csv.reader(io.StringIO(text)))
    if len(table) < 2:
        raise ToolError("It has no rows below its head.")
    head, *rows = table
    sums: dict[str, float] = {}
    for place, name in enumerate(head):
        context.progress(f"Adding up {name}", place / len(head))
        cells = [row[place] for row in rows if len(row) > place and row[place].strip()]
        numbers = [number for number in map(_number, cells) if number is not None]
        if numbers and len(numbers) == len(cells):
            sums[name] = math.fsum(numbers)
    if not sums:
        raise ToolError(f"None of the columns holds numbers: {', '.join(head)}.")
    return sums


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _blank(width: int) -> bytearray:
    return bytearray(bytes(PAPER) * width)


def _png(width: int, rows: Iterable[bytearray]) -> bytes:
    """A picture without any library: a header, the packed rows, an end (RFC 2083)."""
    packed = [b"\0" + bytes(row) for row in rows]
    header = struct.pack(">IIBBBBB", width, len(packed), 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(packed))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
