"""Addresses of mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kireji.core.secrets.kinds import Found, Kind

_BEFORE = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]", re.UNICODE)
_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]{0,62}[^\W_])?\.){1,8}[^\W\d_]{2,24}(?![\w@-])")
_SIZES = re.compile(r"\d{1,2}x\.", re.IGNORECASE)
"""icon@2x.png is a picture."""
_LOCAL = 64


def mails(text: str) -> Iterator[Found]:
    """Addresses of mail, but not the account that code hosts give to everyone."""
    at = text.find("@")
    while at >= 0:
        start = at
        while start > 0 and at - start < _LOCAL and _BEFORE.match(text, start - 1):
            start -= 1
        start = _begin(text, start, at)
        domain = _DOMAIN.match(text, at + 1, at + 300)
        if (
            domain is not None
            and start < at
            and not _SIZES.match(domain[0])
            and not _is_host(text, start, domain.end())
        ):
            yield Found(start, domain.end(), Kind.MAIL, "mail address")
        at = text.find("@", at + 1)


def _begin(text: str, start: int, at: int) -> int:
    """Past what may stand in an address but is more often the end of something else."""
    local = text[start:at]
    for sign in ("=", "/", "'", "`", "{", "|", "}"):
        if sign in local:
            start += local.rindex(sign) + 1
            local = text[start:at]
    while start < at and text[start] in ".!#$%&*?^~-":
        start += 1
    return start


def _is_host(text: str, start: int, end: int) -> bool:
    """git@github.com:somebody/something.git, and what stands behind a password in the address of a service."""
    before = text[max(0, start - 120) : start]
    if before.endswith(":") and "://" in before and not any(map(str.isspace, before[before.rindex("://") :])):
        return True
    return text[start:end].startswith("git@") and text[end : end + 1] in (":", "/")
