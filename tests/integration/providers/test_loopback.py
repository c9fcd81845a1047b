"""The page a browser comes back to, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator

import httpx
import pytest

from kireji.providers.loopback import LoopbackCallback, LoopbackListener


@pytest.fixture
async def page() -> AsyncIterator[LoopbackCallback]:
    async with LoopbackListener(port=0).listen() as page:
        yield page


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(trust_env=False) as browser:
        yield browser


async def test_the_code_is_what_the_browser_brings(page: LoopbackCallback, browser: httpx.AsyncClient) -> None:
    answer = await browser.get(page.url, params={"code": "a b&c", "state": "1"})
    assert await page.visit() == {"code": "a b&c", "state": "1"}
    assert (answer.status_code, "You can close this page" in answer.text) == (200, True)
    assert "a b" not in answer.text


async def test_a_refusal_is_said_and_brought_too(page: LoopbackCallback, browser: httpx.AsyncClient) -> None:
    answer = await browser.get(page.url, params={"error": "access_denied"})
    assert (await page.visit())["error"] == "access_denied"
    assert "Nothing was allowed" in answer.text


async def test_only_the_first_visit_counts(page: LoopbackCallback, browser: httpx.AsyncClient) -> None:
    for code in ("first", "second"):
        await browser.get(page.url, params={"code": code})
    assert await page.visit() == {"code": "first"}


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/favicon.ico", {}, 404),
        ("GET", "/", {}, 404),
        ("GET", "{path}", {"host": "evil.example"}, 404),
        ("POST", "{path}?code=1", {}, 405),
        ("GET", "{path}", {}, 400),
        ("GET", "{path}?code=1", {"x": "y" * 20_000}, 431),
    ],
)
async def test_what_is_not_the_visit_is_refused(
    page: LoopbackCallback, browser: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    root, _, own = page.url.rpartition("/")
    answer = await browser.request(method, root + path.format(path=f"/{own}"), headers=headers)
    assert answer.status_code == status
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(page.visit(), 0)


async def test_a_port_in_use_on_either_loopback_is_left_alone() -> None:
    with socket.socket(socket.AF_INET6) as stranger:
        try:
            stranger.bind(("::1", 0))
        except OSError:
            pytest.skip("there is no IPv6 here")
        stranger.listen()
        port = stranger.getsockname()[1]
        async with LoopbackListener(port).listen() as page:
            assert f":{port}/" not in page.url


async def test_the_wanted_port_is_taken_when_it_is_free() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
    async with LoopbackListener(port).listen() as page:
        assert page.url.startswith(f"http://localhost:{port}/")


async def test_the_page_is_gone_afterwards(browser: httpx.AsyncClient) -> None:
    async with LoopbackListener(0).listen() as page:
        pass
    with pytest.raises(httpx.ConnectError):
        await browser.get(page.url)


async def test_the_code_is_not_logged(browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    async with LoopbackListener(0).listen() as page:
        await browser.get(page.url, params={"code": "canary"})
        await page.visit()
    assert "canary" not in caplog.text
