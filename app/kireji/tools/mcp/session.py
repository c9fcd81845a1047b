"""An open connection to a server: its tools listed within bounds, its tools called.

Imported only when a server is started, because the protocol's library takes about a second to load.
"""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import mcp_types
from mcp.client.client import Client
from mcp.client.subscriptions import ListenNotSupportedError, SubscriptionLost
from mcp.shared.exceptions import MCPError

from kireji import __version__
from kireji.core.errors import ToolSourceError
from kireji.core.tools import ToolOutput
from kireji.core.words import say
from kireji.tools.mcp.describing import ListedTool
from kireji.tools.mcp.errors import ConnectionEnded, SessionLost, Trouble, Unreached, asking
from kireji.tools.mcp.results import tool_output

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams

log = logging.getLogger(__name__)

MOST_TOOLS = 1000
MOST_LISTED = 10 << 20
"""Bytes of all descriptions and schemas together."""
_MOST_PAGES = 200
_CLOSED, _ERROR_ANSWER, _STREAM = "Connection closed", "Server returned an error response", "SSE stream"
"""What the protocol's library says (mcp 2.3, jsonrpc_dispatcher and streamable_http)."""
_TALKATIVE = ("mcp", "client", "httpx2", "httpcore2")
_LISTEN_AGAIN = (2.0, 15.0, 60.0, 300.0)
"""Seconds until a lost subscription is asked for again."""
_LIST_SECONDS = 60.0
_PROGRESS_SECONDS = 0.05
"""More often nobody can read how far a call is."""
_THREAD_FROM = 1 << 18
"""Characters of a result from which on it is decoded in a thread."""


class Session:
    """One connection.

    Args:
        client: Connected.
        server: How sentences call the server.
        why: What stands behind an answer of which the protocol's library only says that it is an error, given what went
            wrong with its request.
    """

    def __init__(self, client: Client, server: str, why: Callable[[Trouble], ToolSourceError] | None = None) -> None:
        self._client = client
        self._server = server
        self._why = why

    @property
    def protocol(self) -> str:
        """The version of the protocol that is spoken."""
        return self._client.protocol_version

    @property
    def title(self) -> str:
        """Name and version as the server says, shortened; empty when it does not."""
        info = self._client.server_info
        return f"{info.title or info.name} {info.version}".strip()[:100] if info else ""

    async def tools(self) -> tuple[ListedTool, ...]:
        """All tools of the server, page by page.

        Raises:
            ToolSourceError: It does not list them, or lists more than anybody needs.
        """
        found: list[ListedTool] = []
        size, cursor = 0, None
        seen: set[str] = set()
        capability = self._client.server_capabilities.tools
        if capability is None and self._client.session.initialize_result is not None:
            return ()
        try:
            with asking() as trouble:
                async with asyncio.timeout(_LIST_SECONDS):
                    for _ in range(_MOST_PAGES):
                        page = await self._client.list_tools(cursor=cursor)
                        for tool in page.tools:
                            found.append(listed := ListedTool.of(tool.model_dump(by_alias=True, exclude_none=True)))
                            size += len(listed.schema) + len(listed.description)
                        if len(found) > MOST_TOOLS or size > MOST_LISTED:
                            raise ToolSourceError(
                                say("{server} lists more than {most} tools.", server=self._server, most=MOST_TOOLS)
                                if len(found) > MOST_TOOLS
                                else say("{server} describes its tools in more than 10 MB.", server=self._server),
                                say("Use a server with fewer tools."),
                            )
                        cursor = page.next_cursor
                        if cursor is None:
                            return tuple(found)
                        if cursor in seen:
                            break
                        seen.add(cursor)
        except TimeoutError as error:
            raise ToolSourceError(
                say("{server} did not list its tools within {seconds} seconds.", server=self._server, seconds="60")
            ) from error
        except Exception as error:  # the library passes on what its layers raise; `_failure` tells what it means
            raise self._failure(error, trouble) from error
        raise ToolSourceError(say("{server} never comes to the end of its list of tools.", server=self._server))

    async def call(
        self, name: str, arguments: Mapping[str, Any], say_progress: Callable[[str, float | None], None]
    ) -> ToolOutput:
        """Call a tool. Cancelling it tells the server; what it answers after that is not heard.

        Raises:
            SessionLost: The server does not know this connection any more; it has done nothing.
            ToolSourceError: The server broke off, or its answer is not what the protocol says.
        """
        shown = -math.inf

        async def told(progress: float, total: float | None, message: str | None) -> None:
            nonlocal shown
            if time.monotonic() - shown < _PROGRESS_SECONDS:
                return
            shown = time.monotonic()
            fraction = min(1.0, max(0.0, progress / total)) if total and total > 0 else None
            say_progress((message or "")[:200], fraction)

        try:
            with asking() as trouble:
                result = await self._client.call_tool(name, dict(arguments), progress_callback=told)
            large = sum(len(getattr(each, "data", "") or "") for each in result.content) > _THREAD_FROM
            return await asyncio.to_thread(tool_output, result) if large else tool_output(result)
        except Exception as error:  # as above: one call has failed, whatever the server made of it
            raise self._failure(error, trouble) from error

    async def listen(self, changed: Callable[[], None]) -> None:
        """Tell of changes of the list of tools, where that has to be asked for; ends when the server ends it."""
        capability = self._client.server_capabilities.tools
        if not (capability and capability.list_changed):
            return
        for wait in _LISTEN_AGAIN:
            try:
                async with self._client.listen(tools_list_changed=True) as subscription:
                    async for _ in subscription:
                        changed()
                return
            except ListenNotSupportedError:
                return  # the handshake's revisions send notices by themselves
            except (MCPError, SubscriptionLost, TimeoutError) as error:
                log.info("a server tells of no changes for now: %s", type(error).__name__)
            await asyncio.sleep(wait)
            changed()

    def _failure(self, error: Exception, trouble: Trouble) -> ToolSourceError:
        """What a failure of the protocol's library means.

        Args:
            error: What it raised.
            trouble: Of the request.
        """
        if isinstance(error, ToolSourceError):
            return error
        if self._why is not None and trouble.error is not None:
            return self._why(trouble)
        if isinstance(error, MCPError):
            if error.code == mcp_types.CONNECTION_CLOSED and error.message == _CLOSED:  # the number may be theirs
                return ConnectionEnded(say("{server} ended before it had answered.", server=self._server))
            if error.code == mcp_types.INVALID_REQUEST and error.message == "Session terminated":
                return SessionLost(say("{server} has forgotten the connection.", server=self._server))
            if self._why is not None and error.message == _ERROR_ANSWER:
                return self._why(trouble)
            if error.code == mcp_types.CONNECTION_CLOSED and error.message.startswith(_STREAM):
                return Unreached(
                    say("The connection to {server} was lost before it had answered.", server=self._server)
                )
            said = " ".join(str(error.message).split())[:500]
            return ToolSourceError(say("{server} refused: {said}", server=self._server, said=said))
        log.info("a server broke the protocol: %s", type(error).__name__)
        return ToolSourceError(
            say("{server} answered with what is not the protocol.", server=self._server), detail=type(error).__name__
        )


@asynccontextmanager
async def open_session(
    transport: AbstractAsyncContextManager[TransportStreams],
    server: str,
    changed: Callable[[], None],
    *,
    legacy: bool = False,
    why: Callable[[Trouble], ToolSourceError] | None = None,
) -> AsyncIterator[Session]:
    """Connect: find out which revision of the protocol the server speaks, and greet it.

    Enter and leave it in the same task. Sampling, elicitation and roots are not offered, and refused when asked for.

    Args:
        transport: Not entered yet.
        server: How sentences call the server.
        changed: Called when the list of tools may be another one.
        legacy: Greet as before 2026, without asking for the revision first.
        why: As in Session.

    Raises:
        Exception: Whatever the protocol's library and the transport raise; an ExceptionGroup as well.
    """
    for name in _TALKATIVE:  # they log what servers send, as text of exceptions
        logging.getLogger(name).setLevel(logging.CRITICAL)

    async def on_message(message: object) -> None:
        if isinstance(message, mcp_types.ToolListChangedNotification):
            changed()

    client = Client(
        transport,
        message_handler=on_message,
        client_info=mcp_types.Implementation(name="kireji", title="Kireji", version=__version__),
        mode="legacy" if legacy else "auto",
        cache=None,  # what is kept of a server is kept by its fingerprint, across runs of the program
    )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(client)
        # The library would hold results to the schemas that the server declares for them: with patterns of the server's
        # choice, in the loop. Nothing here relies on results having a shape.
        vars(client.session)["validate_tool_result"] = _taken_as_it_is
        yield Session(client, server, why)


async def _taken_as_it_is(name: str, result: mcp_types.CallToolResult) -> None:
    """No check of a result against the schema that its server declares."""
