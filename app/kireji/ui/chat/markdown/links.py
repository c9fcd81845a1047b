"""Which links may be opened, and where they really lead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from kireji.ui.chat.markdown.characters import HIDDEN

_LONGEST = 4000
_HOST = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\]")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_UNSAFE = re.compile(r"[\s\\\u0000-\u0020\u007f-\u00a0]")
_PICTURE = re.compile(r"kireji:capture/([0-9a-f]{64})")


def allowed_link(address: str) -> str:
    """The address in the form in which it may be opened; nothing if it may not be.

    Only http, https and mailto; without a user's name, which serves only to look like a host; a letter without the
    headers that would fill it in.
    """
    address = address.strip(" ")
    if len(address) > _LONGEST or not address.isprintable() or _UNSAFE.search(address) or HIDDEN.search(address):
        return ""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme == "mailto":
        mailbox = parts.path
        return f"mailto:{mailbox}" if not parts.netloc and _MAILBOX.fullmatch(mailbox) else ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    ascii_host = _ascii(host)
    if not ascii_host:
        return ""
    place = ascii_host if port is None else f"{ascii_host}:{port}"
    if parts.netloc == place and address.startswith(parts.scheme):
        return address
    return parts._replace(netloc=place).geturl()


def own_picture(address: str) -> str:
    """Which picture of our own store an address means; empty for any other address."""
    match = _PICTURE.fullmatch(address)
    return match[1] if match else ""


class Addresses(NamedTuple):
    """What the addresses in a text may lead to.

    Args:
        link: The address of a link in the form in which it may be opened; empty makes its words plain.
        picture: Which picture an address means that may be shown; empty leaves the words that describe it.
    """

    link: Callable[[str], str]
    picture: Callable[[str], str]


FROM_OUTSIDE = Addresses(allowed_link, own_picture)
"""For what a model or a page wrote."""


def shown_target(address: str, words: str) -> str:
    """Where an allowed link leads, as it is shown behind its words; empty if they are the address itself."""
    parts = urlsplit(address)
    if parts.scheme == "mailto":
        host = target = parts.path
    else:
        host = parts.hostname or ""
        target = readable_host(host)
    # Words that are the address may be shown alone; words that merely contain the host may still lie.
    plain = words.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("mailto:")
    shown = plain.partition("/")[0]
    places = {host.lower(), target.lower()}
    if parts.port is not None:
        places |= {f"{place}:{parts.port}" for place in places}
    return "" if shown in places else target


def readable_host(host: str) -> str:
    """A host in its own script, unless it could be taken for another: then as it is asked for, with `xn--`."""
    if "xn--" not in host:
        return host
    labels = [_decoded(label) for label in host.split(".")]
    top = _scripts(labels[-1] or (labels[-2] if len(labels) > 1 else ""))
    for label in labels:
        scripts = _scripts(label)
        if len(scripts) > 1 or (scripts and scripts != {"LATIN"} and scripts != top) or HIDDEN.search(label):
            return host
    return ".".join(labels) if top != {"LATIN"} else host


def _decoded(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def _scripts(label: str) -> set[str]:
    """The scripts of a label's letters, by the first word of their names; Japanese and Chinese count as one."""
    found = set()
    for character in label:
        if character.isalpha():
            name = unicodedata.name(character, "UNKNOWN").partition(" ")[0]
            found.add("CJK" if name in ("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA") else name)
    return found


def _ascii(host: str) -> str:
    """A host as it is asked for; empty if it is none."""
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return host if _HOST.fullmatch(host) else ""
