"""Tries the protocol of servers with one that is in this process and can do one thing.

Imported only for the self-test: the protocol's library takes about a second to load.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import anyio
import mcp_types
from mcp.shared.message import SessionMessage

from kireji.core.errors import ToolSourceError
from kireji.core.tools import TextOutput
from kireji.tools.mcp.session import open_session

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.client._transport import TransportStreams

_HEARD = "heard"


async def try_servers() -> str:
    """Greet it, list its tools, call the one.

    Returns:
        What was done, as a sentence.

    Raises:
        ToolSourceError: It does not work.
    """
    async with open_session(_transport(), "The server in this process", lambda: None, legacy=True) as session:
        (tool,) = await session.tools()
        output = await session.call("hear", {}, lambda _text, _fraction: None)
        protocol = session.protocol
    said = [each.text for each in output.content if isinstance(each, TextOutput)]
    if tool.name != "hear" or said != [_HEARD]:
        raise ToolSourceError(f"The protocol of servers brought what it should not: {said}.", "Install Kireji again.")
    return f"A server was greeted, listed and called (protocol {protocol})."


@asynccontextmanager
async def _transport() -> AsyncIterator[TransportStreams]:
    """The client's two ends; the other two are the server's."""
    answers, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](10)
    write_stream, asked = anyio.create_memory_object_stream[SessionMessage](10)
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(_serve(asked, answers))
        try:
            yield read_stream, write_stream
        finally:
            for stream in (read_stream, write_stream, answers, asked):
                stream.close()
            serving.cancel()


async def _serve(
    asked: MemoryObjectReceiveStream[SessionMessage], answers: MemoryObjectSendStream[SessionMessage | Exception]
) -> None:
    async for message in asked:
        request = message.message
        if isinstance(request, mcp_types.JSONRPCRequest):
            result = _result(request.method, request.params or {})
            response = mcp_types.JSONRPCResponse(jsonrpc="2.0", id=request.id, result=result)
            await answers.send(SessionMessage(response))


def _result(method: str, params: dict[str, Any]) -> dict[str, Any]:
    if method == "initialize":
        info = {"name": "self-test", "version": "1"}
        return {"protocolVersion": params["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": info}
    if method == "tools/list":
        return {"tools": [{"name": "hear", "inputSchema": {"type": "object"}}]}
    return {"content": [{"type": "text", "text": _HEARD}]}
