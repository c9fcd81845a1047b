"""The asyncio/Qt seam: one loop with true timers, owned tasks, one way out."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import math
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVarTuple

import qasync
from PySide6.QtCore import QObject, Qt, QTimerEvent
from PySide6.QtWidgets import QApplication

from kireji.core.errors import KirejiError
from kireji.core.words import say
from kireji.ui.qt_application import Application

log = logging.getLogger(__name__)
Ts = TypeVarTuple("Ts")

_LONGEST_TIMER = 2**31 - 1
"""Milliseconds; a Qt timer's interval is a C int."""

_ASLEEP_SECONDS = 0.02
"""How long a timer that is due while no loop runs is put off."""

_STOPPED = "Event loop stopped before Future completed."
"""qasync 0.28 raises a plain RuntimeError with this text."""


class LoopStopped(Exception):
    """Qt left its event loop by itself, which it does when the connection to the display breaks."""


class _TimerHandle(asyncio.TimerHandle):
    __slots__ = ("qt_id",)

    qt_id: int


class _Timers(QObject):
    """Qt timers behind call_later: precise below a second, re-armed when Qt fires early, killed on cancel.

    Args:
        running: Whether the loop runs.
    """

    def __init__(self, running: Callable[[], bool]) -> None:
        super().__init__()
        self._running = running
        self.live: dict[int, _TimerHandle] = {}

    def add(self, handle: _TimerHandle, delay: float) -> None:
        milliseconds = min(max(0, math.ceil(delay * 1000)), _LONGEST_TIMER)
        kind = Qt.TimerType.PreciseTimer if milliseconds < 1000 else Qt.TimerType.CoarseTimer
        handle.qt_id = self.startTimer(milliseconds, kind)
        self.live[handle.qt_id] = handle

    def kill(self, handle: _TimerHandle) -> None:
        if self.live.pop(getattr(handle, "qt_id", -1), None) is not None:
            self.killTimer(handle.qt_id)

    def end(self) -> None:
        """Fire no more."""
        for number in self.live:
            self.killTimer(number)
        self.live.clear()

    def timerEvent(self, event: QTimerEvent) -> None:
        self.killTimer(event.timerId())
        handle = self.live.pop(event.timerId(), None)
        if handle is None or handle.cancelled():
            return
        early = handle.when() - time.monotonic()  # the clock of qasync's loops
        if early > 0.0005:
            self.add(handle, early)
        elif not self._running():
            # WORKAROUND qasync 0.28: its timers are Qt's, which fire wherever Qt handles events, before and after the
            # loop too; a callback of asyncio that ran there would find no running loop.
            self.add(handle, _ASLEEP_SECONDS)
        else:
            handle._run()


class EventLoop(qasync.QEventLoop):  # type: ignore[misc] # qasync has no types
    """Qt's event loop as asyncio's.

    WORKAROUND qasync 0.28: a cancelled call_later leaves its Qt timer alive (thousands after one long stream), timers
    fire up to 5 % early, and delays above 24.8 days overflow.
    """

    def __init__(self, app: QApplication) -> None:
        self._timers = _Timers(self.is_running)
        super().__init__(app)

    def call_later(
        self,
        delay: float,
        callback: Callable[[*Ts], object],
        *args: *Ts,
        context: contextvars.Context | None = None,
    ) -> asyncio.TimerHandle:
        if delay <= 0:
            return super().call_later(0, callback, *args, context=context)  # type: ignore[no-any-return]
        handle = _TimerHandle(self.time() + delay, callback, args, self, context)
        self._timers.add(handle, delay)
        return handle

    def run_until_complete(self, future: Any) -> Any:
        """As asyncio's.

        Raises:
            LoopStopped: Qt left its loop before the future was done.
        """
        try:
            return super().run_until_complete(future)
        except RuntimeError as error:
            if str(error) == _STOPPED:
                raise LoopStopped from error
            raise

    def close(self) -> None:
        """As asyncio's; what was to be called later never is."""
        super().close()
        self._timers.end()

    def _timer_handle_cancelled(self, handle: _TimerHandle) -> None:
        self._timers.kill(handle)


class TaskScope:
    """Owns the tasks started on behalf of one window or presenter.

    Args:
        name: Stands before the tasks' names.
        on_error: Told of every exception that a task did not handle.
    """

    def __init__(self, name: str, on_error: Callable[[BaseException], None]) -> None:
        self._name = name
        self._on_error = on_error
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._replaced: set[asyncio.Task[Any]] = set()
        self._closing = False

    def start(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run a coroutine under a name that no running task of this scope has.

        Raises:
            RuntimeError: The scope is closing, the name is taken, or no loop runs; the coroutine is closed.
        """
        if self._closing or name in self._tasks:
            coroutine.close()
            raise RuntimeError(f"{self._name}: {'closing' if self._closing else f'{name} runs already'}")
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            coroutine.close()
            raise
        task = loop.create_task(coroutine, name=f"{self._name}:{name}")
        self._tasks[name] = task
        task.add_done_callback(lambda done: self._finished(name, done))
        return task

    def restart(self, coroutine: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Cancel the task of that name if there is one, and start the new one beside its clean-up."""
        if (old := self._tasks.pop(name, None)) is not None:
            self._replaced.add(old)
            old.cancel()
        return self.start(coroutine, name=name)

    def running(self, name: str) -> bool:
        """Whether the task of that name has not ended."""
        return name in self._tasks

    def cancel(self, name: str) -> None:
        """Cancel the task of that name; harmless when there is none."""
        if (task := self._tasks.get(name)) is not None:
            task.cancel()

    def _finished(self, name: str, task: asyncio.Task[Any]) -> None:
        if self._tasks.get(name) is task:
            del self._tasks[name]
        self._replaced.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._on_error(error)

    async def aclose(self) -> None:
        """Cancel everything and wait for its clean-up."""
        self._closing = True
        tasks = [*self._tasks.values(), *self._replaced]
        for task in tasks:
            if not task.cancelling():  # a second cancel would cut off the clean-up that the first one began
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def run(main: Callable[[asyncio.Event], Coroutine[Any, Any, int]], app: Application) -> int:
    """Run `main` on Qt's loop until it returns.

    Args:
        main: Gets the event that is set when the program shall end, by whatever way.
        app: Exists already, because the shortcut and the tray come before the loop.

    Returns:
        What `main` returned: the exit code.

    Raises:
        KirejiError: The display is gone; nothing could be awaited any more, so `main` was not ended in order.
    """

    async def supervised() -> int:
        stop = asyncio.Event()
        app.on_quit = stop.set
        app.commitDataRequest.connect(lambda _manager: stop.set())
        if sys.platform != "win32":
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        return await main(stop)

    try:
        with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
            return runner.run(supervised())
    except LoopStopped as error:
        log.warning("the connection to the display broke")
        raise KirejiError(
            say("The display is gone, so Kireji has ended."),
            say("Start it again when the desktop is back; what was written before is in the history."),
        ) from error
