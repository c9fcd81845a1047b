"""Anthropic's Message Batches: many questions at once, at half the price, answered within a day."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TypeVar

import msgspec

from kireji.core.errors import ProtocolViolation, ProviderError, RequestRejected, ResultsExpired
from kireji.core.jobs.ports import BatchLimits, BatchResult, Envelope, RemoteBatch, RemoteState
from kireji.core.provider_ports import Gate
from kireji.core.requests import BodyFile, ClearedRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.absences import ABSENT, Absences
from kireji.providers.anthropic import HEADERS, JOB_SHARE, WHOLE_SILENCE, needed_key, root
from kireji.providers.anthropic_batch_results import read_results
from kireji.providers.anthropic_models import PROVIDER
from kireji.providers.failures import Answerer
from kireji.providers.http import X_API_KEY, Answered, HttpClient

MOST_ROWS = 100_000
MOST_BYTES = 256_000_000
MOST_ROW_BYTES = 32_000_000
HOURS = 24
T = TypeVar("T")
_PAGE = 100
_NAME = "Anthropic"
_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {"in_progress": RemoteState.OPEN, "canceling": RemoteState.CANCELLING, "ended": RemoteState.ENDED}
)


class _Counts(msgspec.Struct):
    processing: int = 0
    succeeded: int = 0
    errored: int = 0
    canceled: int = 0
    expired: int = 0

    @property
    def all(self) -> int:
        return self.processing + self.succeeded + self.errored + self.canceled + self.expired


class _Batch(msgspec.Struct):
    id: str
    created_at: datetime
    processing_status: str = ""
    request_counts: _Counts = msgspec.field(default_factory=_Counts)
    expires_at: datetime | None = None
    archived_at: datetime | None = None


class _Page(msgspec.Struct):
    data: list[_Batch]
    has_more: bool = False
    last_id: str | None = None


class AnthropicBatches:
    """Makes, watches and collects batches; satisfies `core.jobs.ports.BatchProvider`.

    A batch that is not found is not `GONE` at once: the service now and then does not find one that is there, also
    minutes after it was made and when its results are fetched. Until it was not found three times in a row, `poll`,
    `cancel` and `results` raise an error that is `retryable`, and whoever polls tries again as after every such error.
    The count is kept here, in memory: a new process counts anew, which costs two more looks and loses nothing. A batch
    that is `GONE` may also be one of another account, whose key was exchanged.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._absences = Absences(PROVIDER, _NAME)

    @property
    def name(self) -> str:
        return PROVIDER

    def limits(self, model: str) -> BatchLimits | None:
        """Every model of this service has batches."""
        del model
        return BatchLimits(MOST_ROWS, MOST_BYTES, MOST_ROW_BYTES, True, JOB_SHARE, HOURS)

    def envelope(self, model: str) -> Envelope:
        """What stands around the requests; the model stands in each of them."""
        del model
        return Envelope(b'{"requests":[', b"]}")

    def entry(self, custom_id: str, body: bytes) -> bytes:
        """One request of a batch."""
        return b'{"custom_id":' + msgspec.json.encode(custom_id) + b',"params":' + body + b"}"

    def encode(self, base_url: str, model: str, body: BodyFile) -> OutgoingRequest:
        """The request that makes a batch."""
        headers = {**HEADERS, "content-type": "application/json", "accept": "application/json"}
        url, silence = _url(base_url), WHOLE_SILENCE
        return OutgoingRequest(PROVIDER, "POST", url, headers, b"", model, Purpose.JOB, silence=silence, file=body)

    async def submit(self, cleared: ClearedRequest, secret: Secret | None) -> RemoteBatch:
        """Send it, once.

        Raises:
            ProviderError: Its `not_taken` tells whether it is certain that the service has made no batch.
        """
        answered = await self._http.fetch(cleared, needed_key(secret), X_API_KEY)
        return _told(_read(answered, cleared, _Batch), answered.retry_after)

    async def poll(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Where it stands. One whose results are deleted has `ENDED`; `results` says that they are gone.

        Raises:
            ProviderError: Refused, not reached, or not found for now, see the class.
        """
        return await self._state(gate, "GET", base_url, secret, remote)

    async def cancel(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Call it back; one that has ended meanwhile stays as it is.

        Raises:
            ProviderError: Refused, not reached, or not found for now, see the class.
        """
        try:
            return await self._state(gate, "POST", base_url, secret, remote, "/cancel")
        except ProviderError as error:
            if error.status not in (400, 409):
                raise
            return await self.poll(gate, base_url, secret, remote)

    @asynccontextmanager
    async def results(
        self, gate: Gate, base_url: str, secret: Secret | None, remote: str, model: str
    ) -> AsyncIterator[AsyncIterator[BatchResult]]:
        """Its results in any order, a few of them in memory at a time. That some are missing is for the caller to see.

        Raises:
            ResultsExpired: They are no longer to be had.
            ProviderError: Refused, not reached, not found for now, or broken off: what came before counts. That a line
                cannot be read is raised at the very end.
        """
        headers = {**HEADERS, "accept": "application/binary"}
        outgoing = _asking("GET", f"{_url(base_url)}/{remote}/results", Purpose.JOB_RESULTS, headers)
        cleared = await gate(outgoing)
        async with AsyncExitStack() as stack:
            try:
                lines = await stack.enter_async_context(self._http.lines(cleared, needed_key(secret), X_API_KEY))
            except RequestRejected as error:
                if error.status not in ABSENT:
                    raise
                await self._check_kept(gate, base_url, secret, remote)
                raise self._absences.met(f"{remote}/results", error) from error
            self._absences.over(f"{remote}/results")
            yield await stack.enter_async_context(aclosing(read_results(lines, Answerer(PROVIDER, _NAME, model))))

    async def recent(self, gate: Gate, base_url: str, secret: Secret | None, since: datetime) -> Sequence[RemoteBatch]:
        """All batches that were made since then, newest first, whoever made them.

        Raises:
            ProviderError: Refused or not reached.
        """
        found: list[RemoteBatch] = []
        after = ""
        while True:
            url = f"{_url(base_url)}?limit={_PAGE}" + (f"&after_id={after}" if after else "")
            cleared = await gate(_asking("GET", url))
            page = _read(await self._http.fetch(cleared, needed_key(secret), X_API_KEY), cleared, _Page)
            found += [_told(batch) for batch in page.data if batch.created_at >= since]
            last = page.last_id or (page.data[-1].id if page.data else "")
            if not page.has_more or not last or last == after or page.data[-1].created_at < since:
                return found
            after = last

    async def _check_kept(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> None:
        """Raises ResultsExpired: the service says itself that it has deleted them, or knows no such batch."""
        try:
            batch, _ = await self._look(gate, "GET", f"{_url(base_url)}/{remote}", secret)
        except RequestRejected as error:
            if error.status not in ABSENT:
                raise
            if not self._absences.believed(remote, error):
                raise self._absences.met(remote, error) from error
        else:
            self._absences.over(remote)
            if batch.archived_at is None:
                return
        raise ResultsExpired(
            say("{name} has deleted the results of this batch.", name=_NAME),
            say("It keeps them for 29 days; ask again what has no answer."),
            provider=PROVIDER,
        )

    async def _state(
        self, gate: Gate, method: str, base_url: str, secret: Secret | None, remote: str, order: str = ""
    ) -> RemoteBatch:
        try:
            batch, wait = await self._look(gate, method, f"{_url(base_url)}/{remote}{order}", secret)
        except RequestRejected as error:
            if error.status not in ABSENT:
                raise
            return self._absences.gone(remote, error)
        self._absences.over(remote)
        return _told(batch, wait)

    async def _look(self, gate: Gate, method: str, url: str, secret: Secret | None) -> tuple[_Batch, float | None]:
        cleared = await gate(_asking(method, url))
        answered = await self._http.fetch(cleared, needed_key(secret), X_API_KEY)
        return _read(answered, cleared, _Batch), answered.retry_after


def _url(base_url: str) -> str:
    return f"{root(base_url)}/v1/messages/batches"


def _asking(
    method: str, url: str, purpose: Purpose = Purpose.JOB_STATE, headers: Mapping[str, str] | None = None
) -> OutgoingRequest:
    return OutgoingRequest(
        PROVIDER, method, url, headers or {**HEADERS, "accept": "application/json"}, b"", "", purpose
    )


def _told(batch: _Batch, poll_after: float | None = None) -> RemoteBatch:
    return RemoteBatch(
        batch.id,
        _STATES.get(batch.processing_status, RemoteState.OPEN),
        batch.request_counts.all,
        batch.created_at.astimezone(UTC),
        batch.expires_at.astimezone(UTC) if batch.expires_at else None,
        poll_after,
    )


def _read(answered: Answered, cleared: ClearedRequest, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answered.body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        assert cleared.outgoing is not None
        raise ProtocolViolation(
            say("{host} sent something that is not a batch.", host=cleared.outgoing.host),
            say("Check the address in Settings, Keys & models."),
            provider=PROVIDER,
            request_id=answered.request_id,
            detail=str(error)[:300],
        ) from error
