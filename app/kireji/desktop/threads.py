"""Work that may never end, kept away from the program's end."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")


async def in_daemon_thread(work: Callable[[], Result]) -> Result:
    """Run `work` in a thread of its own that does not hold up the program's end, unlike `asyncio.to_thread`'s.

    A caller that stops waiting leaves the thread behind; what it still gives is dropped.

    Args:
        work: Called in the thread; what it raises is raised here.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Result] = loop.create_future()

    def settle(result: Result | None, failure: BaseException | None) -> None:
        if future.done():
            return
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)  # type: ignore[arg-type] # None is a Result where `work` gives None

    def run() -> None:
        result: Result | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except Exception as problem:  # noqa: BLE001 - raised again for the one who waits
            failure = problem
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=run, daemon=True, name="desktop").start()
    return await future
