"""Whether a picture is what it is said to be."""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.service.refusal import invalid, only, text

_TYPES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}\Z")
MOST_BASE64 = 10 * 1024 * 1024
LONGEST_SIDE = 8000
LONGEST_SIDE_OF_MANY = 2000
MANY = 20


def picture_size(source: Any, at: str) -> tuple[int, int]:
    """Width and height of an image block's base64 source, or a refusal."""
    source = only(source, at, set(), {"type", "media_type", "data"})
    if source["type"] != "base64":
        raise invalid(f"{at}.type", "this service takes base64 sources only")
    if source["media_type"] not in _TYPES:
        raise invalid(f"{at}.media_type", "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
    data = text(source["data"], f"{at}.data")
    if len(data) > MOST_BASE64:
        raise invalid(at, f"image exceeds 10 MB maximum: {len(data)} bytes > {MOST_BASE64} bytes")
    if not data or not _BASE64.match(data):
        raise invalid(f"{at}.data", "invalid base64 data")
    try:
        decoded = base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise invalid(f"{at}.data", "invalid base64 data") from error
    return _size(decoded, source["media_type"], at)


def _size(decoded: bytes, media_type: str, at: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(decoded)) as image:
            real, size = image.format, image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise invalid(at, "Could not process image") from error
    if real != _TYPES[media_type]:
        raise invalid(
            at, f"The image was specified using the {media_type} media type, but the image appears to be a {real} image"
        )
    return size


def check_sizes(sizes: list[tuple[str, tuple[int, int]]], most: int) -> None:
    """The limits that hold for all pictures of a request together."""
    if len(sizes) > most:
        raise invalid("messages", f"too many images: {len(sizes)} > {most}")
    limit = LONGEST_SIDE_OF_MANY if len(sizes) > MANY else LONGEST_SIDE
    paths = [at for at, size in sizes if max(size) > limit]
    if paths:
        raise invalid(
            paths[0],
            f"image dimensions exceed max allowed size: {limit} pixels",
            {"error_code": "image_dimensions_too_large", "max_side_length_pixels": limit, "paths": paths},
        )
