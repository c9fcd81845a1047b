"""Rows on their way out: before they leave they are looked through for what is to be hidden, one after the other."""

from __future__ import annotations

import msgspec


class Leaving(msgspec.Struct, frozen=True):
    """How far the rows are that were taken to be sent together and have not left.

    Args:
        rows: How many.
        ready: How many of them have been looked through; 0 also where that goes too quickly to be told.
    """

    rows: int = 0
    ready: int = 0
