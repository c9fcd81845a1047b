"""Results into a file that the person named: all of them, or the file as it was before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from kireji.core.errors import JobError, KirejiError
from kireji.storage.chosen_file import abandon, begin, end, failure


class FileJobWriter:
    """Writes beside the file and gives it its name when all is there; satisfies `core.jobs.ports.JobWriter`."""

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[Callable[[bytes], None]]:
        """As in JobWriter. A file of that name is replaced; what is no file is not.

        Raises:
            JobError: Also from the function that is given, and at the end.
        """
        wanted = Path(path)
        with _told_of_jobs():
            part, stream = await asyncio.to_thread(begin, wanted)

        def write(data: bytes) -> None:
            with _told_of_jobs():
                try:
                    stream.write(data)
                except OSError as error:
                    raise failure(error, wanted) from error

        try:
            yield write
            with _told_of_jobs():
                await asyncio.to_thread(end, stream, part, wanted)
        finally:
            abandon(stream, part)


@contextmanager
def _told_of_jobs() -> Iterator[None]:
    """What goes wrong is a job's error."""
    try:
        yield
    except KirejiError as error:
        raise JobError(error.message, error.hint, detail=error.detail) from error
