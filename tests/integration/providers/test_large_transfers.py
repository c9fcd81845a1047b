"""Bodies from files and answers line by line: neither is ever held in memory, and both go over a proxy."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from kireji.core import errors
from kireji.core.requests import BodyFile, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.settings import NetworkSettings
from kireji.providers.anthropic_batches import AnthropicBatches
from kireji.providers.anthropic_models import DEFAULT_MODEL
from kireji.providers.http import HttpClient
from tests.integration.providers.batching import Batching
from tests.integration.providers.conftest import SECRET, Asking
from tests.integration.providers.test_anthropic_batches import rows
from tests.service import KEY, Body, Rule, Status, TestService
from tests.support.cleared import cleared
from tests.support.proxy import Proxy
from tests.support.waiting import until_true

MANY = 100_000
MEGABYTE = 1 << 20
ALLOWED = 40 * MEGABYTE
MADE = b'{"id":"made","type":"message_batch","processing_status":"in_progress","created_at":"2026-11-29T12:00:00Z"}'
LINE = (
    b'{"custom_id":"k-%d","result":{"type":"succeeded","message":{"id":"msg_%d","type":"message","role":"assistant",'
    b'"content":[{"type":"text","text":"' + b"word " * 100 + b'"}],"stop_reason":"end_turn",'
    b'"usage":{"input_tokens":10,"output_tokens":20}}}}\n'
)


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, received: list[int]) -> None:
    """Counts what is posted without keeping it, and writes results without end."""
    while True:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        if head.startswith(b"POST"):
            length = left = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            while left and (data := await reader.read(min(left, 1 << 16))):
                left -= len(data)
            received.append(length - left)
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(MADE))
            writer.write(MADE)
            continue
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-jsonl\r\ntransfer-encoding: chunked\r\n\r\n")
        for start in range(0, MANY if b"/many/" in head else 100, 100):
            data = b"".join(LINE % (number, number) for number in range(start, start + 100))
            writer.write(b"%x\r\n%b\r\n" % (len(data), data))
            await writer.drain()
        writer.write(b"0\r\n\r\n")
    writer.close()


@asynccontextmanager
async def endless() -> AsyncIterator[tuple[str, list[int]]]:
    """Such a server; its address, and how many bytes were posted each time."""
    received: list[int] = []
    server = await asyncio.start_server(lambda reader, writer: _serve(reader, writer, received), "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", received


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
async def test_a_hundred_thousand_rows_and_a_large_body_take_little_memory(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    with file.open("wb") as written:
        written.truncate(200 * MEGABYTE)
    async with endless() as (base_url, received):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.support.large_transfers", base_url, str(file)),
            stdout=asyncio.subprocess.PIPE,
        )
        told = msgspec.json.decode((await process.communicate())[0])
    assert received == [200 * MEGABYTE]
    assert (told["rows"], told["made"]) == (MANY, "made")
    assert told["sending"] < ALLOWED
    assert told["collecting"] < ALLOWED


@pytest.fixture
async def service() -> AsyncIterator[TestService]:
    async with TestService() as service:
        yield service


async def test_a_body_goes_over_a_proxy_as_it_is(service: TestService, tmp_path: Path) -> None:
    port = int(service.base_url.rpartition(":")[2])
    with Proxy(elsewhere={"api.test:80": ("127.0.0.1", port)}) as proxy:
        http = HttpClient(lambda: NetworkSettings(proxy=proxy.url))
        batching = Batching(AnthropicBatches(http), "http://api.test", Secret(KEY), DEFAULT_MODEL, tmp_path)
        made = await batching.submit(rows(50))
        await batching.ended(made.id)
        assert len(await batching.results(made.id)) == 50
        await http.aclose()
        assert any(passed.method == "POST" for passed in proxy.passed)
    assert service.requests[0].raw == (tmp_path / "body.json").read_bytes()


@pytest.mark.parametrize("refuse", [403, 407, 502])
async def test_what_a_proxy_refuses_to_tunnel_was_not_taken(tmp_path: Path, refuse: int) -> None:
    with Proxy(refuse=refuse) as proxy:
        http = HttpClient(lambda: NetworkSettings(proxy=proxy.url))
        batching = Batching(AnthropicBatches(http), "https://api.example.org", Secret(KEY), DEFAULT_MODEL, tmp_path)
        with pytest.raises(errors.ConnectionFailed) as caught:
            await batching.submit(rows(1))
        await http.aclose()
    assert caught.value.not_taken


async def test_a_proxy_that_is_not_there_has_passed_nothing_on(tmp_path: Path) -> None:
    http = HttpClient(lambda: NetworkSettings(proxy="http://127.0.0.1:9"))
    batching = Batching(AnthropicBatches(http), "https://api.example.org", Secret(KEY), DEFAULT_MODEL, tmp_path)
    with pytest.raises(errors.ConnectionFailed) as caught:
        await batching.submit(rows(1))
    await http.aclose()
    assert caught.value.not_taken


async def test_a_body_is_read_anew_for_every_attempt(asking: Asking, service: TestService, tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(b'{"model":"m"}' + b" " * (1 << 20))
    body = BodyFile(str(file), file.stat().st_size, "0" * 64)
    service.enqueue(
        Rule(Status(500), path="/v1/messages", times=2), Rule(Body("{}", 200, "application/json"), path="/v1")
    )
    headers = {"anthropic-version": "2026-10-21", "content-type": "application/json"}
    outgoing = OutgoingRequest(
        "anthropic", "POST", f"{service.base_url}/v1/messages/batches", headers, b"", "m", Purpose.JOB_STATE, file=body
    )
    await asking.http.fetch(cleared(outgoing), SECRET)
    assert [request.raw for request in service.requests] == [file.read_bytes()] * 3


async def test_a_file_that_becomes_shorter_on_the_way_ends_the_request(
    asking: Asking, service: TestService, tmp_path: Path
) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(b" " * (8 << 20))
    body = BodyFile(str(file), file.stat().st_size, "0" * 64)
    headers = {"anthropic-version": "2026-10-21", "content-type": "application/json"}
    url = f"{service.base_url}/v1/messages/batches"
    outgoing = OutgoingRequest("anthropic", "POST", url, headers, b"", "m", Purpose.JOB, file=body)

    async def shorten() -> None:
        await until_true(lambda: service.connections)
        os.truncate(file, 1 << 20)

    async with asyncio.TaskGroup() as group:
        group.create_task(shorten())
        with pytest.raises(errors.ConnectionFailed) as caught:
            await asking.http.fetch(cleared(outgoing), SECRET)
    assert not caught.value.not_taken
    assert service.batches.all == []
