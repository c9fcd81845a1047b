"""Work that may block for ever, such as on a network's folder, in threads that the program's end does not wait for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(work: Callable[[], _T]) -> _T:
    """What `work` gives, from a thread of its own."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: _T | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - it goes on its way where it is awaited
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, name="sources", daemon=True).start()
    return await done


async def told_by_thread(work: Callable[[Callable[[], bool]], Iterator[_T]]) -> AsyncIterator[_T]:
    """What a generator yields, from a thread of its own; what is told faster than it is taken is passed over.

    Args:
        work: Makes the generator, and is given what tells whether nobody waits for it any more.
    """
    loop = asyncio.get_running_loop()
    left = threading.Event()
    told: asyncio.Queue[tuple[_T | None, BaseException | None, bool]] = asyncio.Queue()

    def tell(item: _T | None, error: BaseException | None = None, *, over: bool = False) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(told.put_nowait, (item, error, over))

    def run() -> None:
        try:
            for item in work(left.is_set):
                if left.is_set():
                    return
                tell(item)
        except Exception as error:  # noqa: BLE001 - the same
            tell(None, error, over=True)
        else:
            tell(None, over=True)

    threading.Thread(target=run, name="sources", daemon=True).start()
    try:
        while True:
            item, error, over = await told.get()
            if error is not None:
                raise error
            if over:
                return
            if item is not None:
                yield item
    finally:
        left.set()
