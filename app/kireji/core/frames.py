"""Messages on a pipe between this program and its own children: four bytes of length, highest first, then bytes."""

from __future__ import annotations

_HEADER = 4


class FrameError(Exception):
    """The bytes are not frames, or what is in them is no message."""


def frame(payload: bytes) -> bytes:
    """`payload` with its length in front."""
    return len(payload).to_bytes(_HEADER, "big") + payload


class FrameDecoder:
    """Cuts a stream of bytes into payloads, whatever the pieces it arrives in.

    Args:
        limit: Largest payload in bytes; a larger length means that the stream is not ours.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take bytes in; returns the payloads that are whole now.

        Raises:
            FrameError: A length is over the limit.
        """
        self._buffer += data
        payloads = []
        while len(self._buffer) >= _HEADER:
            end = _HEADER + int.from_bytes(self._buffer[:_HEADER], "big")
            if end > _HEADER + self._limit:
                raise FrameError("a frame is longer than allowed")
            if len(self._buffer) < end:
                break
            payloads.append(bytes(self._buffer[_HEADER:end]))
            del self._buffer[:end]
        return payloads
