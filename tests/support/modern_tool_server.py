"""A server of tools made with the official library, which speaks the newest revision of the protocol and the old ones.

modern_tool_server.py stdio
modern_tool_server.py http PORT [TOKEN]
"""

from __future__ import annotations

import base64
import sys

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import AudioContent, CallToolResult, EmbeddedResource, ImageContent, TextContent, TextResourceContents

DOT = base64.b64encode(b"\x89PNG\r\n\x1a\n not really").decode()

server = MCPServer("modern", version="2.0")


@server.tool(title="Add two numbers", annotations={"readOnlyHint": True, "openWorldHint": False})  # type: ignore[arg-type]
def add(first: int, second: int = 1) -> int:
    """Add two whole numbers."""
    return first + second


@server.tool()
def everything() -> CallToolResult:
    """Content of each kind."""
    return CallToolResult(
        content=[
            TextContent(type="text", text="words"),
            ImageContent(type="image", data=DOT, mime_type="image/png"),
            AudioContent(type="audio", data=DOT, mime_type="audio/wav"),
            EmbeddedResource(
                type="resource", resource=TextResourceContents(uri="note://one", text="a note", mime_type="text/plain")
            ),
        ]
    )


@server.tool()
async def far(ctx: Context) -> str:
    """Says how far it is."""
    await ctx.report_progress(1, 2, "half")
    return "there"


@server.tool()
async def slow(seconds: float) -> str:
    """Takes its time."""
    import anyio

    await anyio.sleep(seconds)
    return "slept"


def main() -> None:
    if sys.argv[1] == "stdio":
        server.run("stdio")
        return
    import uvicorn

    app = server.streamable_http_app(
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    token = sys.argv[3] if len(sys.argv) > 3 else ""

    async def guarded(scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] == "http" and token and dict(scope["headers"]).get(b"authorization") != token.encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"no"})
            return
        await app(scope, receive, send)

    certificate = sys.argv[4] if len(sys.argv) > 4 else None
    uvicorn.run(guarded, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", ssl_certfile=certificate)


if __name__ == "__main__":
    main()
