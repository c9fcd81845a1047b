"""Where two pictures differ, as people see it.

The pixels are compared at full size; what compression and smoothing change stays below a floor and is taken off first.
What is left is looked at in cells of a few pixels: in a cell where letters differ enough remains, in noise nothing.
Cells that lie near each other are one region, wider along a line than across lines, so that the words of a changed line
come together. A caret is a single bar of one colour, and no difference.
"""

from __future__ import annotations

import io
import math
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from kireji.core.ports import EncodedPicture
from kireji.core.structured.comparison import Difference
from kireji.core.word_boxes import Box
from kireji.imaging.alignment import offset_of
from kireji.imaging.files import normalised, sniff
from kireji.imaging.regions import MOST_REGIONS, regions

if TYPE_CHECKING:
    from PIL import Image

_FLOOR = 28
"""Of 255: JPEG at quality 90 changes the edges of letters by up to about that much."""
_LOSSY_FLOOR = 56
"""The same where one of both is a JPEG of another program, which is coarser in colour than in brightness."""
_SHRUNK_FLOOR = 56
"""The same where one picture was shrunk to the other's size, so that every edge is a little softer."""
_CELL = 4
"""Pixels."""
_ENOUGH = 3
"""Of 255, on average over a cell, above the floor: four pixels of a thin grey letter."""
_SCROLLED = 0.04
"""From such a share on it is worth looking whether the same is shown elsewhere."""


class PillowComparer:
    """Satisfies `core.ports.PictureComparer`. Holds nothing; may be used from any thread."""

    def difference(self, before: bytes, after: bytes) -> Difference:
        """As in PictureComparer."""
        with ThreadPoolExecutor(1) as pool:  # decoding leaves the interpreter to others
            decoding = pool.submit(_decoded, after)
            first = _decoded(before)
            second = decoding.result()
        if before == after:
            return Difference(True, 0.0, (), 0, None, first.size, second.size)
        lossy = any(data.startswith(b"\xff\xd8") for data in (before, after))
        return _difference(first, second, _LOSSY_FLOOR if lossy else _FLOOR)


def _decoded(data: bytes) -> Image.Image:
    """As it is stored and sent: first frame, upright, without holes.

    Raises:
        PictureError: It is damaged, too large, or no picture.
    """
    from PIL import Image

    found = normalised(data)
    if isinstance(found, EncodedPicture):
        found = Image.open(io.BytesIO(found.data), formats=(sniff(found.data),))
    return found.convert("RGB")


def _difference(first: Image.Image, second: Image.Image, floor: int) -> Difference:
    sizes = first.size, second.size
    if first.size != second.size:
        offset = offset_of(first, second)
        if offset is None:
            return _made(*_resized(first, second), None, sizes)
        return _made(*_shifted(first, second, offset, floor), offset, sizes)
    uneven = _uneven(first, second, floor)
    share, boxes = _found(uneven)
    if share >= _SCROLLED and (offset := offset_of(first, second)) not in (None, (0, 0)):
        return _made(*_shifted(first, second, offset, floor, uneven), offset, sizes)
    return _made(share, boxes, None, sizes)


def _shifted(
    first: Image.Image, second: Image.Image, offset: tuple[int, int], floor: int, unmoved: Image.Image | None = None
) -> tuple[float, list[Box]]:
    """What differs in what both show; with `unmoved`, what stands beside what was scrolled is compared where it is."""
    left, top = max(0, offset[0]), max(0, offset[1])
    right = min(first.width, offset[0] + second.width)
    bottom = min(first.height, offset[1] + second.height)
    seen = (left, top, right, bottom)
    other = second.crop((left - offset[0], top - offset[1], right - offset[0], bottom - offset[1]))
    uneven = _uneven(first.crop(seen), other, floor)
    share, boxes = _found(uneven if unmoved is None else _smaller(uneven, unmoved.crop(seen)))
    return share, [(box[0] + left, box[1] + top, box[2] + left, box[3] + top) for box in boxes]


def _resized(first: Image.Image, second: Image.Image) -> tuple[float, list[Box]]:
    """Both at the smaller width and the smaller height: to enlarge would soften edges more."""
    from PIL import Image, ImageFilter

    width, height = min(first.width, second.width), min(first.height, second.height)
    soft = ImageFilter.BoxBlur(1)
    one, other = (each.resize((width, height), Image.Resampling.HAMMING).filter(soft) for each in (first, second))
    share, boxes = _found(_uneven(one, other, _SHRUNK_FLOOR))
    wide, high = first.width / width, first.height / height
    return share, [
        (
            math.floor(left * wide),
            math.floor(top * high),
            min(first.width, math.ceil(right * wide)),
            min(first.height, math.ceil(bottom * high)),
        )
        for left, top, right, bottom in boxes
    ]


def _made(
    share: float, boxes: list[Box], offset: tuple[int, int] | None, sizes: tuple[tuple[int, int], tuple[int, int]]
) -> Difference:
    more = max(0, len(boxes) - MOST_REGIONS)
    return Difference(sizes[0] == sizes[1], share, tuple(boxes[:MOST_REGIONS]), more, offset, *sizes)


def _uneven(first: Image.Image, second: Image.Image, floor: int) -> Image.Image:
    """By how much each pixel differs above the floor, in the channel in which it differs most."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(first, second).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([max(0, value - floor) for value in range(256)])


def _smaller(one: Image.Image, other: Image.Image) -> Image.Image:
    from PIL import ImageChops

    return ImageChops.darker(one, other)


def _found(uneven: Image.Image) -> tuple[float, list[Box]]:
    """The share of the pixels that differ, and the regions they lie in."""
    if uneven.getbbox() is None:
        return 0.0, []
    cells = uneven.reduce(_CELL).point([0] * _ENOUGH + [255] * (256 - _ENOUGH))
    boxes = regions(uneven, cells, _CELL)
    if not boxes:
        return 0.0, []
    differing = uneven.width * uneven.height - uneven.histogram()[0]
    return differing / (uneven.width * uneven.height), boxes
