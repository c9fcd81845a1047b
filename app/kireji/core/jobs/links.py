"""Addresses of pictures on the web, as rows name them: which of them a service cannot fetch."""

from __future__ import annotations

from urllib.parse import urlsplit

from kireji.core.places import is_near
from kireji.core.words import say

_ENCRYPTED_ONLY = frozenset({"anthropic"})
_HERE = frozenset({"local"})
"""What runs on this computer or near it fetches from there, too."""


def why_not_fetched(link: str, provider: str) -> str:
    """Why a service cannot fetch a picture; empty when it may be able to.

    Args:
        link: Its address, with http or https.
        provider: Whose service.
    """
    if provider in _HERE:
        return ""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host:
        return say("There is no picture {name}.", name=link[:200])
    if "@" in parts.netloc:
        return say("The address of the picture has a name or a password in it, which no service takes.")
    if is_near(host):
        return say("The picture is on this computer or near it, where no service can fetch it: {host}.", host=host)
    if provider in _ENCRYPTED_ONLY and parts.scheme.lower() != "https":
        return say("This service fetches pictures from https addresses only.")
    return ""
