"""Picture files that show a whole desktop, into frozen screens."""

from __future__ import annotations

import io

from kireji.core.errors import PictureError
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.words import say
from kireji.imaging.files import sniff

MAX_PIXELS = 80 * 1024 * 1024
"""Two screens of 7680 x 4320 and one of 3840 x 2160; below the size at which Pillow itself warns of a bomb."""


def decode_screen(data: bytes) -> ScreenImage:
    """Decode a picture file as one frozen screen at the desktop's origin, in its full size. CPU work, for a thread.

    Args:
        data: PNG, JPEG, WebP or GIF; told by its content.

    Raises:
        PictureError: Another kind of file, damaged, or too large to open.
    """
    from PIL import Image

    kind = sniff(data)
    try:
        with Image.open(io.BytesIO(data), formats=(kind,)) as opened:
            width, height = opened.size
            if width * height > MAX_PIXELS:
                raise _too_large()
            # The fourth byte is full: windows on Wayland have an alpha channel, into which it may be copied.
            pixels = opened.convert("RGB").convert("RGBA").tobytes("raw", "BGRA")
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large() from problem
    except Exception as problem:
        # Decoders fail in every way there is, see `files`.
        raise PictureError(
            say("The {kind} file is damaged.", kind=kind), say("Try again."), detail=str(problem)
        ) from problem
    return ScreenImage(memoryview(pixels), width, height, width * 4, Rect(0, 0, width, height))


def _too_large() -> PictureError:
    return PictureError(
        say("The picture is too large to open."),
        say("Shrink it below {most} megapixels.", most=MAX_PIXELS // 1000000),
    )
