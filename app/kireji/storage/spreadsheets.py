"""Spreadsheets: tables as XLSX files with numbers, dates and amounts that can be reckoned with."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kireji.core.delimited import CONTROL
from kireji.core.extraction.exports import NUMBERS, PERCENT, doubt_told, heads, is_name, sum_told
from kireji.core.extraction.ports import Workbook
from kireji.core.extraction.sheets import Cell, CellType, Extraction, Presence, Sheet
from kireji.core.words import say

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook as Book
    from xlsxwriter.worksheet import Worksheet

MOST_COLUMNS = 16_384
MOST_ROWS = 1_048_576
"""With the row of names; what has more goes on in another sheet."""
MOST_CHARACTERS = 32_767
_MOST_NAME = 31
_MOST_COMMENTS = 1_000
"""Of a sheet; cells beyond are coloured all the same."""
_MOST_NOTES = 10_000
_MEASURED_ROWS = 500
"""By which the width of columns is chosen."""
_NARROWEST, _WIDEST = 8, 60
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f-\x9f]")
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_FIRST_DAY = datetime.date(1900, 3, 1)
"""Before it spreadsheets count days differently from each other."""
_MISSING, _DIFFERS, _WRONG = "FFD9C7", "FFF2B3", "B3261E"
"""Fills of cells that are not on the picture, or are otherwise there, and the colour of sums that do not hold."""
_TRUTH = '"TRUE";"TRUE";"FALSE"'
"""Spreadsheets that keep truth as a number show it so."""
_LINE_HEIGHT = 15
_MOST_LINES = 10
_DECIMALS = re.compile(r"[.,](\d{1,10})\D*$")
_SIGNS = re.compile(r"[^\w$€£¥₹₽₩₺₴₪₫฿₱.% °/-]|_")


class XlsxSpreadsheets:
    """Satisfies `core.extraction.ports.SpreadsheetWriter`. XlsxWriter is loaded with the first file."""

    def workbook(self, extraction: Extraction) -> Workbook:
        """As in SpreadsheetWriter."""
        from xlsxwriter.workbook import Workbook as Book

        buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        with Book(buffer, options) as book:
            writing = _Writing(book)
            for number, sheet in enumerate(extraction.sheets, 1):
                writing.add(sheet, sheet.title or say("Table {number}", number=number))
            writing.end(extraction)
        return Workbook(buffer.getvalue(), tuple(writing.told))


class _Writing:
    """One workbook.

    Args:
        book: Takes the sheets.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._names: set[str] = {"history"}  # spreadsheets keep that name for themselves
        self._formats = _Formats(book)
        self._notes: list[tuple[str, str]] = []
        self.told: list[str] = []

    def add(self, sheet: Sheet, title: str) -> None:
        """One table, in as many sheets as it needs."""
        names = heads(sheet)
        if len(names) > MOST_COLUMNS:
            self._tell(
                say(
                    "{title}: a spreadsheet has room for {most} columns; {left_out} are left out.",
                    title=title,
                    most=f"{MOST_COLUMNS:,}",
                    left_out=f"{len(names) - MOST_COLUMNS:,}",
                )
            )
        wrong = {(each.row, each.column): sum_told(sheet, each) for each in sheet.sums if not each.holds}
        for begin in range(0, max(1, len(sheet.rows)), MOST_ROWS - 1):
            name = self._name(title)
            page = self._book.add_worksheet(name)
            _Page(page, name, sheet, names[:MOST_COLUMNS], begin, wrong, self._formats, self._note).write()

    def end(self, extraction: Extraction) -> None:
        """What is to be known besides, in a last sheet."""
        for source, why in extraction.failed:
            self._note(source, why)
        if not self._notes and extraction.sheets:
            return
        page = self._book.add_worksheet(self._name(say("Notes")))
        head = self._formats.head
        page.write_string(0, 0, say("Where"), head)
        page.write_string(0, 1, say("What"), head)
        page.freeze_panes(1, 0)
        page.set_column(0, 0, 24)
        page.set_column(1, 1, 90)
        for number, (where, what) in enumerate(self._notes[:_MOST_NOTES], 1):
            page.write_string(number, 0, _clean(where)[0])
            page.write_string(number, 1, _clean(what)[0])

    def _tell(self, sentence: str) -> None:
        self.told.append(sentence)
        self._note("", sentence)

    def _note(self, where: str, what: str) -> None:
        self._notes.append((where, what))

    def _name(self, title: str) -> str:
        """A name that no other sheet has, and that every spreadsheet takes."""
        wanted = " ".join(_FORBIDDEN.sub(" ", _clean(title)[0]).split()).strip("' ")
        wanted = _cut(wanted, _MOST_NAME) or say("Table")
        name, number = wanted, 1
        while name.casefold() in self._names:
            number += 1
            ending = f" ({number})"
            name = _cut(wanted, _MOST_NAME - len(ending)) + ending
        self._names.add(name.casefold())
        return name


class _Page:
    """One sheet.

    Args:
        page: Where the cells go.
        name: Its name.
        sheet: The table.
        names: Of its columns.
        begin: Its first row here.
        wrong: Sums that do not hold, by their cell.
        formats: How cells look.
        note: Told what is to be known besides.
    """

    def __init__(
        self,
        page: Worksheet,
        name: str,
        sheet: Sheet,
        names: Sequence[str],
        begin: int,
        wrong: dict[tuple[int, int], str],
        formats: _Formats,
        note: Callable[[str, str], None],
    ) -> None:
        self._page = page
        self._name = name
        self._sheet = sheet
        self._names = names
        self._rows = sheet.rows[begin : begin + MOST_ROWS - 1]
        self._begin = begin
        self._wrong = wrong
        self._formats = formats
        self._note = note
        self._comments = 0
        self._places = [_places(sheet, place) for place in range(len(sheet.columns))]

    def write(self) -> None:
        """All of it."""
        page, last = self._page, len(self._rows)
        for place, name in enumerate(self._names):
            numbers = place < len(self._sheet.columns) and self._sheet.columns[place].type in NUMBERS
            page.write_string(0, place, _clean(name)[0], self._formats.right_head if numbers else self._formats.head)
        page.freeze_panes(1, 0)
        page.repeat_rows(0)
        page.set_landscape()
        page.fit_to_pages(1, 0)
        if self._names:
            page.autofilter(0, 0, last, len(self._names) - 1)
            page.ignore_errors({"number_stored_as_text": f"A1:{_letters(len(self._names) - 1)}{last + 1}"})
        for number, row in enumerate(self._rows, 1):
            for place, cell in enumerate(row[: len(self._names)]):
                self._cell(number, place, cell)
            if (lines := max((cell.text.strip().count("\n") for cell in row), default=0)) > 0:
                page.set_row(number, _LINE_HEIGHT * min(lines + 1, _MOST_LINES))
            if self._sheet.sources and len(row) < len(self._names):
                page.write_string(number, len(row), _clean(self._sheet.sources[self._begin + number - 1])[0])
        for place, width in enumerate(self._widths()):
            page.set_column(place, place, width)

    def _cell(self, number: int, place: int, cell: Cell) -> None:
        wrong = self._wrong.get((self._begin + number - 1, place), "")
        told = [sentence for sentence in (doubt_told(cell), wrong) if sentence]
        fill = {Presence.MISSING: _MISSING, Presence.DIFFERS: _DIFFERS}.get(cell.presence, "")
        look: dict[str, Any] = {"bg_color": f"#{fill}"} if fill else {}
        if wrong:
            look |= {"font_color": f"#{_WRONG}", "bold": True}
        told += self._value(number, place, cell, look)
        if told:
            self._tell(number, place, " ".join(told))

    def _value(self, number: int, place: int, cell: Cell, look: dict[str, Any]) -> list[str]:
        """Write it as what it is; gives what is to be said about that."""
        page = self._page
        if cell.type in NUMBERS and cell.value and not is_name(cell):
            percent = cell.unit == PERCENT
            amount = float(cell.value) / 100 if percent else float(cell.value)
            form = _number_form(cell, self._places[place].get(cell.unit, 0))
            page.write_number(number, place, amount, self._formats.of(look | {"num_format": form}))
            return []
        if cell.type is CellType.DATE and (day := _day(cell.value)) is not None:
            page.write_datetime(number, place, day, self._formats.of(look | {"num_format": "yyyy-mm-dd"}))
            return []
        if cell.type is CellType.BOOLEAN and cell.value in ("true", "false"):
            page.write_boolean(number, place, cell.value == "true", self._formats.of(look | {"num_format": _TRUTH}))
            return []
        text, cut = _clean(cell.text)
        if not text and not look:
            return []
        if "\n" in text:
            look |= {"text_wrap": True, "valign": "top"}
        if text:
            page.write_string(number, place, text, self._formats.of(look | {"num_format": "@"}))
        else:
            page.write_blank(number, place, None, self._formats.of(look))
        return [say("The text is longer than a cell of a spreadsheet can hold, and is cut.")] if cut else []

    def _tell(self, number: int, place: int, sentence: str) -> None:
        self._note(f"{self._name} {_letters(place)}{number + 1}", sentence)
        self._comments += 1
        if self._comments <= _MOST_COMMENTS:
            self._page.write_comment(number, place, _clean(sentence)[0][:1_000], {"author": "Kireji", "x_scale": 2})

    def _widths(self) -> Iterator[int]:
        for place, name in enumerate(self._names):
            widths = [_width(name) + 3]  # the filter's button
            for number, row in enumerate(self._rows[:_MEASURED_ROWS]):
                text = row[place].text if place < len(row) else self._sheet.sources[self._begin + number]
                widths.append(max(map(_width, text[:1_000].splitlines() or [""])) + 1)
            yield max(_NARROWEST, min(_WIDEST, *([max(widths)] * 2)))


class _Formats:
    """How cells look; each look is made once.

    Args:
        book: Keeps them.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Any] = {}
        head = {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"}
        self.head = book.add_format(head)
        self.right_head = book.add_format(head | {"align": "right"})

    def of(self, look: dict[str, Any]) -> Any:
        """The look as XlsxWriter has it."""
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(look) if look else None
        return self._made[key]


def _places(sheet: Sheet, place: int) -> dict[str, int]:
    """Decimal places that a column's numbers are shown with, by unit: as many as the longest has on the picture."""
    longest: dict[str, int] = {}
    for row in sheet.rows:
        cell = row[place]
        if cell.type in NUMBERS and cell.value:
            written = _DECIMALS.search(cell.text)
            zeros = len(written[1]) if written and (len(written[1]) != 3 or "." in cell.value) else 0
            places = min(10, max(zeros, len(cell.value.partition(".")[2])))
            longest[cell.unit] = max(longest.get(cell.unit, 0), places)
    return longest


def _number_form(cell: Cell, places: int) -> str:
    decimals = f".{'0' * places}" if places else ""
    if cell.unit == PERCENT:
        return f"0{decimals}%"
    if cell.type is CellType.CURRENCY:
        decimals = ".00" if places == 1 else decimals
        unit = _SIGNS.sub("", cell.unit)[:8].strip()
        begins = cell.text.lstrip("-+(− ").startswith(cell.unit) if unit else False
        form = f"#,##0{decimals}"
        return f"[${unit}]{'' if len(unit) == 1 else ' '}{form}" if begins else f"{form} [${unit}]" if unit else form
    grouped = "#,##0" if _is_grouped(cell.text) else "0"
    unit = cell.unit.replace('"', "").replace("\\", "")[:20]
    return f"{grouped}{decimals}{f' {chr(34)}{unit}{chr(34)}' if unit.strip() else ''}"


def _is_grouped(text: str) -> bool:
    return re.search(r"\d[,.'’\s\u202f]\d{3}(?!\d)", text) is not None


def _day(value: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(value)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None


def _clean(text: str) -> tuple[str, bool]:
    """Text that a spreadsheet's file can hold, and whether it was cut; it counts in UTF-16."""
    text = text.translate(CONTROL).replace("\r\n", "\n").replace("\r", "\n")
    text = _NO_CHARACTERS.sub("\ufffd", text.encode("utf-8", "replace").decode())
    cut = _cut(text, MOST_CHARACTERS)
    return cut, len(cut) < len(text)


def _cut(text: str, most: int) -> str:
    """The first of a text, in UTF-16 units as spreadsheets count, without half a character at the end."""
    if len(text) * 2 <= most or len(text.encode("utf-16-le")) <= most * 2:
        return text
    return text.encode("utf-16-le")[: most * 2].decode("utf-16-le", "ignore").strip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _letters(place: int) -> str:
    """A column's name: A, B … Z, AA …"""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
