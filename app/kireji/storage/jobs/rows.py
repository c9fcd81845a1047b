"""Rows as they are read: what they ask, where they stand, what came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from kireji.core.jobs.states import ENDED_ROWS, RowState
from kireji.core.jobs.values import JoinedRow, LineKind, Outcome, Row, RowInput, RowResult
from kireji.core.messages import ImagePart, Usage
from kireji.storage.jobs.batches import span
from kireji.storage.jobs.forms import decode_texts, placeholders
from kireji.storage.jobs.tables import CODES, KINDS, STATES, Code, row_id, row_number, row_range

if TYPE_CHECKING:
    from sqlite3 import Connection

_BEGINNING = 80
"""Characters of a prompt that are shown."""

_ROW = "rows.id, rows.line, rows.own, rows.state, rows.sentence, rows.same, rows.cached, label, kind, content"
_ROWS = f"SELECT {_ROW} FROM rows LEFT JOIN inputs ON inputs.id = rows.id"  # noqa: S608 - nothing of it is input
JOINED = f"""
    SELECT {_ROW}, columns, answered.state, answered.sentence, answered.cached, placeholders,
        input, output, cache_read, cache_write, thinking, results.cost, in_window, payload
    FROM rows
    JOIN rows AS answered ON answered.id = iif(rows.same IS NULL, rows.id, :base | rows.same)
    LEFT JOIN inputs ON inputs.id = rows.id
    LEFT JOIN results ON results.id = answered.result
    LEFT JOIN hidden ON hidden.id = answered.id
"""  # noqa: S608
"""Takes `:base`, the id of row 0 of the job; gives what `joined_row` takes."""
_INPUTS = """
    SELECT rows.id, kind, content FROM rows JOIN inputs ON inputs.id = rows.id
    WHERE rows.id > ? AND rows.id <= ? AND rows.batch = ? ORDER BY rows.id LIMIT ?
"""
_INPUT = "SELECT id, kind, content FROM inputs WHERE id = ?"
_PICTURES = """
    SELECT row, blob, media_type, width, height FROM pictures WHERE row BETWEEN ? AND ? ORDER BY row, position
"""
_VALUES = "SELECT hidden.id, placeholders FROM hidden JOIN rows ON rows.id = hidden.id WHERE rows.batch = ?"
_TOGETHER = 500
"""Rows that are asked for in one statement."""
_NEXT_PENDING = f"SELECT id FROM rows WHERE state = {Code.PENDING} AND id BETWEEN ? AND ? ORDER BY id LIMIT 1"  # noqa: S608
_ANY_PICTURE = "SELECT 1 FROM pictures WHERE row BETWEEN ? AND ? LIMIT 1"
_BYTES = f"SELECT coalesce(sum(size), 0) FROM rows WHERE state = {Code.PENDING} AND id BETWEEN ? AND ?"  # noqa: S608

_PENDING = frozenset({RowState.PENDING})
_FAILED = frozenset({RowState.ERRORED, RowState.EXPIRED, RowState.CANCELED, RowState.INVALID})


def listed(connection: Connection, job: int, after: int, limit: int, states: frozenset[RowState]) -> list[Row]:
    """As `rows` in JobStore."""
    asked = f"{_ROWS} WHERE rows.id > ? AND rows.id <= ?{_among(states)} ORDER BY rows.id LIMIT ?"
    found = connection.execute(asked, (row_id(job, after), row_range(job)[1], limit)).fetchall()
    return [_row(one) for one in found]


def joined(connection: Connection, job: int, after: int, limit: int, states: frozenset[RowState]) -> list[JoinedRow]:
    """As in JobStore."""
    asked = f"{JOINED} WHERE rows.id > :after AND rows.id <= :last{_among(states)} ORDER BY rows.id LIMIT :limit"
    values = {"base": row_id(job, 0), "after": row_id(job, after), "last": row_range(job)[1], "limit": limit}
    return [joined_row(one) for one in connection.execute(asked, values).fetchall()]


def inputs(connection: Connection, batch: int, after: int, limit: int) -> list[RowInput]:
    """As in JobStore."""
    first, last = span(connection, batch)
    begin = max(first - 1, row_id(first >> 32, after))
    return _with_pictures(connection, connection.execute(_INPUTS, (begin, last, batch, limit)).fetchall())


def values(connection: Connection, batch: int, numbers: Sequence[int]) -> dict[int, Mapping[str, str]]:
    """As in JobStore."""
    base = span(connection, batch)[0] >> 32 << 32
    read: list[tuple[int, str]] = []
    for begin in range(0, len(numbers), _TOGETHER):
        ids = [base | number for number in numbers[begin : begin + _TOGETHER]]
        read += connection.execute(f"{_VALUES} AND hidden.id IN ({placeholders(ids)})", (batch, *ids)).fetchall()
    return {row_number(row): decode_texts(texts) for row, texts in read}


def input_of(connection: Connection, job: int, number: int) -> RowInput | None:
    """As `input` in JobStore."""
    found = _with_pictures(connection, connection.execute(_INPUT, (row_id(job, number),)).fetchall())
    return found[0] if found else None


def sample(connection: Connection, job: int, most: int) -> list[RowInput]:
    """As in JobStore."""
    lowest, highest = row_range(job)
    last = connection.execute("SELECT max(id) FROM rows WHERE id BETWEEN ? AND ?", (lowest, highest)).fetchone()[0]
    if last is None or most <= 0:
        return []
    lines = row_number(last)
    places = [lowest + 1 + lines * index // most for index in range(min(most, lines))]
    chosen: dict[int, None] = {}
    for place in places:
        begin = max([place, *(row + 1 for row in list(chosen)[-1:])])
        row = connection.execute(_NEXT_PENDING, (begin, last)).fetchone()
        if row is None:
            break
        chosen[row[0]] = None
    read = [connection.execute(_INPUT, (row,)).fetchone() for row in chosen]
    return _with_pictures(connection, read)


def has_pictures(connection: Connection, job: int) -> bool:
    """As in JobStore."""
    return connection.execute(_ANY_PICTURE, row_range(job)).fetchone() is not None


def bytes_pending(connection: Connection, job: int) -> int:
    """As in JobStore."""
    return int(connection.execute(_BYTES, row_range(job)).fetchone()[0])


def _among(states: frozenset[RowState]) -> str:
    """A condition in whose shape SQLite finds the indexes of rows that wait and that failed."""
    if not states:
        return ""
    if states == _PENDING:
        return f" AND rows.state = {Code.PENDING}"
    listed = ", ".join(str(CODES[state]) for state in sorted(states, key=lambda one: one.value))
    shape = f" AND rows.state > {Code.SAME}" if states <= _FAILED else ""
    return f"{shape} AND rows.state IN ({listed})"


def _with_pictures(connection: Connection, read: Sequence[tuple[int, int, bytes]]) -> list[RowInput]:
    if not read:
        return []
    pictures: dict[int, list[ImagePart]] = {}
    for row, *picture in connection.execute(_PICTURES, (read[0][0], read[-1][0])).fetchall():
        pictures.setdefault(row, []).append(ImagePart(*picture))
    return [
        RowInput(row_number(row), KINDS[kind], content, tuple(pictures.get(row, ()))) for row, kind, content in read
    ]


def _row(found: Sequence[Any]) -> Row:
    row, line, own, state, sentence, same, cached, label, kind, content = found[:10]
    if label is None:
        label = "" if content is None else beginning(KINDS[kind], content)
    return Row(row_number(row), line, own, STATES[state], sentence, same, bool(cached), label)


def joined_row(found: Sequence[Any]) -> JoinedRow:
    """A row of `JOINED` as a value."""
    row = _row(found)
    columns, state, sentence, cached, values, *used, payload = found[10:]
    result = None
    if STATES[state] in ENDED_ROWS:
        usage = Usage() if payload is None else Usage(*used)
        outcome = Outcome(STATES[state].value)
        number = row.number if row.same_as is None else row.same_as
        result = RowResult(number, outcome, payload or b"", usage, sentence, bool(cached))
    return JoinedRow(row, result, decode_texts(values), decode_texts(columns))


class _Prompt(msgspec.Struct):
    prompt: str = ""


class _Message(msgspec.Struct):
    content: msgspec.Raw = msgspec.Raw(b'""')


class _Body(msgspec.Struct):
    messages: list[_Message] = []


class _Block(msgspec.Struct):
    text: str = ""


_PROMPT = msgspec.json.Decoder(_Prompt)
_BODY = msgspec.json.Decoder(_Body)
_CONTENT = msgspec.json.Decoder(str | list[_Block])


def beginning(kind: LineKind, content: bytes) -> str:
    """What people see of a row: the beginning of its prompt, or of its last message."""
    try:
        if kind is LineKind.PROMPT:
            return _shortened(_PROMPT.decode(content).prompt)
        messages = _BODY.decode(content).messages
        said = _CONTENT.decode(messages[-1].content) if messages else ""
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    return _shortened(said if isinstance(said, str) else next((block.text for block in said if block.text), ""))


def _shortened(text: str) -> str:
    return " ".join(text[: 2 * _BEGINNING].split())[:_BEGINNING]
