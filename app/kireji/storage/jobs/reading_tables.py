"""Rows from a table of comma-separated values and a prompt with places for its cells."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from kireji.core.errors import JobError
from kireji.core.jobs.lines import LARGEST_LINE
from kireji.core.jobs.template import FilledTemplate, Template, cells_by_column, column_at, listed
from kireji.core.words import say
from kireji.storage.jobs.building import Piece, Pieces, RowBuilder
from kireji.storage.jobs.loading import BadRow, NewRow
from kireji.storage.jobs.source_files import BLOCK, UTF_16, opened, size_of

_SEPARATORS = ",;\t|"
_AT_ONCE = 1_000
"""Rows in a piece."""
_LONGEST_HEAD = 65_536
"""Letters of the first line that are looked at for what separates columns."""
_TEXTS = ("text", "prompt", "content", "message", "comment")
"""Columns that hold what a form asks about, the likeliest first."""
_WRITTEN_BACK = "surrogateescape"
"""Bytes that are not UTF-8 are read as something that can be found again in the cells."""


def rows_of_table(
    path: Path, prompt: str, builder: RowBuilder, tell_total: Callable[[int], None], *, formed: bool = False
) -> Pieces:
    """The rows of a CSV file. Its first row names the columns, among which “id” and “image” have a meaning.

    Args:
        path: The file: UTF-8, or UTF-16 with its mark; separated by commas, semicolons, tabs or bars.
        prompt: With places in braces; empty takes the column “prompt”, or “text” where a form asks about it.
        builder: Makes the rows.
        tell_total: Told how many bytes it has.
        formed: The rows are what a form asks about, and not questions.

    Raises:
        JobError: It cannot be read, has no columns, or the prompt names one that is not there.
    """
    csv.field_size_limit(LARGEST_LINE - 1)
    with opened(path) as file:
        tell_total(size_of(file))
        with _records(file, LARGEST_LINE) as records:
            table = _Table(path, _columns(path, records), prompt, formed)
            yield from _pieces(table, records, file, builder)


def head_of_table(path: Path) -> tuple[Sequence[str], Sequence[str]]:
    """The columns of a CSV file and the cells of its first row; no cells where there is no such row.

    Raises:
        JobError: It cannot be read, or has no columns.
    """
    with opened(path) as file, _records(file, _LONGEST_HEAD) as records:
        columns = _columns(path, records)
        try:
            cells = next((cells for cells in records if any(cells)), [])
        except csv.Error:  # the row is refused when all are read
            cells = []
        fits = len(cells) <= len(columns) and all(map(_is_text, cells))
        return columns, [*cells, *[""] * (len(columns) - len(cells))] if cells and fits else ()


@contextmanager
def _records(file: IO[bytes], longest: int) -> Iterator[Iterator[list[str]]]:
    """The rows of an open file, whatever they are.

    Args:
        file: At its beginning.
        longest: Letters that are read at a time: a file without ends of lines never stands in memory as a whole.
    """
    encoding = _encoding(file)
    with io.TextIOWrapper(io.BufferedReader(_Unwaiting(file), BLOCK), encoding, _WRITTEN_BACK, newline="") as text:
        separator = _separator(text.readline(_LONGEST_HEAD))
        text.seek(0)
        yield csv.reader(iter(lambda: text.readline(longest), ""), delimiter=separator)


class _Unwaiting(io.RawIOBase):
    """An unbuffered file that ends where reading on would wait."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._file.seekable()

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readinto(self, buffer: Any) -> int:
        return self._file.readinto(buffer) or 0  # type: ignore[attr-defined] # None where it would wait


class _Table:
    def __init__(self, path: Path, columns: Sequence[str], prompt: str, formed: bool) -> None:
        self.columns = columns
        self.id = column_at("id", columns)
        images = [column_at(name, columns) for name in ("image", "before", "after")[: 3 if formed else 1]]
        self.images = [at for at in images if at is not None]
        prompt = _words_of_form(columns, prompt) if formed else prompt
        if formed and not prompt and self.images:
            self.template = FilledTemplate(())
        else:
            self.template = _bound(path, columns, prompt, bool(self.images))

    def row(self, builder: RowBuilder, line: int, cells: list[str]) -> NewRow | BadRow:
        if len(cells) > len(self.columns) and any(cells[len(self.columns) :]):
            return builder.refused(
                line,
                say(
                    "The row has {cells} cells, the table {columns} columns.",
                    cells=len(cells),
                    columns=len(self.columns),
                ),
            )
        if len(cells) < self.template.needed:
            return builder.refused(line, say("The row has no cell “{column}”.", column=self.columns[len(cells)]))
        if not all(map(_is_text, cells)):
            return builder.refused(line, say("The row is not UTF-8. Save the table as CSV UTF-8."))
        images = (self._cell(cells, at).strip() for at in self.images)
        return builder.of_prompt(
            line,
            self.template.fill(cells),
            tuple(filter(None, images)),
            id=self._cell(cells, self.id).strip(),
            columns=cells_by_column(self.columns, cells),
        )

    @staticmethod
    def _cell(cells: Sequence[str], at: int | None) -> str:
        return cells[at] if at is not None and at < len(cells) else ""


def _pieces(table: _Table, records: Iterator[list[str]], file: IO[bytes], builder: RowBuilder) -> Pieces:
    rows: list[NewRow | BadRow] = []
    while True:
        line = records.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(records, None)
        except csv.Error as error:
            rows.append(builder.refused(line, say("The row cannot be read: {reason}.", reason=error)))
            continue
        if cells is None:
            break
        if any(cells):
            rows.append(table.row(builder, line, cells))
        if len(rows) >= _AT_ONCE:
            yield Piece(rows, file.tell())
            rows = []
    yield Piece(rows, file.tell())


def _encoding(file: IO[bytes]) -> str:
    begin = file.read(4) or b""  # None of what would make a reader wait, as the log of the kernel
    file.seek(0)
    return "utf-16" if begin.startswith(UTF_16) else "utf-8-sig" if begin.startswith(codecs.BOM_UTF8) else "utf-8"


def _separator(head: str) -> str:
    """What stands most often in the first line, outside of quotes."""
    plain = "".join(head.split('"')[::2])
    return max(_SEPARATORS, key=lambda separator: (plain.count(separator), separator == ","))


def _columns(path: Path, records: Iterator[list[str]]) -> list[str]:
    try:
        columns = next(records, None)
    except csv.Error as error:
        raise JobError(say("The first row of {path} cannot be read: {reason}.", path=path, reason=error)) from error
    if columns is None or not any(column.strip() for column in columns):
        raise JobError(
            say("{path} has no columns.", path=path), say("The first row of a table names them, as in text,language.")
        )
    if not all(map(_is_text, columns)):
        raise JobError(say("{path} is not UTF-8.", path=path), say("Save the table as CSV UTF-8."))
    return [column.strip() for column in columns]


def _words_of_form(columns: Sequence[str], prompt: str) -> str:
    """The template of what a form asks about: where none is given, a column that has such a name."""
    if prompt.strip():
        return prompt
    named = next((name for name in _TEXTS if column_at(name, columns) is not None), "")
    return f"{{{named}}}" if named else ""


def _bound(path: Path, columns: Sequence[str], prompt: str, pictures: bool) -> FilledTemplate:
    if not prompt.strip():
        if column_at("prompt", columns) is None:
            raise JobError(
                say("{path} needs a prompt that says what to do with each row.", path=path),
                say("Name its columns in braces: {columns}.", columns=listed(columns)),
            )
        prompt = "{prompt}"
    template = Template(prompt)
    if not template.columns and not pictures:
        raise JobError(
            say("The prompt names no column, so every row would ask the same."),
            say("Name one in braces: {columns}.", columns=listed(columns)),
        )
    return template.bound(columns)


def _is_text(cell: str) -> bool:
    return cell.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in cell)
