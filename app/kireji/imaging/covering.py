"""Paints over what must not leave in a picture. What is under the boxes is gone from the bytes, not only from sight."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from kireji.core.errors import PictureError
from kireji.core.geometry import Rect
from kireji.core.ports import EncodedPicture
from kireji.core.words import say
from kireji.imaging.codec import encode
from kireji.imaging.files import normalised


def covered(picture: bytes, rects: Sequence[Rect]) -> EncodedPicture:
    """The picture with boxes painted black, encoded anew.

    Args:
        picture: As `PillowCodec` gives it.
        rects: In its pixels.

    Raises:
        PictureError: It is damaged, or in a form in which its pixels are not where the boxes were found.
    """
    from PIL import Image, ImageDraw

    kept = normalised(picture)
    if not isinstance(kept, EncodedPicture):
        raise PictureError(say("This picture cannot be painted over as it is."), say("Add it to the question anew."))
    with Image.open(BytesIO(kept.data)) as opened:
        image = opened.convert("RGB")
    draw = ImageDraw.Draw(image)
    for rect in rects:
        if not rect.empty:
            draw.rectangle((rect.x, rect.y, rect.right - 1, rect.bottom - 1), fill=(0, 0, 0))
    return encode(image)
