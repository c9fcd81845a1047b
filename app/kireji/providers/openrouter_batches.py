"""OpenRouter's batches: many questions to one model at once, for the models that have them.

What is not confirmed, and what is done about it:

- Whether a model has batches is read from its `:batch` variant in the list of models; without one it has none here.
- The id that a batch names is the one that was chosen, without `:batch`.
- The list is paged by `after`; a page that repeats the last one ends it, should the service not know the parameter.
- Whether a batch can be called back is not in the service's reference. It is asked to; where there is no such thing,
  the batch goes on, and `cancel` says so.
- Results are read page by page; where there are no pages, from the batch itself. That one answer is held in memory, as
  is every look at a batch that has ended: at most 256 MB, for at most 5,000 rows.
- `provider` in the body of a row may not count: the service knows preferences of a whole batch only.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

import msgspec

from kireji.core.errors import ProtocolViolation, ProviderError, RequestRejected, ResultsExpired
from kireji.core.jobs.ports import BatchLimits, BatchResult, Envelope, RemoteBatch, RemoteState
from kireji.core.models import ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import BodyFile, ClearedRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.absences import ABSENT, Absences
from kireji.providers.anthropic import WHOLE_SILENCE
from kireji.providers.failures import Answerer, error_from_event, parse_error
from kireji.providers.http import BEARER, Answered, HttpClient
from kireji.providers.openrouter import HEADERS, needed_key
from kireji.providers.openrouter_batch_results import ResultReader
from kireji.providers.openrouter_models import BATCH, PROVIDER

T = TypeVar("T")
MOST_ROWS = 5_000
MOST_BYTES = 200_000_000
MOST_ROW_BYTES = 32_000_000
HOURS = 24
_LARGEST = 256 << 20
_PAGE = 100
_RESULTS = 250
_NAME = "OpenRouter"
_STATES: Mapping[str, RemoteState] = MappingProxyType(
    {
        "cancelling": RemoteState.CANCELLING,
        "completed": RemoteState.ENDED,
        "expired": RemoteState.ENDED,
        "cancelled": RemoteState.ENDED,
        "failed": RemoteState.FAILED,
    }
)
"""What is not here is under way."""


class _Counts(msgspec.Struct):
    total: int = 0


class _Usage(msgspec.Struct):
    cost: float | None = None


class _Error(msgspec.Struct):
    message: str = ""


class _Batch(msgspec.Struct):
    id: str
    created_at: float
    status: str = ""
    request_counts: _Counts | None = None
    usage: _Usage | None = None
    error: _Error | None = None


class _Page(msgspec.Struct):
    data: list[_Batch]
    has_more: bool = False
    last_id: str | None = None


class _Results(msgspec.Struct):
    """A page of results."""

    data: list[msgspec.Raw]
    has_more: bool = False
    next_cursor: str | None = None


class _Inline(msgspec.Struct):
    """A batch of which only the results are wanted."""

    results: list[msgspec.Raw] | None = None


class OpenRouterBatches:
    """Makes, watches and collects batches; satisfies `core.jobs.ports.BatchProvider`.

    What is not found counts as gone as in `AnthropicBatches`: after three looks in a row, or at once where the service
    says that it is deleted.

    Args:
        http: Sends the requests.
        find: What is known of a model, as the service's list says; None when nothing is.
    """

    def __init__(self, http: HttpClient, find: Callable[[str], ModelInfo | None]) -> None:
        self._http = http
        self._find = find
        self._absences = Absences(PROVIDER, _NAME)

    @property
    def name(self) -> str:
        return PROVIDER

    def limits(self, model: str) -> BatchLimits | None:
        """What a batch may hold; None when the list of models does not say that this one has batches."""
        known = self._known(model)
        if known is None or not known.batches:
            return None
        return BatchLimits(MOST_ROWS, MOST_BYTES, MOST_ROW_BYTES, False, known.batch_share, HOURS)

    def envelope(self, model: str) -> Envelope:
        """What stands around the requests, which must come last."""
        return Envelope(
            b'{"endpoint":"/v1/chat/completions","model":'
            + msgspec.json.encode(model)
            + b',"completion_window":"24h","requests":[',
            b"]}",
        )

    def entry(self, custom_id: str, body: bytes) -> bytes:
        """One request of a batch."""
        return b'{"custom_id":' + msgspec.json.encode(custom_id) + b',"body":' + body + b"}"

    def encode(self, base_url: str, model: str, body: BodyFile) -> OutgoingRequest:
        """The request that makes a batch."""
        headers = {**HEADERS, "content-type": "application/json"}
        url, silence = _url(base_url), WHOLE_SILENCE
        return OutgoingRequest(PROVIDER, "POST", url, headers, b"", model, Purpose.JOB, silence=silence, file=body)

    async def submit(self, cleared: ClearedRequest, secret: Secret | None) -> RemoteBatch:
        """Send it, once. What is wrong with a row shows later: the batch may fail as a whole.

        Raises:
            ProviderError: Its `not_taken` tells whether it is certain that the service has made no batch.
        """
        answered = await self._http.fetch(cleared, needed_key(secret), BEARER, may_hold_error=True)
        return _told(_read(answered, cleared, _Batch), answered.retry_after)

    async def poll(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Where it stands.

        Raises:
            ProviderError: Refused, not reached, or not found for now.
        """
        return await self._state(gate, "GET", base_url, secret, remote)

    async def cancel(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Call it back, where the service can; otherwise it goes on, and its sentence says so.

        Raises:
            ProviderError: Refused, not reached, or not found for now.
        """
        try:
            return await self._state(gate, "POST", base_url, secret, remote, "/cancel")
        except ProviderError as error:
            if error.status not in (400, 404, 405, 409):
                raise
        batch = await self.poll(gate, base_url, secret, remote)
        if batch.state is not RemoteState.OPEN:
            return batch
        sentence = say("{name} does not call a batch back; it ends within a day.", name=_NAME)
        return msgspec.structs.replace(batch, sentence=sentence)

    @asynccontextmanager
    async def results(
        self, gate: Gate, base_url: str, secret: Secret | None, remote: str, model: str
    ) -> AsyncIterator[AsyncIterator[BatchResult]]:
        """Its results in any order, page by page.

        Raises:
            ResultsExpired: They are no longer to be had.
            ProviderError: Refused, not reached, not found for now, or broken off: what came before counts. That a
                result cannot be read is raised at the very end.
        """
        path = f"{_url(base_url)}/{remote}"
        key = needed_key(secret)
        try:
            first = await self._page(gate, f"{path}/results?limit={_RESULTS}", key, _Results)
        except ProtocolViolation as error:
            if error.status not in (404, 405):
                raise
            first = _Results((await self._page(gate, path, key, _Inline)).results or [])
        except RequestRejected as error:
            if error.status not in ABSENT:
                raise
            raise self._lost(remote, error) from error
        self._absences.over(remote)
        async with aclosing(self._each(gate, f"{path}/results", key, first, model)) as results:
            yield results

    async def recent(self, gate: Gate, base_url: str, secret: Secret | None, since: datetime) -> Sequence[RemoteBatch]:
        """All batches that were made since then, newest first, whoever made them.

        Raises:
            ProviderError: Refused or not reached.
        """
        since = since.replace(microsecond=0)  # the service tells whole seconds
        found: dict[str, RemoteBatch] = {}
        after = ""
        while True:
            url = f"{_url(base_url)}?limit={_PAGE}" + (f"&after={after}" if after else "")
            page = await self._page(gate, url, needed_key(secret), _Page, Purpose.JOB_STATE)
            told = [_told(batch) for batch in page.data]
            fresh = [batch for batch in told if batch.id not in found]
            found |= {batch.id: batch for batch in fresh}
            after = page.last_id or (told[-1].id if told else "")
            if not page.has_more or not fresh or told[-1].created < since:
                return [batch for batch in found.values() if batch.created >= since]

    def _known(self, model: str) -> ModelInfo | None:
        return self._find(model.removesuffix(BATCH))

    async def _each(
        self, gate: Gate, path: str, key: Secret, page: _Results, model: str
    ) -> AsyncGenerator[BatchResult]:
        reader = ResultReader(Answerer(PROVIDER, _NAME, model), self._known(model))
        while True:
            for line in page.data:
                result = reader.read(bytes(line))
                if result is not None:
                    yield result
            if not page.has_more or not page.next_cursor:
                break
            cursor = _quoted(page.next_cursor)
            page = await self._page(gate, f"{path}?limit={_RESULTS}&cursor={cursor}", key, _Results)
        reader.check()

    async def _page(
        self, gate: Gate, url: str, key: Secret, kind: type[T], purpose: Purpose = Purpose.JOB_RESULTS
    ) -> T:
        cleared = await gate(_asking("GET", url, purpose))
        return _read(await self._http.fetch(cleared, key, BEARER, largest=_LARGEST, may_hold_error=True), cleared, kind)

    async def _state(
        self, gate: Gate, method: str, base_url: str, secret: Secret | None, remote: str, order: str = ""
    ) -> RemoteBatch:
        cleared = await gate(_asking(method, f"{_url(base_url)}/{remote}{order}", Purpose.JOB_STATE))
        try:
            answered = await self._http.fetch(
                cleared, needed_key(secret), BEARER, largest=_LARGEST, may_hold_error=True
            )
        except RequestRejected as error:
            if error.status not in ABSENT:
                raise
            return self._absences.gone(remote, error)
        self._absences.over(remote)
        return _told(_read(answered, cleared, _Batch), answered.retry_after)

    def _lost(self, remote: str, error: ProviderError) -> ProviderError:
        if not self._absences.believed(remote, error):
            return self._absences.met(remote, error)
        return ResultsExpired(
            say("{name} has deleted the results of this batch.", name=_NAME),
            say("It keeps them for 30 days; ask again what has no answer."),
            provider=PROVIDER,
        )


def _url(base_url: str) -> str:
    return f"{base_url.rstrip('/')}/batches"


def _asking(method: str, url: str, purpose: Purpose) -> OutgoingRequest:
    return OutgoingRequest(PROVIDER, method, url, HEADERS, b"", "", purpose)


def _told(batch: _Batch, poll_after: float | None = None) -> RemoteBatch:
    created = datetime.fromtimestamp(batch.created_at, UTC)
    state = _STATES.get(batch.status, RemoteState.OPEN)
    failed = state is RemoteState.FAILED and batch.error is not None
    return RemoteBatch(
        batch.id,
        state,
        batch.request_counts.total if batch.request_counts else 0,
        created,
        created + timedelta(hours=HOURS),
        poll_after,
        " ".join(batch.error.message.split())[:300] if failed and batch.error else "",
        batch.usage.cost if batch.usage else None,
    )


def _read(answered: Answered, cleared: ClearedRequest, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answered.body, type=kind)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        assert cleared.outgoing is not None
        if (said := parse_error(answered.body)) is not None:
            who = Answerer(PROVIDER, cleared.outgoing.host, cleared.outgoing.model)
            raise error_from_event(said, answered.request_id, who) from error
        raise ProtocolViolation(
            say("{host} sent something that is not a batch.", host=cleared.outgoing.host),
            say("Check the address in Settings, Keys & models."),
            provider=PROVIDER,
            request_id=answered.request_id,
            detail=str(error)[:300],
        ) from error


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")
