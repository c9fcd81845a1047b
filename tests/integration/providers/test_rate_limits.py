"""What a service takes for now is told after each answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kireji.core.errors import RateLimited
from kireji.core.rate_limits import Allowance, RateLimits
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.providers.rate_headers import rate_limits
from tests.integration.providers.conftest import Asking
from tests.service import RateRule, Rule, Status, TestService, Text

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
OUTGOING = OutgoingRequest("anthropic", "POST", "https://api.anthropic.com/v1/messages", {}, b"", "m", Purpose.ANSWER)


def told(status: int = 200, **headers: str) -> RateLimits | None:
    return rate_limits(status, {name.replace("_", "-"): value for name, value in headers.items()}, OUTGOING, NOW)


async def test_what_is_left_is_told_after_each_answer(asking: Asking) -> None:
    seen: list[RateLimits] = []
    asking.http.rate_limits.subscribe(seen.append)
    async with TestService(rate=RateRule(3, 3600.0)) as service:
        for _ in range(3):
            await asking.ask(service.base_url)
        with pytest.raises(RateLimited):
            await asking.ask(service.base_url)
    left = [limits.requests and limits.requests.remaining for limits in seen]
    assert left[:4] == [2, 1, 0, 0]
    assert [limits.status for limits in seen][:4] == [200, 200, 200, 429]
    assert [limits.full for limits in seen][:4] == [False, False, True, True]
    refused = seen[3]
    assert refused.retry_after is not None
    assert refused.retry_after > 1000
    assert (refused.provider, refused.model) == ("anthropic", "claude-haiku-5-5")
    assert refused.requests is not None
    assert refused.requests.limit == 3
    assert refused.requests.reset is not None
    assert refused.requests.reset > refused.when
    assert refused.input_tokens is not None


async def test_answers_that_say_nothing_are_not_told(asking: Asking) -> None:
    seen: list[RateLimits] = []
    asking.http.rate_limits.subscribe(seen.append)
    async with TestService(Text(["One"]), Rule(Status(529, headers={"retry-after": "0"}))) as service:
        await asking.ask(service.base_url)
        assert seen == []
        await asking.ask(service.base_url)
    assert [limits.status for limits in seen] == [529]
    assert seen[0].full


def test_headers_are_read_as_written() -> None:
    limits = told(
        anthropic_ratelimit_requests_limit="50",
        anthropic_ratelimit_requests_remaining="49",
        anthropic_ratelimit_requests_reset="2026-11-29T12:00:30Z",
        anthropic_ratelimit_tokens_remaining="39000",
        retry_after="7",
    )
    assert limits is not None
    assert limits.requests == Allowance(49, 50, NOW + timedelta(seconds=30))
    assert limits.tokens == Allowance(39_000)
    assert (limits.input_tokens, limits.output_tokens, limits.retry_after) == (None, None, 7)


@pytest.mark.parametrize("value", ["", "-1", "many", "1e9", "9" * 30])
def test_headers_that_say_nothing_count_for_nothing(value: str) -> None:
    limits = told(anthropic_ratelimit_requests_remaining=value, anthropic_ratelimit_tokens_reset=value)
    assert limits is not None
    assert (limits.requests, limits.tokens) == (None, None)


def test_a_refusal_without_headers_is_told_too() -> None:
    limits = told(429)
    assert limits is not None
    assert limits.full
    assert told() is None
