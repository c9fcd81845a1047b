"""Tables and fields: typed cells, each with its place on the picture."""

from __future__ import annotations

import enum
from collections.abc import Sequence

import msgspec

from kireji.core.word_boxes import Box


class CellType(enum.Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CURRENCY = "currency"
    ENUM = "enum"
    """One of the column's choices."""
    BOOLEAN = "boolean"


class Presence(enum.Enum):
    """Whether what a cell says stands on the picture."""

    FOUND = "found"
    DIFFERS = "differs"
    """Something much like it stands there: `Cell.seen` says what."""
    MISSING = "missing"
    UNREAD = "unread"
    """The picture could not be read on this computer, so nobody knows."""
    EMPTY = "empty"
    """The cell says nothing."""


class Cell(msgspec.Struct, frozen=True, gc=False):
    """One value.

    Args:
        text: As the model wrote it.
        type: What it is meant to be.
        value: The same in one form: numbers and amounts as `-1234.5`, dates as `2026-11-29`, `true` or `false`; of
            texts the text. Empty when the cell is, or when it cannot be read as its type.
        unit: Of amounts the currency's code or sign, of numbers a unit such as `%`; empty for none.
        presence: Whether it stands on the picture.
        box: Where; None where nobody knows.
        picture: On which picture, from 0.
        seen: What the reader read there, where that is something else.
    """

    text: str
    type: CellType = CellType.TEXT
    value: str = ""
    unit: str = ""
    presence: Presence = Presence.UNREAD
    box: Box | None = None
    picture: int = 0
    seen: str = ""

    @property
    def misread(self) -> bool:
        """Whether it says something that is not of its type."""
        return bool(self.text) and not self.value


class Column(msgspec.Struct, frozen=True):
    """One column, or one field.

    Args:
        name: As on the picture, or as in the schema.
        type: What its cells hold.
        choices: Of an ENUM.
        unit: Of all cells, where they have the same.
        path: Where it stands in the data of a schema that the person gave, such as `address.city`; else the name.
    """

    name: str
    type: CellType = CellType.TEXT
    choices: tuple[str, ...] = ()
    unit: str = ""
    path: str = ""


class SumKind(enum.Enum):
    """What was added or multiplied."""

    COLUMN = "column"
    """The cells above give the cell of a row of totals."""
    ROW = "row"
    """Quantity times price gives the amount."""
    FIELDS = "fields"
    """Net amount and tax give the total."""


class SumCheck(msgspec.Struct, frozen=True):
    """An arithmetic check.

    Args:
        kind: What was reckoned.
        stated: What stands in the table.
        computed: What comes out.
        row: Of the stated cell.
        column: Of the stated cell.
        parts: The cells it is made of, as (row, column).
        words: What was reckoned, such as "Net + Tax".
    """

    kind: SumKind
    stated: str
    computed: str
    row: int
    column: int
    parts: tuple[tuple[int, int], ...] = ()
    words: str = ""

    @property
    def holds(self) -> bool:
        """Whether they are the same; both are in one form, to the same number of places."""
        return self.stated == self.computed


class Sheet(msgspec.Struct, frozen=True):
    """One table. Of fields it has one row for each set, and each column is a field.

    Args:
        title: As on the picture; may be empty.
        columns: From left to right.
        rows: As many cells each as there are columns.
        sums: What was reckoned.
        sources: For each row, what it was taken from (a file's name); empty when all come from one picture.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    sums: tuple[SumCheck, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def cells(self) -> int:
        """How many."""
        return len(self.rows) * len(self.columns)


class Extraction(msgspec.Struct, frozen=True, tag_field="form", tag="extraction"):
    """All that was taken out of pictures.

    Args:
        sheets: In the order of the pictures; may be none.
        fields: Whether it was asked for as fields, not as tables.
        data: The model's answers as JSON text, where the person gave a schema: one per picture. They fit it.
        sources: Names of the pictures.
        failed: For pictures that gave nothing: name and why.
    """

    sheets: tuple[Sheet, ...]
    fields: bool = False
    data: tuple[bytes, ...] = ()
    sources: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


def marked(sheets: Sequence[Sheet]) -> int:
    """How many cells say something that does not stand so on the picture."""
    doubted = (Presence.MISSING, Presence.DIFFERS)
    return sum(cell.presence in doubted for sheet in sheets for row in sheet.rows for cell in row)
