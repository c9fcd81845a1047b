"""Whether the data: URL of a picture or a file is what it says."""

from __future__ import annotations

import base64
import binascii
import io
import re
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.service.refusal import Refusal

MOST_BASE64 = 10 * 1024 * 1024
LONGEST_SIDE = 8000
_TYPES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
_DATA = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,([A-Za-z0-9+/]*={0,2})\Z")


def check_picture(url: Any, at: str, *, remote: bool = True) -> None:
    """Refuse a picture that is not one; `remote` allows https addresses, which are not fetched."""
    if not isinstance(url, str):
        raise _wrong(at, "expected a string", "invalid_image")
    if not url.startswith("data:"):
        if not remote:
            raise _wrong(at, "invalid image input", "invalid_image")
        if not re.match(r"https://[^\s/]+/\S*\Z", url):
            raise _wrong(at, "expected a data: URL or an https URL", "invalid_image")
        return
    media_type, data = _decoded(url, at)
    if media_type not in _TYPES:
        raise _wrong(at, f"unsupported image format {media_type}", "unsupported_image_format")
    if len(url) > MOST_BASE64:
        raise _wrong(at, f"image exceeds {MOST_BASE64} bytes", "image_too_large")
    try:
        with Image.open(io.BytesIO(data)) as image:
            real, size = image.format, image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _wrong(at, "could not process image", "invalid_image") from error
    if real != _TYPES[media_type]:
        raise _wrong(at, f"the image is said to be {media_type}, but it is {real}", "invalid_image")
    if max(size) > LONGEST_SIDE:
        raise _wrong(at, f"image dimensions exceed {LONGEST_SIDE} pixels", "image_too_large")


def check_file(data: Any, at: str) -> None:
    """Refuse a file that is neither a PDF in a data: URL nor an https address."""
    if not isinstance(data, str):
        raise _wrong(at, "expected a string")
    if data.startswith("https://"):
        return
    media_type, decoded = _decoded(data, at)
    if media_type != "application/pdf":
        raise _wrong(at, f"unsupported file type {media_type}")
    if not decoded.startswith(b"%PDF-"):
        raise _wrong(at, "could not parse PDF")


def _decoded(url: str, at: str) -> tuple[str, bytes]:
    match = _DATA.match(url)
    if match is None or not match[2]:
        raise _wrong(at, "malformed data: URL, expected data:<media type>;base64,<data>", "invalid_image")
    try:
        return match[1], base64.b64decode(match[2], validate=True)
    except binascii.Error as error:
        raise _wrong(at, "invalid base64 data", "invalid_image") from error


def _wrong(at: str, message: str, error_type: str = "") -> Refusal:
    return Refusal(400, "invalid_request_error", message, {"error_type": error_type} if error_type else None, at)
