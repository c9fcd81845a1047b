"""Tables and fields in the card."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kireji.core.extraction.exports import csv, tsv
from kireji.core.extraction.markdown import markdown
from kireji.core.extraction.sheets import Cell, Extraction, Presence, Sheet, SumCheck
from kireji.core.extraction.sum_words import computed, row_name, stated
from kireji.ui.flow import FlowLayout
from kireji.ui.overlay.forms.result_view import Pointed, ResultView
from kireji.ui.overlay.forms.sheet_model import DOUBTED, MOST_COLUMNS, MOST_ROWS, SheetModel, one_line
from kireji.ui.overlay.forms.sheet_table import SheetTable
from kireji.ui.parts import ChoiceBox, button, label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_MOST_SHEETS = 30
_MOST_WRONG = 3
"""Sums that do not hold and are told one by one."""


def _as_tsv(extraction: Extraction) -> str:
    """With the decimal sign of this person's spreadsheet."""
    return tsv(extraction, QLocale().decimalPoint())


def _as_csv(extraction: Extraction) -> str:
    return csv(extraction, mark=False).decode()


_COPIES: tuple[tuple[str, str, Callable[[Extraction], str]], ...] = (
    (mark("Copy"), mark("Copy the table for a spreadsheet (Ctrl+C)"), _as_tsv),
    (mark("CSV"), mark("Copy the table as CSV"), _as_csv),
    (mark("Markdown"), mark("Copy the table as Markdown"), markdown),
)


class SheetResult(ResultView):
    """One table at a time, with what is to be said of it, and ways to take it along.

    Args:
        theme: Colours and text size.
        margin: Round the words, so that they line up with those of an answer.
    """

    def __init__(self, theme: Theme, margin: int) -> None:
        super().__init__()
        self._margin = margin
        self._extraction = Extraction(())
        self._ready = False
        self._model = SheetModel(self)
        self.table = SheetTable(theme, self._model)
        self.table.pointed.connect(self._point)
        self._choice = ChoiceBox()
        self._choice.setAccessibleName(tr("Table"))
        self._choice.currentIndexChanged.connect(self._choose)
        self._choice.hide()
        self._told = label(role="muted", wrap=True)
        self._wrong = label(role="warn", wrap=True)
        for each in (self._told, self._wrong):
            each.setContentsMargins(margin, 0, margin, 0)
        self._ways = QWidget()
        self._buttons = FlowLayout(SPACE[0], self._ways)
        self._buttons.setContentsMargins(margin, 0, margin, 0)
        self._copied: tuple[QPushButton, str] | None = None
        for words, name, make in _COPIES:
            way = button(tr(words), "chip", name=tr(name))
            way.clicked.connect(partial(self._copy_as, make, way))
            self._buttons.addWidget(way)
        self._all = button(tr("See all"), "chip", name=tr("See all of it in the main window"))
        self._all.clicked.connect(self.opened)
        self._buttons.addWidget(self._all)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self._choice)
        layout.addWidget(self.table, 1)
        layout.addWidget(self._told)
        layout.addWidget(self._wrong)
        layout.addWidget(self._ways)
        self._ways.hide()

    # What it shows.

    def show_rows(self, extraction: Extraction) -> None:
        """Show what has come so far."""
        self._take(extraction)

    def show_result(self, extraction: Extraction) -> None:
        """Show all of it, with what is known of its cells."""
        self._ready = True
        self._take(extraction)
        self._ways.setVisible(any(sheet.cells for sheet in extraction.sheets))
        self.resized.emit()

    @property
    def extraction(self) -> Extraction:
        """What it shows."""
        return self._extraction

    def _take(self, extraction: Extraction) -> None:
        self._extraction = extraction
        names = [
            one_line(sheet.title) or tr("Table {number}", number=number)
            for number, sheet in enumerate(extraction.sheets[:_MOST_SHEETS], 1)
        ]
        if [self._choice.itemText(place) for place in range(self._choice.count())] != names:
            place = max(0, self._choice.currentIndex())
            self._choice.blockSignals(True)
            self._choice.clear()
            self._choice.addItems(names)
            self._choice.setCurrentIndex(min(place, len(names) - 1))
            self._choice.blockSignals(False)
            self._choice.setVisible(len(names) > 1)
        self._choose(max(0, self._choice.currentIndex()))

    def _choose(self, place: int) -> None:
        sheets = self._extraction.sheets
        sheet = sheets[place] if 0 <= place < len(sheets) else Sheet("", (), ())
        upright = self._extraction.fields and len(sheet.rows) == 1
        self._model.show(sheet, upright=upright)
        self.table.fit()
        self.table.setVisible(bool(sheet.columns))
        self._told.setText(self._words(sheet) if self._ready else "")
        self._told.setVisible(bool(self._told.text()))
        wrong = _wrong_in(sheet) if self._ready else ""
        self._wrong.setText(wrong)
        self._wrong.setVisible(bool(wrong))
        beyond = len(sheet.rows) > MOST_ROWS or len(sheet.columns) > MOST_COLUMNS
        self._all.setVisible(beyond)
        self.resized.emit()

    def _words(self, sheet: Sheet) -> str:
        """How large it is, and how much of it is doubtful."""
        if not self._extraction.sheets:
            return tr("There is no table in the picture.")
        rows, columns = len(sheet.rows), len(sheet.columns)
        if self._model.upright:
            parts = [plural(columns, "1 field", "{n} fields")]
        else:
            parts = [plural(rows, "1 row", "{n} rows"), plural(columns, "1 column", "{n} columns")]
        doubted = sum(cell.presence in DOUBTED for row in sheet.rows for cell in row)
        unread = any(cell.presence is Presence.UNREAD for row in sheet.rows for cell in row)
        if doubted:
            parts.append(plural(doubted, "1 not found on the picture", "{n} not found on the picture"))
        elif unread:
            parts.append(tr("not compared with the picture"))
        else:
            parts.append(tr("all found on the picture"))
        holding = sum(each.holds for each in sheet.sums)
        if sheet.sums and holding == len(sheet.sums):
            parts.append(plural(holding, "1 sum is right", "{n} sums are right"))
        failed = len(self._extraction.failed)
        if failed:
            parts.append(plural(failed, "1 picture gave nothing", "{n} pictures gave nothing"))
        return " · ".join(parts)

    # What is done.

    def _point(self, cell: object) -> None:
        if isinstance(cell, Cell) and cell.box is not None:
            self.pointed.emit((Pointed(cell.picture, cell.box, strong=True),))
        else:
            self.pointed.emit(())

    def copy(self) -> bool:
        if not self._ways.isVisible():
            return False
        first = self._buttons.itemAt(0)
        widget = first.widget() if first is not None else None
        assert isinstance(widget, QPushButton)
        widget.click()
        return True

    def _copy_as(self, make: Callable[[Extraction], str], pressed: QPushButton) -> None:
        QGuiApplication.clipboard().setText(make(self._extraction))
        if self._copied is not None:
            self._copied[0].setText(self._copied[1])
        self._copied = (pressed, pressed.text())
        pressed.setText(tr("Copied"))

    # Its size.

    def height_for(self, width: int) -> int:
        heights = [each.heightForWidth(width) for each in (self._told, self._wrong, self._ways) if not each.isHidden()]
        if not self._choice.isHidden():
            heights.append(self._choice.sizeHint().height())
        if not self.table.isHidden():
            heights.append(self.table.whole_height())
        return sum(heights) + SPACE[1] * max(0, len(heights) - 1)


def _wrong_in(sheet: Sheet) -> str:
    """The sums that do not hold, in sentences."""
    wrong = [each for each in sheet.sums if not each.holds]
    told = [_said_of(each, sheet) for each in wrong[:_MOST_WRONG]]
    if len(wrong) > len(told):
        more = len(wrong) - len(told)
        told.append(plural(more, "1 more sum does not hold.", "{n} more sums do not hold."))
    return "\n".join(told)


def _said_of(check: SumCheck, sheet: Sheet) -> str:
    what = one_line(check.words) or one_line(sheet.columns[check.column].name)
    row = row_name(sheet, check)
    return tr(
        "{name}: {stated} is stated, {computed} comes out.",
        name=tr("{row}, {what}", row=row, what=what) if row else what,
        stated=stated(sheet, check),
        computed=computed(sheet, check),
    )
