"""Picture files from outside: hostile until decoded.

Only four decoders are ever reached, chosen by the first bytes. Whatever a decoder raises becomes a PictureError.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from kireji.core.errors import PictureError
from kireji.core.ports import EncodedPicture
from kireji.core.words import mark, say
from kireji.imaging.codec import MAX_LOSSLESS, MAX_SIDE, shrunk
from kireji.imaging.containers import is_bare

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS = 64 * 1024 * 1024
"""Of a file before it is shrunk: 256 MB decoded. Below the size at which Pillow itself warns of a bomb."""

_MEDIA: Mapping[str, str] = MappingProxyType(
    {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
)
_PLAIN_MODES = frozenset(("RGB", "RGBA", "L", "LA", "P", "1"))
_OTHERS = (
    (0, b"%PDF", "PDF"), (0, b"II*\0", "TIFF"), (0, b"MM\0*", "TIFF"), (0, b"BM", "BMP"), (0, b"\0\0\1\0", "icon"),
    (4, b"ftypavif", "AVIF"), (4, b"ftyp", "HEIC or video"), (0, b"8BPS", "Photoshop"), (0, b"<svg", "SVG"),
    (0, b"<?xml", "XML"), (0, b"<", "HTML or XML"),
)  # fmt: skip
_SAVE_AS = mark("Use a PNG, JPEG, WebP or GIF file.")


def sniff(data: bytes) -> str:
    """PNG, JPEG, WEBP or GIF, by the first bytes.

    Raises:
        PictureError: None of them; the sentence names what it seems to be.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    if not data:
        raise PictureError(say("The file is empty."), say(_SAVE_AS))
    for at, magic, name in _OTHERS:
        if data[at : at + len(magic)] == magic:
            raise PictureError(say("This is a file of another kind ({name}).", name=name), say(_SAVE_AS))
    raise PictureError(say("This is not a picture."), say(_SAVE_AS))


def normalised(data: bytes) -> EncodedPicture | Image.Image:
    """The file as it is when nothing needs to be changed, else its picture as RGB or L, upright, without the rest.

    Raises:
        PictureError: As for `PillowCodec.encode_file`.
    """
    from PIL import Image

    kind = sniff(data)
    try:
        opened = Image.open(io.BytesIO(data), formats=(kind,))
        _check_size(opened)
        small = max(opened.size) <= MAX_SIDE and len(data) <= MAX_LOSSLESS
        if small and opened.mode in _PLAIN_MODES and is_bare(data, kind):
            opened.load()
            if _opaque(opened):
                return EncodedPicture(data, _MEDIA[kind], opened.width, opened.height)
        return _upright(opened)
    except PictureError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as problem:
        raise _too_large("The picture") from problem
    except Exception as problem:
        # Decoders fail in every way there is: OSError, SyntaxError, struct.error, ValueError, zlib.error ...
        raise PictureError(
            say("The {kind} file is damaged.", kind=kind),
            say("Open it in another program and save it anew."),
            detail=str(problem),
        ) from problem


def _check_size(image: Image.Image) -> None:
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(f"The picture of {image.width} x {image.height} pixels")


def _too_large(what: str) -> PictureError:
    return PictureError(
        say("{what} is too large to open.", what=what),
        say("Shrink it below {most} million pixels.", most=MAX_PIXELS // 1000000),
    )


def _opaque(image: Image.Image) -> bool:
    if "transparency" in image.info:
        return False
    if "A" not in image.mode:
        return True
    low, _high = image.getchannel("A").getextrema()
    return bool(low == 255)


def _upright(image: Image.Image) -> Image.Image:
    """First frame, turned as the metadata says, in sRGB, on a background if it had holes, within the limit."""
    from PIL import ImageOps

    # A JPEG can be decoded at a half, a quarter or an eighth: a photograph of 50 megapixels takes 12 of them.
    image.draft(None, (MAX_SIDE, MAX_SIDE))
    image.load()
    profile = image.info.get("icc_profile")
    image = shrunk(_eight_bits(ImageOps.exif_transpose(image)))
    image = _in_srgb(image, profile)
    if image.mode == "RGBA":
        image = image.convert("RGB") if _opaque(image) else _on_background(image)
    image.info = {}  # Pillow would write a comment or a profile that it finds here
    return image


def _eight_bits(image: Image.Image) -> Image.Image:
    """In mode L, RGB, RGBA or CMYK."""
    if image.mode.startswith("I"):
        # Grey of 16 bits: Pillow's own conversion would cut off everything above 255.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if "transparency" in image.info or image.mode in ("LA", "PA", "RGBA"):
        return image.convert("RGBA")
    if image.mode == "1":
        return image.convert("L")
    return image if image.mode in ("L", "RGB", "CMYK") else image.convert("RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    from PIL import ImageCms

    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None  # a profile that cannot be used, or one for other channels, counts as none
        if converted is not None:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def _on_background(image: Image.Image) -> Image.Image:
    """Fill the holes of an RGBA picture with white, or with black where what is drawn is light itself."""
    from PIL import Image, ImageStat

    alpha = image.getchannel("A")
    drawn = ImageStat.Stat(image.convert("L"), mask=alpha.point(lambda value: 255 if value else 0))
    light = drawn.count[0] > 0 and drawn.mean[0] > 170
    background = Image.new("RGB", image.size, (0, 0, 0) if light else (255, 255, 255))
    background.paste(image, mask=alpha)
    return background
