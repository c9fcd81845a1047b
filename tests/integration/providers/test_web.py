"""Pictures by address, over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kireji.core import errors
from kireji.core.requests import ClearedRequest, OutgoingRequest, Purpose
from kireji.providers.http import HttpClient
from kireji.providers.web import LARGEST, PictureFetcher
from tests.service import Body, Rule, Silence, TestService
from tests.support.cleared import cleared


class Recording:
    """A gate that lets everything through and remembers it."""

    def __init__(self) -> None:
        self.passed: list[OutgoingRequest] = []

    async def __call__(self, outgoing: OutgoingRequest) -> ClearedRequest:
        self.passed.append(outgoing)
        return cleared(outgoing)


@pytest.fixture
async def web() -> AsyncIterator[PictureFetcher]:
    http = HttpClient()
    yield PictureFetcher(http)
    await http.aclose()


def picture(body: str = "pixels", kind: str = "image/png", status: int = 200, **headers: str) -> Rule:
    return Rule(Body(body, status, kind, headers), path="/", times=None)


async def fetched(web: PictureFetcher, rule: Rule, path: str = "/a.png") -> tuple[bytes, Recording]:
    gate = Recording()
    async with _Files(rule) as service:
        return await web.fetch(gate, service.base_url + path), gate


async def refused(web: PictureFetcher, url: str) -> errors.ProviderError:
    gate = Recording()
    with pytest.raises(errors.ProviderError) as caught:
        await web.fetch(gate, url)
    return caught.value


class _Files(TestService):
    """Answers any path by its rules, without a key."""

    async def route(self, request: object, connection: object) -> bool:
        return await self.scripted(request, connection)  # type: ignore[arg-type]


async def test_a_picture_is_fetched_without_a_key_and_recorded(web: PictureFetcher) -> None:
    data, gate = await fetched(web, picture())
    assert data == b"pixels"
    assert [(item.purpose, item.method) for item in gate.passed] == [(Purpose.PICTURE, "GET")]


async def test_bytes_without_a_kind_may_be_a_picture(web: PictureFetcher) -> None:
    assert (await fetched(web, picture(kind="application/octet-stream")))[0] == b"pixels"


async def test_a_web_page_is_no_picture(web: PictureFetcher) -> None:
    with pytest.raises(errors.RequestRejected, match="is no picture"):
        await fetched(web, picture("<html>", "text/html"))


async def test_what_is_not_there_gives_a_sentence(web: PictureFetcher) -> None:
    with pytest.raises(errors.RequestRejected, match="no picture to be had"):
        await fetched(web, picture("gone", "text/plain", 404))


async def test_far_too_large_a_picture_is_not_kept(web: PictureFetcher) -> None:
    with pytest.raises(errors.RequestRejected, match="no picture to be had") as caught:
        await fetched(web, picture("x" * (LARGEST + 1)))
    assert "more than was asked for" in caught.value.detail


@pytest.mark.parametrize("target", ["http://127.0.0.1:{port}/b.png", "/b.png", "http://localhost:{port}/b.png"])
async def test_a_redirect_never_leads_into_the_local_network(web: PictureFetcher, target: str) -> None:
    gate = Recording()
    async with _Files() as service:
        port = service.base_url.rpartition(":")[2]
        service.enqueue(picture("", status=302, location=target.format(port=port)))
        with pytest.raises(errors.RequestRejected, match="into the local network"):
            await web.fetch(gate, f"{service.base_url}/a.png")
        assert len(service.requests) == len(gate.passed) == 1


async def test_a_redirect_leads_to_the_web_alone(web: PictureFetcher) -> None:
    with pytest.raises(errors.RequestRejected, match="not an address of the web"):
        await fetched(web, picture("", status=302, location="file:///etc/passwd"))


@pytest.mark.parametrize(
    "url", ["", "picture.png", "file:///etc/passwd", "ftp://127.0.0.1/a", "data:image/png,x", "http://", "http://[::1"]
)
async def test_what_is_no_address_of_the_web_is_refused(web: PictureFetcher, url: str) -> None:
    assert type(await refused(web, url)) is errors.RequestRejected


async def test_an_address_with_a_password_is_refused_and_not_repeated(web: PictureFetcher) -> None:
    error = await refused(web, "http://me:hidden@127.0.0.1/a.png")
    assert "hidden" not in error.sentence + error.detail


async def test_a_public_form_of_this_computer_is_refused(web: PictureFetcher) -> None:
    assert "local network" in (await refused(web, "http://0x7f.0.0.1:1/a.png")).message


async def test_a_place_that_is_not_reached_gives_the_way_out(web: PictureFetcher) -> None:
    error = await refused(web, "http://127.0.0.1:1/a.png")
    assert type(error) is errors.ConnectionFailed
    assert error.hint == "Check the address and the network."


async def test_a_place_that_stays_silent_can_be_left(web: PictureFetcher) -> None:
    async with _Files(Rule(Silence(), path="/", times=None)) as service, asyncio.TaskGroup() as group:
        asking = group.create_task(web.fetch(Recording(), f"{service.base_url}/a.png"))
        await service.until(lambda: service.requests)
        asking.cancel()
        await service.until(lambda: service.requests[0].disconnected)
