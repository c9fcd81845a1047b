"""Where an address of the web leads: what is refused before anything is sent, and what it is looked up as.

A public name that leads into the local network is refused; whoever wants a machine nearby writes its address.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import NamedTuple
from urllib.parse import urlsplit

from kireji.core.places import is_near, is_public


class Target(NamedTuple):
    """Where an address leads.

    Args:
        host: In lower case, without its port.
        port: The port; the scheme's own when none is written.
        encrypted: Whether by HTTPS.
    """

    host: str
    port: int
    encrypted: bool


class NoAddress(Exception):
    """It is no address of the web."""


class HasPassword(Exception):
    """It has a name or a password in it."""


def target(url: str) -> Target:
    """Where an address leads.

    Raises:
        NoAddress: Nowhere.
        HasPassword: Such addresses are not fetched.
    """
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip(".").lower(), parts.port
    except ValueError:
        raise NoAddress from None
    if parts.scheme not in ("http", "https") or not host:
        raise NoAddress
    if parts.username is not None or parts.password is not None:
        raise HasPassword
    encrypted = parts.scheme == "https"
    return Target(host, port or (443 if encrypted else 80), encrypted)


async def looked_up(host: str, port: int) -> list[str]:
    """Where a host is; nothing when that is not known here, because then a proxy knows, or the request fails."""
    if as_address(host) is not None:
        return [host]
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ["127.0.0.1"] if host == "localhost" or ("." in host and is_near(host)) else []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def as_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host that is written as a number; None for a name."""
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def all_public(addresses: list[str]) -> bool:
    """Whether none of them leads to this computer or into the local network."""
    found = [as_address(each) for each in addresses]
    return all(each is not None and is_public(each) for each in found)
