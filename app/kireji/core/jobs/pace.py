"""How many rows are asked side by side: as many as allowed, fewer when the service refuses, and then more again."""

from __future__ import annotations

from kireji.core.rate_limits import Allowance, RateLimits

_TOGETHER = 1.0
"""Seconds in which several refusals count as one: they tell of the same moment."""
_LONGEST = 300.0
"""Seconds that are waited for a service at once; then it is asked whether it has room again."""


class Pace:
    """Halves what may be under way when the service takes no more, and lets it grow by one for each round of answers.

    Args:
        most: As many as the person allows.
    """

    def __init__(self, most: int) -> None:
        self._most = max(1, most)
        self._allowed = float(self._most)
        self._not_before = 0.0
        self._refused = -_TOGETHER

    @property
    def allowed(self) -> int:
        """How many may be under way."""
        return int(self._allowed)

    def wait(self, now: float) -> float:
        """Seconds until the next row may leave."""
        return max(0.0, self._not_before - now)

    def answered(self) -> None:
        """The service had room."""
        self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)

    def refused(self, now: float, wait: float | None) -> None:
        """The service had none.

        Args:
            now: Seconds of a clock that only goes forward.
            wait: Seconds that it asks for; None when it does not say.
        """
        if now - self._refused >= _TOGETHER:
            self._allowed = max(1.0, self._allowed / 2)
            self._refused = now
        self._not_before = max(self._not_before, now + min(wait if wait is not None else 2.0, _LONGEST))

    def told(self, limits: RateLimits, now: float) -> None:
        """What the service says with an answer of how much it takes.

        Args:
            limits: That.
            now: Seconds of the same clock.
        """
        if limits.status in (429, 529):
            self.refused(now, limits.retry_after)
            return
        for kind in (limits.requests, limits.tokens, limits.input_tokens, limits.output_tokens):
            if kind is not None and kind.remaining <= 0:
                self._not_before = max(self._not_before, now + min(_until(kind, limits), _LONGEST))


def _until(kind: Allowance, limits: RateLimits) -> float:
    """Seconds until there is some of it again: it refills all the time, so half of what fills it wholly."""
    if kind.reset is None:
        return 1.0
    return max(0.0, (kind.reset - limits.when).total_seconds()) / 2
