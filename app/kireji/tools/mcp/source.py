"""One server as a source of tools. It is started when it is first needed, and one task holds its connection."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from kireji.core.errors import StoreError, ToolSourceError
from kireji.core.tool_ports import CallContext, ChildProcesses, DescriptionStore
from kireji.core.tool_servers import ServerEntry, Stage, TestStep
from kireji.core.tools import Arguments, SourceKind, SourceState, SourceStatus, Tool, ToolOutput
from kireji.core.words import say
from kireji.tools.mcp.connection import START_SECONDS, Connector, Network, Opened, Steps
from kireji.tools.mcp.describing import core_tools
from kireji.tools.mcp.errors import ConnectionEnded, SessionLost, Unreached
from kireji.tools.mcp.resolution import Identity, Resolver, StageFailed
from kireji.tools.mcp.restarts import Restarts

if TYPE_CHECKING:
    from kireji.tools.mcp.session import Session

log = logging.getLogger(__name__)

_PATIENCE = 5.0
"""Seconds that a call waits for a server which may not be started again yet."""
_END_SECONDS = 8.0
"""For a server to end in order: its input is closed, it is asked, it is ended."""
_EXPLAIN_SECONDS = 1.0
_BETWEEN_LISTS = 1.0
"""Seconds between two looks at a list that its server says has changed."""


class Needs(NamedTuple):
    """What every server needs.

    Args:
        resolver: Fills in what entries refer to.
        children: Starts programs.
        network: Reaches addresses.
        descriptions: Keeps lists of tools.
        log: Gives the file for a server's standard error.
        changed: Told the id of a source whose status or tools changed.
        hold: Starts a task that lives until the program ends, at most.
        monotonic: Seconds of a clock that never goes back.
        start_seconds: How long a server may take until it has greeted.
    """

    resolver: Resolver
    children: ChildProcesses
    network: Network
    descriptions: DescriptionStore
    log: Callable[[str], str]
    changed: Callable[[str], None]
    hold: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    monotonic: Callable[[], float] = time.monotonic
    start_seconds: float = START_SECONDS


class _Connection:
    """One run of a server, from its start to its end.

    Attributes:
        opened: Its session and tools once it is ready.
        over: Set when it is over, or is to end.
        relist: Set when the list of tools may be another one.
        task: Holds it.
        calls: How many wait for an answer.
        lost: Why it is given up, where that was found by a call.
    """

    def __init__(self) -> None:
        self.opened: asyncio.Future[Session] = asyncio.get_running_loop().create_future()
        self.opened.add_done_callback(lambda done: done.cancelled() or done.exception())  # nobody need wait for it
        self.over = asyncio.Event()
        self.relist = asyncio.Event()
        self.task: asyncio.Task[None] | None = None
        self.calls = 0
        self.lost: StageFailed | None = None

    @property
    def session(self) -> Session | None:
        """The session while it can be used."""
        ready = self.opened.done() and not self.opened.cancelled() and self.opened.exception() is None
        return self.opened.result() if ready and not self.over.is_set() else None


class McpSource:
    """Satisfies ToolSource.

    Args:
        entry: The server.
        needs: What it is made of.
    """

    def __init__(self, entry: ServerEntry, needs: Needs) -> None:
        self.entry = entry
        self._needs = needs
        self._log = "" if entry.url else needs.log(entry.name)
        self._connector = Connector(
            entry, needs.resolver, needs.children, needs.network, self._log, needs.start_seconds
        )
        self._steps = Steps()
        self._restarts = Restarts()
        self._identity: Identity | None = None
        self._tools: tuple[Tool, ...] | None = None
        self._failure: StageFailed | None = None
        self._connection: _Connection | None = None

    @property
    def id(self) -> str:
        return self.entry.source

    def status(self) -> SourceStatus:
        """As in ToolSource."""
        identity = self._identity
        return SourceStatus(
            self.id,
            SourceKind.MCP,
            self.entry.name,
            self._state(),
            f"{self._failure.message} {self._failure.hint}".strip() if self._failure else self.entry.problem,
            identity.origin if identity else self.entry.place,
            identity.fingerprint if identity else "",
            self._log,
            tools=len(self._tools or ()),
        )

    async def identify(self) -> Identity | None:
        """Find out which server the entry means now; None when that cannot be said, and the status says why."""
        try:
            identity = await self._needs.resolver.identity(self.entry)
        except StageFailed as error:
            self._fail(error)
            return None
        if self._identity is not None and identity != self._identity:
            self._tools = None  # another program by the same name
        if self._failure is not None and self._failure.stage in (Stage.ENTRY, Stage.COMMAND):
            self._failure = None
        self._identity = identity
        return identity

    async def look_again(self) -> None:
        """Find out whether it is another server by now, unless one runs: that is still the one that was started."""
        identity = self._identity
        if self._connection is not None:
            return
        if identity is None or (identity.scripts and await asyncio.to_thread(identity.has_changed)):
            await self.identify()

    async def known(self) -> Sequence[Tool] | None:
        """As in ToolSource."""
        if self._tools is None and (identity := self._identity or await self.identify()) is not None:
            found = await self._needs.descriptions.described(self.id, identity.fingerprint)
            self._tools = None if found is None else tuple(found)
        return self._tools

    async def describe(self) -> Sequence[Tool]:
        """As in ToolSource."""
        self._restarts.forget()
        connection = self._connection
        if connection is not None and (session := connection.session) is not None:
            await self._list_anew(session)
        else:
            await self._session()
        return self._tools or ()

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        """As in ToolSource. Progress does not lengthen the time that a call has."""
        if self.entry.disabled:
            raise ToolSourceError(say("{server} is switched off.", server=self.entry.name))
        meant = self._identity
        try:
            async with asyncio.timeout(context.seconds):
                try:
                    return await self._called(tool, arguments, context, meant)
                except SessionLost:
                    await self.aclose()
                    return await self._called(tool, arguments, context, meant)
        except TimeoutError as error:
            raise ToolSourceError(
                say(
                    "{server} did not answer within {seconds} seconds.",
                    server=self.entry.name,
                    seconds=f"{context.seconds:g}",
                )
            ) from error

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        """Nobody but the server knows."""
        return ""

    async def test(self, told: Callable[[TestStep], None] | None = None) -> tuple[TestStep, ...]:
        """Go all the way to the tools; a server that runs is asked for its list once more.

        Args:
            told: Told of each stage as it passes or fails.
        """
        heard: list[TestStep] = []

        def once(step: TestStep) -> None:  # a failure is found on every floor that it passes
            if told is not None and step not in heard:
                heard.append(step)
                told(step)

        self._steps.told = once
        try:
            await self.describe()
        except StageFailed as error:
            self._steps.failed(error)
        except ToolSourceError as error:
            self._steps.failed(StageFailed(Stage.TOOLS, error.message, error.hint))
        finally:
            self._steps.told = None
        return self._steps.found

    async def aclose(self) -> None:
        """As in ToolSource."""
        connection = self._connection
        if connection is None or connection.task is None:
            return
        connection.over.set()
        if not connection.opened.done():
            connection.task.cancel()
        done, _ = await asyncio.wait((connection.task,), timeout=_END_SECONDS)
        if not done:
            connection.task.cancel()
            await asyncio.wait((connection.task,))

    async def _called(
        self, tool: Tool, arguments: Arguments, context: CallContext, meant: Identity | None
    ) -> ToolOutput:
        await self.look_again()
        self._must_be(meant)
        session, connection = await self._session(), self._connection
        self._must_be(meant)
        if connection is None:
            raise ToolSourceError(say("{server} ended before it was asked.", server=self.entry.name))
        connection.calls += 1
        try:
            return await session.call(tool.own_name, arguments, context.progress)
        except ConnectionEnded as error:
            raise await self._explained(error) from error
        except Unreached as error:
            if connection.calls == 1:  # other calls may still be answered
                connection.lost = StageFailed(Stage.START, error.message, error.hint)
                connection.over.set()
                self._fail(connection.lost)
            raise
        finally:
            connection.calls -= 1

    def _must_be(self, meant: Identity | None) -> None:
        """Raises ToolSourceError when it is not the program any more for which a call was allowed."""
        if meant is not None and self._identity != meant:
            raise ToolSourceError(say("{server} is another program now.", server=self.entry.name), say("Try again."))

    async def _explained(self, error: ConnectionEnded) -> ToolSourceError:
        """The same with how the server ended, where that is known in a moment."""
        if self._connection is not None and self._connection.task is not None:
            await asyncio.wait((self._connection.task,), timeout=_EXPLAIN_SECONDS)
        if self._failure is None:
            return error
        return ToolSourceError(f"{error.message} {self._failure.message}", self._failure.hint)

    def _state(self) -> SourceState:
        if self.entry.problem:
            return SourceState.FAILED
        connection = self._connection
        if connection is not None and connection.session is not None:
            return SourceState.READY
        if connection is not None and not connection.opened.done():
            return SourceState.STARTING
        if self._failure is not None:
            return SourceState.FAILED
        return SourceState.OFF if self.entry.disabled else SourceState.IDLE

    async def _session(self) -> Session:
        """The open session; a server that does not run is started, for all who wait."""
        if self._connection is not None and self._connection.over.is_set() and self._connection.task is not None:
            await asyncio.wait((self._connection.task,))  # it is on its way out
        if self._connection is None:
            await self._rest()
        if self._connection is None:
            connection = _Connection()
            connection.task = self._needs.hold(self._hold(connection))
            self._connection = connection
            self._steps.begin()
            self._failure = None
            self._needs.changed(self.id)
        return await asyncio.shield(self._connection.opened)

    async def _rest(self) -> None:
        """Wait until it may be started again after it has failed.

        Raises:
            ToolSourceError: That would take too long.
        """
        wait = self._restarts.wait(self._needs.monotonic())
        if wait > _PATIENCE:
            why = self._failure
            raise ToolSourceError(
                say(
                    "{server} failed {times} times and is tried again in {seconds} seconds. {why}",
                    server=self.entry.name,
                    times=self._restarts.failures,
                    seconds=round(wait),
                    why=why.message if why else "",
                ).strip(),
                say("Test it in Settings, Tools, to try at once."),
            )
        if wait:
            await asyncio.sleep(wait)

    async def _hold(self, connection: _Connection) -> None:
        """Hold one connection from its start to its end; nothing is raised."""
        failure: StageFailed | None = None
        try:
            failure = await self._run(connection)
            if failure is not None and self._connector.worth_another_try():
                connection.over.clear()
                failure = await self._run(connection)
        except Exception:  # our own fault must not end the other servers
            log.exception("the connection to %s failed", self.id)
            failure = StageFailed(Stage.PROTOCOL, say("The connection failed; the log says more."))
        finally:
            self._ended(connection, failure)

    async def _run(self, connection: _Connection) -> StageFailed | None:
        """Open a connection and attend to it until it is over; returns why, where that was not wanted."""
        if await self.identify() is None:
            return self._failure
        try:
            async with self._connector.open(self._steps, connection.relist.set, connection.over) as opened:
                await self._keep(opened)
                self._restarts.started(self._needs.monotonic())
                connection.opened.set_result(opened.session)
                self._needs.changed(self.id)
                await self._attend(connection, opened.session)
        except StageFailed as error:
            return error
        except StoreError as error:
            return StageFailed(Stage.TOOLS, error.message, error.hint)
        return connection.lost

    def _ended(self, connection: _Connection, failure: StageFailed | None) -> None:
        if failure is not None:
            self._restarts.failed(self._needs.monotonic())
            self._fail(failure)
        connection.over.set()
        if not connection.opened.done():
            connection.opened.set_exception(
                failure or ToolSourceError(say("{server} was ended before it had started.", server=self.entry.name))
            )
        self._connection = None
        self._needs.changed(self.id)

    async def _attend(self, connection: _Connection, session: Session) -> None:
        """Look at the list again whenever it has changed, until the connection is over."""
        async with asyncio.TaskGroup() as group:
            others = (
                group.create_task(session.listen(connection.relist.set)),
                group.create_task(self._follow(connection, session)),
            )
            await connection.over.wait()
            for task in others:
                task.cancel()

    async def _follow(self, connection: _Connection, session: Session) -> None:
        while True:
            await connection.relist.wait()
            await asyncio.sleep(_BETWEEN_LISTS)
            connection.relist.clear()
            try:
                await self._list_anew(session)
            except (ToolSourceError, StoreError) as error:
                log.info("the changed list of %s could not be read: %s", self.id, type(error).__name__)

    async def _list_anew(self, session: Session) -> None:
        await self._keep(Opened(session, await session.tools()))
        self._needs.changed(self.id)

    async def _keep(self, opened: Opened) -> None:
        tools = core_tools(opened.tools, self.entry.name)
        left_out = len(opened.tools) - len(tools)
        sentence = say("1 tool") if len(tools) == 1 else say("{number} tools", number=len(tools))
        if left_out:
            sentence = say("{number} tools; {others} cannot be used", number=len(tools), others=left_out)
        self._steps.passed(Stage.TOOLS, sentence)
        self._tools = tools
        if self._identity is not None:
            await self._needs.descriptions.keep_description(self.id, self._identity.fingerprint, tools)

    def _fail(self, failure: StageFailed) -> None:
        self._failure = failure
        self._steps.failed(failure)
