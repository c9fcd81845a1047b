"""Answers as lines of a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from kireji.core.delimited import CONTROL, csv_line, safe
from kireji.core.jobs.answers import Answer, Column, ColumnKind, in_one_cell
from kireji.core.jobs.states import RowState
from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage

_OWN = ("id", "status")
_ABOUT = ("error", "input_tokens", "output_tokens", "cost")


class _Line(msgspec.Struct, omit_defaults=False):
    """One line, with all that can stand in it."""

    id: str
    status: str
    text: str | msgspec.UnsetType = msgspec.UNSET
    data: Any = msgspec.UNSET
    error: str | msgspec.UnsetType = msgspec.UNSET
    usage: dict[str, int] = {}
    cost: float | None = None
    cached: bool = False


_encoder = msgspec.json.Encoder()


def id_of(answer: Answer) -> str:
    """What a row is called outside: the person's own id, else the number of its line."""
    return answer.row.id or str(answer.row.line)


def status_of(answer: Answer) -> str:
    """How a row ended, in the contract's words; empty while it has not."""
    if answer.outcome is not None:
        return answer.outcome.value
    return Outcome.ERRORED.value if answer.row.state is RowState.INVALID else ""


def output_line(answer: Answer, *, structured: bool) -> bytes:
    """An answer as a line of JSON, with its line feed.

    Args:
        answer: Of a row that has ended, or was refused when it was read.
        structured: Whether the job has a schema.
    """
    line = _Line(id_of(answer), status_of(answer), usage=_usage(_own(answer)), cost=answer.cost, cached=answer.cached)
    if answer.outcome is Outcome.SUCCEEDED:
        line.text = answer.text
        if structured:
            line.data = answer.data
    if answer.error:
        line.error = answer.error
    return _encoder.encode(line) + b"\n"


class Table:
    """Answers as lines of CSV (RFC 4180).

    A cell that a spreadsheet would take for a formula has an apostrophe before it: it may hold what somebody else has
    written, and a formula can send what stands in the table away.

    Args:
        given: Names of the input's own columns.
        columns: Those of the schema; none where answers are words.
    """

    def __init__(self, given: Sequence[str], columns: Sequence[Column]) -> None:
        self._given = tuple(given)
        self._columns = tuple(columns)
        names = [*_OWN, *([column.name for column in columns] or ["text"]), *_ABOUT]
        taken = {*self._given}
        self._names = [*self._given]
        for name in names:
            while name in taken:
                name += "_"
            taken.add(name)
            self._names.append(name)

    def head(self) -> bytes:
        """The first line."""
        return csv_line(map(safe, self._names))

    def line(self, answer: Answer, cells: Mapping[str, str]) -> bytes:
        """A row.

        Args:
            answer: How it ended.
            cells: What stood in the input, by column.
        """
        usage = _own(answer)
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        return csv_line(
            [
                *(safe(cells.get(name, "")) for name in self._given),
                safe(id_of(answer)),
                status_of(answer),
                *self._content(answer),
                safe(answer.error),
                str(read),
                str(usage.output_tokens),
                "" if answer.cost is None else f"{answer.cost:.10g}",
            ]
        )

    def _content(self, answer: Answer) -> Iterable[str]:
        if not self._columns:
            return (safe(answer.text),)
        properties = answer.properties or {}
        return [_cell(properties.get(column.name), column.kind) for column in self._columns]


def _own(answer: Answer) -> Usage:
    """What a row itself has used: the sum of all rows is what was paid for, as that of their costs."""
    return Usage() if answer.cached else answer.usage


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
    }


def _cell(value: Any, kind: ColumnKind) -> str:
    if value is None:
        return ""
    if kind is ColumnKind.LIST and isinstance(value, list):
        return safe(in_one_cell(value))
    return safe(value) if isinstance(value, str) else _encoder.encode(value).decode().translate(CONTROL)
