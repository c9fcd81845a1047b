"""The places that arguments of tools name, as far as they can be told without looking."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_SCHEMES = ("http", "https")
_USUAL = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_.:-]*[a-z0-9_])?\Z|[0-9a-f:.]+\Z")


def host_of(address: str) -> str:
    """The host that an address of the web leads to, as permissions name it; empty for what is no such address.

    Lower case, names of other alphabets in their ASCII form, with the port where it is not the scheme's own. What
    programs read in different ways (a backslash, a space, a per cent sign in the name) has no host here.
    """
    if any(character in "\\ " or not character.isprintable() for character in address):
        return ""
    try:
        parts = urlsplit(address)
        name, port = (parts.hostname or "").rstrip("."), parts.port
        name = name if ":" in name else name.encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme.lower() not in _SCHEMES or not _HOST.match(name):
        return ""
    name = f"[{name}]" if ":" in name else name
    return name if port is None or port == _USUAL[parts.scheme.lower()] else f"{name}:{port}"
