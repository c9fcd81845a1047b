"""Addresses of web pages in what a person writes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_IN_TEXT = re.compile(r"https?://[^\s<>\"'“”«»]+", re.IGNORECASE)
_BEHIND = ".,;:!?)]}>…"
_LONGEST = 2_000
_SHOWN = 48


def page_address(typed: str) -> str:
    """The address of a web page that somebody typed, whole; empty when it is none."""
    text = typed.strip()
    if not text or len(text) > _LONGEST or any(sign.isspace() for sign in text):
        return ""
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    named = "." in host.strip(".") or host == "localhost" or ":" in host
    return text if parts.scheme.lower() in ("http", "https") and named and "@" not in parts.netloc else ""


def addresses_in(text: str, most: int = 3) -> tuple[str, ...]:
    """The first addresses in a text, each once."""
    found = (match.group().rstrip(_BEHIND) for match in _IN_TEXT.finditer(text))
    return tuple(dict.fromkeys(filter(None, map(page_address, found))))[:most]


def short_address(address: str) -> str:
    """An address as people know it: without its scheme, and not without end."""
    words = address.partition("://")[2].rstrip("/").removeprefix("www.")
    return words if len(words) <= _SHOWN else f"{words[: _SHOWN - 1]}…"
