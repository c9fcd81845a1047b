"""How many questions the service takes in a while, and the headers in which it says so."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tests.service.refusal import Refusal


class RateRule:
    """So many questions at once, and as many more in so many seconds; they come back one by one.

    Args:
        requests: How many.
        seconds: In which time all of them are there again.
        clock: Monotonic seconds.
    """

    def __init__(self, requests: int, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = requests
        self._seconds = seconds
        self._clock = clock
        self._left = float(requests)
        self._seen = clock()
        self.refused = 0

    def take(self) -> None:
        """Take one.

        Raises:
            Refusal: There is none left.
        """
        self._refill()
        if self._left < 1:
            self.refused += 1
            raise Refusal(429, "rate_limit_error", "This request would exceed your rate limit of requests per minute")
        self._left -= 1

    def headers(self, status: int) -> dict[str, str]:
        """What stands in an answer with this status."""
        self._refill()
        full = datetime.now(UTC) + timedelta(seconds=(self._most - self._left) / self._most * self._seconds)
        told = {"limit": str(self._most), "remaining": str(math.floor(self._left)), "reset": _written(full)}
        headers = {f"anthropic-ratelimit-requests-{name}": value for name, value in told.items()}
        for kind in ("tokens", "input-tokens", "output-tokens"):
            many = {"limit": "2000000", "remaining": "1999000", "reset": _written(datetime.now(UTC))}
            headers |= {f"anthropic-ratelimit-{kind}-{name}": value for name, value in many.items()}
        if status == 429:
            headers["retry-after"] = str(max(1, math.ceil((1 - self._left) / self._most * self._seconds)))
        return headers

    def _refill(self) -> None:
        now = self._clock()
        more = (now - self._seen) / self._seconds * self._most
        self._left, self._seen = min(float(self._most), self._left + more), now


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
