"""What is added to a request on its way out."""

from __future__ import annotations

from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.providers.sending import BEARER, X_API_KEY, sending
from tests.support.cleared import cleared

KEY = "sk-ant-canary-000000"
OUTGOING = OutgoingRequest(
    "anthropic", "POST", "https://example.com/v1", {"X-Api-Key": "no"}, b"{}", "m", Purpose.ANSWER
)


def test_the_key_stands_in_its_header_and_in_no_repr() -> None:
    made = sending(cleared(OUTGOING), Secret(f" {KEY}\n"), X_API_KEY)
    assert made.headers() == {"x-api-key": KEY}
    assert KEY not in repr(made)


def test_without_a_key_there_is_no_header_for_one() -> None:
    assert sending(cleared(OUTGOING), None, X_API_KEY).headers() == {}


def test_the_key_may_stand_as_a_bearer() -> None:
    assert sending(cleared(OUTGOING), Secret(KEY), BEARER).headers()["authorization"] == f"Bearer {KEY}"
