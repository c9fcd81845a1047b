"""Pages for tools, over real sockets."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from kireji.core import errors
from kireji.core.ledger import target_of
from kireji.core.requests import Purpose
from kireji.core.settings import NetworkSettings
from kireji.core.tool_ports import FetchedPage
from kireji.providers import pages
from kireji.providers.http import HttpClient
from kireji.providers.pages import LARGEST, PageFetcher
from kireji.services.outbox import Outbox
from tests.fakes.stores import MemoryLedger
from tests.integration.providers.conftest import Passing
from tests.support.authority import make_authority
from tests.support.proxy import Proxy

Handler = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@pytest.fixture
async def web() -> AsyncIterator[PageFetcher]:
    http = HttpClient()
    yield PageFetcher(http)
    await http.aclose()


class Site:
    """A server that says what a test writes.

    Attributes:
        heads: What was received, one text for each request.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.heads: list[str] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            await self._handler(head.split(" ")[1], writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def site(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncIterator[Site]:
    made = Site(handler)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def saying(body: bytes, *headers: str, status: str = "200 OK") -> Handler:
    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
        writer.write("\r\n".join(lines).encode() + body)

    return handler


async def fetched(web: PageFetcher, url: str, *, near: bool = True, anywhere: bool = False) -> FetchedPage:
    return await web.fetch(Passing(), url, near=near, anywhere=anywhere)


async def refused(web: PageFetcher, url: str, *, near: bool = True, anywhere: bool = False) -> errors.ProviderError:
    with pytest.raises(errors.ProviderError) as caught:
        await web.fetch(Passing(), url, near=near, anywhere=anywhere)
    return caught.value


async def test_a_page_comes_with_its_kind_and_character_set(web: PageFetcher) -> None:
    async with site(saying(b"<p>x", 'Content-Type: Text/HTML; charset="ISO-8859-1"')) as one:
        page = await fetched(web, f"{one.url}/a#part")
    assert page == FetchedPage(f"{one.url}/a", 200, "text/html", b"<p>x", "ISO-8859-1")


async def test_neither_cookies_nor_keys_are_sent_and_every_request_is_recorded(web: PageFetcher) -> None:
    gate = Passing()
    async with site(saying(b"x", "Set-Cookie: a=b")) as one:
        for _ in range(2):
            await web.fetch(gate, one.url, near=True, anywhere=False)
    names = {line.partition(":")[0].lower() for head in one.heads for line in head.split("\r\n")[1:] if line}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}
    assert [(each.purpose, each.method, each.url) for each in gate.passed] == [(Purpose.PAGE, "GET", one.url)] * 2


async def test_what_is_packed_is_unpacked(web: PageFetcher) -> None:
    async with site(saying(gzip.compress(b"word " * 100), "Content-Encoding: gzip")) as one:
        assert (await fetched(web, one.url)).body == b"word " * 100


async def test_an_error_is_an_answer(web: PageFetcher) -> None:
    async with site(saying(b"gone", "Content-Type: text/plain", status="404 Not Found")) as one:
        page = await fetched(web, one.url)
    assert (page.status, page.body) == (404, b"gone")
    assert len(one.heads) == 1


async def test_a_server_that_is_overloaded_is_not_asked_again(web: PageFetcher) -> None:
    async with site(saying(b"", "Retry-After: 60", status="503 Busy")) as one:
        assert (await fetched(web, one.url)).status == 503
    assert len(one.heads) == 1


async def test_a_redirect_on_the_same_host_is_followed_and_recorded(web: PageFetcher) -> None:
    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        if path == "/b":
            await saying(b"there")(path, writer)
        else:
            await saying(b"", "Location: /b", status="302 Found")(path, writer)

    gate = Passing()
    async with site(handler) as one:
        page = await web.fetch(gate, f"{one.url}/a", near=True, anywhere=False)
    assert (page.url, page.body) == (f"{one.url}/b", b"there")
    assert [each.url for each in gate.passed] == [f"{one.url}/a", f"{one.url}/b"]


@pytest.mark.parametrize(
    "target",
    ["https://example.org/x", "http://localhost:{port}/", "http://127.0.0.1:1/", "http://169.254.169.254/latest"],
)
async def test_a_redirect_to_another_host_is_told_and_not_followed(web: PageFetcher, target: str) -> None:
    where = ""

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        await saying(b"", f"Location: {where}", status="301 Moved")(path, writer)

    async with site(handler) as one:
        where = target.format(port=one.port)
        page = await fetched(web, one.url)
    assert (page.location, page.body) == (where, b"")
    assert len(one.heads) == 1


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "javascript:alert(1)", "http://[::1", "//user:pass@127.0.0.1:9/"]
)
async def test_a_redirect_away_from_the_web_leads_nowhere(web: PageFetcher, target: str) -> None:
    async with site(saying(b"", f"Location: {target}", status="302 Found")) as one:
        try:
            page = await fetched(web, one.url)
        except errors.RequestRejected:
            return
    assert page.body == b""


async def test_a_circle_ends(web: PageFetcher) -> None:
    async with site(saying(b"", "Location: /again", status="302 Found")) as one:
        assert "without end" in (await refused(web, one.url)).message
    assert len(one.heads) == 6


async def test_a_stream_of_300_mb_is_left(web: PageFetcher) -> None:
    sent = 0

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
        for _ in range(300):
            writer.write(b"x" * 1_000_000)
            await writer.drain()
            sent += 1

    async with site(handler) as one:
        error = await refused(web, one.url)
    assert type(error) is errors.RequestRejected
    assert "larger than 20 MB" in error.message
    assert sent < 100


async def test_what_unpacks_without_end_is_left(web: PageFetcher) -> None:
    async with site(saying(gzip.compress(b"\0" * (LARGEST + 50_000_000), 9), "Content-Encoding: gzip")) as one:
        assert "larger than 20 MB" in (await refused(web, one.url)).message


async def test_a_page_that_drips_is_left_in_the_end(web: PageFetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_SECONDS", 0.3)

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with site(handler) as one:
        assert type(await refused(web, one.url)) is errors.ProviderTimeout


async def test_a_fetch_can_be_given_up(web: PageFetcher) -> None:
    arrived = asyncio.Event()

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        arrived.set()
        await asyncio.sleep(60)

    async with site(handler) as one:
        task = asyncio.get_running_loop().create_task(fetched(web, one.url))
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        arrived.clear()


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://10.0.0.1/", "http://169.254.169.254/",
     "http://printer.local/", "http://router/", "http://0.0.0.0:1/", "http://[::ffff:127.0.0.1]:1/", "http://2130706433/",
     "http://[64:ff9b::7f00:1]/"],
)  # fmt: skip
async def test_machines_nearby_are_asked_only_when_that_was_allowed(web: PageFetcher, url: str) -> None:
    assert "into the local network" in (await refused(web, url, near=False)).message


@pytest.mark.parametrize("url", ["http://0x7f.0.0.1:1/", "http://127.1:1/", "http://0177.0.0.1:1/"])
async def test_a_name_that_hides_where_it_leads_takes_more_than_that(web: PageFetcher, url: str) -> None:
    assert "into the local network" in (await refused(web, url, near=True)).message


@pytest.mark.parametrize(
    "url",
    ["", "page.html", "ftp://example.org/", "file:///etc/passwd", "http://", "http://a b/", "http://a\\@b/", "http://me:pw@a.org/",
     "http://example.org%2f@127.0.0.1/", "http://exa\u0000mple.org/", "http://example.org:99999/"],
)  # fmt: skip
async def test_what_is_no_plain_address_is_not_fetched(web: PageFetcher, url: str) -> None:
    error = await refused(web, url, anywhere=True)
    assert isinstance(error, errors.RequestRejected | errors.ConnectionFailed)
    assert "pw" not in error.sentence + error.detail


async def leads(monkeypatch: pytest.MonkeyPatch, *places: str) -> list[str]:
    """Let every name lead to these places; the list tells who was looked up."""
    asked: list[str] = []

    async def looked_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return list(places)

    monkeypatch.setattr(pages, "looked_up", looked_up)
    return asked


async def test_a_public_name_that_leads_into_the_local_network_is_refused(
    web: PageFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leads(monkeypatch, "93.184.216.34", "127.0.0.1")
    error = await refused(web, "http://pages.test/", near=True)
    assert "pages.test leads into the local network" in error.message
    assert "settings" in error.hint


async def test_the_connection_goes_to_what_was_looked_up_under_the_name_that_was_asked_for(
    web: PageFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name itself leads nowhere on this machine, so nobody has looked it up a second time."""
    asked = await leads(monkeypatch, "127.0.0.1")
    async with site(saying(b"x")) as one:
        page = await fetched(web, f"http://pages.test:{one.port}/a", anywhere=True)
    assert page.body == b"x"
    assert f"\r\nHost: pages.test:{one.port}\r\n" in one.heads[0].replace("host:", "Host:")
    assert asked == ["pages.test"]


async def test_the_next_place_of_a_name_is_tried_where_the_first_is_not_reached(
    web: PageFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leads(monkeypatch, "127.0.0.9", "127.0.0.1")
    async with site(saying(b"x")) as one:
        assert (await fetched(web, f"http://pages.test:{one.port}/", anywhere=True)).body == b"x"


async def test_a_name_that_leads_nowhere_is_not_looked_up_once_more(
    web: PageFetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leads(monkeypatch)
    async with site(saying(b"x")) as one:
        error = await refused(web, f"http://localhost.test:{one.port}/", anywhere=True)
    assert type(error) is errors.ConnectionFailed
    assert one.heads == []


async def test_the_certificate_is_that_of_the_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = make_authority(tmp_path, names=("pages.test",))
    http = HttpClient(lambda: NetworkSettings(ca_file=str(authority.certificate)))
    await leads(monkeypatch, "127.0.0.1")
    async with site(saying(b"x"), authority.server_context()) as one:
        page = await fetched(PageFetcher(http), f"https://pages.test:{one.port}/", anywhere=True)
        assert page.body == b"x"
        error = await refused(PageFetcher(http), f"https://other.test:{one.port}/", anywhere=True)
    await http.aclose()
    assert type(error) is errors.ConnectionFailed
    assert len(one.heads) == 1


async def test_a_proxy_is_told_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    await leads(monkeypatch)
    async with site(saying(b"x")) as one:
        with Proxy(elsewhere={f"pages.test:{one.port}": ("127.0.0.1", one.port)}) as proxy:
            http = HttpClient(lambda: NetworkSettings(proxy=proxy.url))
            page = await fetched(PageFetcher(http), f"http://pages.test:{one.port}/", near=False)
            await http.aclose()
    assert page.body == b"x"


async def test_the_ledger_holds_the_hash_of_the_address_that_was_fetched(web: PageFetcher) -> None:
    """A page is asked for without a body, so what leaves is its address; a redirect is a second row."""

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        status = ("302 Found", "Location: /there?to=2") if path.startswith("/here") else ("200 OK", "X: y")
        await saying(b"a page", "Content-Type: text/plain", *status[1:], status=status[0])(path, writer)

    ledger = MemoryLedger()
    async with site(handler) as made:
        await web.fetch(Outbox(ledger).gate, f"{made.url}/here?q=private", near=True, anywhere=False)
    received = [target_of(head.split(" ")[0], made.url + head.split(" ")[1]) for head in made.heads]
    assert [row.facts.target for row in ledger.rows] == received
    assert len(received) == 2
    assert {row.digest for row in ledger.rows} == {hashlib.sha256(b"").hexdigest()}
    assert "private" not in repr(ledger.rows)
