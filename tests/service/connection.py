"""HTTP/1.1 on one connection: just enough, and honest about who closed it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import SplitResult, urlsplit

MOST_HEADER_BYTES = 64 * 1024


@dataclass(frozen=True)
class Incoming:
    """A request as it came."""

    method: str
    target: SplitResult
    headers: list[tuple[str, str]]
    raw: bytes


class Connection:
    """Reads requests and writes answers; `gone` ends when the client has left."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._buffer = bytearray()

    async def read(self) -> Incoming | None:
        """The next request, or None when the client closed."""
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MOST_HEADER_BYTES or not await self._fill():
                return None
        head = bytes(self._buffer[:end]).decode("latin-1")
        del self._buffer[: end + 4]
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ", 2)
        headers = [(name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        while len(self._buffer) < length:
            if not await self._fill():
                return None
        with memoryview(self._buffer) as read:
            raw = bytes(read[:length])
        del self._buffer[:length]
        return Incoming(method, urlsplit(target), headers, raw)

    async def gone(self) -> None:
        """Return when the client has closed the connection; bytes that come meanwhile are kept."""
        while await self._fill():
            pass

    async def head(self, status: int, headers: Mapping[str, str]) -> None:
        phrase = next((known.phrase for known in HTTPStatus if known == status), "Unknown")
        lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        await self.write("\r\n".join(lines).encode("latin-1"))

    async def chunk(self, data: bytes) -> None:
        """One piece of a chunked body; none ends it."""
        await self.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    def reset(self) -> None:
        """Drop the connection with a TCP reset."""
        self._writer.transport.abort()

    async def close(self) -> None:
        self._writer.close()

    async def _fill(self) -> bool:
        try:
            data = await self._reader.read(64 * 1024)
        except ConnectionError:
            return False
        self._buffer += data
        return bool(data)
