"""Every fault of a service or a network: one sentence, and what had arrived is kept."""

from __future__ import annotations

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from kireji.core import errors
from kireji.core.events import MessageBuilder, PartDelta
from kireji.core.secret import Secret
from tests.integration.providers.conftest import SECRET, Asking, Passing
from tests.service import KEY, Answer, Body, Delivery, Hangup, Replay, Rule, Silence, Status, TestService, Text

MESSAGE = '{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"All at once"}]}'
ERROR = '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'


@asynccontextmanager
async def _always(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that sends these bytes to everyone and closes; yields its address and what it was sent."""
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


def broken(how: str, after: int = 1) -> Text:
    return Text(["One", " two", " three"], delivery=Delivery(break_after=after, break_how=how))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "expected", "sentence"),
    [
        (Body("<html>Please log in</html>"), errors.ProtocolViolation, "A web page came from"),
        (Body("<html>Bad gateway</html>", 502), errors.Overloaded, "Anthropic has a fault at the moment."),
        (Body("<html>Too large</html>", 413), errors.RequestRejected, "too large to send"),
        (Body("<html>Forbidden</html>", 403), errors.ProtocolViolation, "A web page came from"),
        (Body("", 302, headers={"location": "https://login.example"}), errors.ProtocolViolation, "A redirect came"),
        (Body("<html>Not found</html>", 404), errors.ProtocolViolation, "A web page came from"),
        (Body("no such page", 404, "text/plain"), errors.ProtocolViolation, "There is no such service at"),
        (Body(MESSAGE, 200, "application/json"), errors.ProtocolViolation, "in one piece instead of as a stream"),
        (Body(ERROR, 200, "application/json"), errors.Overloaded, "Anthropic is overloaded."),
        (Body("data: nonsense\n\n", 200, "text/event-stream"), errors.ProtocolViolation, "not part of an answer"),
        (Body("", 200, "text/event-stream"), errors.ConnectionFailed, "The answer broke off before its first word."),
        (Status(400, "invalid_request_error", "no"), errors.RequestRejected, "Anthropic refused the question: no"),
        (Status(401, "authentication_error"), errors.AuthenticationFailed, "Anthropic refused the key. Open Settings"),
        (Status(402, "billing_error"), errors.PaymentRequired, "payment problem"),
        (Status(403, "permission_error"), errors.AuthenticationFailed, "does not allow this key"),
        (Status(404, "not_found_error"), errors.ModelUnavailable, "The model claude-haiku-5-5 does not exist"),
        (Status(429, "rate_limit_error"), errors.RateLimited, "Anthropic takes no more requests for now."),
        (Status(500), errors.Overloaded, "Anthropic has a fault at the moment."),
        (Status(529, "overloaded_error"), errors.Overloaded, "Anthropic is overloaded."),
        (Hangup(), errors.ConnectionFailed, "was lost. Check the network and ask again"),
    ],
)
async def test_an_answer_that_is_none_gives_its_sentence(
    asking: Asking, answer: Answer, expected: type[errors.ProviderError], sentence: str
) -> None:
    async with TestService(Rule(answer, times=None)) as service:
        arrived, error = await asking.failure(service.base_url)
    assert type(error) is expected
    assert sentence in error.sentence
    assert error.hint.endswith(".")
    assert arrived == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (broken("cut"), errors.ConnectionFailed),
        (broken("reset"), errors.ConnectionFailed),
        (broken("eof"), errors.ConnectionFailed),
        (broken("error"), errors.Overloaded),
        (Replay("error_mid_stream"), errors.Overloaded),
        (Replay("no_message_stop"), errors.ConnectionFailed),
    ],
)
async def test_what_had_arrived_is_delivered_before_the_error(
    asking: Asking, answer: Answer, expected: type[errors.ProviderError]
) -> None:
    async with TestService(answer) as service:
        arrived, error = await asking.failure(service.base_url)
        assert len(service.requests) == 1, "an answer that had begun is never asked for again"
    assert type(error) is expected
    assert [event.text for event in arrived if isinstance(event, PartDelta)] in (["One"], ["The first half"])


async def test_silence_ends_in_a_timeout_and_is_not_asked_again() -> None:
    asking = Asking(silence=0.1)
    async with TestService(Rule(Silence(), times=None)) as service:
        _, error = await asking.failure(service.base_url)
        assert len(service.requests) == 1
    await asking.http.aclose()
    assert type(error) is errors.ProviderTimeout
    assert "has been silent for" in error.message


async def test_silence_in_the_middle_keeps_what_had_arrived() -> None:
    asking = Asking(silence=0.5)
    async with TestService(broken("silence")) as service:
        arrived, error = await asking.failure(service.base_url)
    await asking.http.aclose()
    assert type(error) is errors.ProviderTimeout
    assert PartDelta(0, "One") in arrived


@pytest.mark.parametrize("status", [408, 409, 429, 500, 529])
async def test_a_passing_fault_is_asked_again_with_the_same_bytes(asking: Asking, status: int) -> None:
    async with TestService(Rule(Status(status), times=2), Text(["Here"])) as service:
        assert (await asking.ask(service.base_url)).text == "Here"
        bodies = {request.raw for request in service.requests}
        assert len(service.requests) == 3
    assert len(bodies) == 1
    assert asking.waits == [0.5, 1.0]


async def test_a_wait_the_service_asks_for_is_kept(asking: Asking) -> None:
    async with TestService(Status(429, headers={"retry-after": "7"}), Text(["Here"])) as service:
        assert (await asking.ask(service.base_url)).text == "Here"
    assert asking.waits == [7.0]


async def test_a_long_wait_is_reported_at_once(asking: Asking) -> None:
    async with TestService(Status(429, "rate_limit_error", headers={"retry-after": "90"})) as service:
        _, error = await asking.failure(service.base_url)
    assert isinstance(error, errors.RateLimited)
    assert (error.retry_after, asking.waits) == (90.0, [])
    assert error.hint == "Ask again in 90 seconds."


async def test_a_spending_limit_is_not_asked_again(asking: Asking) -> None:
    limit = Status(429, "rate_limit_error", details={"error_code": "enforced_spend_limit_reached"})
    async with TestService(Rule(limit, times=None)) as service:
        _, error = await asking.failure(service.base_url)
        assert len(service.requests) == 1
    assert isinstance(error, errors.PaymentRequired)


async def test_a_connection_that_died_is_replaced_at_once(asking: Asking) -> None:
    async with TestService(Text(["One"]), Hangup(), Text(["Two"])) as service:
        assert (await asking.ask(service.base_url)).text == "One"
        assert (await asking.ask(service.base_url)).text == "Two"
        assert service.connections == 2
    assert asking.waits == []


async def test_a_stream_lost_before_its_first_event_is_asked_again(asking: Asking) -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    async with _always(head) as (url, accepted):
        _, error = await asking.failure(url)
    assert type(error) is errors.ConnectionFailed
    assert len(accepted) == 3
    assert asking.waits == [1.0]


@pytest.mark.parametrize("secret", [None, Secret(""), Secret(" \n")])
async def test_without_a_key_nothing_is_sent(asking: Asking, secret: Secret | None) -> None:
    async with TestService() as service:
        _, error = await asking.failure(service.base_url, secret=secret)
        assert service.connections == 0
    assert isinstance(error, errors.AuthenticationFailed)
    assert error.message == "There is no key for Anthropic."


@pytest.mark.parametrize("value", ["sk-ant-\nsecond: header", "sk-ant-\x00", "sk-ant-ключ", "two words"])
async def test_a_key_that_is_none_is_refused_here_and_not_repeated(asking: Asking, value: str) -> None:
    async with TestService() as service:
        _, error = await asking.failure(service.base_url, secret=Secret(value))
        assert service.connections == 0
    assert isinstance(error, errors.AuthenticationFailed)
    assert value not in "".join(traceback.format_exception(error))


async def test_spaces_around_a_pasted_key_do_no_harm(asking: Asking) -> None:
    async with TestService(Status(404, "not_found_error")) as service:
        _, error = await asking.failure(service.base_url, secret=Secret(f" {KEY}\n"))
    assert isinstance(error, errors.ModelUnavailable)


async def test_a_wrong_key_is_refused_by_the_service(asking: Asking) -> None:
    async with TestService() as service:
        _, error = await asking.failure(service.base_url, secret=Secret("sk-ant-wrong"))
        with pytest.raises(errors.AuthenticationFailed):
            await asking.provider.models(Passing(), service.base_url, Secret("sk-ant-wrong"))
    assert isinstance(error, errors.AuthenticationFailed)
    assert error.request_id == "req_0001"


@pytest.mark.parametrize(
    "answer", [Status(400, message=f"bad key {KEY}"), Body(KEY, 403, "text/plain"), Body(f"<html>{KEY}", 502), Hangup()]
)
async def test_no_error_repeats_the_key(asking: Asking, answer: Answer) -> None:
    async with TestService(Rule(answer, times=None)) as service:
        _, error = await asking.failure(service.base_url)
    told = [error.message, error.hint, error.detail, repr(error), *traceback.format_exception(error)]
    assert not [text for text in told if KEY in text]


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of this computer on which nobody listens."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]


async def test_nobody_there_gives_the_way_out(asking: Asking, closed_port: int) -> None:
    _, error = await asking.failure(f"http://127.0.0.1:{closed_port}")
    assert type(error) is errors.ConnectionFailed
    assert error.sentence == (
        f"No connection to 127.0.0.1:{closed_port}: nothing answers at that address. "
        "Check the address in ANTHROPIC_BASE_URL."
    )
    assert asking.waits == [1.0]


async def test_a_name_that_does_not_exist_gives_the_way_out(asking: Asking) -> None:
    _, error = await asking.failure("http://nowhere.invalid")
    assert error.message.startswith("No connection to nowhere.invalid: ")


@pytest.mark.parametrize("address", ["nowhere", "ftp://127.0.0.1", "http://", "https://[::1", "http://127.0.0.1:99999"])
async def test_an_address_that_is_none_gives_a_sentence(asking: Asking, address: str) -> None:
    _, error = await asking.failure(address)
    assert "address" in error.message
    assert error.hint == "Check the address in ANTHROPIC_BASE_URL; it begins with https:// or http://."


async def test_something_that_is_no_web_service_gives_a_sentence(asking: Asking) -> None:
    async with _always(b"SSH-2.0-OpenSSH_9.6\r\n\r\n") as (url, _):
        _, error = await asking.failure(url)
    assert isinstance(error, errors.ProtocolViolation)
    assert "does not answer as a web service" in error.message


@pytest.mark.parametrize(
    "body", ["<html>", '{"data": 5}', '{"data": [{"name": "no id"}]}', '{"type":"error","error":{"type":"api_error"}}']
)
async def test_a_list_of_models_that_is_none_gives_a_sentence(asking: Asking, body: str) -> None:
    kind = "text/html" if body.startswith("<") else "application/json"
    async with TestService(Rule(Body(body, content_type=kind), path="/v1/models", times=None)) as service:
        with pytest.raises(errors.ProviderError) as caught:
            await asking.provider.models(Passing(), service.base_url, SECRET)
    assert caught.value.hint.endswith(".")


async def test_an_error_before_anything_was_said_is_asked_again(asking: Asking) -> None:
    async with TestService(Replay("broken/error_first"), Text(["Here"])) as service:
        assert (await asking.ask(service.base_url)).text == "Here"
        assert len(service.requests) == 2


@pytest.mark.parametrize("name", ["cut_in_event", "eof_after_stop_reason", "eof_in_tool_use", "error_in_tool_use"])
async def test_an_answer_that_breaks_anywhere_is_no_whole_answer(asking: Asking, name: str) -> None:
    async with TestService(Replay(f"broken/{name}")) as service:
        arrived, error = await asking.failure(service.base_url)
        assert len(service.requests) == 1
    assert error.retryable
    builder = MessageBuilder("anthropic")
    for event in arrived:
        builder.feed(event)
    assert builder.snapshot().raw is None
    assert builder.snapshot().calls == ()
