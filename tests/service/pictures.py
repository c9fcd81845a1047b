"""Whether a picture is what it is said to be."""

from __future__ import annotations

import io
import math
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.service.documents import check_address, check_file, decoded
from tests.service.models import Model
from tests.service.refusal import invalid, only, text

_TYPES = {"image/png": "PNG", "image/jpeg": "JPEG", "image/gif": "GIF", "image/webp": "WEBP"}
MOST_BASE64 = 10 * 1024 * 1024
LONGEST_SIDE = 8000
LONGEST_SIDE_OF_MANY = 2000
MANY = 20


def picture_size(source: Any, at: str) -> tuple[int, int]:
    """Width and height of an image block's source, or a refusal; nothing is known of those that are elsewhere."""
    kind = source.get("type") if isinstance(source, dict) else None
    match kind:
        case "url":
            check_address(source, at)
            return 0, 0
        case "file":
            check_file(source, at)
            return 0, 0
        case "base64":
            return _inline(only(source, at, set(), {"type", "media_type", "data"}), at)
    raise invalid(at, f"Input tag '{kind}' found using 'type' does not match any of the expected tags")


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


def check_transformations(block: dict[str, Any], size: tuple[int, int], model: Model, at: str) -> None:
    """Refuse a picture that would be made smaller where that is not wanted."""
    wanted = only(block.get("transformations") or {}, f"{at}.transformations", {"oversized_image"}, set())
    what = wanted.get("oversized_image", "downsize")
    if what not in ("downsize", "error"):
        raise invalid(f"{at}.transformations.oversized_image", "Input should be 'downsize' or 'error'")
    side, tokens = (2576, 4784) if model.high_resolution else (1568, 1568)
    needed = math.ceil(size[0] / 28) * math.ceil(size[1] / 28)
    if what == "error" and (max(size) > side or needed > tokens):
        raise invalid(at, f"image is larger than the model sees: {size[0]}x{size[1]}")


def _inline(source: dict[str, Any], at: str) -> tuple[int, int]:
    if source["media_type"] not in _TYPES:
        raise invalid(f"{at}.media_type", "Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'")
    data = text(source["data"], f"{at}.data")
    if len(data) > MOST_BASE64:
        raise invalid(at, f"image exceeds 10 MB maximum: {len(data)} bytes > {MOST_BASE64} bytes")
    return _size(decoded(data, f"{at}.data"), source["media_type"], at)


def _size(data: bytes, media_type: str, at: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            real, size = image.format, image.size
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise invalid(at, "Could not process image") from error
    if real != _TYPES[media_type]:
        raise invalid(
            at, f"The image was specified using the {media_type} media type, but the image appears to be a {real} image"
        )
    return size
