"""Bytes into lines, in constant memory however long a line gets."""

from __future__ import annotations

from typing import Final


class LineSplitter:
    """Takes a file in blocks and gives its lines.

    Args:
        largest: Bytes; a longer line is given as None, and was never held whole.
    """

    def __init__(self, largest: int) -> None:
        self._largest: Final = largest
        self._begun: list[bytes] = []
        self._size = 0
        self._over = False

    def feed(self, block: bytes) -> list[bytes | None]:
        """The lines that end in a block, without their ends."""
        lines: list[bytes | None] = [*block.split(b"\n")]
        rest = lines.pop()
        assert rest is not None
        if lines:
            first = lines[0]
            assert first is not None
            lines[0] = self._ended(first)
        if len(block) > self._largest:
            lines = [None if line is not None and len(line) > self._largest else line for line in lines]
        self._begin(rest)
        return lines

    def finish(self) -> list[bytes | None]:
        """The last line, when it has no end."""
        return [self._ended(b"")] if self._size or self._over else []

    def _begin(self, piece: bytes) -> None:
        if not piece or self._over:
            return
        self._size += len(piece)
        self._begun.append(piece)
        if self._size > self._largest:
            self._over = True
            self._begun.clear()

    def _ended(self, piece: bytes) -> bytes | None:
        if not self._begun and not self._over:
            return piece if len(piece) <= self._largest else None
        self._begin(piece)
        line = None if self._over else b"".join(self._begun)
        self._begun.clear()
        self._size, self._over = 0, False
        return line
