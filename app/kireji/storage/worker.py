"""One daemon thread that runs calls in the order they were given."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[], Any]
    loop: asyncio.AbstractEventLoop | None = None
    future: asyncio.Future[Any] | None = None


@dataclass(frozen=True, slots=True)
class _Stop:
    last: Callable[[], None] | None


class Worker:
    """Runs blocking calls one after another, off the loop.

    The thread is a daemon, so a call that hangs (a network drive that went away) never holds up the program's end; the
    standard library's executor would wait for it.

    Args:
        name: The thread's name.
    """

    def __init__(self, name: str) -> None:
        self._calls: queue.SimpleQueue[_Call | _Stop] = queue.SimpleQueue()
        threading.Thread(target=_serve, args=(self._calls,), name=name, daemon=True).start()

    async def run(self, work: Callable[[], T]) -> T:
        """Run `work` on the thread. Cancelling the await does not stop it; its result is then dropped.

        Raises:
            Exception: Whatever `work` raises.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._calls.put(_Call(work, loop, future))
        return await future

    def post(self, work: Callable[[], object]) -> None:
        """Run `work` on the thread in its turn; nobody waits for it, and what it raises is logged."""
        self._calls.put(_Call(work))

    def stop(self, last: Callable[[], None] | None = None) -> None:
        """End the thread after the calls that were given so far.

        Args:
            last: Run at the very end; must not raise.
        """
        self._calls.put(_Stop(last))


def _serve(calls: queue.SimpleQueue[_Call | _Stop]) -> None:
    while isinstance(call := calls.get(), _Call):
        _perform(call)
        del call  # the thread must not keep the last result alive while it waits
    if call.last is not None:
        call.last()


def _perform(call: _Call) -> None:
    result: Any = None
    failure: Exception | None = None
    try:
        result = call.work()
    except Exception as error:  # noqa: BLE001 - handed to whoever awaits the call
        failure = error
    if call.loop is None or call.future is None:
        if failure is not None:
            log.warning("a call nobody waits for failed: %s", failure)
        return
    try:
        call.loop.call_soon_threadsafe(_deliver, call.future, result, failure)
    except RuntimeError:
        log.warning("the loop closed before a call on the %s thread ended", threading.current_thread().name)


def _deliver(future: asyncio.Future[Any], result: object, failure: Exception | None) -> None:
    if future.cancelled():
        if failure is not None:
            log.warning("a call nobody waits for any more failed: %s", failure)
    elif failure is not None:
        future.set_exception(failure)
    else:
        future.set_result(result)
