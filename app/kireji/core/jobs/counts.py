"""How many rows of a job are where."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct, frozen=True):
    """How many rows of a job are in which state.

    Args:
        pending: Wait to be sent.
        invalid: Were refused when they were read.
        same: Share the result of another row.
        taken: Are with the service or on their way.
        uncertain: Were sent, and nobody knows what became of them.
        succeeded: Have an answer.
        errored: Were refused.
        expired: Were not answered in time, or their results were not fetched in time.
        canceled: Were called back.
        reused: Of those that succeeded, how many have an earlier job's result.
    """

    pending: int = 0
    invalid: int = 0
    same: int = 0
    taken: int = 0
    uncertain: int = 0
    succeeded: int = 0
    errored: int = 0
    expired: int = 0
    canceled: int = 0
    reused: int = 0

    @property
    def lines(self) -> int:
        """Everything that was read."""
        return self.distinct + self.invalid + self.same

    @property
    def distinct(self) -> int:
        """Rows that are asked or were asked."""
        return self.pending + self.taken + self.uncertain + self.ended

    @property
    def ended(self) -> int:
        """Rows whose end is known."""
        return self.succeeded + self.failed

    @property
    def failed(self) -> int:
        """Rows that a retry takes up."""
        return self.errored + self.expired + self.canceled


class Leaving(msgspec.Struct, frozen=True):
    """How far the rows are that were taken to be sent together and have not left: each is looked through first.

    Args:
        rows: How many.
        ready: How many of them have been looked through; 0 also where that goes too quickly to be told.
    """

    rows: int = 0
    ready: int = 0
