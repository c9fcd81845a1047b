"""The protocol over the standard streams of a child process: one JSON message a line, in both directions.

Imported only when a server is started.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

import anyio
import mcp_types
from mcp.shared.message import SessionMessage

from kireji.core.tool_ports import ChildProcess
from kireji.core.words import say

if TYPE_CHECKING:
    from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
    from mcp.client._transport import TransportStreams

log = logging.getLogger(__name__)

LONGEST_LINE = 32 << 20
"""Bytes of one message; a picture of the largest screen is a third of it."""
MOST_NOISE = 4 << 20
"""Bytes on standard output that are no messages; a few lines from an installer are usual."""
GRACE_SECONDS = 2.0
_FLUSH_SECONDS = 0.5
_PIECE = 1 << 16
_BUSY_SECONDS = 0.005
_WAITING = 100
"""Messages that wait for a server which does not read. Ending a call says so to the server, and waits for the room."""
_THREAD_FROM = 1 << 18
"""Bytes of a message from which on it is read in a thread: below, that takes less than a frame."""


class Faults:
    """What a server did against the protocol.

    Args:
        ended: Set when the connection is over.

    Attributes:
        sentence: Why the connection was given up; empty when it was not.
        noise: The beginning of the first line on its standard output that is no message.
        closed: Whether the server has closed its standard output.
        left: Whether it had done so before the connection was ended here.
        code: With what it ended by itself; None when it had not.
    """

    def __init__(self, ended: asyncio.Event) -> None:
        self.ended = ended
        self.sentence = ""
        self.noise = ""
        self.closed = False
        self.left = False
        self.code: int | None = None


class Lines:
    """Cuts bytes into lines, at line feeds only. Pure.

    Args:
        longest: Bytes of a line, at most.
    """

    def __init__(self, longest: int = LONGEST_LINE) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._size = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The lines that are whole now, without their ends.

        Raises:
            OverflowError: A line is too long.
        """
        lines: list[bytes] = []
        *whole, rest = data.split(b"\n")
        for piece in whole:
            self._hold(piece)
            lines.append(b"".join(self._pieces).removesuffix(b"\r"))
            self._pieces, self._size = [], 0
        self._hold(rest)
        return lines

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._size += len(piece)
        if self._size > self._longest:
            raise OverflowError(self._size)


@asynccontextmanager
async def stdio_transport(child: ChildProcess, faults: Faults) -> AsyncIterator[TransportStreams]:
    """The two streams of messages that the client wants; leaving the context ends the child.

    Args:
        child: Just started.
        faults: Takes what the server does wrong.
    """
    arriving, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    write_stream, leaving = anyio.create_memory_object_stream[SessionMessage](_WAITING)
    written, draining = asyncio.Event(), anyio.CancelScope(shield=True)
    async with anyio.create_task_group() as group:
        group.start_soon(_read, child, arriving, faults, draining)
        group.start_soon(_write, child, leaving, arriving, written)
        try:
            yield read_stream, write_stream
        finally:
            faults.left = faults.closed
            with anyio.CancelScope(shield=True):
                read_stream.close()
                write_stream.close()
                with anyio.move_on_after(_FLUSH_SECONDS):
                    await written.wait()
                if faults.left:
                    with anyio.move_on_after(_FLUSH_SECONDS):
                        await child.wait()
                faults.code = child.returncode
                await child.end(GRACE_SECONDS)
                draining.cancel()
                for stream in (arriving, leaving):
                    stream.close()
            group.cancel_scope.cancel()


async def _read(
    child: ChildProcess,
    arriving: MemoryObjectSendStream[SessionMessage | Exception],
    faults: Faults,
    draining: anyio.CancelScope,
) -> None:
    """Read messages until the end; then read on and throw away, because a server that cannot write cannot end."""
    lines, noise = Lines(), 0
    try:
        async with arriving:
            while data := await child.read(_PIECE):
                began = time.monotonic()
                for line in lines.feed(data):
                    message = await _message(line)
                    if message is not None:
                        await arriving.send(SessionMessage(message))
                        continue
                    noise += len(line) + 1
                    if line.strip() and not faults.noise:
                        faults.noise = line[:200].decode(errors="replace").strip()
                    if noise > MOST_NOISE:
                        faults.sentence = say("It floods its standard output with what is not the protocol.")
                        return
                if (spent := time.monotonic() - began) > _BUSY_SECONDS:
                    await asyncio.sleep(spent)  # one that never stops talking gets half of the loop's time at most
    except OverflowError:
        faults.sentence = say("It sent a message of more than {size} MB.", size=LONGEST_LINE >> 20)
    except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
        log.debug("the connection to a server was closed while it was read")
    finally:
        faults.closed = True
        faults.ended.set()
        with draining, suppress(OSError):
            while await child.read(_PIECE):
                pass


async def _message(line: bytes) -> mcp_types.JSONRPCMessage | None:
    """A message, or None for a line that is none."""
    if not line.startswith(b"{") and not (line := line.lstrip(b"\xef\xbb\xbf \t")).startswith(b"{"):
        return None
    try:
        if len(line) > _THREAD_FROM:
            return await asyncio.to_thread(_parsed, line)
        return _parsed(line)
    except ValueError:
        return None


def _parsed(line: bytes) -> mcp_types.JSONRPCMessage:
    return mcp_types.jsonrpc_message_adapter.validate_json(line, by_name=False)


async def _write(
    child: ChildProcess,
    leaving: MemoryObjectReceiveStream[SessionMessage],
    arriving: MemoryObjectSendStream[SessionMessage | Exception],
    written: asyncio.Event,
) -> None:
    try:
        async with leaving:
            async for message in leaving:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                await child.write(text.encode() + b"\n")
    except (anyio.ClosedResourceError, anyio.BrokenResourceError, OSError):
        arriving.close()  # whoever waits for an answer learns that none will come
    finally:
        written.set()
