"""Connections that are kept, left, made again, and led through proxies, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from kireji.core import errors
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.settings import NetworkSettings
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.connection_settings import ConnectionSettings
from kireji.providers.http import BEARER, X_API_KEY, HttpClient
from tests.integration.providers.conftest import SECRET, question
from tests.service import KEY, Body, Delivery, Hangup, Rule, Silence, Status, TestService, Text
from tests.support.cleared import cleared
from tests.support.proxy import Proxy


@dataclass
class Clocks:
    """The wall's clock and the one that stands still while the computer sleeps."""

    wall: float = 0.0
    monotonic: float = 0.0

    def sleep(self, seconds: float) -> None:
        """The lid is closed."""
        self.wall += seconds

    def pass_by(self, seconds: float) -> None:
        self.wall += seconds
        self.monotonic += seconds


@dataclass
class Stand:
    """A client whose clocks and settings belong to the test."""

    clocks: Clocks
    network: NetworkSettings

    def __post_init__(self) -> None:
        self.waits: list[float] = []
        self.system: dict[str, str] = {}
        self.http = HttpClient(
            lambda: self.network,
            system_proxies=lambda: self.system,
            sleep=self._sleep,
            chance=lambda: 0.0,
            now=lambda: datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self.clocks.wall),
            monotonic=lambda: self.clocks.monotonic,
        )

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def look(self, url: str, **more: float) -> None:
        outgoing = OutgoingRequest("anthropic", "HEAD", url, {}, b"", "", Purpose.CONNECTION)
        await self.http.head(cleared(msgspec.structs.replace(outgoing, **more)))

    def asked(self, url: str, **more: float) -> OutgoingRequest:
        return msgspec.structs.replace(AnthropicProvider(self.http).encode(question(), url), **more)

    async def read(self, url: str) -> list[str]:
        """The data of every event of an answer."""
        async with self.http.stream(cleared(self.asked(url)), SECRET, X_API_KEY) as events:
            return [data async for data in events]


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    stand = Stand(Clocks(), NetworkSettings())
    yield stand
    await stand.http.aclose()


async def test_a_look_carries_no_key_and_leaves_a_connection_for_the_question(stand: Stand) -> None:
    async with TestService() as service:
        assert not stand.http.connected(service.base_url)
        await stand.look(service.base_url)
        assert stand.http.connected(f"{service.base_url}/v1/messages")
        await stand.read(service.base_url)
        assert service.connections == 1
        assert KEY not in str(service.requests[0].headers)


async def test_a_look_takes_any_answer_for_a_connection(stand: Stand) -> None:
    async with TestService() as service:
        await stand.look(f"{service.base_url}/nothing/here")


async def test_a_look_at_nobody_is_not_repeated(stand: Stand) -> None:
    with pytest.raises(errors.ConnectionFailed):
        await stand.look("http://127.0.0.1:1")
    assert stand.waits == []


async def test_everything_comes_within_the_time_for_it(stand: Stand) -> None:
    async with TestService(Rule(Silence(), path="/v1/models", times=None)) as service:
        url, headers = f"{service.base_url}/v1/models", {"anthropic-version": "2026-10-21"}
        outgoing = OutgoingRequest("local", "GET", url, headers, b"", "", Purpose.LOCAL_SERVER, total=0.05)
        with pytest.raises(errors.ProviderTimeout, match=r"did not answer within 0\.05 seconds"):
            await stand.http.fetch(cleared(outgoing), SECRET, X_API_KEY)


async def test_after_sleep_kept_connections_are_not_used(stand: Stand) -> None:
    async with TestService() as service:
        await stand.look(service.base_url)
        stand.clocks.sleep(300)
        assert not stand.http.connected(service.base_url)
        assert not stand.http.connected(service.base_url), "asking does not make it true"
        await stand.read(service.base_url)
        assert service.connections == 2
        assert stand.http.connected(service.base_url)


async def test_time_that_only_passes_leaves_connections_alone(stand: Stand) -> None:
    async with TestService() as service:
        await stand.look(service.base_url)
        stand.clocks.pass_by(60)
        await stand.read(service.base_url)
        assert service.connections == 1


async def test_changed_settings_hold_for_the_next_request_while_an_answer_goes_on(stand: Stand) -> None:
    held = Text(["One", " two"], delivery=Delivery(hold_after=1))
    async with TestService(held) as service, TestService() as other:
        with Proxy(elsewhere={"api.test:80": ("127.0.0.1", int(other.base_url.rpartition(":")[2]))}) as proxy:
            async with stand.http.stream(cleared(stand.asked(service.base_url)), SECRET, X_API_KEY) as events:
                iterator = aiter(events)
                await anext(iterator)
                stand.network = NetworkSettings(proxy=proxy.url)
                await stand.http.reconfigure()
                await stand.look("http://api.test")
                service.release()
                rest = [data async for data in iterator]
            assert "message_stop" in rest[-1]
            assert len(proxy.passed) == 1


async def test_a_proxy_gets_the_name_and_password_that_its_address_holds(stand: Stand) -> None:
    async with TestService() as service:
        port = int(service.base_url.rpartition(":")[2])
        with Proxy("me", "pa ss", elsewhere={"api.test:80": ("127.0.0.1", port)}) as proxy:
            stand.network = NetworkSettings(proxy=proxy.url.replace("://", "://me:pa%20ss@"))
            await stand.look("http://api.test")
            assert [item.status for item in proxy.passed] == [200]


@pytest.mark.parametrize("url", ["http://api.test", "https://api.test"])
async def test_a_proxy_that_wants_a_password_is_named_as_what_asks(stand: Stand, url: str) -> None:
    with Proxy("me", "password") as proxy:
        stand.network = NetworkSettings(proxy=proxy.url.replace("://", "://me:hidden@"))
        with pytest.raises(errors.ProviderError, match="The proxy asks for a name and a password") as caught:
            await stand.http.fetch(cleared(stand.asked(url)), SECRET, X_API_KEY)
    assert "hidden" not in "".join(traceback.format_exception(caught.value)) + caught.value.sentence


async def test_a_proxy_that_does_not_answer_is_named_without_its_password(stand: Stand) -> None:
    stand.network = NetworkSettings(proxy="http://me:hidden@127.0.0.1:1")
    with pytest.raises(errors.ConnectionFailed) as caught:
        await stand.look("https://api.test")
    assert caught.value.message == "The proxy 127.0.0.1:1 does not answer."
    assert "hidden" not in "".join(traceback.format_exception(caught.value))


async def test_a_proxy_that_takes_the_call_and_says_nothing_is_not_waited_for_as_long_as_a_model(stand: Stand) -> None:
    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(listen, "127.0.0.1", 0) as silent:
        stand.network = NetworkSettings(proxy=f"http://127.0.0.1:{silent.sockets[0].getsockname()[1]}")
        with pytest.raises(errors.ConnectionFailed, match=r"The proxy .* does not answer"):
            await stand.http.fetch(cleared(stand.asked("https://api.test", connect=0.1, silence=3600.0)), SECRET)


async def test_no_proxy_is_used_when_none_is_wanted(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:1")
    assert ConnectionSettings.find(NetworkSettings(proxy="none")).proxy_for("https://api.test") is None
    assert ConnectionSettings.find(NetworkSettings()).proxy_for("https://api.test") == "http://127.0.0.1:1"
    assert ConnectionSettings.find(NetworkSettings(no_proxy="api.test")).proxy_for("https://api.test") is None


async def test_the_systems_proxy_is_used_except_for_the_systems_and_the_persons_hosts(stand: Stand) -> None:
    async with TestService() as service:
        with Proxy(elsewhere={"api.test:80": ("127.0.0.1", int(service.base_url.rpartition(":")[2]))}) as proxy:
            stand.system = {"http": proxy.url, "no": "one.invalid"}
            stand.network = NetworkSettings(no_proxy="two.invalid")
            await stand.look("http://api.test")
            for host in ("one.invalid", "two.invalid"):
                with pytest.raises(errors.ConnectionFailed):
                    await stand.look(f"http://{host}")
            assert len(proxy.passed) == 1


def test_the_system_is_not_asked_when_the_settings_name_a_way() -> None:
    def asked() -> dict[str, str]:
        raise AssertionError

    for proxy in ("none", "http://proxy.test:3128"):
        ConnectionSettings.find(NetworkSettings(proxy), {}, asked)


def test_others_that_connect_get_the_same_proxy() -> None:
    told = ConnectionSettings.find(NetworkSettings("http://proxy.test:3128", "intra.test"), {}).environment()
    assert told["all_proxy"] == told["ALL_PROXY"] == "http://proxy.test:3128"
    assert told["NO_PROXY"] == told["no_proxy"] == "localhost,127.0.0.0/8,::1,intra.test"


async def test_an_error_as_the_first_event_is_asked_again(stand: Stand) -> None:
    failed = 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"no"}}\n\n'
    async with TestService(Rule(Body(failed, content_type="text/event-stream"), times=2), Text(["Here"])) as service:
        assert "message_stop" in (await stand.read(service.base_url))[-1]
        assert len(service.requests) == 3
    assert stand.waits == [0.5, 1.0]


@pytest.mark.parametrize(
    "beginning",
    [
        '{"type":"message_start","message":{}}',
        '{"type":"ping"}',
        '{"id":"1","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}',
    ],
)
async def test_an_error_after_a_beginning_without_content_is_asked_again(stand: Stand, beginning: str) -> None:
    failed = f'data: {beginning}\n\ndata: {{"type":"error","error":{{"type":"overloaded_error","message":"no"}}}}\n\n'
    async with TestService(Rule(Body(failed, content_type="text/event-stream"), times=1), Text(["Here"])) as service:
        assert "message_stop" in (await stand.read(service.base_url))[-1]
        assert len(service.requests) == 2


@pytest.mark.parametrize("beginning", ["", 'data: {"type":"message_start","message":{}}\n\n', ": waiting\n\n"])
async def test_a_stream_that_ends_before_it_said_anything_is_asked_again(stand: Stand, beginning: str) -> None:
    ended = Rule(Body(beginning, content_type="text/event-stream"), times=1)
    async with TestService(ended, Text(["Here"])) as service:
        assert "message_stop" in (await stand.read(service.base_url))[-1]
        assert len(service.requests) == 2


async def test_a_service_that_never_says_anything_is_said_to(stand: Stand) -> None:
    async with TestService(Rule(Body("", content_type="text/event-stream"), times=None)) as service:
        with pytest.raises(errors.ConnectionFailed, match="before its first word"):
            await stand.read(service.base_url)
        assert len(service.requests) == 3


async def test_an_error_after_content_is_not_asked_again(stand: Stand) -> None:
    said = Text(["Here"], delivery=Delivery(break_after=1, break_how="error"))
    async with TestService(said, Text(["twice"])) as service:
        assert "overloaded_error" in (await stand.read(service.base_url))[-1]
        assert len(service.requests) == 1


async def test_what_came_before_the_first_content_is_given_too(stand: Stand) -> None:
    body = Body('data: {"type":"ping"}\n\ndata: {"second":2}\n\n', content_type="text/event-stream")
    async with TestService(body) as service:
        assert await stand.read(service.base_url) == ['{"type":"ping"}', '{"second":2}']


async def test_an_error_as_the_first_event_that_would_not_pass_is_told_at_once(stand: Stand) -> None:
    failed = 'data: {"id":"1","error":{"code":402,"message":"no credit"},"choices":[]}\n\n'
    async with TestService(Rule(Body(failed, content_type="text/event-stream"), times=None)) as service:
        with pytest.raises(errors.PaymentRequired):
            await stand.read(service.base_url)
        assert len(service.requests) == 1


async def test_an_error_inside_a_good_answer_is_asked_again(stand: Stand) -> None:
    failed = Body('{"error":{"code":502,"message":"no","metadata":{}}}', content_type="application/json")
    async with TestService(Rule(failed, path="/v1/models", times=1)) as service:
        headers = {"anthropic-version": "2026-10-21"}
        url = f"{service.base_url}/v1/models"
        outgoing = OutgoingRequest("anthropic", "GET", url, headers, b"", "", Purpose.MODEL_LIST)
        answer = await stand.http.fetch(cleared(outgoing), SECRET, X_API_KEY)
    assert (answer.status, answer.content_type, stand.waits) == (200, "application/json", [0.5])


async def test_a_byte_order_mark_does_not_hide_the_first_event(stand: Stand) -> None:
    body = Body('\ufeffdata: {"first":1}\n\ndata: {"second":2}\n\n', content_type="text/event-stream")
    async with TestService(body) as service:
        assert await stand.read(service.base_url) == ['{"first":1}', '{"second":2}']


async def test_leaving_an_answer_closes_its_connection(stand: Stand) -> None:
    held = Text(["One", " two"], delivery=Delivery(hold_after=1))
    async with TestService(held) as service:
        async with stand.http.stream(cleared(stand.asked(service.base_url)), SECRET, X_API_KEY) as events:
            await anext(aiter(events))
            assert service.requests[0].disconnected is None
        await service.until(lambda: service.requests[0].disconnected)
        assert not stand.http.connected(service.base_url)


async def test_a_stream_that_stalls_can_be_left(stand: Stand) -> None:
    silent = Text(["One", " two"], delivery=Delivery(hold_after=1))
    async with TestService(silent) as service, asyncio.TaskGroup() as group:
        reading = group.create_task(stand.read(service.base_url))
        await service.until(lambda: service.requests and service.requests[0].held)
        reading.cancel()
        await service.until(lambda: service.requests[0].disconnected)


async def test_no_timer_is_left_behind(stand: Stand) -> None:
    async with TestService(Hangup(), Status(529), Text(["One"])) as service:
        await stand.read(service.base_url)
        await stand.look(service.base_url, total=30.0)
    scheduled = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
    assert [handle for handle in scheduled if not handle.cancelled()] == []


@pytest.mark.parametrize(
    ("provider", "key", "right"),
    [("anthropic", "sk-or-v1-canary", "OpenRouter"), ("openrouter", "sk-ant-canary", "Anthropic")],
)
async def test_a_key_of_another_service_is_not_sent(stand: Stand, provider: str, key: str, right: str) -> None:
    async with TestService() as service:
        outgoing = msgspec.structs.replace(stand.asked(service.base_url), provider=provider)
        with pytest.raises(errors.AuthenticationFailed, match=f"This is a key of {right}, not of") as caught:
            await stand.http.fetch(cleared(outgoing), Secret(key), BEARER)
        assert service.connections == 0
    assert "canary" not in caught.value.sentence + caught.value.detail


async def test_request_ids_are_logged_and_contents_and_keys_are_not(
    stand: Stand, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with TestService(Status(529, message="canary"), Text(["canary"])) as service:
        outgoing = AnthropicProvider(stand.http).encode(question("canary", system="canary"), service.base_url)
        async with stand.http.stream(cleared(outgoing), SECRET, X_API_KEY) as events:
            assert [data async for data in events]
    assert "anthropic, answer: status 529, request req_0001" in caplog.text
    assert "anthropic, answer: status 200, request req_0002" in caplog.text
    assert "canary" not in caplog.text
    assert KEY not in caplog.text
