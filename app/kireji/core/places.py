"""The places that arguments of tools name, as far as they can be told without looking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

_SCHEMES = ("http", "https")
_USUAL = {"http": 80, "https": 443}
_NEARBY = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localhost")
_TWO_WAYS = "\u00df\u03c2"
"""Letters that the older rules for names replace and the newer keep (IDNA 2003 and 2008), so they lead to two hosts."""
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
        if any(letter in _TWO_WAYS for letter in name):
            return ""
        name = name if ":" in name else name.encode("idna").decode("ascii").lower()
    except (ValueError, UnicodeError):
        return ""
    if parts.scheme.lower() not in _SCHEMES or not _HOST.match(name):
        return ""
    name = f"[{name}]" if ":" in name else name
    return name if port is None or port == _USUAL[parts.scheme.lower()] else f"{name}:{port}"


def is_near(host: str) -> bool:
    """Whether a host says by itself that it is this computer or one nearby: an address of theirs, or such a name.

    Args:
        host: As `host_of` gives it, or without a port.
    """
    import ipaddress

    name = host.rpartition(":")[0] if re.search(r"(?<!:):\d+\Z", host) and not host.endswith("]") else host
    name = name.strip("[]").partition("%")[0].rstrip(".").lower()
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return "." not in name or name.endswith(_NEARBY)
    return not is_public(address)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the internet, and not of this computer, a local network or many receivers."""
    import ipaddress

    if isinstance(address, ipaddress.IPv6Address):
        if address in ipaddress.ip_network("64:ff9b::/96"):  # translated to IPv4 on its way (RFC 6052)
            address = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        elif address in ipaddress.ip_network("::/96"):  # an IPv4 address written as another one (RFC 4291, 2.5.5.1)
            address = ipaddress.IPv4Address(int(address))
        else:
            address = address.ipv4_mapped or address.sixtofour or address
    return address.is_global and not address.is_multicast
