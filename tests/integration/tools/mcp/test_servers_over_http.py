"""Servers that are reached over HTTP: real processes, real sockets, every request recorded first."""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest

from kireji.core.errors import KirejiError, StoreError, ToolSourceError
from kireji.core.messages import Message, Role, TextPart
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import SECRETS, Stage
from kireji.core.tools import SourceState
from kireji.providers.connection_settings import ConnectionSettings
from tests.fakes.world import World as Fakes
from tests.integration.tools.mcp.servers import MODERN, Call, World, words
from tests.support.authority import make_authority
from tests.support.cleared import cleared
from tests.support.proxy import Proxy
from tests.support.relay import relay

TOKEN = "Bearer s3cret"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@asynccontextmanager
async def modern(port: int, certificate: str = "") -> AsyncIterator[str]:
    """A server of the official library that wants a token; yields its address."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, str(MODERN), "http", str(port), TOKEN, *([certificate] if certificate else [])),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        for _ in range(1000):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
            else:
                writer.close()
                break
        yield f"http{'s' if certificate else ''}://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        await process.wait()


@pytest.fixture
async def address() -> AsyncIterator[str]:
    async with modern(free_port()) as url:
        yield url


@asynccontextmanager
async def answering(answer: Callable[[bytes], bytes]) -> AsyncIterator[str]:
    """A server that gives each request whatever `answer` makes of its bytes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")), 0)
        await reader.readexactly(length)
        writer.write(answer(head))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"


def response(status: str, *headers: str, body: bytes = b"") -> bytes:
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers)
    return "\r\n".join((*lines, "", "")).encode() + body


async def test_all_stages_and_a_call(world: World, address: str) -> None:
    world.write(one={"type": "http", "url": address, "headers": {"Authorization": TOKEN}})
    steps = await world.sources.test("one")
    assert [step.stage for step in steps if step.passed] == list(Stage)
    assert steps[1].sentence == address
    assert steps[3].sentence == "modern 2.0, protocol 2026-07-28"
    assert words(await world.call("one", "add", first=3)) == "4"
    context = Call()
    await world.call("one", "far", context)
    assert context.said == [("half", 0.5)]


@pytest.mark.parametrize("value", [4111111111111111, "4111111111111111"])
async def test_what_is_hidden_from_the_model_reaches_no_server(world: World, address: str, value: int | str) -> None:
    """A model that was made to send it away has only its placeholder; the tool has the value, and is not let out."""
    outbox = Fakes(redacts=True).services().outbox
    assert outbox.redaction is not None
    asked = ModelRequest("m", (Message(Role.USER, (TextPart("Card 4111111111111111"),)),))
    await outbox.redaction.redact("anthropic", asked, 1)
    world.outbox = outbox.gate
    world.write(one={"type": "http", "url": address, "headers": {"Authorization": TOKEN}})
    assert words(await world.call("one", "add", first=3)) == "4"
    with pytest.raises(KirejiError, match="hidden from the model"):
        await world.call("one", "add", first=value)
    assert not any(b"4111" in outgoing.body for outgoing in world.recorded)


@pytest.mark.parametrize("during", ["call", "listing"])
async def test_why_a_request_was_not_let_out_is_told_though_others_are_answered_meanwhile(
    world: World, address: str, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    """Another request over the same connection is answered between the refusal and the look at what went wrong."""
    from kireji.tools.mcp import http

    handle = http.RecordedTransport.handle_async_request
    answered = []

    async def overtaken(self: http.RecordedTransport, request: httpx2.Request) -> httpx2.Response:
        response = await handle(self, request)
        if response.status_code == http.NO_ANSWER:
            other = httpx2.Request("GET", str(request.url))
            loop = asyncio.get_running_loop()
            answered.append(await loop.create_task(handle(self, other), context=contextvars.Context()))
        return response

    async def gate(outgoing: OutgoingRequest) -> ClearedRequest:
        if refused in outgoing.body:
            raise StoreError("The ledger cannot be written.", "Free some space.")
        return cleared(outgoing)

    refused = b"tools/call" if during == "call" else b"tools/list"
    monkeypatch.setattr(http.RecordedTransport, "handle_async_request", overtaken)
    world.outbox = gate
    world.write(one={"url": address, "headers": {"Authorization": TOKEN}})
    with pytest.raises(ToolSourceError, match="The ledger cannot be written"):
        await world.call("one", "add", first=1)
    assert [response.status_code for response in answered] == [401]


async def test_every_request_is_recorded_before_it_leaves_without_what_is_secret(world: World, address: str) -> None:
    world.keychain.secrets[SecretName(SECRETS, "token")] = Secret(TOKEN)
    headers = {"Authorization": "${keychain:token}", "X-Api-Key": "k3y"}
    world.write(one={"url": f"{address}?key=qu3ry", "headers": headers})
    await world.call("one", "add", first=1)
    assert len(world.recorded) >= 3
    for outgoing in world.recorded:
        assert (outgoing.provider, outgoing.purpose) == ("mcp:one", Purpose.TOOL_SERVER)
        assert outgoing.host == address.split("/")[2]
        assert not {"s3cret", "k3y", "qu3ry"} & set(repr(outgoing).replace("'", " ").replace("=", " ").split())
    assert any(b'"tools/call"' in outgoing.body for outgoing in world.recorded)
    assert "qu3ry" not in repr((await world.source("one")).status())


async def test_what_cannot_be_recorded_does_not_leave(world: World, address: str) -> None:
    world.write(one={"url": address, "headers": {"Authorization": TOKEN}})
    await world.sources.test("one")
    world.gate_failure = StoreError("The ledger cannot be written.", "Free some space.")
    with pytest.raises(ToolSourceError, match="The ledger cannot be written"):
        await world.call("one", "add", first=1)
    world.gate_failure = None
    assert words(await world.call("one", "add", first=1)) == "2"


async def test_a_refused_token_is_told(world: World, address: str) -> None:
    world.write(one={"url": address})
    (*_, last) = await world.sources.test("one")
    assert (last.stage, last.passed) == (Stage.PROTOCOL, False)
    assert "refuses (status 401)" in last.sentence
    assert "headers" in last.hint


async def test_nobody_there_is_told(world: World) -> None:
    world.write(one={"url": f"http://127.0.0.1:{free_port()}/mcp"})
    (*_, last) = await world.sources.test("one")
    assert (last.stage, last.passed) == (Stage.START, False)
    assert "nothing answers there" in last.sentence


async def test_a_server_that_goes_away_and_comes_back(world: World) -> None:
    port = free_port()
    async with modern(port) as address:
        world.write(one={"url": address, "headers": {"Authorization": TOKEN}})
        assert words(await world.call("one", "add", first=1)) == "2"
    with pytest.raises(ToolSourceError, match="nothing answers there"):
        await world.call("one", "add", first=1)
    status = (await world.source("one")).status()
    assert (status.state, "nothing answers there" in status.detail) == (SourceState.FAILED, True)
    async with modern(port):
        assert words(await world.call("one", "add", first=1)) == "2"


async def test_a_call_that_finds_no_answer_leaves_the_others_alone(world: World, address: str) -> None:
    world.write(one={"url": address, "headers": {"Authorization": TOKEN}})
    await world.sources.test("one")
    async with asyncio.TaskGroup() as group:
        slow = group.create_task(world.call("one", "slow", seconds=1))
        await asyncio.sleep(0.3)
        world.gate_failure = StoreError("The ledger cannot be written.")
        with pytest.raises(ToolSourceError):
            await world.call("one", "add", first=1)
        world.gate_failure = None
    assert words(slow.result()) == "slept"


@pytest.mark.parametrize(
    ("answer", "words_of_it"),
    [
        (response("302 Found", "Location: http://127.0.0.1:1/mcp"), "status 302"),
        (response("307 Temporary Redirect", "Location: http://elsewhere.example/mcp"), "status 307"),
        (response("200 OK", "Content-Type: text/html", body=b"<html>"), "does not answer as the protocol wants"),
        (response("200 OK", "Content-Type: application/json", body=b"{"), "does not answer as the protocol wants"),
        (response("500 Oops", body=b"broken"), "status 500"),
        (b"not http at all\r\n\r\n", "does not speak HTTP properly"),
        (response("200 OK", "Content-Encoding: gzip", body=b"\x1f\x8b"), "does not speak HTTP properly"),
        (b"", "does not speak HTTP properly"),
    ],
)
async def test_an_answer_that_is_none(world: World, answer: bytes, words_of_it: str) -> None:
    async with answering(lambda head: answer) as url:
        world.write(one={"url": url})
        (*_, last) = await world.sources.test("one")
        assert not last.passed
        assert words_of_it in last.sentence


async def test_an_answer_without_end_is_given_up(world: World) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
    async with answering(lambda _: head + b" " * (33 << 20)) as url:
        world.write(one={"url": url})
        (*_, last) = await world.sources.test("one")
        assert "sends too much" in last.sentence


async def test_keys_do_not_follow_to_another_host(world: World) -> None:
    heads: list[bytes] = []

    def keep(head: bytes) -> bytes:
        heads.append(head)
        return response("200 OK")

    async with (
        answering(keep) as other,
        answering(lambda _: response("307 Temporary Redirect", f"Location: {other}")) as url,
    ):
        world.write(one={"url": url, "headers": {"Authorization": TOKEN}})
        await world.sources.test("one")
    assert heads == []


async def test_a_private_authority_is_trusted_when_the_settings_name_it(world: World, tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with modern(free_port(), str(authority.chain)) as address:
        world.write(one={"url": address, "headers": {"Authorization": TOKEN}})
        world.connecting = ConnectionSettings()
        (*_, last) = await world.sources.test("one")
        assert (last.stage, last.passed) == (Stage.START, False)
        assert "its certificate is not trusted" in last.sentence
        world.connecting = ConnectionSettings(ca_file=str(authority.certificate))
        assert (await world.sources.test("one"))[-1].passed


async def test_a_file_of_certificates_that_is_not_there_is_told(world: World) -> None:
    world.write(one={"url": "https://127.0.0.1:1/mcp"})
    world.connecting = ConnectionSettings(ca_file="/nowhere.pem")
    (*_, last) = await world.sources.test("one")
    assert "/nowhere.pem" in last.sentence


async def test_the_proxy_of_the_settings_is_used_and_keys_pass_through_it_unseen(world: World, tmp_path: Path) -> None:
    authority = make_authority(tmp_path, names=("tools.test",))
    port = free_port()
    async with modern(port, str(authority.chain)):
        with Proxy(elsewhere={"tools.test:443": ("127.0.0.1", port)}) as proxy:
            world.connecting = ConnectionSettings(
                {"all": f"http://127.0.0.1:{proxy.port}"}, ca_file=str(authority.certificate)
            )
            world.write(one={"url": "https://tools.test/mcp", "headers": {"Authorization": TOKEN}})
            assert words(await world.call("one", "add", first=1)) == "2"
            assert {(passed.method, passed.target) for passed in proxy.passed} == {("CONNECT", "tools.test:443")}
            assert TOKEN not in repr(proxy.passed)


@pytest.mark.parametrize("url", ["http://host:99999/mcp", "http://[::1/mcp", "http://host\u0000/mcp"])
async def test_an_address_that_is_none(world: World, url: str) -> None:
    world.write(one={"url": url})
    (*_, last) = await world.sources.test("one")
    assert not last.passed
    assert "cannot be sent as it stands" in last.sentence


async def test_a_header_that_is_none(world: World, address: str) -> None:
    world.write(one={"url": address, "headers": {"Authorization": "a\nb"}})
    (*_, last) = await world.sources.test("one")
    assert not last.passed


async def test_what_is_recorded_is_what_goes_over_the_wire(world: World, address: str) -> None:
    async with relay(int(address.split(":")[2].split("/")[0])) as between:
        world.write(one={"url": f"http://127.0.0.1:{between.port}/mcp", "headers": {"Authorization": TOKEN}})
        await world.sources.test("one")
        assert words(await world.call("one", "add", first=3)) == "4"
        wired = between.requests
    recorded = Counter((one.method, hashlib.sha256(one.body).hexdigest()) for one in world.recorded)
    assert recorded == Counter((one.method, hashlib.sha256(one.body).hexdigest()) for one in wired)
    assert any(b'"tools/call"' in one.body for one in wired)
