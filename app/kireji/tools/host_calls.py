"""Runs the calls of a plugin's tools: plain functions in threads, `async def` on one loop, side by side."""

from __future__ import annotations

import queue
import sys
import threading
import traceback
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from kireji.core.tools import ToolOutput, failed
from kireji.plugins import ToolError
from kireji.tools.faults import ArgumentsFault, ToolFault
from kireji.tools.host_context import Asks, HostContext, clean
from kireji.tools.host_protocol import RESULT_LIMIT, Call, Finished, FromHost
from kireji.tools.plugin_loading import in_words, said_by, where
from kireji.tools.results import output_of
from kireji.tools.signature import Signature, read_signature

if TYPE_CHECKING:
    import asyncio
    import concurrent.futures

_THREADS = 32
"""Calls of plain functions that run at the same time; more wait."""
_REASON_LIMIT = 4000


class Calls:
    """The calls that run.

    Args:
        tools: Functions by the names that the plugin gives them.
        files: The plugin's own, for saying where an exception comes from.
        asks: What calls ask for.
        send: Sends a message to the program; may be called from any thread.
    """

    def __init__(
        self,
        tools: dict[str, Callable[..., Any]],
        files: Sequence[str],
        asks: Asks,
        send: Callable[[FromHost], None],
    ) -> None:
        self._tools = tools
        self._files = files
        self._asks = asks
        self._send = send
        self._signatures: dict[str, Signature] = {}
        self._threads = _Threads(_THREADS)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._awaited: dict[int, concurrent.futures.Future[None]] = {}

    def begin(self, call: Call) -> None:
        """Start a call; its result is sent when it is there."""
        try:
            signature = self._signature(call.tool)
        except ToolFault as problem:
            self._finish(call, failed(problem.reason))
            return
        if signature.awaited:
            future = self._awaited[call.id] = self._on_loop(self._wait_for(call, signature))
            future.add_done_callback(lambda _: self._awaited.pop(call.id, None))
        else:
            self._threads.run(lambda: self._run(call, signature))

    def cancel(self, call: int) -> None:
        """Stop a call as far as that can be done: an `async def`, and what waits for the program."""
        if future := self._awaited.get(call):
            future.cancel()
        self._asks.give_up(call)

    def _signature(self, name: str) -> Signature:
        if name not in self._signatures:
            if name not in self._tools:
                raise ToolFault(f"The plugin has no tool {name} any more.")
            self._signatures[name] = read_signature(self._tools[name])
        return self._signatures[name]

    def _run(self, call: Call, signature: Signature) -> None:
        try:
            context = HostContext(call.id, self._asks, self._send) if signature.context else None
            output = output_of(signature.bind(call.arguments, context)(), RESULT_LIMIT)
        except BaseException as problem:  # noqa: BLE001 - also SystemExit and what else a plugin may raise
            output = self._failed(problem)
        self._finish(call, output)

    async def _wait_for(self, call: Call, signature: Signature) -> None:
        from kireji.tools.host_async_context import AsyncHostContext

        try:
            context = AsyncHostContext(call.id, self._asks, self._send) if signature.context else None
            output = output_of(await signature.bind(call.arguments, context)(), RESULT_LIMIT)
        except BaseException as problem:  # noqa: BLE001 - as above; a cancelled call is one nobody waits for
            output = self._failed(problem)
        self._finish(call, output)

    def _finish(self, call: Call, output: ToolOutput) -> None:
        self._send(Finished(call.id, output.content, output.is_error))

    def _failed(self, problem: BaseException) -> ToolOutput:
        if isinstance(problem, ToolError):
            return failed(clean(said_by(problem), _REASON_LIMIT) or "The tool failed.")
        if isinstance(problem, ArgumentsFault):
            return failed(clean(f"The arguments do not fit: {problem}", _REASON_LIMIT))
        traceback.print_exception(problem, file=sys.stderr)
        file, line = where(problem, self._files)
        place = f" ({file.replace(chr(92), '/').rpartition('/')[2]}, line {line})" if file else ""
        return failed(clean(in_words(problem), _REASON_LIMIT) + place)

    def _on_loop(self, work: Coroutine[Any, Any, None]) -> concurrent.futures.Future[None]:
        import asyncio  # a plugin of plain functions does without its 40 ms

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="async tools", daemon=True).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)


class _Threads:
    """Threads that are started when there is work for them, up to a number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._started = 0
        self._free = threading.Semaphore(0)
        self._work: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()

    def run(self, work: Callable[[], None]) -> None:
        """Called on one thread only."""
        self._work.put(work)
        if not self._free.acquire(blocking=False) and self._started < self._most:
            self._started += 1
            threading.Thread(target=self._serve, name=f"tool {self._started}", daemon=True).start()

    def _serve(self) -> None:
        while True:
            self._work.get()()
            self._free.release()
