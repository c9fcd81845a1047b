"""From the rows of a batch to the body that is sent: in constant memory, with what is to be hidden hidden."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

from kireji.core.errors import KirejiError, RedactionFailed, RequestRejected, StoreCorrupt
from kireji.core.jobs.custom_ids import custom_id
from kireji.core.jobs.outgoing import JobRow
from kireji.core.jobs.ports import BatchLimits, BatchProvider, JobStore
from kireji.core.jobs.values import Batch, JobPlan, Outcome, RowInput, RowResult
from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart
from kireji.core.models import ModelInfo
from kireji.core.provider_ports import JobFormat
from kireji.core.words import say
from kireji.services.jobs.preparing import Preparing
from kireji.services.jobs.row_making import RowMaking
from kireji.services.jobs.weighing import Weighed, Weighing
from kireji.services.outbox import Outbox

_PAGE = 100
_THREAD_FROM_BYTES = 1_000_000
"""Of pictures: writing so much as base64 takes half a frame."""
_THREAD_FROM_CHARACTERS = 100_000


class RowRefused(Exception):
    """A row that cannot be sent, although the others can; `sentence` says why."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BatchWriting:
    """Writes the body of one batch, and adds up what is in it.

    Args:
        store: The queue.
        rows: Makes what rows ask.
        outbox: Hides what is to be hidden.
        job_format: How a question stands in a batch.
        batches: How a batch holds it.
        limits: What fits.
        info: What is known about the model.
        weighing: How much a row may cost.
        preparing: Told how far it is.

    Attributes:
        last: Number of the last row that was looked at; the others did not fit.
        count: How many rows are in it.
        tokens: Of their questions, estimated.
        most: US dollars that they cost at most at the full price; None when nobody knows.
        hidden: How much of them is hidden, by kind.
        pictures: How many are in it.
        documents: The same.
    """

    def __init__(
        self,
        store: JobStore,
        rows: RowMaking,
        outbox: Outbox,
        job_format: JobFormat,
        batches: BatchProvider,
        limits: BatchLimits,
        info: ModelInfo | None,
        weighing: Weighing,
        preparing: Preparing,
    ) -> None:
        self._store = store
        self._rows = rows
        self._outbox = outbox
        self._format = job_format
        self._batches = batches
        self._limits = limits
        self._info = info
        self._weighing = weighing
        self._preparing = preparing
        self._looked = 0
        self._size = 0
        self.last = 0
        self.count = 0
        self.tokens = 0
        self.most: float | None = 0.0
        self.hidden: Counter[str] = Counter()
        self.pictures = 0
        self.documents = 0

    async def chunks(self, plan: JobPlan, batch: Batch) -> AsyncIterator[bytes]:
        """The body, piece by piece.

        Rows that cannot be sent end ERRORED; those that do not fit any more come beyond `last`.

        Raises:
            Unsent: The person has stopped the job meanwhile.
            ModelUnavailable: The model is retired.
            StoreError: The queue cannot be read or written.
        """
        before, after = self._batches.envelope(plan.model)
        self._size = len(before) + len(after)
        yield before
        while page := await self._store.inputs(batch.id, self.last, _PAGE):
            pieces, values, refused, is_full = await self._page(plan, batch.key, page)
            if values:
                await self._store.keep_values(batch.id, values)
            if refused:
                await self._store.record(batch.id, refused)
            if pieces:
                yield b"".join(pieces)
            if is_full:
                break
        await self._preparing.end(self._looked)
        yield after

    async def _page(
        self, plan: JobPlan, key: str, page: Sequence[RowInput]
    ) -> tuple[list[bytes], dict[int, Mapping[str, str]], list[RowResult], bool]:
        pieces: list[bytes] = []
        values: dict[int, Mapping[str, str]] = {}
        refused: list[RowResult] = []
        for row in page:
            await asyncio.sleep(0)  # nobody waits for a page of rows to be looked through
            await self._preparing.looked_through(self._looked)
            self._looked += 1
            try:
                safe, entry = await self._entry(plan, key, row)
            except RowRefused as problem:
                refused.append(RowResult(row.number, Outcome.ERRORED, sentence=problem.sentence))
                self.last = row.number
                continue
            piece = b"," + entry if self.count else entry
            if self.count and self._size + len(piece) > self._limits.bytes:
                return pieces, values, refused, True
            self._take(row.number, safe, await self._weighed(safe), len(piece))
            pieces.append(piece)
            if safe.values:
                values[row.number] = safe.values
        return pieces, values, refused, False

    async def _weighed(self, row: JobRow) -> Weighed:
        if sum(len(message.text) for message in row.request.messages) > _THREAD_FROM_CHARACTERS:
            return await asyncio.to_thread(self._weighing.request, row.request)
        return self._weighing.request(row.request)

    def _take(self, number: int, row: JobRow, weighed: Weighed, size: int) -> None:
        self.last = number
        self.count += 1
        self._size += size
        self.tokens += round(weighed.prompt.tokens)
        most = weighed.most(self._info)
        self.most = None if most is None or self.most is None else self.most + most
        self.hidden.update(row.hidden)
        parts = [part for message in row.request.messages for part in message.parts]
        self.pictures += sum(isinstance(part, ImagePart | LinkedImagePart) for part in parts)
        self.documents += sum(isinstance(part, DocumentPart) for part in parts)

    async def _entry(self, plan: JobPlan, key: str, row: RowInput) -> tuple[JobRow, bytes]:
        """What is sent for a row, and its piece of the body.

        Raises:
            RowRefused: It cannot be sent.
            ModelUnavailable: The model is retired.
        """
        try:
            safe = await self._outbox.redact_row(plan.provider, await self._rows.row(plan, self._info, row))
            body = safe.body or await self._encoded(safe)
        except (RequestRejected, RedactionFailed, StoreCorrupt) as error:
            raise RowRefused(told(error)) from error
        entry = self._batches.entry(custom_id(key, row.number), body)
        if len(entry) > min(self._limits.row_bytes, self._limits.bytes):
            raise RowRefused(
                say(
                    "It has {size}; the service takes {most} at most.",
                    size=_size_of(len(entry)),
                    most=_size_of(self._limits.row_bytes),
                )
            )
        return safe, entry

    async def _encoded(self, row: JobRow) -> bytes:
        if sum(map(len, row.request.blobs.values())) > _THREAD_FROM_BYTES:
            return await asyncio.to_thread(self._format.encode_job, row.request)
        return self._format.encode_job(row.request)


def told(error: KirejiError) -> str:
    """Why a row could not be sent, with what is behind it."""
    return " ".join(
        filter(None, (error.message, error.detail if isinstance(error, RedactionFailed) else "", error.hint))
    )


def _size_of(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB" if size >= 1_000_000 else f"{size / 1_000:,.1f} kB"
