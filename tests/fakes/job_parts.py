"""What jobs need besides their queue, in memory."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

import msgspec

from kireji.core.errors import JobError, KirejiError, ProviderError, StoreCorrupt
from kireji.core.events import ModelEvent, PartFinished, TurnFinished, UsageReported
from kireji.core.jobs.answers import JobWords
from kireji.core.jobs.values import Delivery, ImportProgress, JobPlan, JobSource, LineKind, SourceHead
from kireji.core.messages import ImagePart, Sha256, StopReason, TextPart, Usage
from kireji.core.provider_ports import Gate
from kireji.core.requests import BodyFile, ModelRequest
from kireji.core.secret import Secret
from kireji.storage.jobs.loading import BadRow, NewRow
from tests.fakes.job_store import MemoryJobStore


def prompt_rows(*prompts: str) -> list[NewRow | BadRow]:
    """A row for each prompt; the same prompt is the same request."""
    return [
        NewRow(
            number,
            number,
            "",
            LineKind.PROMPT,
            msgspec.json.encode({"prompt": prompt}),
            hashlib.sha256(prompt.encode()).digest()[:16],
        )
        for number, prompt in enumerate(prompts, 1)
    ]


def body_rows(*bodies: object, kind: LineKind = LineKind.PARAMS) -> list[NewRow | BadRow]:
    """A row for each body: JSON text, or what is written as JSON."""
    written = [body if isinstance(body, bytes) else msgspec.json.encode(body) for body in bodies]
    return [
        NewRow(number, number, "", kind, body, hashlib.sha256(body).digest()[:16])
        for number, body in enumerate(written, 1)
    ]


class MemoryImporter:
    """Gives a job the rows that a test has prepared.

    Args:
        store: Gets them.

    Attributes:
        rows: What is read.
        named: The model that the first line names.
        failure: Raised instead of reading.
        wins: What each call was told of the plan's model.
    """

    def __init__(self, store: MemoryJobStore) -> None:
        self._store = store
        self.rows: Sequence[NewRow | BadRow] = ()
        self.named = ""
        self.failure: KirejiError | None = None
        self.wins: list[bool] = []

    async def named_model(self, source: JobSource) -> str:
        return self.named

    async def head(self, source: JobSource) -> SourceHead:
        return SourceHead(model=self.named, pictures=len(source.paths))

    async def run(
        self,
        job: int,
        plan: JobPlan,
        source: JobSource,
        progress: Callable[[ImportProgress], None],
        *,
        wins: bool = True,
    ) -> ImportProgress:
        self.wins.append(wins)
        if self.failure is not None:
            raise self.failure
        self._store.fill(job, self.rows)
        bad = sum(isinstance(row, BadRow) for row in self.rows)
        read = ImportProgress(len(self.rows), bad, len(self.rows), len(self.rows))
        progress(read)
        return read


class MemoryPictures:
    """Pictures by their hash."""

    def __init__(self) -> None:
        self.kept: dict[Sha256, bytes] = {}

    def put(self, data: bytes, width: int = 640, height: int = 480) -> ImagePart:
        name = hashlib.sha256(data).hexdigest()
        self.kept[name] = data
        return ImagePart(name, "image/png", width, height)

    async def get(self, picture: ImagePart) -> bytes:
        if picture.blob not in self.kept:
            raise StoreCorrupt("A picture of this job is missing or damaged.", "Make the job anew from its source.")
        return self.kept[picture.blob]


class MemorySpool:
    """Bodies of batches.

    Attributes:
        bodies: Those that stand there now, by key.
        written: All that were ever written.
    """

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}
        self.written: dict[str, bytes] = {}

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> BodyFile:
        body = b"".join([chunk async for chunk in chunks])
        self.bodies[key] = self.written[key] = body
        return BodyFile(f"memory/{key}", len(body), hashlib.sha256(body).hexdigest())

    async def discard(self, key: str) -> None:
        self.bodies.pop(key, None)


class MemoryWriter:
    """Files that were written.

    Attributes:
        files: Whole ones, by path.
        failure: Raised instead of opening one.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.failure: JobError | None = None

    @asynccontextmanager
    async def open(self, path: str) -> AsyncIterator[Callable[[bytes], None]]:
        if self.failure is not None:
            raise self.failure
        pieces: list[bytes] = []
        yield pieces.append
        self.files[path] = b"".join(pieces)


class _Result(msgspec.Struct):
    text: str
    stop: str = "end_turn"


class FakeFormat:
    """Questions as `{"model", "system", "messages"}`, results as `{"text", "stop"}`.

    Attributes:
        refused: By the words of a question, what is raised for it.
    """

    def __init__(self) -> None:
        self.refused: dict[str, KirejiError] = {}

    def encode_job(self, request: ModelRequest) -> bytes:
        if (error := self.refused.get(request.messages[-1].text)) is not None:
            raise error
        words = [[message.role.value, message.text, len(message.images)] for message in request.messages]
        return msgspec.json.encode({"model": request.model, "system": request.system, "messages": words})

    def words_in_job(self, body: bytes) -> JobWords | None:
        return None

    def decode_job(self, body: bytes, model: str) -> Sequence[ModelEvent]:
        try:
            result = msgspec.json.decode(body, type=_Result)
        except msgspec.MsgspecError as error:
            raise ProviderError("The service sent something that is no answer.") from error
        return [
            UsageReported(Usage(10, 5)),
            PartFinished(0, TextPart(result.text)),
            TurnFinished(StopReason(result.stop)),
        ]


class FakeSender:
    """Takes what the person's address is told.

    Attributes:
        sent: All of it.
        failure: Raised instead.
    """

    def __init__(self) -> None:
        self.sent: list[Delivery] = []
        self.failure: KirejiError | None = None

    async def send(self, gate: Gate, delivery: Delivery, secret: Secret, now: datetime) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append(delivery)
