"""Pictures into the form in which they are stored and sent.

PNG at its quickest level: on screens with text it is as small and as quick as lossless WebP, and every program reads
it. `files` decodes what comes from outside; here are the limits and the encoding that both ways share.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kireji.core.changes import SIGNATURE_SIDE
from kireji.core.errors import RegionInvalid
from kireji.core.geometry import Rect, ScreenImage
from kireji.core.ports import EncodedPicture
from kireji.core.words import say

if TYPE_CHECKING:
    from PIL import Image

MAX_SIDE = 2000
"""Pixels; services refuse or shrink larger pictures themselves, and not as well."""
MAX_LOSSLESS = 3 * 1024 * 1024
"""Bytes of a PNG above which JPEG is used."""
JPEG_QUALITY = 90


class PillowCodec:
    """Cuts, shrinks and encodes with Pillow. Holds nothing; may be used from any thread."""

    def encode_region(self, screen: ScreenImage, rect: Rect) -> EncodedPicture:
        """Cut `rect` out of a frozen screen; what lies outside the screen is left out.

        Args:
            screen: Its frame is read in place; only the region's own pixels are copied.
            rect: In the frame's pixels.

        Raises:
            RegionInvalid: Nothing of the screen is in it.
        """
        inside = rect.intersection(Rect(0, 0, screen.width, screen.height))
        if rect.empty or inside.empty:
            raise RegionInvalid(
                say("The region {rect} has nothing of the screen in it.", rect=rect),
                say("Choose one within {width} x {height} pixels.", width=screen.width, height=screen.height),
            )
        return encode(cut(screen, inside))

    def encode_file(self, data: bytes) -> EncodedPicture:
        """Bring the bytes of a picture file into the same limits.

        A file that needs no change keeps its bytes. Otherwise the first frame is turned upright, brought to sRGB
        without transparency, shrunk, and encoded anew, without metadata.

        Args:
            data: PNG, JPEG, WebP or GIF; told by its content, never by a name.

        Raises:
            PictureError: Another kind of file, damaged, or too large to open.
        """
        from kireji.imaging.files import normalised

        kept = normalised(data)
        return kept if isinstance(kept, EncodedPicture) else encode(kept)

    def covered(self, data: bytes, rects: Sequence[Rect]) -> EncodedPicture:
        """A picture that `encode_file` gave, with boxes painted black.

        Raises:
            PictureError: It is damaged, or was not given by `encode_file`.
        """
        from kireji.imaging.covering import covered

        return covered(data, rects)

    def signature(self, screen: ScreenImage, rect: Rect) -> bytes:
        """A small grey picture of a region, averaged, for `core.changes.difference`.

        Raises:
            RegionInvalid: Nothing of the screen is in it.
        """
        from PIL import Image

        inside = rect.intersection(Rect(0, 0, screen.width, screen.height))
        if inside.empty:
            raise RegionInvalid(
                say("The region {rect} has nothing of the screen in it.", rect=rect), say("Choose another.")
            )
        size = (SIGNATURE_SIDE, SIGNATURE_SIDE)
        return cut(screen, inside).convert("L").resize(size, Image.Resampling.BOX).tobytes()


def cut(screen: ScreenImage, rect: Rect) -> Image.Image:
    """The region's pixels as RGB; `rect` must lie within the screen."""
    from PIL import Image

    start = rect.y * screen.stride + rect.x * 4
    end = start + (rect.height - 1) * screen.stride + rect.width * 4
    size = (rect.width, rect.height)
    pixels = screen.pixels[start:end]
    return Image.frombuffer("RGB", size, pixels, "raw", "BGRX", screen.stride, 1)  # type: ignore[arg-type] # any buffer


def encode(image: Image.Image) -> EncodedPicture:
    """Shrink an RGB or grey picture to the limit and encode it; never enlarges.

    Args:
        image: In mode RGB or L.
    """
    image = shrunk(image)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    if buffer.tell() <= MAX_LOSSLESS:
        return EncodedPicture(buffer.getvalue(), "image/png", image.width, image.height)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY, subsampling="4:4:4")
    return EncodedPicture(buffer.getvalue(), "image/jpeg", image.width, image.height)


def shrunk(image: Image.Image) -> Image.Image:
    """The picture with its long side at the limit, or itself when it is within."""
    from PIL import Image

    longest = max(image.size)
    if longest <= MAX_SIDE:
        return image
    width, height = (max(1, round(side * MAX_SIDE / longest)) for side in image.size)
    # Hamming keeps letters as sharp as bicubic does when shrinking, in two thirds of the time.
    return image.resize((width, height), Image.Resampling.HAMMING)
