"""The context for `async def` tools; a plugin that has none does without the 30 ms that asyncio takes to load."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Callable

from kireji.core.tool_ports import ClippedContent, FetchedPage
from kireji.plugins import AsyncContext, Image
from kireji.tools.host_context import Asks, GivenT, Reporter, clipped, granted, page
from kireji.tools.host_protocol import Captured, Clipped, Fetched, FromHost, Given, Opened


class AsyncHostContext(AsyncContext):
    """The context of one call of an `async def`; as HostContext."""

    def __init__(self, call: int, asks: Asks, send: Callable[[FromHost], None]) -> None:
        self._call = call
        self._asks = asks
        self._reporter = Reporter(call, send)

    def progress(self, text: str, fraction: float | None = None) -> None:
        self._reporter.report(text, fraction)

    async def clipboard(self) -> ClippedContent:
        return clipped(await self._wait("clipboard", "", Clipped))

    async def capture(self) -> Image:
        return Image((await self._wait("capture", "", Captured)).picture)

    async def fetch(self, url: str) -> FetchedPage:
        return page(await self._wait("fetch", url, Fetched))

    async def open(self, path: str | os.PathLike[str]) -> io.BytesIO:
        return io.BytesIO((await self._wait("open", os.fspath(path), Opened)).data)

    async def _wait(self, what: str, argument: str, kind: type[GivenT]) -> GivenT:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Given] = loop.create_future()
        self._asks.ask(self._call, what, argument, lambda given: _settle(loop, answer, given))
        return granted(await answer, kind)


def _settle(loop: asyncio.AbstractEventLoop, answer: asyncio.Future[Given], given: Given) -> None:
    def settle() -> None:
        if not answer.done():
            answer.set_result(given)

    loop.call_soon_threadsafe(settle)
