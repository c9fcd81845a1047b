"""What people decide about verdicts, as `core.jobs.reviews.ReviewStore`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.errors import JobConflict
from kireji.core.jobs.reviews import (
    LONGEST_NOTE,
    Decision,
    Judged,
    Review,
    ReviewCounts,
    ReviewFilter,
    ReviewItem,
    ReviewOrder,
)
from kireji.core.jobs.values import JoinedRow
from kireji.core.moderation.verdicts import Action
from kireji.core.words import say
from kireji.storage.database import Database
from kireji.storage.jobs.forms import Clock, placeholders
from kireji.storage.jobs.review_tables import ACTION_CODES, ACTIONS, STAND_CODES, STANDS, StandCode
from kireji.storage.jobs.rows import JOINED, beginning, joined_row
from kireji.storage.jobs.tables import CODES, KINDS, MOST_ROWS, Code, row_id, row_number, row_range
from kireji.storage.rows import from_microseconds, storable, to_microseconds, utc_now

if TYPE_CHECKING:
    from sqlite3 import Connection

_TOLD = f"({Code.SUCCEEDED}, {Code.ERRORED}, {Code.EXPIRED}, {Code.CANCELED}, {Code.INVALID})"
"""States of rows of which there is something to tell."""
_UNREAD = f"""
    {JOINED} LEFT JOIN verdicts ON verdicts.id = rows.id
    WHERE rows.id > :after AND rows.id <= :last AND rows.same IS NULL AND rows.state IN {_TOLD}
        AND verdicts.id IS NULL
    ORDER BY rows.id LIMIT :limit
"""
_KEEP = """
    INSERT OR REPLACE INTO verdicts SELECT id, ?, ?, ?, ?, ?, ? FROM rows WHERE id = ? AND state = ?
"""
_POPULATION = {
    ReviewFilter.ALL: "1",
    ReviewFilter.REVIEW: f"verdicts.action = {ACTION_CODES[Action.REVIEW]}",
    ReviewFilter.BLOCK: f"verdicts.action = {ACTION_CODES[Action.BLOCK]}",
    ReviewFilter.ALLOW: f"verdicts.action = {ACTION_CODES[Action.ALLOW]}",
    ReviewFilter.REFUSED: f"verdicts.stand = {StandCode.REFUSED}",
    ReviewFilter.FAILED: f"verdicts.stand = {StandCode.FAILED}",
    ReviewFilter.DECIDED: "reviews.id IS NOT NULL",
    ReviewFilter.DISAGREEING: "reviews.id IS NOT NULL AND reviews.action <> verdicts.action",
}
"""Which rows a filter is about."""
_LISTED = _POPULATION | {ReviewFilter.REVIEW: f"{_POPULATION[ReviewFilter.REVIEW]} AND reviews.id IS NULL"}
"""Which of these it lists."""
_ORDERS = {
    ReviewOrder.GRAVEST: "verdicts.gravity DESC, verdicts.confidence DESC, verdicts.id",
    ReviewOrder.LEAST_SURE: "verdicts.confidence, verdicts.gravity DESC, verdicts.id",
    ReviewOrder.AS_READ: "verdicts.id",
}
_WITHIN = "FROM verdicts LEFT JOIN reviews ON reviews.id = verdicts.id WHERE verdicts.id BETWEEN ? AND ?"
_REVIEW = "decision, action, category, note, decided"
_SET = "INSERT OR REPLACE INTO reviews VALUES (?, ?, ?, ?, ?, ?)"


class SqliteReviewStore:
    """Keeps them in the queue's file.

    Args:
        database: As `storage.jobs.tables.open_jobs` opens it.
        now: The time in UTC.
    """

    def __init__(self, database: Database, now: Clock = utc_now) -> None:
        self._database = database
        self._now = now

    async def unread(self, job: int, after: int = 0, limit: int = 500) -> Sequence[JoinedRow]:
        """As in ReviewStore."""
        values = {"base": row_id(job, 0), "after": row_id(job, after), "last": row_range(job)[1], "limit": limit}
        return await self._database.run(lambda c: [joined_row(one) for one in c.execute(_UNREAD, values).fetchall()])

    async def keep(self, job: int, judged: Sequence[Judged], rows: Sequence[JoinedRow]) -> None:
        """As in ReviewStore."""
        values = [
            (
                STAND_CODES[one.stand],
                ACTION_CODES[one.action],
                storable(one.category),
                storable(one.level),
                one.gravity,
                one.confidence,
                row_id(job, row.row.number),
                CODES[row.row.state],
            )
            for one, row in zip(judged, rows, strict=True)
        ]
        await self._database.write(lambda c: c.executemany(_KEEP, values).rowcount)

    async def counts(self, job: int) -> ReviewCounts:
        """As in ReviewStore."""
        return await self._database.run(lambda c: _counts(c, job))

    async def numbers(self, job: int, wanted: ReviewFilter, order: ReviewOrder) -> Sequence[int]:
        """As in ReviewStore."""
        asked = f"SELECT verdicts.id & {MOST_ROWS} {_WITHIN} AND {_LISTED[wanted]} ORDER BY {_ORDERS[order]}"
        values = row_range(job)
        return await self._database.run(lambda c: [number for (number,) in c.execute(asked, values)])

    async def items(self, job: int, numbers: Sequence[int]) -> Sequence[ReviewItem]:
        """As in ReviewStore."""
        return await self._database.run(lambda c: _items(c, job, numbers))

    async def decide(self, job: int, number: int, review: Review | None, before: Review | None) -> Review | None:
        """As in ReviewStore."""
        now = to_microseconds(self._now())
        return await self._database.write(lambda c: _decide(c, job, number, review, before, now))

    async def reviews(self, job: int, after: int = 0, limit: int = 500) -> Mapping[int, Review]:
        """As in ReviewStore."""
        asked = f"SELECT id, {_REVIEW} FROM reviews WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"  # noqa: S608 - no input
        values = (row_id(job, after), row_range(job)[1], limit)
        return await self._database.run(
            lambda c: {row_number(row): _review(rest) for row, *rest in c.execute(asked, values).fetchall()}
        )


def _counts(connection: Connection, job: int) -> ReviewCounts:
    """One look at all rows, whatever the filters."""
    sums = []
    for condition in _POPULATION.values():
        sums += [f"sum({condition})", f"sum(({condition}) AND reviews.id IS NOT NULL)"]
    sums += [f"sum({condition})" for condition in _LISTED.values()]
    found = connection.execute(f"SELECT {', '.join(sums)} {_WITHIN}", row_range(job)).fetchone()
    numbers = [value or 0 for value in found]
    both = 2 * len(_POPULATION)
    return ReviewCounts(
        dict(zip(_LISTED, numbers[both:], strict=True)),
        dict(zip(_POPULATION, numbers[:both:2], strict=True)),
        dict(zip(_POPULATION, numbers[1:both:2], strict=True)),
    )


def _items(connection: Connection, job: int, numbers: Sequence[int]) -> list[ReviewItem]:
    ids = [row_id(job, number) for number in numbers]
    asked = f"""
        SELECT verdicts.id, stand, verdicts.action, verdicts.category, level, gravity, confidence, line, own,
            label, kind, content, decision, reviews.action, reviews.category, note, decided
        FROM verdicts
        JOIN rows ON rows.id = verdicts.id
        LEFT JOIN inputs ON inputs.id = verdicts.id
        LEFT JOIN reviews ON reviews.id = verdicts.id
        WHERE verdicts.id IN ({placeholders(ids)})
    """  # noqa: S608 - nothing of it is input
    found = {row[0]: _item(row) for row in connection.execute(asked, ids).fetchall()}
    return [found[row] for row in ids if row in found]


def _item(found: Sequence[Any]) -> ReviewItem:
    row, stand, action, category, level, gravity, confidence, line, own, label, kind, content, *review = found
    if label is None:
        label = "" if content is None else beginning(KINDS[kind], content)
    judged = Judged(row_number(row), STANDS[stand], ACTIONS[action], category, level, gravity, confidence)
    return ReviewItem(judged, label, own, line, None if review[0] is None else _review(review))


def _review(found: Sequence[Any]) -> Review:
    decision, code, category, note, decided = found
    action = ACTIONS[code]
    assert action is not None
    return Review(Decision(decision), action, category, note, from_microseconds(decided))


def _decide(
    connection: Connection, job: int, number: int, review: Review | None, before: Review | None, now: int
) -> Review | None:
    row = row_id(job, number)
    if connection.execute("SELECT 1 FROM verdicts WHERE id = ?", (row,)).fetchone() is None:
        raise JobConflict(
            say("Row {number} has nothing that could be decided about.", number=number),
            say("It may have been asked again meanwhile."),
        )
    found = connection.execute(f"SELECT {_REVIEW} FROM reviews WHERE id = ?", (row,)).fetchone()  # noqa: S608 - no input
    stands = None if found is None else _review(found)
    if stands != before:
        raise JobConflict(
            say("Row {number} was decided elsewhere meanwhile.", number=number),
            say("Look at it again; what was decided there stands."),
        )
    if review is None:
        connection.execute("DELETE FROM reviews WHERE id = ?", (row,))
        return None
    kept = msgspec.structs.replace(
        review,
        category=storable(review.category),
        note=storable(review.note[:LONGEST_NOTE]),
        decided=review.decided or from_microseconds(now),
    )
    assert kept.decided is not None
    values = (kept.decision.value, ACTION_CODES[kept.action], kept.category, kept.note, to_microseconds(kept.decided))
    connection.execute(_SET, (row, *values))
    return kept
