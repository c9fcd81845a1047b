"""Batches as every service has them: what is in them, when they end, what goes wrong, and what is counted."""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import msgspec

from tests.service.answers import Status

DAY = 86_400.0
KEPT_DAYS = 29
Outcome: TypeAlias = Literal["succeeded", "errored", "canceled", "expired"]
Row: TypeAlias = tuple[str, msgspec.Raw]
"""Custom id and body."""


class Orders(msgspec.Struct, forbid_unknown_fields=True):
    """What happens to batches; those that count something are used up by it.

    Args:
        seconds: How long one that is made from now on takes; None until it is told to end (`finish`).
        cancel_seconds: How long calling one back takes.
        before_cancel: Rows that are answered in spite of it.
        swallow: So many are made next without the client being told.
        swallow_how: What it sees instead: the connection closed or reset, an error 500, or silence.
        lose: So many next are read and not made; the connection is closed.
        refuse: What is answered to the next ones instead of making them.
        missing: So many next looks at a batch do not find it.
        missing_results: So many next downloads do not find the results.
        unlisted: Seconds during which a batch is not in the list yet.
        cut: After how many lines the next downloads break off.
        cut_how: In the middle of a line, with the connection closed or the answer ended as if it were whole; or ended
            between two lines.
        expire: So many rows of every batch expire.
        fail: So many more of every batch fail.
        whole: What is wrong with every batch as a whole, found out after it was taken; of OpenRouter alone.
        no_pages: Results come only with the batch itself; of OpenRouter alone.
        no_cancel: Nothing can be called back; of OpenRouter alone.
        hint: `retry-after` in the answers about a batch.
        at_once: How many rows may wait in all; more are refused with 429.
    """

    seconds: float | None = 0.0
    cancel_seconds: float = 0.0
    before_cancel: int = 0
    swallow: int = 0
    swallow_how: Literal["close", "reset", "error", "silence"] = "close"
    lose: int = 0
    refuse: list[Status] = []
    missing: int = 0
    missing_results: int = 0
    unlisted: float = 0.0
    cut: list[int] = []
    cut_how: Literal["close", "end", "between"] = "close"
    expire: int = 0
    fail: int = 0
    whole: str = ""
    no_pages: bool = False
    no_cancel: bool = False
    hint: float | None = None
    at_once: int = 200_000

    def use(self, name: str) -> bool:
        """Whether one of what `name` counts is left; it is used up then."""
        left = getattr(self, name)
        if left:
            setattr(self, name, left - 1)
        return bool(left)


@dataclass
class StoredBatch:
    """One batch.

    Args:
        id: The service's.
        rows: What is in it, until it has ended.
        size: How many that are or were.
        created: Seconds since 1970.
        prefix: What the custom ids have before their last `-`.
        details: What one kind of service keeps beside.
        ended: When it ended.
        cancelling: When it was called back.
        expired: Whether its day was over before it ended.
        lines: The results, in no order.
        counts: How the rows ended.
        delivered: How often the results were read to their end.
    """

    id: str
    rows: Sequence[Row]
    size: int
    created: float
    prefix: str
    details: dict[str, Any] = field(default_factory=dict)
    ended: float | None = None
    cancelling: float | None = None
    expired: bool = False
    lines: list[bytes] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    delivered: int = 0

    @property
    def waiting(self) -> int:
        """Rows that have not ended, as the service tells it: all of them until the batch has ended."""
        return self.size if self.ended is None else 0


class BatchDesk:
    """Holds the batches of a service and lets them end.

    Args:
        answer: Answers one row: how it ended, its line of the results, and the words by which it is counted.
        unanswered: The line of a row that was not answered.
        changed: Called when a batch has ended.
        orders: What goes wrong from the start.
    """

    def __init__(
        self,
        answer: Callable[[StoredBatch, str, bytes], tuple[Outcome, bytes, str]],
        unanswered: Callable[[str, Outcome], bytes],
        changed: Callable[[], Awaitable[None]],
        orders: Orders | None = None,
    ) -> None:
        self._changed = changed
        self._answer = answer
        self._unanswered = unanswered
        self.orders = orders or Orders()
        self.all: list[StoredBatch] = []
        self.deleted: list[StoredBatch] = []
        self.answered: Counter[str] = Counter()
        """How often a row with such words was answered well, and so is paid for."""
        self._ahead = 0.0
        self._tasks: set[asyncio.Task[None]] = set()
        self._told = asyncio.Event()
        self._chance = random.Random(4)

    def now(self) -> float:
        """The time here, in seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let so much time pass here."""
        self._ahead += seconds
        for batch in self.all:
            if batch.ended is None and self.now() >= batch.created + DAY:
                self._end(batch, "expired")

    def finish(self) -> None:
        """Let all batches end that wait to be told."""
        self._told.set()
        self._told = asyncio.Event()

    def find(self, id: str) -> StoredBatch | None:
        """The batch with this id."""
        return next((batch for batch in self.all if batch.id == id), None)

    def gone(self, batch: StoredBatch) -> bool:
        """Whether its results are no longer kept."""
        return self.now() >= batch.created + KEPT_DAYS * DAY

    def listed(self) -> list[StoredBatch]:
        """Those that a list tells of, newest first."""
        until = self.now() - self.orders.unlisted
        return [batch for batch in reversed(self.all) if batch.created <= until]

    def make(self, id: str, rows: Sequence[Row], **details: Any) -> StoredBatch:
        """A batch that was taken."""
        prefix = rows[0][0].rpartition("-")[0] if rows else ""
        batch = StoredBatch(id, rows, len(rows), self.now(), prefix, details)
        self.all.append(batch)
        self._start(self._process(batch, self.orders.seconds, self._told))
        return batch

    def cancel(self, batch: StoredBatch) -> None:
        """Call one back."""
        if batch.cancelling is None and batch.ended is None:
            batch.cancelling = self.now()
            self._start(self._call_back(batch, self.orders.cancel_seconds))

    def delete(self, batch: StoredBatch) -> None:
        """Forget one."""
        self.all.remove(batch)
        self.deleted.append(batch)

    async def close(self) -> None:
        """End what is under way.

        Raises:
            Exception: A mistake of the service's own.
        """
        for task in self._tasks:
            task.cancel()
        for ended in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    def steer(self, order: dict[str, Any]) -> None:
        """Orders from outside: any fields of `Orders`, `advance` (seconds) and `finish` (true)."""
        order = dict(order)
        finish, ahead = order.pop("finish", False), order.pop("advance", 0.0)
        order.pop("answered", None)
        merged = msgspec.to_builtins(self.orders) | order
        self.orders = msgspec.convert(merged, Orders)
        if ahead:
            self.advance(ahead)
        if finish:
            self.finish()

    def report(self, *, answered: bool = False) -> dict[str, Any]:
        """What happened so far.

        Args:
            answered: Also how often a row with which words was answered.

        Returns:
            made: batches; twice: those whose custom ids begin as those of an earlier one; open: those that have not
            ended; rows: in all of them; paid: rows answered well; distinct: by content; most: how often the same
            content was; orphaned: rows of batches that have ended and whose results nobody has read to the end;
            batches: each of them.
        """
        known = [*self.all, *self.deleted]
        prefixes = Counter(batch.prefix for batch in known)
        left = [batch for batch in self.all if batch.ended is not None and not batch.delivered]
        report = {
            "made": len(known),
            "twice": sum(prefixes.values()) - len(prefixes),
            "open": sum(batch.ended is None for batch in known),
            "rows": sum(batch.size for batch in known),
            "paid": self.answered.total(),
            "distinct": len(self.answered),
            "most": max(self.answered.values(), default=0),
            "orphaned": sum(batch.size for batch in left),
            "batches": [_told(batch) for batch in known],
        }
        return report | ({"answered": dict(self.answered)} if answered else {})

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)

    async def _process(self, batch: StoredBatch, seconds: float | None, told: asyncio.Event) -> None:
        if seconds is None:
            await told.wait()
        else:
            await asyncio.sleep(seconds)
        await self._answer_rows(batch, batch.size, "canceled")

    async def _call_back(self, batch: StoredBatch, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self._answer_rows(batch, self.orders.before_cancel, "canceled", calling_back=True)

    async def _answer_rows(
        self, batch: StoredBatch, most: int, otherwise: Outcome, *, calling_back: bool = False
    ) -> None:
        expire, fail = self.orders.expire, self.orders.fail
        lines: list[bytes] = []
        counts: Counter[str] = Counter()
        answered: Counter[str] = Counter()
        for number, (custom_id, body) in enumerate(batch.rows):
            if number % 100 == 0:
                await asyncio.sleep(0)
                if batch.ended is not None or (batch.cancelling is not None and not calling_back):
                    return
            if number < expire:
                outcome, line = "expired", self._unanswered(custom_id, "expired")
            elif number < expire + fail:
                outcome, line = "errored", self._unanswered(custom_id, "errored")
            elif number >= most:
                outcome, line = otherwise, self._unanswered(custom_id, otherwise)
            else:
                outcome, line, words = self._answer(batch, custom_id, bytes(body))
                if outcome == "succeeded":
                    answered[words] += 1
            counts[outcome] += 1
            lines.append(line)
        self.answered += answered
        self._ended(batch, lines, counts)
        await self._changed()

    def _end(self, batch: StoredBatch, outcome: Outcome) -> None:
        """End it with nothing answered."""
        batch.expired = outcome == "expired"
        lines = [self._unanswered(custom_id, outcome) for custom_id, _ in batch.rows]
        self._ended(batch, lines, Counter({outcome: batch.size}))

    def _ended(self, batch: StoredBatch, lines: list[bytes], counts: Counter[str]) -> None:
        self._chance.shuffle(lines)
        batch.lines, batch.counts, batch.rows = lines, counts, ()
        batch.ended = self.now()


def words_of(text: str, body: bytes) -> str:
    """By what a row is counted: what the person said in it, or its bytes where that is nothing."""
    return text or hashlib.sha256(body).hexdigest()


def _told(batch: StoredBatch) -> dict[str, Any]:
    return {
        "id": batch.id,
        "prefix": batch.prefix,
        "rows": batch.size,
        "ended": batch.ended is not None,
        "cancelling": batch.cancelling is not None,
        "delivered": batch.delivered,
        "counts": dict(batch.counts),
    }
