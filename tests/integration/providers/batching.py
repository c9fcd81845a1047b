"""What batches of any service are asked with, over real sockets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from kireji.core.jobs.ports import BatchProvider, BatchResult, RemoteBatch, RemoteState
from kireji.core.requests import BodyFile
from kireji.core.secret import Secret
from tests.integration.providers.conftest import Passing
from tests.support.cleared import cleared

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def spool(folder: Path, batches: BatchProvider, model: str, rows: Iterable[tuple[str, Any]]) -> BodyFile:
    """The body of a batch in a file, as the program writes it."""
    envelope = batches.envelope(model)
    path = folder / "body.json"
    digest = hashlib.sha256()
    with path.open("wb") as file:

        def write(data: bytes) -> None:
            digest.update(data)
            file.write(data)

        write(envelope.before)
        for number, (custom_id, body) in enumerate(rows):
            raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
            write((b"," if number else b"") + batches.entry(custom_id, raw))
        write(envelope.after)
        size = file.tell()
    return BodyFile(str(path), size, digest.hexdigest())


class Batching:
    """One service's batches, with everything that every call needs."""

    def __init__(self, batches: BatchProvider, base_url: str, secret: Secret, model: str, folder: Path) -> None:
        self.batches = batches
        self.base_url = base_url
        self.secret = secret
        self.model = model
        self.folder = folder
        self.gate = Passing()

    async def submit(self, rows: Iterable[tuple[str, Any]]) -> RemoteBatch:
        body = spool(self.folder, self.batches, self.model, rows)
        outgoing = self.batches.encode(self.base_url, self.model, body)
        return await self.batches.submit(cleared(outgoing), self.secret)

    async def poll(self, remote: str) -> RemoteBatch:
        return await self.batches.poll(self.gate, self.base_url, self.secret, remote)

    async def cancel(self, remote: str) -> RemoteBatch:
        return await self.batches.cancel(self.gate, self.base_url, self.secret, remote)

    async def recent(self, since: datetime = LONG_AGO) -> Sequence[RemoteBatch]:
        return await self.batches.recent(self.gate, self.base_url, self.secret, since)

    async def results(self, remote: str, into: list[BatchResult] | None = None) -> dict[str, BatchResult]:
        """All results by custom id; what comes before a failure is left in `into`."""
        found = [] if into is None else into
        async with self.batches.results(self.gate, self.base_url, self.secret, remote, self.model) as results:
            async for result in results:
                found.append(result)
        return {result.custom_id: result for result in found}

    async def ended(self, remote: str) -> RemoteBatch:
        """The batch, once it has ended."""
        told: list[RemoteBatch] = []

        while not told or told[-1].state is not RemoteState.ENDED:
            told.append(await self.poll(remote))
        return told[-1]
