"""A page of this computer that a browser is sent to after a sign-in; made for one visit."""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qsl, urlsplit

from kireji.core.errors import ConnectionFailed
from kireji.core.words import mark, say

_PORT = 3000
"""What OpenRouter's documentation names for programs of a desktop; any other works too."""
_HEAD_BYTES = 16_384
_SECONDS = 10.0
_ATTEMPTS = 5
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Kireji</title>'
    "<style>body{{font:1.1rem/1.5 system-ui,sans-serif;margin:20vh auto;max-width:30rem;padding:0 1rem}}</style>"
    "<p>{text}</p></html>"
)
_DONE = mark("Kireji has what it needs. You can close this page.")
_REFUSED = mark("Nothing was allowed. You can close this page and try again in Kireji.")
_INCOMPLETE = mark("Something is missing in this address. Try again in Kireji.")


class LoopbackCallback:
    """The page, while it is open.

    Attributes:
        url: Its address; the path cannot be guessed.
    """

    def __init__(self, port: int) -> None:
        self._path = f"/{secrets.token_urlsafe(16)}"
        self._hosts = {f"{name}:{port}" for name in ("localhost", "127.0.0.1", "[::1]")}
        self._visited: asyncio.Future[Mapping[str, str]] = asyncio.get_running_loop().create_future()
        self.url = f"http://localhost:{port}{self._path}"

    async def visit(self) -> Mapping[str, str]:
        """Wait for the browser; the query's fields (`code`, or `error`)."""
        return await asyncio.shield(self._visited)

    def answer(self, head: bytes) -> tuple[str, str]:
        """Status line and text for a request.

        Args:
            head: The request up to its empty line.
        """
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = urlsplit(rest.rpartition(" ")[0])
        names = [line.partition(":")[2].strip().lower() for line in lines[1:] if line.lower().startswith("host:")]
        if len(names) != 1 or names[0] not in self._hosts or target.path != self._path:
            return "404 Not Found", "There is nothing here."
        if method != "GET":
            return "405 Method Not Allowed", "This page can only be read."
        fields = dict(parse_qsl(target.query))
        if not fields.keys() & {"code", "error"}:
            return "400 Bad Request", say(_INCOMPLETE)
        if not self._visited.done():
            self._visited.set_result(fields)
        return "200 OK", say(_REFUSED) if "error" in fields else say(_DONE)


class LoopbackListener:
    """Opens such pages on the loopback interface.

    Args:
        port: What is tried first; a free one is taken when it is in use.
    """

    def __init__(self, port: int = _PORT) -> None:
        self._port = port

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[LoopbackCallback]:
        """A page for one visit; leaving the context closes it.

        Raises:
            ConnectionFailed: No port could be opened.
        """
        sockets = _bound(self._port)
        callback = LoopbackCallback(sockets[0].getsockname()[1])
        writers: set[asyncio.StreamWriter] = set()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.add(writer)
            try:
                await _serve(reader, writer, callback)
            finally:
                writers.discard(writer)
                writer.close()

        servers = [await asyncio.start_server(serve, sock=item, limit=_HEAD_BYTES) for item in sockets]
        try:
            yield callback
        finally:
            for server in servers:
                server.close()
            for writer in tuple(writers):
                writer.close()
            for server in servers:
                await server.wait_closed()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, callback: LoopbackCallback) -> None:
    with suppress(TimeoutError, OSError, asyncio.IncompleteReadError):
        async with asyncio.timeout(_SECONDS):
            try:
                status, text = callback.answer(await reader.readuntil(b"\r\n\r\n"))
            except asyncio.LimitOverrunError:
                status, text = "431 Request Header Fields Too Large", "This request is too long."
            except ValueError:  # not an address
                status, text = "400 Bad Request", say(_INCOMPLETE)
            page = _PAGE.format(text=text).encode()
            head = (
                f"HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {len(page)}\r\n"
                "connection: close\r\ncache-control: no-store\r\nreferrer-policy: no-referrer\r\n"
                "content-security-policy: default-src 'none'; style-src 'unsafe-inline'\r\n\r\n"
            )
            writer.write(head.encode() + page)
            await writer.drain()


def _bound(port: int) -> list[socket.socket]:
    """Sockets on 127.0.0.1 and, where there is IPv6, on ::1, of one port that nobody else has on either.

    A browser may try either address for `localhost`; a stranger on the other would be given the code.
    """
    for number in (port, *(0,) * _ATTEMPTS):
        try:
            return _pair(number)
        except OSError:
            continue
    raise ConnectionFailed(
        say("No port of this computer could be opened for the browser's answer."),
        say("Close a program that listens on many ports, or paste a key instead."),
    )


def _pair(port: int) -> list[socket.socket]:
    first = _socket(socket.AF_INET, "127.0.0.1", port)
    try:
        return [first, _socket(socket.AF_INET6, "::1", first.getsockname()[1])]
    except OSError as error:
        if error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
            return [first]
        first.close()
        raise


def _socket(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((host, port))
        made.listen(8)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
