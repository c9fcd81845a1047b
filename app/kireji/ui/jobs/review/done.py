"""Decisions that can be taken back."""

from __future__ import annotations

from typing import NamedTuple

from kireji.core.jobs.reviews import Review


class Done(NamedTuple):
    """One of them.

    Args:
        number: Of the row.
        before: What stood there.
        after: What stands there now.
    """

    number: int
    before: Review | None
    after: Review | None
