"""The ledger as a chain: what a row holds besides its columns, how rows hang together, and how that is checked.

Every row carries two hashes: `previous`, which is the `link` of the row before it, and its own `link`, which is the
SHA-256 (hexadecimal) of `previous`, a line feed, and the row's columns as a JSON list in the order of `ChainRow`. Who
changes, removes, inserts or moves a row therefore breaks the chain at a place that can be named, unless all that
follows is computed anew. For the end, which nothing follows, there is a checkpoint in another file.

What that proves is bounded: whoever can write as the same user can compute the whole chain anew and write the
checkpoint, too. Against that helps only a copy of the head (`Verification.head`) that is kept elsewhere.
"""

from __future__ import annotations

import enum
import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import msgspec

from kireji.core.messages import Sha256, Usage

GENESIS = 0
"""Number of the row that the chain begins with."""

_START = ""
"""What stands in `previous` of that row."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RowKind(enum.Enum):
    """What a row of the chain tells."""

    GENESIS = "genesis"
    """That the chain begins; how many rows, if any, were written before there was a chain, and are sealed by it."""
    SENT = "sent"
    ANSWERED = "answered"
    """What became of a request that another row tells of."""


class Outcome(enum.Enum):
    """What became of a request."""

    COMPLETE = "complete"
    STOPPED = "stopped"
    """The person stopped it, or the program ended."""
    FAILED = "failed"


class SentFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a row tells of a request besides its columns: counts, names and hashes, never words or pictures.

    Args:
        method: GET, HEAD or POST.
        target: SHA-256 of the method, a space and the whole address: what a GET sends is its address.
        pictures: How many were in it.
        documents: How many were in it.
        tools: Names of those that were offered.
        messages: How many turns of the conversation were in it.
        tokens: How many it was estimated to have; None where nobody counted.
        price: US dollars that it was estimated to cost at most; None where that is unknown.
        hidden: How many pieces were hidden before it left, by kind.
        question: Row of the question in the history.
        effort: As asked for; empty where the model was left to itself.
        max_tokens: The bound of the answer; 0 where none is concerned.
        thinking: Whether the model might reason first; empty where none is concerned.
        whole: The answer was to come whole.
        final: It might call no tool any more.
        kept: The bytes were kept as well, by the person's choice.
        rows: How many questions of a job were in it; 0 for one that is no batch.
        batch: Name of the batch, under which its end is written down later; it begins the ids of its questions.
    """

    method: str = ""
    target: Sha256 = ""
    pictures: int = 0
    documents: int = 0
    tools: tuple[str, ...] = ()
    messages: int = 0
    tokens: int | None = None
    price: float | None = None
    hidden: Mapping[str, int] = {}
    question: int | None = None
    effort: str = ""
    max_tokens: int = 0
    thinking: str = ""
    whole: bool = False
    final: bool = False
    kept: bool = False
    rows: int = 0
    batch: str = ""


NO_FACTS = SentFacts()


class Kept(NamedTuple):
    """How much of the contents of requests is kept.

    Args:
        files: How many files.
        size: Their bytes.
    """

    files: int = 0
    size: int = 0


class AnsweredFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a request.

    Args:
        outcome: How it ended.
        reason: Name of the failure, empty if there was none.
        attempts: How often its bytes were sent: what fails before an answer begins is tried again.
        usage: What the service reports to have read and written, and what that costs.
    """

    outcome: Outcome
    reason: str = ""
    attempts: int = 1
    usage: Usage | None = None


class GenesisFacts(msgspec.Struct, frozen=True):
    """What the first row tells.

    Args:
        sealed: How many rows had been written before there was a chain. It holds them as they were then.
        last: Number of the last of them; 0 when there are none.
    """

    sealed: int = 0
    last: int = 0


class ChainRow(NamedTuple):
    """A row as it stands in the file; everything from `id` to `facts` is in its hash."""

    id: int
    kind: str
    time: int
    provider: str
    host: str
    model: str
    purpose: str
    size: int
    digest: str
    conversation: int | None
    about: int | None
    facts: str
    previous: str
    link: str


class Checkpoint(msgspec.Struct, frozen=True):
    """Where the chain ended when the program last wrote to it; kept in another file.

    Args:
        begun: `link` of the first row.
        last: Number of the last row.
        head: Its `link`.
    """

    begun: str
    last: int
    head: str


class Fault(enum.Enum):
    """What is wrong with rows."""

    CHANGED = "changed"
    """They are not what was written, or were not written by this program."""
    REPLACED = "replaced"
    """They hold together, but others stood in their place when the next one was written."""
    REMOVED = "removed"
    """They are missing between others."""
    CUT = "cut"
    """They are missing at the end."""
    ADDED = "added"
    """They stand behind the end that the checkpoint knows."""
    EXCHANGED = "exchanged"
    """The checkpoint knows another ledger than this one."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong.

    Args:
        fault: What.
        first: The first row concerned.
        last: The last.
    """

    fault: Fault
    first: int
    last: int


class Verification(msgspec.Struct, frozen=True):
    """What a check has found.

    Args:
        requests: How many rows tell of something that left.
        sealed: How many of them are older than the chain.
        begun: When the chain began (UTC); None when its beginning is gone.
        last: Number of the last row.
        head: Its `link`: whoever keeps both elsewhere can prove later that nothing before was changed.
        witnessed: The checkpoint knows this end.
        findings: What is wrong, in the order of the rows.
    """

    requests: int
    sealed: int
    begun: datetime | None
    last: int
    head: str
    witnessed: bool
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Nothing is wrong."""
        return not self.findings


def link_of(row: ChainRow) -> str:
    """The hash that a row must carry as `link`."""
    if any(isinstance(value, bytes) for value in row):  # never written, and in JSON it would look like a text
        return ""
    return hashlib.sha256(f"{row.previous}\n".encode() + msgspec.json.encode(row[:-2])).hexdigest()


def chained(row: ChainRow, previous: str = _START) -> ChainRow:
    """A row with its two hashes.

    Args:
        row: With everything else.
        previous: `link` of the row before it; without, the row begins a chain.
    """
    bound = row._replace(previous=previous)
    return bound._replace(link=link_of(bound))


def target_of(method: str, url: str) -> Sha256:
    """The hash that stands for where a request went."""
    return hashlib.sha256(f"{method} {url}".encode()).hexdigest()


class Verifier:
    """Reads a chain from its first row to its last.

    Args:
        checkpoint: Where it ended when it was last written; None when nobody knows.
        highest: The highest number that the file has given to a row; 0 when it does not know.
        known: Heads of earlier rows that the person has kept elsewhere, by the number of the row.
    """

    def __init__(
        self, checkpoint: Checkpoint | None = None, highest: int = 0, known: Mapping[int, str] | None = None
    ) -> None:
        self._checkpoint = checkpoint
        self._highest = highest
        self._known = dict(known or {})
        self._genesis: tuple[ChainRow, GenesisFacts] | None = None
        self._before: ChainRow | None = None
        self._named: set[int] = set()
        self._requests = 0
        self._sealed = 0
        self._findings: list[Finding] = []

    def read(self, rows: Iterable[ChainRow]) -> None:
        """Take in the next rows, in the order of their numbers."""
        for row in rows:
            self._take(row)

    def result(self) -> Verification:
        """What was found."""
        last = self._before.id if self._before else GENESIS - 1
        head = self._before.link if self._before else ""
        findings = [*self._findings, *self._at_the_end(last)]
        return Verification(
            requests=self._requests,
            sealed=self._sealed,
            begun=_EPOCH + timedelta(microseconds=self._genesis[0].time) if self._genesis else None,
            last=last,
            head=head,
            witnessed=self._checkpoint is not None and (self._checkpoint.last, self._checkpoint.head) == (last, head),
            findings=tuple(sorted(findings, key=lambda one: (one.first, one.last))),
        )

    def _take(self, row: ChainRow) -> None:
        before, self._before = self._before, row
        if before is None:
            self._begin(row)
        else:
            gap = row.id - before.id - 1
            if gap and (row.previous != before.link or row.id > self._sealed_until):
                self._find(Fault.REMOVED, before.id + 1, row.id - 1)
            elif row.previous != before.link and before.id not in self._named and link_of(row) == row.link:
                self._find(Fault.REPLACED, before.id, before.id)
        if link_of(row) != row.link:
            self._find(Fault.CHANGED, row.id, row.id)
        elif self._known.get(row.id, row.link) != row.link and row.id not in self._named:
            self._find(Fault.REPLACED, row.id, row.id)
        if row.kind == RowKind.SENT.value:
            self._requests += 1
            self._sealed += row.id <= self._sealed_until

    def _begin(self, row: ChainRow) -> None:
        if row.id != GENESIS or row.kind != RowKind.GENESIS.value or row.previous != _START:
            if row.id > GENESIS:
                self._find(Fault.REMOVED, GENESIS, row.id - 1)
            else:
                self._find(Fault.CHANGED, row.id, row.id)
            return
        if link_of(row) == row.link:  # else nothing that it says can be taken for what it should be
            self._genesis = row, msgspec.json.decode(row.facts, type=GenesisFacts)
        if self._checkpoint is not None and self._checkpoint.begun == row.link:
            self._known.setdefault(self._checkpoint.last, self._checkpoint.head)

    @property
    def _sealed_until(self) -> int:
        return self._genesis[1].last if self._genesis else GENESIS

    def _at_the_end(self, last: int) -> list[Finding]:
        point = self._checkpoint
        if point is not None and self._genesis is not None and point.begun != self._genesis[0].link:
            return [Finding(Fault.EXCHANGED, GENESIS, last)]
        known = max([self._highest, *self._known, point.last if point else GENESIS])
        if known > last:
            return [Finding(Fault.CUT, last + 1, known)]
        if point is not None and point.last < last:
            return [Finding(Fault.ADDED, point.last + 1, last)]
        return []

    def _find(self, fault: Fault, first: int, last: int) -> None:
        if fault is not Fault.REMOVED:
            if first in self._named:
                return
            self._named.add(first)
        self._findings.append(Finding(fault, first, last))
