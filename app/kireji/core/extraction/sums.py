"""Checks the arithmetic that a table states."""

from __future__ import annotations

from kireji.core.extraction.sheets import Sheet


def with_sums(sheet: Sheet) -> Sheet:
    """The sheet with what was reckoned."""
    return sheet
