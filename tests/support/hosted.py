"""A program that runs on a loop of its own, so that one of it serves every example of a property."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Hosted(Generic[T]):
    """What was opened, and a way to work with it.

    Args:
        value: What was opened.
        loop: Where.
    """

    def __init__(self, value: T, loop: asyncio.AbstractEventLoop) -> None:
        self.value = value
        self._loop = loop

    def call(self, work: Callable[[T], Coroutine[Any, Any, R]]) -> R:
        """Do something with it on its loop, and wait for that."""
        return asyncio.run_coroutine_threadsafe(work(self.value), self._loop).result(60)


@contextmanager
def hosted(opened: Callable[[], AbstractAsyncContextManager[T]]) -> Iterator[Hosted[T]]:
    """Open something in a thread with a loop; it is left in the same task in which it was entered."""
    ready: Future[Hosted[T]] = Future()

    async def live() -> None:
        async with opened() as value:
            leaving = asyncio.Event()
            loop = asyncio.get_running_loop()
            ready.set_result(Hosted(value, loop))
            over.append(lambda: loop.call_soon_threadsafe(leaving.set))
            arrived.set()
            await leaving.wait()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:  # noqa: BLE001 - told in the thread that waits
            if ready.done():
                failures.append(error)
            else:
                ready.set_exception(error)

    over: list[Callable[[], object]] = []
    failures: list[BaseException] = []
    arrived = threading.Event()
    thread = threading.Thread(target=run, name="hosted")
    thread.start()
    try:
        found = ready.result(60)
        arrived.wait(60)
        yield found
    finally:
        for leave in over:
            leave()
        thread.join(60)
    if failures:
        raise failures[0]
