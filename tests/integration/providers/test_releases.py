"""Lists of new versions, over real sockets, with everything that can go wrong on the way."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kireji.core.errors import ConnectionFailed, Doubt, KirejiError, ProviderTimeout, RequestRejected, UpdateError
from kireji.core.requests import Purpose
from kireji.core.settings import NetworkSettings
from kireji.core.update_ports import Installation, UpdateSource
from kireji.core.updates import LARGEST
from kireji.desktop.signatures import Ed25519Checker
from kireji.providers.http import HttpClient
from kireji.providers.releases import ReleaseFetcher
from kireji.services.preferences import Preferences
from kireji.services.updates import Updates
from kireji.storage.update_memory import UpdateMemoryFile
from tests.fakes.desktop import FakeClock
from tests.fakes.stores import MemorySettings
from tests.integration.providers.conftest import Passing
from tests.integration.providers.test_pages import Handler, Site, saying, site
from tests.support.authority import make_authority
from tests.support.releases import Signer, published

JSON = "Content-Type: application/json"


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    client = HttpClient()
    yield client
    await client.aclose()


@pytest.fixture
def lists(http: HttpClient) -> ReleaseFetcher:
    return ReleaseFetcher(http, seconds=10.0)


async def refused(lists: ReleaseFetcher, url: str, kind: type[KirejiError] = RequestRejected) -> str:
    with pytest.raises(kind) as caught:
        await lists.fetch(Passing(), url)
    return caught.value.message


def leading(to: str) -> Handler:
    return saying(b"", f"Location: {to}", status="302 Found")


async def test_a_list_is_fetched_as_it_is(lists: ReleaseFetcher) -> None:
    gate = Passing()
    async with site(saying(published(), JSON)) as one:
        assert await lists.fetch(gate, f"{one.url}/stable.json") == published()
    (sent,) = gate.passed
    assert (sent.purpose, sent.body) == (Purpose.UPDATE, b"")


async def test_nothing_in_the_request_tells_one_computer_from_another(lists: ReleaseFetcher) -> None:
    async with site(saying(published(), JSON, "Set-Cookie: id=1")) as one:
        await lists.fetch(Passing(), f"{one.url}/stable.json#part")
        await lists.fetch(Passing(), f"{one.url}/stable.json")
    expected = [
        "GET /stable.json HTTP/1.1",
        f"host: 127.0.0.1:{one.port}",
        "user-agent: kireji",
        "accept: application/json, application/octet-stream;q=0.9, */*;q=0.1",
        "accept-encoding: identity",
        "connection: close",
    ]
    for head in one.heads:
        lines = head.strip().split("\r\n")
        assert sorted(line.lower() for line in lines) == sorted(line.lower() for line in expected)


async def test_http_is_for_this_computer_alone(lists: ReleaseFetcher) -> None:
    said = await refused(lists, "http://kireji.example/stable.json")
    assert said == "The address of updates does not begin with https."


async def test_a_redirect_to_http_is_not_followed(lists: ReleaseFetcher) -> None:
    async with site(saying(published(), JSON)) as end, site(leading(f"{end.url}/list")) as one:
        said = await refused(lists, f"{one.url}/")
        assert said == "The address of updates leads on to one that is not https; it was not followed."
        assert end.heads == []


@pytest.mark.parametrize("where", ["ftp://kireji.example/", "file:///etc/passwd", "https://a:b@kireji.example/", "//["])
async def test_a_redirect_to_anything_else_is_not_followed(lists: ReleaseFetcher, where: str) -> None:
    async with site(leading(where)) as one:
        await refused(lists, f"{one.url}/")


async def secure(tmp_path: Path) -> tuple[ReleaseFetcher, HttpClient, ssl.SSLContext]:
    authority = make_authority(tmp_path)
    client = HttpClient(lambda: NetworkSettings(ca_file=str(authority.certificate)))
    return ReleaseFetcher(client, seconds=10.0), client, authority.server_context()


async def test_a_redirect_to_https_is_followed_and_each_hop_is_recorded(tmp_path: Path) -> None:
    fetcher, client, tls = await secure(tmp_path)
    gate = Passing()
    async with (
        site(saying(published(), JSON), tls) as end,
        site(leading(f"https://localhost:{end.port}/list")) as one,
    ):
        assert await fetcher.fetch(gate, f"{one.url}/") == published()
    assert [sent.url for sent in gate.passed] == [f"{one.url}/", f"https://localhost:{end.port}/list"]
    await client.aclose()


async def test_redirects_without_end_end(tmp_path: Path) -> None:
    fetcher, client, tls = await secure(tmp_path)
    ends: list[Site] = []

    async def again(path: str, writer: asyncio.StreamWriter) -> None:
        await leading(f"https://localhost:{ends[0].port}/x")(path, writer)

    async with site(again, tls) as one:
        ends.append(one)
        said = await refused(fetcher, f"https://localhost:{one.port}/")
        assert said == "The address of updates leads from one place to the next without end."
        assert len(one.heads) == 4
    await client.aclose()


async def test_a_certificate_that_nobody_vouches_for_is_refused(lists: ReleaseFetcher, tmp_path: Path) -> None:
    authority = make_authority(tmp_path)
    async with site(saying(published(), JSON), authority.server_context()) as one:
        await refused(lists, f"https://localhost:{one.port}/", ConnectionFailed)


async def test_more_than_a_list_can_be_is_not_read(lists: ReleaseFetcher) -> None:
    sent = 0

    async def endless(path: str, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
        while True:
            writer.write(b"[" * 65536)
            sent += 65536
            await writer.drain()

    async with site(endless) as one:
        said = await refused(lists, f"{one.url}/")
        assert said == "What lies at the address of updates is no list of versions."
    assert sent < LARGEST + 20 * 2**20  # what the sockets take by themselves


async def test_a_list_that_never_ends_is_waited_for_a_while(http: HttpClient) -> None:
    stopped = asyncio.Event()

    async def slow(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        await writer.drain()
        await stopped.wait()

    async with site(slow) as one:
        said = await refused(ReleaseFetcher(http, seconds=0.3), f"{one.url}/", ProviderTimeout)
        stopped.set()
    assert said == "The list of versions did not arrive within 0.3 seconds."


async def test_a_list_that_breaks_off_is_a_lost_connection(lists: ReleaseFetcher) -> None:
    async def cut(path: str, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + published()[:100])

    async with site(cut) as one:
        await refused(lists, f"{one.url}/", ConnectionFailed)


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oops", "403 Forbidden", "429 Too Many"])
async def test_an_error_is_no_list(lists: ReleaseFetcher, status: str) -> None:
    async with site(saying(b"<html>", "Content-Type: text/html", status=status)) as one:
        said = await refused(lists, f"{one.url}/stable.json")
        assert said == f"127.0.0.1:{one.port} has no list of versions at this address."
        assert len(one.heads) == 1, "it is asked once; tomorrow is early enough"


async def test_nobody_there_is_told(lists: ReleaseFetcher) -> None:
    async with site(saying(b"")) as gone:
        pass
    await refused(lists, f"{gone.url}/", ConnectionFailed)


class Whole:
    """Everything that checks, over a real server and a real file, with real signatures.

    Args:
        http: The network.
        folder: Where it remembers.
        url: Where the list lies.
    """

    def __init__(self, http: HttpClient, folder: Path, url: str) -> None:
        self.updates = Updates(
            UpdateSource(url, (Signer(1).text,)),
            lambda: ReleaseFetcher(http, seconds=10.0),
            Passing(),
            Ed25519Checker,
            UpdateMemoryFile(folder / "updates.json"),
            Preferences.read(MemorySettings()),
            FakeClock(),
            Installation("deb", "linux", "x86_64"),
            running="0.1.0",
        )


def tampered() -> bytes:
    """The payload says another version than the one that was signed."""
    import base64

    import msgspec

    whole = msgspec.json.decode(published())
    payload = base64.b64decode(whole["payload"]).replace(b'"9.0.0"', b'"9.9.9"')
    return msgspec.json.encode(whole | {"payload": base64.b64encode(payload).decode()})


Served = Callable[[], bytes]


@pytest.mark.parametrize(
    ("served", "doubt"),
    [
        (tampered, Doubt.SIGNATURE),
        (lambda: published(Signer(2)), Doubt.FOREIGN),
        (lambda: b"<html>Please sign in to this network</html>", Doubt.DAMAGED),
        (lambda: published()[:-40], Doubt.DAMAGED),
        (lambda: b"", Doubt.DAMAGED),
        (lambda: published(form=2), Doubt.FORM),
        (lambda: published(date="2026-01-01T00:00:00Z", expires="2026-02-01T00:00:00Z"), Doubt.EXPIRED),
        (lambda: published(date="2027-01-01T00:00:00Z"), Doubt.FUTURE),
    ],
    ids=["changed", "foreign key", "a captive portal", "cut", "empty", "later form", "expired", "future"],
)
async def test_what_may_not_be_believed_is_not(http: HttpClient, tmp_path: Path, served: Served, doubt: Doubt) -> None:
    async with site(saying(served(), JSON)) as one:
        whole = Whole(http, tmp_path, f"{one.url}/")
        with pytest.raises(UpdateError) as caught:
            await whole.updates.check()
    assert caught.value.doubt is doubt
    state = await whole.updates.state()
    assert (state.release, state.newer, state.problem) == (None, False, caught.value.sentence)


async def test_an_older_list_is_refused_by_the_next_start_too(http: HttpClient, tmp_path: Path) -> None:
    served = [published(), published(date="2026-10-01T00:00:00Z", version="8.0.0")]

    async def handler(path: str, writer: asyncio.StreamWriter) -> None:
        await saying(served.pop(0), JSON)(path, writer)

    async with site(handler) as one:
        assert (await Whole(http, tmp_path, f"{one.url}/").updates.check()).newer
        later = Whole(http, tmp_path, f"{one.url}/").updates
        with pytest.raises(UpdateError) as caught:
            await later.check()
    assert caught.value.doubt is Doubt.REPLAY
    kept = (await later.state()).release
    assert kept is not None
    assert kept.version == "9.0.0"


async def test_a_real_list_is_believed_and_kept_privately(http: HttpClient, tmp_path: Path) -> None:
    async with site(saying(published(Signer(2), Signer(1)), JSON)) as one:
        state = await Whole(http, tmp_path / "state", f"{one.url}/").updates.check()
    assert state.newer
    assert (tmp_path / "state" / "updates.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"asked": 3}', b"\xff\xfe"])
def test_a_memory_that_was_damaged_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "updates.json"
    path.write_bytes(content)
    memory = UpdateMemoryFile(path)
    assert memory.read() == UpdateMemoryFile(tmp_path / "none").read()
