"""The program's side of a plugin's process: what is said to it, and what becomes of what it says."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeAlias

from kireji.core.errors import KirejiError, ToolRefused, ToolSourceError
from kireji.core.frames import FrameDecoder, FrameError
from kireji.core.tool_ports import CallContext, ChildProcess
from kireji.core.tools import ToolOutput
from kireji.core.words import say
from kireji.tools.host_protocol import (
    ASK_LIMIT,
    FROM_HOST_LIMIT,
    PROGRESS_LIMIT,
    TEXT_LIMIT,
    TO_HOST_LIMIT,
    Ask,
    Broken,
    Call,
    Cancel,
    Captured,
    Clipped,
    Denied,
    Describe,
    Described,
    Fetched,
    Finished,
    FromHost,
    Given,
    Load,
    Loaded,
    Opened,
    Progress,
    ToHost,
    encoded,
    of_host,
)

log = logging.getLogger(__name__)

Hold: TypeAlias = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
"""Runs something beside what is done now, for as long as the program runs."""

_GRACE_SECONDS = 1.0
"""How long a call that nobody waits for may take to end, before its process is ended."""
_DRAIN_SECONDS = 1.0
"""How long the last words of a process that has ended may take."""
_PROGRESS_SECONDS = 0.05
_STRAY_LIMIT = 1_000


class _Running:
    """A call that runs.

    Args:
        context: What it may ask for.
        outcome: Its result, or why there is none.

    Attributes:
        group: Runs what it has asked for.
        asks: The tasks of that.
    """

    def __init__(self, context: CallContext, outcome: asyncio.Future[ToolOutput | ToolSourceError]) -> None:
        self.context = context
        self.outcome = outcome
        self.group: asyncio.TaskGroup | None = None
        self.asks: set[asyncio.Task[None]] = set()
        self.asked = 0
        self.progressed = 0
        self._shown = -_PROGRESS_SECONDS

    def progress(self, message: Progress, now: float) -> None:
        """Pass on how far it is, not more often than anybody can read."""
        self.progressed += 1
        if now - self._shown >= _PROGRESS_SECONDS:
            self._shown = now
            self.context.progress(message.text[:TEXT_LIMIT], message.fraction)


class HostClient:
    """The conversation with one process. It ends the process when it says what it should not, or nothing any more.

    Args:
        name: Of the plugin.
        process: Just started.
        hold: Keeps what runs beside.
        on_rest: Called when the last call has ended, or the process has.
    """

    def __init__(self, name: str, process: ChildProcess, hold: Hold, on_rest: Callable[[], None]) -> None:
        self._name = name
        self._process = process
        self._hold = hold
        self._on_rest = on_rest
        self._loop = asyncio.get_running_loop()
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._numbers = itertools.count(1)
        self._calls: dict[int, _Running] = {}
        self._abandoned: dict[int, asyncio.Event] = {}
        self._replies: asyncio.Queue[Loaded | Broken | Described | ToolSourceError] = asyncio.Queue()
        self._request = asyncio.Lock()
        self._strays = 0
        self._over: ToolSourceError | None = None
        self._retired = False
        self._conversation = hold(self._converse())

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def usable(self) -> bool:
        """Whether another call may be made."""
        return self._over is None and not self._retired

    @property
    def resting(self) -> bool:
        """Whether no call runs."""
        return not self._calls and not self._abandoned

    async def request(self, message: Load | Describe, seconds: float) -> Loaded | Broken | Described:
        """Ask for the plugin itself.

        Args:
            message: What is asked.
            seconds: How long it may take; the process is ended after that.

        Raises:
            ToolSourceError: It did not answer.
        """
        async with self._request:
            if self._over is not None:
                raise self._over
            self._send(message)
            try:
                async with asyncio.timeout(seconds):
                    reply = await self._replies.get()
            except TimeoutError:
                self._fail(
                    ToolSourceError(
                        say(
                            "The plugin {name} did not start within {seconds} seconds.",
                            name=self._name,
                            seconds=f"{seconds:g}",
                        ),
                        say("Something in its file waits; its log may say more."),
                    )
                )
                reply = await self._replies.get()
        if isinstance(reply, ToolSourceError):
            raise reply
        return reply

    async def call(self, tool: str, arguments: bytes, context: CallContext) -> ToolOutput:
        """Run a tool. Cancelling it ends the call; where the call does not end, the process is ended.

        Args:
            tool: As the plugin calls it.
            arguments: A JSON object.
            context: Answers what the tool asks for.

        Raises:
            ToolSourceError: The process has ended, or talks nonsense.
        """
        if self._over is not None:
            raise self._over
        number = next(self._numbers)
        running = self._calls[number] = _Running(context, self._loop.create_future())
        try:
            async with asyncio.TaskGroup() as running.group:
                self._send(Call(number, tool, arguments))
                await asyncio.wait([running.outcome])
                for each in running.asks:
                    each.cancel()
        finally:
            del self._calls[number]
            if not running.outcome.done():
                self._hold(self._abandon(number))
            elif self.resting:
                self._rest()
        outcome = running.outcome.result()
        if isinstance(outcome, ToolSourceError):
            raise outcome
        return outcome

    def retire(self) -> None:
        """Make no more calls, and end the process when those that run have ended."""
        self._retired = True
        if not self._calls:
            self._rest()

    async def end(self, grace: float = 0.0) -> None:
        """End the process and all that it has started.

        Args:
            grace: Seconds that it may take to end by itself.
        """
        self._retired = True
        await self._process.end(grace)
        await asyncio.wait([self._conversation])

    def _rest(self) -> None:
        if self._retired:
            self._hold(self._process.end(0.0))
        self._on_rest()

    def _send(self, message: ToHost) -> None:
        self._outgoing.put_nowait(encoded(message))

    async def _abandon(self, number: int) -> None:
        ended = self._abandoned[number] = asyncio.Event()
        self._send(Cancel(number))
        try:
            async with asyncio.timeout(_GRACE_SECONDS):
                await ended.wait()
        except TimeoutError:  # a plain function cannot be stopped; the others may end, and then its process goes
            self.retire()
        finally:
            self._abandoned.pop(number, None)
        if self.usable and self.resting:
            self._rest()

    async def _converse(self) -> None:
        async with asyncio.TaskGroup() as group:
            beside = [group.create_task(self._write()), group.create_task(self._watch())]
            await self._read()
            for each in beside:
                each.cancel()
        await self._process.end(0.0)
        self._on_rest()

    async def _write(self) -> None:
        with suppress(ConnectionError):  # its end is seen where it is read
            while True:
                await self._process.write(await self._outgoing.get())

    async def _watch(self) -> None:
        """The process can end without its pipe being closed: something that it has started may hold that open."""
        await self._process.wait()
        await asyncio.sleep(_DRAIN_SECONDS)
        self._fail(self._stopped())

    async def _read(self) -> None:
        frames, decoder = FrameDecoder(FROM_HOST_LIMIT), of_host()
        try:
            while data := await self._process.read():
                for payload in frames.feed(data):
                    self._hear(decoder.decode(payload))
                await asyncio.sleep(0)  # a flood is always there to be read, and the program has more to do
        except FrameError as nonsense:
            log.warning("the plugin %s: %s", self._name, nonsense)
            self._fail(
                ToolSourceError(
                    say("The plugin {name} wrote where only Kireji's protocol may be, and was ended.", name=self._name),
                    say("Try again; if it happens again, tell its author."),
                )
            )
            return
        except Exception:  # our own fault: the calls end, and the next one begins anew
            log.exception("what the plugin %s said could not be taken", self._name)
            self._fail(ToolSourceError(say("Something in Kireji failed; the log says more.")))
            return
        with suppress(TimeoutError):  # it has closed its pipe, and lives on
            async with asyncio.timeout(_DRAIN_SECONDS):
                await self._process.wait()
        self._fail(self._stopped())

    def _stopped(self) -> ToolSourceError:
        code = self._process.returncode
        reason = say("without a reason") if code is None else say("exit code {code}", code=code)
        if code is not None and code < 0:
            reason = say("signal {number}", number=-code)
        return ToolSourceError(
            say("The plugin {name} stopped unexpectedly ({reason}).", name=self._name, reason=reason),
            say("Try again; its log may say why."),
        )

    def _fail(self, reason: ToolSourceError) -> None:
        """All that waits ends with this reason, and so does the process."""
        if self._over is not None:
            return
        self._over = reason
        for running in self._calls.values():
            if not running.outcome.done():
                running.outcome.set_result(reason)
        for event in self._abandoned.values():
            event.set()
        if self._request.locked():
            self._replies.put_nowait(reason)
        self._hold(self._process.end(0.0))

    def _hear(self, message: FromHost) -> None:
        """Raises FrameError where the host says what it should not."""
        match message:
            case Progress(call=number) if running := self._running(number):
                running.progress(message, self._loop.time())
                if running.progressed > PROGRESS_LIMIT:
                    raise FrameError("it says too often how far it is")
            case Ask(call=number) if running := self._running(number):
                self._ask(message, running)
            case Finished(call=number) if running := self._running(number):
                running.outcome.set_result(ToolOutput(message.content, message.is_error))
            case Finished(call=number) if number in self._abandoned:
                self._abandoned[number].set()
            case Progress() | Ask() | Finished():  # of a call that has ended: it may have been on its way
                self._strays += 1
                if self._strays > _STRAY_LIMIT:
                    raise FrameError("it talks of calls that nobody has made")
            case _:
                if not self._request.locked() or not self._replies.empty():
                    raise FrameError("it answers what nobody has asked")
                self._replies.put_nowait(message)

    def _running(self, number: int) -> _Running | None:
        running = self._calls.get(number)
        return None if running is None or running.outcome.done() else running

    def _ask(self, ask: Ask, running: _Running) -> None:
        running.asked += 1
        if running.asked > ASK_LIMIT:
            raise FrameError("it asks too often")
        assert running.group is not None
        task = running.group.create_task(self._give(ask, running.context))
        running.asks.add(task)
        task.add_done_callback(running.asks.discard)

    async def _give(self, ask: Ask, context: CallContext) -> None:
        try:
            answer = encoded(await _given(ask, context))
        except ToolRefused as refused:
            answer = encoded(Denied(ask.id, refused.sentence, refused=True))
        except KirejiError as error:
            answer = encoded(Denied(ask.id, error.sentence, refused=False))
        except Exception:  # our own fault: the call learns that there is nothing
            log.exception("what the plugin %s asked for could not be given", self._name)
            answer = encoded(Denied(ask.id, say("Something in Kireji failed; the log says more."), refused=False))
        if len(answer) > TO_HOST_LIMIT:
            answer = encoded(Denied(ask.id, say("It is too large to be passed on."), refused=False))
        self._outgoing.put_nowait(answer)


async def _given(ask: Ask, context: CallContext) -> Given:
    match ask.what:
        case "clipboard":
            content = await context.clipboard()
            return Clipped(ask.id, content.text, content.picture)
        case "capture":
            return Captured(ask.id, await context.capture())
        case "fetch":
            page = await context.fetch(ask.argument)
            return Fetched(ask.id, page.url, page.status, page.media_type, page.body, page.charset, page.location)
        case "open":
            return Opened(ask.id, await context.read(ask.argument))
    return Denied(ask.id, say("This is not to be had here."), refused=False)
