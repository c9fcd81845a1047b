"""Rows of a new job, written fast by the process that reads them.

How a job is loaded, by whoever made it with `JobStore.create`:

    connection = ...                     of the queue, in autocommit mode, used by nothing else
    prepare(connection)
    for rows in pieces:                  about `ROWS_AT_ONCE` rows or `BYTES_AT_ONCE` bytes each
        add(connection, job, rows)       numbers ascend over all of them; number 1 comes first
    refuse_repeated(connection, job)     own ids that stand there twice
    find_same(connection, job)           requests that are the same
    finish(connection, job)              READY

Each call is one transaction, or several short ones, so that others can write meanwhile. When `add` raises JobConflict
the job was removed: stop. A process that dies leaves a job that is IMPORTING, which `left_over` finds.

There is no index over fingerprints or own ids: rows come in an order that has nothing to do with it, so that each
transaction would write most of it again. Measured with 200,000 rows of a kilobyte: the first job takes twice as long
with one, the second three times, and the third more. Sorting once at the end finds the same in a fifth of the loading.
What is kept while loading (ids, and which rows wait) only grows at its end.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

import msgspec

from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import JobPlan, LineKind
from kireji.core.messages import ImagePart
from kireji.core.words import say
from kireji.storage.jobs.counting import move, shift
from kireji.storage.jobs.forms import encode, encode_texts
from kireji.storage.jobs.jobs import no_such
from kireji.storage.jobs.tables import KIND_CODES, MOST_ROWS, Code, row_id, row_number, row_range
from kireji.storage.rows import storable

if TYPE_CHECKING:
    from sqlite3 import Connection

ROWS_AT_ONCE = 2_000
BYTES_AT_ONCE = 2 * 1024 * 1024
"""Of contents. Both: so that a transaction takes some hundredths of a second."""

_CHANGED_AT_ONCE = 5_000
_PENDING, _INVALID, _PROMPT = Code.PENDING.value, Code.INVALID.value, KIND_CODES[LineKind.PROMPT]

_TOGETHER = 200
"""Rows in one statement: its cursors stay open, so that each row goes behind the last without being looked for."""

_ROW = "INSERT INTO rows (id, state, line, size, print, own, sentence) VALUES (?, ?, ?, ?, ?, ?, ?)"
_ROWS = _ROW + ", (?, ?, ?, ?, ?, ?, ?)" * (_TOGETHER - 1)
_INPUT = "INSERT INTO inputs VALUES (?, ?, ?, ?, ?)"
_INPUTS = _INPUT + ", (?, ?, ?, ?, ?)" * (_TOGETHER - 1)
_PICTURE = "INSERT INTO pictures VALUES (?, ?, ?, ?, ?, ?)"
_IMPORTING = "SELECT 1 FROM jobs WHERE id = ? AND state = 'importing' AND removed = 0"
_BY_OWN = f"""
    SELECT group_concat(id) FROM rows
    WHERE id BETWEEN ? AND ? AND own <> '' AND state <> {Code.INVALID} GROUP BY own HAVING count(*) > 1
"""  # noqa: S608 - nothing of it is input
_BY_PRINT = f"""
    SELECT group_concat(id) FROM rows
    WHERE id BETWEEN ? AND ? AND print IS NOT NULL AND state = {Code.PENDING} GROUP BY print HAVING count(*) > 1
"""  # noqa: S608
_REFUSE = f"UPDATE rows SET state = {Code.INVALID}, sentence = ? WHERE id = ? AND state = {Code.PENDING}"  # noqa: S608
_SAME = f"UPDATE rows SET state = {Code.SAME}, same = ? WHERE id = ? AND state = {Code.PENDING}"  # noqa: S608


_LINE = "SELECT line FROM rows WHERE id = ?"

_EACH = re.compile(r"\d+")

_Pair = tuple[int, int]
"""Ids of a row and of an earlier one."""

T = TypeVar("T")


class NewRow(msgspec.Struct, frozen=True, gc=False):
    """A line that was read.

    Args:
        number: Place in the job, from 1.
        line: Line of the file, or place in the folder.
        id: The person's own; empty for none.
        kind: The shape of `content`.
        content: As for `RowInput`.
        print: Fingerprint, 16 bytes.
        pictures: Stored ones, in `jobs/pictures`.
        label: What people see of it; empty takes the beginning of its prompt.
        columns: Of a CSV row, its cells by column.
    """

    number: int
    line: int
    id: str
    kind: LineKind
    content: bytes
    print: bytes
    pictures: tuple[ImagePart, ...] = ()
    label: str = ""
    columns: Mapping[str, str] = {}


class BadRow(msgspec.Struct, frozen=True, gc=False):
    """A line that was refused.

    Args:
        number: Place in the job, from 1; it has one as good rows have.
        line: Line of the file, or place in the folder.
        sentence: Why.
        id: The person's own, if it was read.
    """

    number: int
    line: int
    sentence: str
    id: str = ""


def prepare(connection: Connection) -> None:
    """Make a connection fit for many rows."""
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -16384")  # KB


def add(
    connection: Connection,
    job: int,
    rows: Sequence[NewRow | BadRow],
    before_commit: Callable[[], None] | None = None,
) -> None:
    """Write the next rows in one transaction.

    Args:
        connection: As after `prepare`.
        job: Which; IMPORTING.
        rows: In ascending order.
        before_commit: Called while nobody else can write. Whoever stores pictures looks here whether their files are
            there (and writes them again if not): the removal of another job may have deleted them until now.

    Raises:
        JobConflict: The job was removed.
    """
    add_uncommitted(connection, job, rows, before_commit)
    commit(connection)


def commit(connection: Connection) -> None:
    """End what `add_uncommitted` began; nothing of it stays when that fails."""
    try:
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def add_uncommitted(
    connection: Connection,
    job: int,
    rows: Sequence[NewRow | BadRow],
    before_commit: Callable[[], None] | None = None,
) -> None:
    """The same, but for the commit: that waits for the disk, and another thread can do it meanwhile.

    Args:
        connection: As for `add`.
        job: The same.
        rows: The same.
        before_commit: The same.

    Raises:
        JobConflict: The job was removed; the transaction is over, as with every failure.
    """
    good = [row for row in rows if isinstance(row, NewRow)]
    base = row_id(job, 0)
    # A million times: what is rarely needed is called, what always is stands here.
    small = [
        (base + row.number, _PENDING, row.line, len(row.content), row.print, row.id, "")
        if isinstance(row, NewRow) and row.id.isascii()
        else _small(base, row)
        for row in rows
    ]
    large = [
        (
            base + row.number,
            _PROMPT if row.kind is LineKind.PROMPT else KIND_CODES[row.kind],
            storable(row.label) if row.label else None,
            encode_texts(row.columns) if row.columns else None,
            row.content,
        )
        for row in good
    ]
    pictures = [
        (base + row.number, place, picture.blob, picture.media_type, picture.width, picture.height)
        for row in good
        if row.pictures
        for place, picture in enumerate(row.pictures)
    ]

    def work() -> None:
        _insert(connection, _ROWS, _ROW, small)
        _insert(connection, _INPUTS, _INPUT, large)
        connection.executemany(_PICTURE, pictures)
        shift(connection, job, {RowState.PENDING: len(good), RowState.INVALID: len(rows) - len(good)})
        if before_commit is not None:
            before_commit()

    _begun(connection, job, work)


def refuse_repeated(connection: Connection, job: int) -> int:
    """Refuse rows whose own id an earlier row has; returns how many."""

    def change(pairs: Sequence[_Pair]) -> int:
        lines = [[connection.execute(_LINE, (row,)).fetchone()[0] for row in pair] for pair in pairs]
        refused = [
            (say("Line {line} has the id of line {first}.", line=line, first=first), row)
            for (row, _), (line, first) in zip(pairs, lines, strict=True)
        ]
        return connection.executemany(_REFUSE, refused).rowcount

    return _change_in_pieces(connection, job, _BY_OWN, RowState.INVALID, change)


def find_same(connection: Connection, job: int) -> int:
    """Mark rows that ask what an earlier row asks; returns how many."""

    def change(pairs: Sequence[_Pair]) -> int:
        return connection.executemany(_SAME, [(row_number(first), row) for row, first in pairs]).rowcount

    return _change_in_pieces(connection, job, _BY_PRINT, RowState.SAME, change)


def finish(connection: Connection, job: int, plan: JobPlan | None = None) -> None:
    """The job is READY.

    Args:
        connection: As after `prepare`.
        job: Which; IMPORTING.
        plan: What is to be done, when reading showed more of it, such as the model that the lines name.

    Raises:
        JobConflict: The job was removed.
    """

    def work() -> None:
        connection.execute("UPDATE jobs SET state = 'ready' WHERE id = ?", (job,))
        if plan is not None:
            connection.execute("UPDATE jobs SET plan = ? WHERE id = ?", (encode(plan), job))

    _within(connection, job, work)


def _change_in_pieces(
    connection: Connection, job: int, repeating: str, after: RowState, change: Callable[[Sequence[_Pair]], int]
) -> int:
    """Change rows that repeat an earlier one, in short transactions; returns how many."""
    repeated = _repeated(connection, job, repeating)
    changed = 0
    for begin in range(0, len(repeated), _CHANGED_AT_ONCE):
        piece = [
            (row_id(job, both >> 32), row_id(job, both & MOST_ROWS)) for both in repeated[begin:][:_CHANGED_AT_ONCE]
        ]

        def work(piece: Sequence[_Pair] = piece) -> int:
            rows = change(piece)
            move(connection, job, RowState.PENDING, after, rows)
            return rows

        changed += _within(connection, job, work)
    return changed


def _repeated(connection: Connection, job: int, repeating: str) -> Sequence[int]:
    """Numbers of rows whose value an earlier row has, above the number of that one, in ascending order.

    All of them before anything is changed: a reading statement that is still open keeps a connection from writing once
    another process has written. Two numbers in one integer take 8 bytes, where a million rows may repeat others.
    """
    found = array("Q")
    for (rows,) in connection.execute(repeating, row_range(job)):
        numbers = array("Q", (row_number(int(row[0])) for row in _EACH.finditer(rows)))  # a million may be one group
        first = min(numbers)
        found.extend(number << 32 | first for number in numbers if number != first)
    return array("Q", sorted(found))


def _within(connection: Connection, job: int, work: Callable[[], T]) -> T:
    """Do it in one transaction, provided that the job is still there."""
    result = _begun(connection, job, work)
    commit(connection)
    return result


def _begun(connection: Connection, job: int, work: Callable[[], T]) -> T:
    """The same without the commit."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if connection.execute(_IMPORTING, (job,)).fetchone() is None:
            raise no_such(job)
        return work()
    except BaseException:  # whatever it was, the lock is not kept
        connection.execute("ROLLBACK")
        raise


def _small(base: int, row: NewRow | BadRow) -> tuple[int, int, int, int, bytes | None, str, str]:
    if isinstance(row, BadRow):
        return (base + row.number, _INVALID, row.line, 0, None, storable(row.id), storable(row.sentence))
    return (base + row.number, _PENDING, row.line, len(row.content), row.print, storable(row.id), "")


def _insert(connection: Connection, several: str, one: str, rows: Sequence[tuple[object, ...]]) -> None:
    whole = len(rows) - len(rows) % _TOGETHER
    for begin in range(0, whole, _TOGETHER):
        connection.execute(several, [*chain.from_iterable(rows[begin : begin + _TOGETHER])])
    connection.executemany(one, rows[whole:])
