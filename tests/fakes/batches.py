"""A service's batch interface without a wire."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kireji.core.errors import ProviderError, ResultsExpired
from kireji.core.jobs.ports import BatchLimits, BatchResult, Envelope, RemoteBatch, RemoteState
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from kireji.core.provider_ports import Gate
from kireji.core.requests import BodyFile, ClearedRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret


@dataclass
class MadeBatch:
    """A batch that the service has.

    Args:
        id: The service's.
        custom_ids: Of its requests.
        created: When.
        state: Where it stands.
        results: What is given for each custom id; those that are missing here succeed.
        cancelled: Whether it was called back.
        sentence: Why it was refused as a whole.
        times_read: How often its results were asked for.
        foreign: Results of others that come first.
    """

    id: str
    custom_ids: list[str]
    created: datetime
    state: RemoteState = RemoteState.OPEN
    results: dict[str, BatchResult] = field(default_factory=dict)
    cancelled: bool = False
    sentence: str = ""
    times_read: int = 0
    foreign: int = 0


class Hold:
    """An answer that is held back.

    Attributes:
        reached: Set when the batch was made.
        open: Lets the answer through.
    """

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.open = asyncio.Event()


class FakeBatches:
    """Satisfies `BatchProvider`; a test lets batches end.

    Attributes:
        made: Every batch, oldest first.
        submissions: How often something was sent.
        failing: Raised instead of answering, per call (`submit`, `poll`, `results`, `cancel`, `recent`).
        swallowed: Submissions that are taken up, and whose answer is lost.
        ends_after: Results after which there seem to be no more; None for all.
        refuse_after: So many batches are made, the next ones refused with this.
        cut_after: Results after which reading breaks off; None for never.
        expired: Whether results are deleted.
        wanted: What the service asks to wait.
        at_once: Whether a batch has ended as soon as it is made.
        cancels_at_once: Whether cancelling ends it at once.
        lists: Whether the list shows anything.
        lag: Seconds until a new batch is in it.
        counts: Whether it says how many rows a batch has before that has ended.
        polls: How often was asked where a batch stands.
        most: What a batch may hold; None when the model has none.
    """

    def __init__(self, now: Callable[[], datetime], name: str = "anthropic") -> None:
        self._now = now
        self.name = name
        self.made: list[MadeBatch] = []
        self.submissions = 0
        self.failing: dict[str, Exception] = {}
        self.swallowed = 0
        self.cut_after: int | None = None
        self.expired = False
        self.wanted: float | None = None
        self.at_once = False
        self.cancels_at_once = True
        self.lists = True
        self.lag = 0.0
        self.counts = True
        self.polls = 0
        self.ends_after: int | None = None
        self.refuse_after: tuple[int, Exception] | None = None
        self._hold: Hold | None = None
        self.most: BatchLimits | None = BatchLimits(100_000, 1 << 28, 1 << 25, True)

    def limits(self, model: str) -> BatchLimits | None:
        return self.most

    def envelope(self, model: str) -> Envelope:
        return Envelope(b'{"requests":[', b"]}")

    def entry(self, custom_id: str, body: bytes) -> bytes:
        return b'{"custom_id":"%b","params":%b}' % (custom_id.encode(), body)

    def encode(self, base_url: str, model: str, body: BodyFile) -> OutgoingRequest:
        return OutgoingRequest(
            self.name, "POST", f"{base_url}/v1/messages/batches", {}, b"", model, Purpose.JOB, file=body
        )

    async def submit(self, cleared: ClearedRequest, secret: Secret | None) -> RemoteBatch:
        self.submissions += 1
        self._fail("submit")
        if self.refuse_after is not None and len(self.made) >= self.refuse_after[0]:
            raise self.refuse_after[1]
        assert cleared.outgoing is not None
        ids = re.findall(r'"custom_id":"([^"]+)"', cleared.outgoing.body.decode())
        made = self.make(ids)
        if self._hold is not None:
            hold, self._hold = self._hold, None
            hold.reached.set()
            await hold.open.wait()
        if self.swallowed:
            self.swallowed -= 1
            raise ProviderError("The connection was lost.", retryable=True)
        return self._told(made)

    def hold_submission(self) -> Hold:
        """The next batch is made, and the answer held back."""
        self._hold = Hold()
        return self._hold

    def make(self, custom_ids: Sequence[str]) -> MadeBatch:
        """A batch of this or of another client."""
        made = MadeBatch(f"msgbatch_{len(self.made) + 1}", list(custom_ids), self._now())
        if self.at_once:
            made.state = RemoteState.ENDED
        self.made.append(made)
        return made

    def end(self) -> None:
        """All that are open end."""
        for made in self.made:
            if made.state in (RemoteState.OPEN, RemoteState.CANCELLING):
                made.state = RemoteState.ENDED

    def fail(self, sentence: str) -> None:
        """All that are open are refused as a whole."""
        for made in self.made:
            made.state, made.sentence = RemoteState.FAILED, sentence

    async def poll(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        self.polls += 1
        self._fail("poll")
        for made in self.made:
            if made.id == remote:
                return self._told(made)
        return RemoteBatch(remote, RemoteState.GONE, 0, self._now())

    @asynccontextmanager
    async def results(
        self, gate: Gate, base_url: str, secret: Secret | None, remote: str, model: str
    ) -> AsyncIterator[AsyncIterator[BatchResult]]:
        self._fail("results")
        if self.expired:
            raise ResultsExpired("The results are deleted.")
        made = next(each for each in self.made if each.id == remote)
        made.times_read += 1
        yield self._results(made)

    async def _results(self, made: MadeBatch) -> AsyncIterator[BatchResult]:
        for number in range(made.foreign):
            yield BatchResult(f"another0key0-{number}", Outcome.SUCCEEDED, b"{}")
        for place, custom_id in enumerate(reversed(made.custom_ids)):
            if self.cut_after is not None and place >= self.cut_after:
                raise ProviderError("The connection was lost.", retryable=True)
            if self.ends_after is not None and place >= self.ends_after:
                return
            yield made.results.get(custom_id) or self._result(made, custom_id)

    def _result(self, made: MadeBatch, custom_id: str) -> BatchResult:
        if made.cancelled:
            return BatchResult(custom_id, Outcome.CANCELED, b"")
        return BatchResult(custom_id, Outcome.SUCCEEDED, b"{}", Usage(10, 5, cost=0.001))

    async def cancel(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        self._fail("cancel")
        made = next(each for each in self.made if each.id == remote)
        made.cancelled = True
        made.state = RemoteState.ENDED if self.cancels_at_once else RemoteState.CANCELLING
        return self._told(made)

    async def recent(self, gate: Gate, base_url: str, secret: Secret | None, since: datetime) -> Sequence[RemoteBatch]:
        self._fail("recent")
        until = self._now() - timedelta(seconds=self.lag)
        listed = [self._told(made) for made in reversed(self.made) if since <= made.created <= until]
        return listed if self.lists else []

    def _told(self, made: MadeBatch) -> RemoteBatch:
        expires = made.created + timedelta(hours=24)
        rows = len(made.custom_ids) if self.counts or made.state is RemoteState.ENDED else 0
        return RemoteBatch(made.id, made.state, rows, made.created, expires, self.wanted, made.sentence)

    def _fail(self, call: str) -> None:
        if (error := self.failing.get(call)) is not None:
            raise error
