"""The ledger of everything that left this computer, in the database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.history import Sent, SentTotals
from kireji.core.ledger import (
    GENESIS,
    NO_FACTS,
    AnsweredFacts,
    ChainRow,
    Checkpoint,
    RowKind,
    SentFacts,
    Verification,
    Verifier,
)
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.storage import ledger_chain, rows
from kireji.storage.checkpoint import CheckpointFile
from kireji.storage.database import Database

if TYPE_CHECKING:
    from sqlite3 import Connection

_SENT = """
    SELECT id, time, provider, host, model, purpose, size, digest, conversation, facts,
    (SELECT facts FROM ledger AS answer WHERE answer.about = ledger.id ORDER BY answer.id DESC LIMIT 1)
    FROM ledger WHERE kind = 'sent'
"""
_TOTALS = "SELECT count(*), coalesce(sum(size), 0) FROM ledger WHERE kind = 'sent'"
_OF_BATCH = f"{_SENT} AND purpose = ? AND json_extract(facts, '$.batch') = ? ORDER BY id DESC LIMIT 1"
_OF_ONE = " AND conversation = ?"
_LINK = "SELECT link FROM ledger WHERE id = ?"
_UNDER_WAY = 0.1
"""Seconds within which another process has noted the end of a row that it has just written."""


class SqliteLedger:
    """Rows are only ever added; they outlive the conversation they belong to.

    Several processes may add at the same time: each row is made under the database's write lock. The checkpoint is
    written after the row, off the way of whoever waits for it, and under the same lock.

    Args:
        database: Where they are.
        now: The time in UTC.
        checkpoint: Where the end of the chain is noted; None notes it nowhere.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime] = rows.utc_now,
        checkpoint: CheckpointFile | None = None,
    ) -> None:
        self._database = database
        self._now = now
        self._checkpoint = checkpoint

    async def record(
        self, outgoing: OutgoingRequest, digest: str, conversation: int | None, facts: SentFacts = NO_FACTS
    ) -> int:
        """As in Ledger. The row holds neither the body nor a header."""
        return await self._append(
            ChainRow(
                id=0,
                kind=RowKind.SENT.value,
                time=rows.to_microseconds(self._now()),
                provider=outgoing.provider,
                host=outgoing.host,
                model=rows.storable(outgoing.model),
                purpose=outgoing.purpose.value,
                size=outgoing.size,
                digest=digest,
                conversation=conversation,
                about=None,
                facts=_text(facts),
                previous="",
                link="",
            )
        )

    async def answered(self, number: int, facts: AnsweredFacts) -> None:
        """As in Ledger."""
        time, kind = rows.to_microseconds(self._now()), RowKind.ANSWERED.value
        await self._append(ChainRow(0, kind, time, "", "", "", "", 0, "", None, number, _text(facts), "", ""))

    async def find(self, number: int) -> Sent | None:
        """As in Ledger."""
        found = await self._database.run(
            lambda connection: connection.execute(f"{_SENT} AND id = ?", (number,)).fetchone()
        )
        return _sent(*found) if found else None

    async def of_batch(self, batch: str) -> Sent | None:
        """As in Ledger."""
        found = await self._database.run(
            lambda connection: connection.execute(_OF_BATCH, (Purpose.JOB.value, batch)).fetchone()
        )
        return _sent(*found) if found else None

    async def recent(self, limit: int = 100, conversation: int | None = None) -> Sequence[Sent]:
        """Newest first; all conversations, or one."""
        condition, values = _condition(conversation)

        def work(connection: Connection) -> list[Sent]:
            found = connection.execute(f"{_SENT}{condition} ORDER BY id DESC LIMIT ?", (*values, limit))
            return [_sent(*row) for row in found]

        return await self._database.run(work)

    async def totals(self, conversation: int | None = None) -> SentTotals:
        """Requests and bytes of all conversations, or of one."""
        condition, values = _condition(conversation)
        return await self._database.run(
            lambda connection: SentTotals(*connection.execute(_TOTALS + condition, values).fetchone())
        )

    async def verify(self, known: Mapping[int, str] | None = None) -> Verification:
        """As in Ledger. Page by page, so that others can write and read in between."""
        found = await self._verified(known)
        if found.findings:  # another process may be about to note the row that it has just written
            await asyncio.sleep(_UNDER_WAY)
            found = await self._verified(known)
        return found

    async def _append(self, row: ChainRow) -> int:
        def noted(_number: int) -> None:
            self._database.post(self._note_end)

        return await self._database.write(
            lambda connection: ledger_chain.append(connection, row),
            then=noted if self._checkpoint is not None else None,
        )

    def _note_end(self, connection: Connection) -> None:
        """Bring the checkpoint to the end of the chain, unless what it knows has been changed or cut since."""
        file = self._checkpoint
        assert file is not None
        connection.execute("BEGIN IMMEDIATE")  # so that nobody writes an older end over a newer one
        try:
            last, head = ledger_chain.end(connection) or (GENESIS, "")
            known = file.read()
            if known is None:
                begun = connection.execute(_LINK, (GENESIS,)).fetchone()
                file.write(Checkpoint(begun[0] if begun else "", last, head))
            elif known.last < last and connection.execute(_LINK, (known.last,)).fetchone() == (known.head,):
                file.write(Checkpoint(known.begun, last, head))
        finally:
            connection.execute("ROLLBACK")

    async def _verified(self, known: Mapping[int, str] | None) -> Verification:
        last, highest, checkpoint = await self._database.run(self._ends)
        verifier = Verifier(checkpoint, highest, known)
        after: int | None = None
        while page := await self._database.run(partial(ledger_chain.page, after=after, last=last)):
            await asyncio.to_thread(verifier.read, page)
            after = page[-1].id
        return verifier.result()

    def _ends(self, connection: Connection) -> tuple[int, int, Checkpoint | None]:
        """The last row, the highest number and the checkpoint of one moment: what is written later is not looked at."""
        connection.execute("BEGIN")
        try:
            last, _ = ledger_chain.end(connection) or (GENESIS, "")
            return last, ledger_chain.highest(connection), self._checkpoint.read() if self._checkpoint else None
        finally:
            connection.execute("ROLLBACK")


def _text(facts: msgspec.Struct) -> str:
    return rows.storable(msgspec.json.encode(facts).decode())


def _sent(number: int, time: int, *values: Any) -> Sent:
    sent = Sent(number, rows.from_microseconds(time), *values[:-2])
    return msgspec.structs.replace(sent, facts=_facts(values[-2]), answer=_answer(values[-1]))


def _facts(stored: str) -> SentFacts:
    """What a row tells; a newer version's or a changed one's is left out, and the check will name the latter."""
    try:
        return msgspec.json.decode(stored, type=SentFacts)
    except (msgspec.DecodeError, TypeError):
        return NO_FACTS


def _answer(stored: str | None) -> AnsweredFacts | None:
    try:
        return None if stored is None else msgspec.json.decode(stored, type=AnsweredFacts)
    except (msgspec.DecodeError, TypeError):
        return None


def _condition(conversation: int | None) -> tuple[str, tuple[int, ...]]:
    return ("", ()) if conversation is None else (_OF_ONE, (conversation,))
