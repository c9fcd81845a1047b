"""Where parts of a picture that is sent lie on the frozen screens."""

from __future__ import annotations

from kireji.core.geometry import Rect, Region
from kireji.core.messages import ImagePart


def in_region(rect: Rect, region: Region, part: ImagePart) -> Rect:
    """A rectangle of the picture that is sent in pixels of the region it was made from, rounded outwards.

    Args:
        rect: In the picture's pixels.
        region: What was cut out.
        part: What is sent of it, which may be smaller.
    """
    if (part.width, part.height) == (region.rect.width, region.rect.height):
        return rect
    across, down = region.rect.width / max(1, part.width), region.rect.height / max(1, part.height)
    x, y = int(rect.x * across), int(rect.y * down)
    return Rect(x, y, -int(-rect.right * across // 1) - x, -int(-rect.bottom * down // 1) - y)
