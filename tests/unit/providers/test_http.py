"""What is added to a request on its way out."""

from __future__ import annotations

from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.providers.http import _sending
from tests.support.cleared import cleared

KEY = "sk-ant-canary-000000"
OUTGOING = OutgoingRequest(
    "anthropic", "POST", "https://example.com/v1", {"X-Api-Key": "no"}, b"{}", "m", Purpose.ANSWER
)


def test_the_key_stands_in_its_header_and_in_no_repr() -> None:
    sending = _sending(cleared(OUTGOING), Secret(f" {KEY}\n"), "x-api-key")
    assert sending.headers() == {"x-api-key": KEY}
    assert KEY not in repr(sending)


def test_without_a_key_there_is_no_header_for_one() -> None:
    assert _sending(cleared(OUTGOING), None, "x-api-key").headers() == {}
