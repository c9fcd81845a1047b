"""What leaves, and the one way to let it."""

from __future__ import annotations

import pytest

from kireji.core.requests import (
    ClearedRequest,
    Delivery,
    ModelRequest,
    OutgoingRequest,
    Purpose,
    Routing,
    Thinking,
    ToolChoice,
    ToolUse,
)


def outgoing(url: str) -> OutgoingRequest:
    return OutgoingRequest("anthropic", "POST", url, {}, b"", "", Purpose.ANSWER)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.anthropic.com/v1/messages", "api.anthropic.com"),
        ("http://127.0.0.1:11434/v1/chat/completions", "127.0.0.1:11434"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("https://models.example", "models.example"),
        ("https://example.com/a?next=https://other.example/", "example.com"),
    ],
)
def test_the_host_is_where_the_bytes_go(url: str, host: str) -> None:
    assert outgoing(url).host == host


def test_a_password_in_an_address_does_not_show_in_the_host() -> None:
    assert outgoing("https://me:secret@models.example:8443/v1").host == "models.example:8443"


def test_nobody_but_the_outbox_clears_a_request() -> None:
    with pytest.raises(TypeError, match="outbox"):
        ClearedRequest(object(), outgoing("https://models.example"), None, 1)


def test_a_question_asks_for_nothing_special_unless_told() -> None:
    request = ModelRequest("m", ())
    assert (request.tools, request.output_schema, request.thinking) == ((), b"", Thinking.DEFAULT)
    assert request.tool_choice == ToolChoice(ToolUse.AUTO, "", parallel=True)


def test_no_service_may_keep_what_it_is_sent_unless_told() -> None:
    assert Routing().data_collection is False


def test_what_is_sent_comes_back_whole_unless_told() -> None:
    assert outgoing("https://models.example").delivery is Delivery.WHOLE
