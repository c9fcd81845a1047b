"""A reader that finds what it was told to find."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence

from kireji.core.errors import ReaderError
from kireji.core.ports import Availability
from kireji.core.reading import Reading, ReadLine

_SIGNATURES = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"GIF8")


class FakeReader:
    """Finds the same lines in every picture.

    Args:
        lines: What stands in the pictures.
        error: Raised after the lines.
        available: What `availability` says.
    """

    def __init__(
        self,
        lines: Sequence[str] = ("KeyError: 'REGION'",),
        *,
        error: ReaderError | None = None,
        available: bool = True,
    ) -> None:
        self._lines = lines
        self._error = error
        self._available = available
        self.pictures: list[bytes] = []
        self.warmed = 0
        self.reading = 0
        self.closed = False

    async def availability(self) -> Availability:
        return Availability(self._available, "" if self._available else "There is no reader.")

    async def warm(self) -> None:
        self.warmed += 1

    async def read(self, picture: bytes) -> AsyncGenerator[ReadLine, None]:
        if self.closed:
            raise ReaderError("The text reader was closed.", "Start Kireji again.")
        if not picture.startswith(_SIGNATURES):
            raise ReaderError("The text reader cannot open this picture.", "Use an undamaged PNG picture.")
        self.pictures.append(picture)
        self.reading += 1
        try:
            for number, text in enumerate(self._lines):
                yield ReadLine(text, 0.9, (0, number * 20, 10 * len(text), number * 20 + 16))
            if self._error is not None:
                raise self._error
        finally:
            self.reading -= 1

    async def read_all(self, picture: bytes) -> Reading:
        return Reading(tuple([line async for line in self.read(picture)]))

    async def aclose(self) -> None:
        self.closed = True


class WaitingReader(FakeReader):
    """Reads when it is told to.

    Attributes:
        go_on: Lets it read.
        failures: So often it fails first.
    """

    def __init__(self, lines: Sequence[str] = ("KeyError: 'REGION'",), *, failures: int = 0) -> None:
        super().__init__(lines)
        self.go_on = asyncio.Event()
        self.failures = failures

    async def read_all(self, picture: bytes) -> Reading:
        await self.go_on.wait()
        if self.failures:
            self.failures -= 1
            raise ReaderError("The text reader stopped.", "Ask again.")
        return await super().read_all(picture)
