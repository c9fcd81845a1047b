"""What links and pictures of a help page lead to: other pages, the web, and pictures that travel with the program."""

from __future__ import annotations

import re
from typing import NamedTuple

from kireji.ui.chat.markdown.links import Addresses, allowed_link

_LINK = re.compile(r"(?:([a-z0-9-]+)\.md)?(?:#([\w-]+))?")
_PICTURE = re.compile(r"pictures/[a-z0-9-]+\.png")
_OURS = "kireji:help/"


class Target(NamedTuple):
    """A place in the help.

    Args:
        page: Its name; empty for the page that is shown.
        anchor: A heading of it; empty for its beginning.
    """

    page: str
    anchor: str = ""


def target_of(address: str) -> Target | None:
    """The place in the help that an address means; None for any other address."""
    if not address.startswith(_OURS):
        return None
    page, _, anchor = address.removeprefix(_OURS).partition("#")
    return Target(page, anchor)


def _link(address: str) -> str:
    match = _LINK.fullmatch(address)
    if match is None or not address:
        return allowed_link(address)
    return f"{_OURS}{match[1] or ''}" + (f"#{match[2]}" if match[2] else "")


def _picture(address: str) -> str:
    return address if _PICTURE.fullmatch(address) else ""


OF_HELP = Addresses(_link, _picture)
"""For the pages that travel with the program, and for nothing else."""
