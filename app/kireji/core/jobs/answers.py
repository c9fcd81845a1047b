"""What a person gets of a job: answers, one row in full, the columns of a table."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from kireji.core.extraction.sheets import Sheet
from kireji.core.jobs.values import Outcome, Row
from kireji.core.messages import StopReason, Usage
from kireji.core.moderation.verdicts import Verdict


class ColumnKind(enum.Enum):
    """What stands in a column of answers that follow a JSON schema."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    LIST = "list"
    """Several texts."""
    JSON = "json"
    """A list or an object, or what may be of several kinds."""


class Column(msgspec.Struct, frozen=True):
    """One property of the answers.

    Args:
        name: As the schema has it.
        kind: What stands in it.
    """

    name: str
    kind: ColumnKind


def in_one_cell(texts: Sequence[object]) -> str:
    """Several texts in one cell of a table."""
    return "; ".join(" ".join(str(text).split()) for text in texts)


class JobWords(NamedTuple):
    """What a plain result says.

    Args:
        text: All words of it.
        stop: Why it ended.
    """

    text: str
    stop: StopReason


class Answer(msgspec.Struct, frozen=True):
    """A row with how it ended.

    Args:
        row: Which.
        outcome: How it ended; None while it has not, and for rows that were never asked.
        text: The answer as the model wrote it, with what was hidden put back.
        data: The same as a value when the job has a schema and the answer fits it; None otherwise.
        error: Why there is no answer, or why it does not fit the schema; empty otherwise.
        usage: Tokens.
        cost: US dollars; None when nobody knows, or nothing was paid for it.
        cached: Whether it is an earlier job's.
        answered: Of jobs whose answers have a form: the value as the model wrote it; None where there is none.
        cells: What stands in the columns of the job's form, by column; None where `data` itself does.
        verdict: Of jobs that judge; its evidence has no places yet.
        sheets: Of jobs that take out tables or fields; no cell has a place yet.
    """

    row: Row
    outcome: Outcome | None = None
    text: str = ""
    data: Any = None
    error: str = ""
    usage: Usage = Usage()
    cost: float | None = None
    cached: bool = False
    answered: Any = None
    cells: Mapping[str, Any] | None = None
    verdict: Verdict | None = None
    sheets: tuple[Sheet, ...] = ()

    @property
    def is_result(self) -> bool:
        """Whether it is more than words: a verdict, tables, a translation, a comparison."""
        return self.verdict is not None or (self.answered is not None and self.data is not None)

    @property
    def properties(self) -> Mapping[str, Any] | None:
        """What the columns of a table show; None when the answer has none of them."""
        if self.cells is not None:
            return self.cells
        return self.data if isinstance(self.data, dict) else None


class Exported(NamedTuple):
    """What was written of a job.

    Args:
        rows: How many.
        missing: How many are left out because they have not ended.
        failed: Of tables that are one file: how many rows have none, so that nothing of them stands in it but a note.
    """

    rows: int
    missing: int
    failed: int = 0


class RowDetail(msgspec.Struct, frozen=True):
    """Everything about one row.

    Args:
        answer: How it ended.
        prompt: What was asked, as a person reads it.
        system: Instructions; empty for none.
        content: What was read for it, as JSON.
        pictures: Bytes of its pictures, in order; empty bytes for one that is lost.
        addresses: Of pictures on the web.
        raw: What the service sent for it, as JSON; empty while there is nothing, and where one of the person's rules
            hides something of it.
        hidden: What stood in the place of each placeholder that was sent.
        columns: Of a row of a table, its cells by column.
    """

    answer: Answer
    prompt: str
    system: str = ""
    content: str = ""
    pictures: tuple[bytes, ...] = ()
    addresses: tuple[str, ...] = ()
    raw: str = ""
    hidden: Mapping[str, str] = {}
    columns: Mapping[str, str] = {}


class ExportForm(enum.Enum):
    """As what answers are written; the value is the ending of the file's name."""

    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    """Of jobs that take out tables or fields."""
