"""Decoding a picture for the engine, within bounds: pictures are hostile input."""

from __future__ import annotations

import struct
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image, ImageOps

from kireji.core.errors import PictureError
from kireji.core.words import say

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

PIXEL_LIMIT = 50_000_000
"""Pixels of one picture: more than an 8K screen, and 150 MB when decoded."""

_FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def opened(data: bytes) -> Picture:
    """Decode an encoded picture, first frame, upright.

    Args:
        data: PNG, JPEG, WebP or GIF.

    Returns:
        A picture in mode RGB, or RGBA where parts are transparent.

    Raises:
        PictureError: Not such a picture, damaged, or more pixels than allowed; known before anything is decoded.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=_FORMATS)
        with picture:
            if picture.width * picture.height > PIXEL_LIMIT:
                raise _too_large()
            upright = ImageOps.exif_transpose(picture)
            return upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_large() from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, OverflowError, struct.error) as error:
        # Pillow's decoders report damage in all of these ways.
        raise PictureError(
            say("The text reader cannot open this picture."), say("Use an undamaged PNG, JPEG, WebP or GIF picture.")
        ) from error


def _too_large() -> PictureError:
    return PictureError(
        say("The picture has more than {most} million pixels.", most=PIXEL_LIMIT // 1000000),
        say("Cut out a smaller region."),
    )
