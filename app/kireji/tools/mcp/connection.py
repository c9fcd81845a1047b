"""The way to a server's tools, stage by stage; what each finds is kept for the person who asks why it does not work."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.provider_ports import Gate
from kireji.core.tool_ports import ChildProcesses
from kireji.core.tool_servers import ServerEntry, Stage, TestStep, host_of, shown_address
from kireji.core.words import say
from kireji.tools.mcp.errors import NotLetOut, SessionLost, Trouble, Unreached
from kireji.tools.mcp.resolution import Launch, Resolver, StageFailed

if TYPE_CHECKING:
    from kireji.tools.mcp.describing import ListedTool
    from kireji.tools.mcp.http import Connecting
    from kireji.tools.mcp.session import Session

START_SECONDS = 60.0
"""From the start of the program to its greeting; a first start may have to load the server from a registry."""
_FORGOTTEN = (400, 404)
"""What servers answer to a session they do not know any more: 404 by the specification, many 400."""
_LINES = 12
_LONGEST_LINE = 300
_TAIL = 16384


class Network(NamedTuple):
    """How servers with an address are reached.

    Args:
        connecting: Proxies and certificates as they are now; may block.
        gate: Records every request.
    """

    connecting: Callable[[], Connecting]
    gate: Gate


class Opened(NamedTuple):
    """A connection to a server, and its tools."""

    session: Session
    tools: tuple[ListedTool, ...]


class Steps:
    """What was found on the way, for a test.

    Attributes:
        told: Told of each stage as it passes or fails; None while nobody tests.
    """

    def __init__(self) -> None:
        self._found: list[TestStep] = []
        self.told: Callable[[TestStep], None] | None = None

    @property
    def found(self) -> tuple[TestStep, ...]:
        return tuple(self._found)

    def begin(self) -> None:
        """Forget an earlier way."""
        self._found.clear()

    def passed(self, stage: Stage, sentence: str) -> None:
        """A stage went well; what was found at it before is replaced."""
        self._add(TestStep(stage, True, sentence))

    def failed(self, failure: StageFailed) -> None:
        """The way ends here."""
        if failure.stage is Stage.COMMAND and not self._found:
            self.passed(Stage.ENTRY, say("The entry is complete."))
        self._add(TestStep(failure.stage, False, failure.message, failure.hint, failure.lines))

    def _add(self, step: TestStep) -> None:
        self._found = [*(one for one in self._found if one.stage is not step.stage), step]
        if self.told is not None:
            self.told(step)


class Connector:
    """Opens connections to one server.

    Args:
        entry: The server.
        resolver: Fills in what the entry refers to.
        children: Starts programs.
        network: Reaches addresses.
        log: File that takes the program's standard error.
        seconds: From the start of the program, or the first request, to the greeting.
    """

    def __init__(
        self,
        entry: ServerEntry,
        resolver: Resolver,
        children: ChildProcesses,
        network: Network,
        log: str,
        seconds: float = START_SECONDS,
    ) -> None:
        self._entry = entry
        self._resolver = resolver
        self._children = children
        self._network = network
        self._log = log
        self._seconds = seconds
        self._legacy = False
        self._once_more = False

    def worth_another_try(self) -> bool:
        """Whether what failed last may go well when the server is greeted as before 2026; true once for a failure."""
        once_more, self._once_more = self._once_more, False
        return once_more

    @asynccontextmanager
    async def open(self, steps: Steps, changed: Callable[[], None], over: asyncio.Event) -> AsyncIterator[Opened]:
        """Go all the way to the tools. Enter and leave it in the same task; leaving ends the server.

        Args:
            steps: Takes what is found.
            changed: Called when the list of tools may be another one.
            over: Set when the connection is over by itself.

        Raises:
            StageFailed: On entering: one of the stages. Afterwards: the connection broke off.
        """
        launch = await self._resolver.launch(self._entry)
        steps.passed(Stage.ENTRY, say("The entry is complete."))
        session = await asyncio.to_thread(_session_library)
        opening = self._reach if launch.url else self._start
        async with opening(launch, steps, changed, over, session) as opened:
            yield opened

    @asynccontextmanager
    async def _start(
        self, launch: Launch, steps: Steps, changed: Callable[[], None], over: asyncio.Event, library: Any
    ) -> AsyncIterator[Opened]:
        steps.passed(Stage.COMMAND, launch.command[0])
        stdio = await asyncio.to_thread(_stdio_library)
        beginning = await asyncio.to_thread(_prepared, self._log)
        try:
            child = await self._children.start(
                launch.command, environ=launch.environ, folder=launch.folder, log=self._log
            )
        except KirejiError as error:
            raise StageFailed(Stage.START, error.message, error.hint) from error
        steps.passed(Stage.START, say("Process {number} was started.", number=child.pid))
        faults = stdio.Faults(over)
        stage = Stage.PROTOCOL
        try:
            transport = stdio.stdio_transport(child, faults)
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._seconds):
                    opening = library.open_session(transport, self._entry.name, changed, legacy=self._legacy)
                    session = await stack.enter_async_context(opening)
                steps.passed(Stage.PROTOCOL, _greeting(session))
                stage = Stage.TOOLS
                tools = await session.tools()
                yield Opened(session, tools)
            if faults.sentence or faults.left:
                raise await asyncio.to_thread(self._broken, faults, stage, None, beginning)
        except StageFailed:
            raise
        except Exception as error:  # the library passes on what its layers raise; which of it is ours, `_broken` tells
            # Some servers end when they are asked for a revision of the protocol before they were greeted.
            self._once_more = stage is Stage.PROTOCOL and faults.code is not None and not self._legacy
            self._legacy = self._once_more
            raise await asyncio.to_thread(self._broken, faults, stage, error, beginning) from error

    @asynccontextmanager
    async def _reach(
        self, launch: Launch, steps: Steps, changed: Callable[[], None], over: asyncio.Event, library: Any
    ) -> AsyncIterator[Opened]:
        steps.passed(Stage.COMMAND, shown_address(launch.url))
        http = await asyncio.to_thread(_http_library)
        trouble = Trouble()

        def why(own: Trouble) -> ToolSourceError:
            found = self._unreached(launch.url, Stage.PROTOCOL, own, None)
            if own.error is not None:
                return NotLetOut(found.message, found.hint)
            if own.reason:
                return Unreached(found.message, found.hint)
            if own.status in _FORGOTTEN:
                return SessionLost(found.message, found.hint)
            return ToolSourceError(found.message, found.hint)

        stage = Stage.START
        try:
            connecting = await asyncio.to_thread(self._network.connecting)
            transport = http.http_transport(
                launch.url, launch.headers, connecting, self._network.gate, self._entry.source, trouble
            )
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(self._seconds):
                    opening = library.open_session(transport, self._entry.name, changed, why=why)
                    session = await stack.enter_async_context(opening)
                steps.passed(Stage.START, say("{host} answers.", host=host_of(launch.url)))
                steps.passed(Stage.PROTOCOL, _greeting(session))
                stage = Stage.TOOLS
                tools = await session.tools()
                yield Opened(session, tools)
        except StageFailed:
            raise
        except Exception as error:  # as over pipes: anything of the library's layers
            raise self._unreached(launch.url, stage, trouble, error) from error

    def _broken(self, faults: Any, stage: Stage, error: Exception | None, beginning: int) -> StageFailed:
        """Why a program did not come to its tools, or broke off; blocks for its log."""
        lines = last_lines(self._log, beginning) or ((faults.noise,) if faults.noise else ())
        ours = _ours(error)
        if ours is not None and faults.code is None and not faults.sentence:
            return StageFailed(stage, ours.message, ours.hint, lines)
        hint = say("See what it wrote on its standard error.") if lines else say("Try its command in a terminal.")
        if faults.sentence:
            return StageFailed(stage, faults.sentence, hint, lines)
        if faults.code is not None:
            return StageFailed(stage, ending(faults.code), hint, lines)
        if faults.noise:
            said = say("It does not speak the protocol: on its standard output it wrote “{line}”.", line=faults.noise)
            return StageFailed(stage, said, say("Check that the command starts a server over stdio."), lines)
        if isinstance(error, TimeoutError):
            said = say("It did not answer within {seconds} seconds.", seconds=f"{self._seconds:g}")
            return StageFailed(stage, said, hint, lines)
        return StageFailed(stage, say("It closed the connection."), hint, lines)

    def _unreached(self, url: str, stage: Stage, trouble: Trouble, error: Exception | None) -> StageFailed:
        """Why an address did not lead to tools, or the connection broke off."""
        host = host_of(url)
        ours = _ours(error)
        refusal = ours if isinstance(ours, NotLetOut) else trouble.error
        if refusal is not None:
            return StageFailed(stage, refusal.message, refusal.hint)
        if trouble.reason:
            message = say("{host} cannot be used: {reason}.", host=host, reason=trouble.reason)
            return StageFailed(stage, message, say("Check the address and the settings of the network."))
        if trouble.status and stage is Stage.START:
            stage = Stage.PROTOCOL
        if trouble.status in (401, 403):
            message = say("{host} refuses (status {status}).", host=host, status=trouble.status)
            return StageFailed(stage, message, say("Put the key or token it wants into headers, as Authorization."))
        if trouble.status >= 300:
            message = say(
                "{host} answers with status {status} instead of the protocol.", host=host, status=trouble.status
            )
            return StageFailed(stage, message, say("Check the address; most end with /mcp."))
        if ours is not None:
            return StageFailed(stage, ours.message, ours.hint)
        if isinstance(error, TimeoutError):
            message = say("{host} did not answer within {seconds} seconds.", host=host, seconds=f"{self._seconds:g}")
            return StageFailed(stage, message, say("Try again later."))
        message = say("{host} does not answer as the protocol wants.", host=host)
        return StageFailed(stage, message, say("Check the address; most end with /mcp."))


# Loaded in a thread, because that takes up to a second; named as imports, so that a frozen build finds them.


def _session_library() -> Any:
    from kireji.tools.mcp import session

    return session


def _stdio_library() -> Any:
    from kireji.tools.mcp import stdio

    return stdio


def _http_library() -> Any:
    from kireji.tools.mcp import http

    return http


def _ours(error: BaseException | None) -> KirejiError | None:
    """The failure that already has a sentence; the tasks of a connection wrap what passes through them."""
    if isinstance(error, BaseExceptionGroup):
        return next((found for each in error.exceptions if (found := _ours(each)) is not None), None)
    return error if isinstance(error, KirejiError) else None


def _greeting(session: Session) -> str:
    return say("{server}, protocol {version}", server=session.title or say("no name"), version=session.protocol)


def ending(code: int) -> str:
    """How a program ended, as a sentence."""
    if code < 0:
        return say("It was ended by signal {number}.", number=-code)
    return say("It ended by itself with code {code}.", code=code)


def last_lines(log: str, beginning: int = 0) -> tuple[str, ...]:
    """The last lines that a program wrote on its standard error since `beginning`."""
    try:
        with open(log, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(size - _TAIL, beginning if beginning <= size else 0, 0))
            text = file.read(_TAIL).decode(errors="replace")
    except OSError:
        return ()
    lines = (line.strip()[:_LONGEST_LINE] for line in text.splitlines())
    return tuple(line for line in lines if line)[-_LINES:]


def _prepared(path: str) -> int:
    """The length of a log that is about to be written to; its folder is made, without which nothing would be kept."""
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.path.getsize(path)
    except OSError:
        return 0
