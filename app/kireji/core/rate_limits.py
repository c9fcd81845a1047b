"""How much a service takes for now, as it says with every answer."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Allowance(msgspec.Struct, frozen=True):
    """What is left of one kind until it is full again; it refills all the time.

    Args:
        remaining: Requests or tokens that are taken now; services round tokens.
        limit: Of the whole window; None when it is not said.
        reset: When all of it is there again (UTC); None when it is not said.
    """

    remaining: int
    limit: int | None = None
    reset: datetime | None = None


class RateLimits(msgspec.Struct, frozen=True):
    """What one answer, or refusal, told.

    Args:
        provider: Whose.
        host: Host and port that answered.
        model: Which model was asked; limits are counted for each. Empty where none was.
        status: HTTP status.
        when: The time of the answer (UTC).
        requests: How many requests are left; None when nothing was said.
        tokens: How many tokens of any kind are left.
        input_tokens: How many tokens of questions are left.
        output_tokens: How many tokens of answers are left.
        retry_after: Seconds to wait before the next request; None when nothing was said.
    """

    provider: str
    host: str
    model: str
    status: int
    when: datetime
    requests: Allowance | None = None
    tokens: Allowance | None = None
    input_tokens: Allowance | None = None
    output_tokens: Allowance | None = None
    retry_after: float | None = None

    @property
    def full(self) -> bool:
        """Whether the service took no more: it refused, or nothing of some kind is left."""
        kinds = (self.requests, self.tokens, self.input_tokens, self.output_tokens)
        return self.status in (429, 529) or any(kind is not None and kind.remaining <= 0 for kind in kinds)
