"""Whether a document is what it is said to be."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from tests.service.refusal import invalid, only, text

_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_FILE = re.compile(r"file_[A-Za-z0-9]+\Z")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}\Z")


def decoded(data: Any, at: str) -> bytes:
    """Base64 as it must be: without an address before it and without line breaks."""
    data = text(data, at)
    if not data or not _BASE64.match(data):
        raise invalid(at, "invalid base64 data")
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise invalid(at, "invalid base64 data") from error


def check_address(source: dict[str, Any], at: str) -> None:
    """A source of type url."""
    only(source, at, set(), {"type", "url"})
    if not text(source["url"], f"{at}.url").startswith("https://"):
        raise invalid(f"{at}.url", "Only HTTPS URLs are supported.")


def check_file(source: dict[str, Any], at: str) -> None:
    """A source of type file."""
    only(source, at, set(), {"type", "file_id"})
    if not _FILE.match(text(source["file_id"], f"{at}.file_id")):
        raise invalid(f"{at}.file_id", "Invalid file id")


def check_pdf(source: dict[str, Any], at: str) -> int:
    """The number of pages of a PDF in base64, or a refusal."""
    only(source, at, set(), {"type", "media_type", "data"})
    if source["media_type"] != "application/pdf":
        raise invalid(f"{at}.media_type", "Input should be 'application/pdf'")
    data = decoded(source["data"], f"{at}.data")
    if not data.startswith(b"%PDF-"):
        raise invalid(f"{at}.data", "The PDF specified was not valid.")
    if b"/Encrypt" in data:
        raise invalid(f"{at}.data", "The PDF specified is password protected.")
    return max(1, len(_PAGE.findall(data)))


def check_plain(source: dict[str, Any], at: str) -> None:
    """A source of type text."""
    only(source, at, set(), {"type", "media_type", "data"})
    if source["media_type"] != "text/plain":
        raise invalid(f"{at}.media_type", "Input should be 'text/plain'")
    if not text(source["data"], f"{at}.data").strip():
        raise invalid(f"{at}.data", "document text must contain non-whitespace text")
