"""When a server that has failed may be started again. Pure."""

from __future__ import annotations

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
MOST_FAILURES = 6
"""In a row; then it is left alone until the person or a long time says otherwise."""
REST_SECONDS = 600.0
STEADY_SECONDS = 60.0
"""So long a server has to live before its earlier failures are forgotten."""


class Restarts:
    """The first time it is started again at once; then each wait is twice as long as the one before, up to a minute.

    After six failures in a row nothing is tried for ten minutes; then once, and so on.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._since = 0.0
        self._started: float | None = None

    @property
    def failures(self) -> int:
        """In a row."""
        return self._failures

    @property
    def resting(self) -> bool:
        """Whether it has failed so often that it is left alone for a long time."""
        return self._failures >= MOST_FAILURES

    def wait(self, now: float) -> float:
        """Seconds until it may be started; 0 when it may be started now.

        Args:
            now: Seconds of a clock that never goes back.
        """
        if not self._failures:
            return 0.0
        return max(0.0, self._since + self._pause() - now)

    def started(self, now: float) -> None:
        """It works now."""
        self._started = now

    def failed(self, now: float) -> None:
        """It could not be started, or has died."""
        if self._started is not None and now - self._started >= STEADY_SECONDS:
            self._failures = 0
        self._started = None
        self._failures += 1
        self._since = now

    def forget(self) -> None:
        """Start anew: the person has asked for it, or it was changed."""
        self._failures, self._started = 0, None

    def _pause(self) -> float:
        if self.resting:
            return REST_SECONDS
        return 0.0 if self._failures == 1 else min(LONGEST_WAIT, FIRST_WAIT * 2 ** (self._failures - 2))
