"""Tables and fields: cells that can be gone to, what is doubtful of them, and what was reckoned."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from kireji.core.extraction.exports import csv, tsv
from kireji.core.extraction.markdown import markdown
from kireji.core.extraction.sheets import Cell, Extraction, Presence, Sheet, SumCheck
from kireji.ui.flow import FlowLayout
from kireji.ui.models.segments import Segments
from kireji.ui.parts import button, label, restyle, set_icon, spread, tip
from kireji.ui.results import sheet_words as words
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.content import Copy, ResultContent
from kireji.ui.results.sheet_model import Place, SheetModel
from kireji.ui.results.sheet_table import SheetTable
from kireji.ui.results.sum_chip import SumChip
from kireji.ui.settings.cards import tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_COPIES = (
    ("tsv", mark("Copy for a spreadsheet")),
    ("csv", mark("Copy as CSV")),
    ("markdown", mark("Copy as Markdown")),
)
_MOST_BOXES = 2_000
"""Of one picture: those of the rows around the one that is gone to."""
_MOST_SUMS = 12
_FEW_SUMS = 2
"""Sums that hold and are told one by one."""
_TONES = {Presence.DIFFERS: "doubt", Presence.MISSING: "doubt"}
_MOST_TABLES = 40


class SheetView(ResultContent):
    """Shows an `Extraction`, one table at a time.

    Args:
        theme: Colours and text size.
    """

    edited = Signal(object)
    """The number of a sheet, the place of a cell in it, and what a person has written there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._extraction = Extraction(())
        self._number = 0
        self._all_sums = False
        self.tables = Segments(tr("Which table is shown"))
        self.extent = label("", "muted", wrap=True)
        self.doubt = label("", "warn", wrap=True)
        self.failed = label("", "error", wrap=True)
        self.empty = label("", "muted", wrap=True)
        self.model = SheetModel(self)
        self.table = SheetTable(theme, self.model)
        self.sums = QWidget()
        self._sum_flow = FlowLayout(SPACE[1], self.sums)
        self._build()
        self.tables.chosen.connect(self._table_chosen)
        self.table.passed.connect(self._passed)
        self.table.copied.connect(self.copy_selected)
        self.model.edited.connect(self._edited)
        following = QShortcut(QKeySequence("F8"), self)
        following.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        following.activated.connect(self.next_doubt)
        theme.changed.connect(self._show_sums)

    def _build(self) -> None:
        self.setAccessibleName(tr("Table"))
        self.doubt.setToolTip(tr("F8 goes to the next one"))
        column = QVBoxLayout(self)
        spread(column, 0, SPACE[1])
        for part in (self.tables, self.failed, self.extent, self.doubt, self.empty):
            column.addWidget(part)
        column.addWidget(self.table, 1)
        column.addWidget(self.sums)

    # What is shown.

    @property
    def extraction(self) -> Extraction:
        """What is shown."""
        return self._extraction

    @property
    def number(self) -> int:
        """Which table is shown, from 0."""
        return self._number

    def show_extraction(self, extraction: Extraction) -> None:
        """Show another extraction from its first table."""
        self._extraction = extraction
        names = [words.sheet_name(each, at) for at, each in enumerate(extraction.sheets[:_MOST_TABLES])]
        self.tables.show_choices([(str(at), name) for at, name in enumerate(names)], "0")
        self.tables.setVisible(len(names) > 1)
        tell(self.failed, words.failures(extraction), "error")
        nothing = tr("No fields were found.") if extraction.fields else tr("No table was found.")
        tell(self.empty, "" if any(each.columns for each in extraction.sheets) else nothing, "muted")
        self._show_table(0)

    def replace(self, extraction: Extraction) -> None:
        """The same with other values in its cells; the place that is gone to stays."""
        self._extraction = extraction
        sheet = self._sheet()
        self.model.replace(sheet)
        self._tell(sheet)

    def grow(self, extraction: Extraction) -> None:
        """The same while it is read: more rows at the end."""
        if self._number >= len(self._extraction.sheets) or not extraction.sheets:
            self.show_extraction(extraction)
            return
        self._extraction = extraction
        sheet = self._sheet()
        self.model.grow(sheet)
        self._tell(sheet)

    def _sheet(self) -> Sheet:
        sheets = self._extraction.sheets
        return sheets[self._number] if self._number < len(sheets) else Sheet("", (), ())

    def _table_chosen(self, value: object) -> None:
        self._show_table(int(str(value)))
        self.went.emit(None)

    def _show_table(self, number: int) -> None:
        self._number = number
        self._all_sums = False
        sheet = self._sheet()
        self.table.set_parts(())
        self.model.show_sheet(sheet, fields=self._extraction.fields)
        self.table.setVisible(bool(sheet.columns))
        self._tell(sheet)
        if sheet.rows and sheet.columns:
            self.table.go_to((0, 0))
        self.boxes_changed.emit()

    def _tell(self, sheet: Sheet) -> None:
        self.table.setAccessibleName(words.sheet_name(sheet, self._number))
        tell(self.extent, words.extent(sheet, fields=self._extraction.fields) if sheet.columns else "", "muted")
        tell(self.doubt, words.doubt(sheet), "warn")
        self._show_sums()

    def _show_sums(self) -> None:
        while (item := self._sum_flow.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        sheet = self._sheet()
        wrong = [each for each in sheet.sums if not each.holds]
        right = [each for each in sheet.sums if each.holds]
        folded = len(right) > _FEW_SUMS and not self._all_sums
        ordered = wrong if folded else [*wrong, *right]
        for check in ordered[:_MOST_SUMS]:
            made = SumChip(words.sum_words(sheet, check))
            restyle(made, state="" if check.holds else "warn")
            colours = self._theme.colours
            sign, colour = ("check", colours.ok) if check.holds else ("circle-alert", colours.warn)
            set_icon(made, self._theme, sign, colour, 13)
            made.clicked.connect(partial(self._go_to_sum, check))
            self._sum_flow.addWidget(made)
            made.show()
        if (more := len(ordered) - _MOST_SUMS) > 0:
            rest = label(plural(more, "and 1 more", "and {n} more"), "small")
            self._sum_flow.addWidget(rest)
            rest.show()
        if folded:
            self._sum_flow.addWidget(self._right_sums(len(right)))
        self.sums.setVisible(bool(sheet.sums))
        self.sums.updateGeometry()

    def _right_sums(self, many: int) -> QPushButton:
        """Sums that hold are one line until somebody wants to see them: the table has the room."""
        made = button(plural(many, "1 sum adds up", "{n} sums add up"), "chip")
        set_icon(made, self._theme, "check", self._theme.colours.ok, 13)
        made.setToolTip(tip(tr("Show them")))
        made.clicked.connect(self._unfold_sums)
        made.show()
        return made

    def _unfold_sums(self) -> None:
        self._all_sums = True
        self._show_sums()
        wrong = sum(not each.holds for each in self._sheet().sums)
        first = self._sum_flow.itemAt(min(wrong, self._sum_flow.count() - 1))
        if first is not None and (chip := first.widget()) is not None:
            chip.setFocus(Qt.FocusReason.OtherFocusReason)

    # Going from one to another.

    def _passed(self, place: object) -> None:
        assert isinstance(place, tuple)
        if len(self._sheet().rows) * len(self._sheet().columns) > _MOST_BOXES:
            self.boxes_changed.emit()
        self.went.emit((self._number, *place))

    def _go_to_sum(self, check: SumCheck, _checked: bool = False) -> None:
        self.table.set_parts(check.parts, (check.row, check.column))
        self.table.go_to((check.row, check.column), tell=True)
        self.boxes_changed.emit()
        self.went.emit((self._number, check.row, check.column))

    def next_doubt(self) -> None:
        """Go to the next cell that a person shall look at, from the first again after the last."""
        sheet = self._sheet()
        width = len(sheet.columns)
        if not width or not sheet.rows:
            return
        here = self.table.here() or (0, -1)
        begin = here[0] * width + here[1]
        total = len(sheet.rows) * width
        for step in range(1, total + 1):
            row, column = divmod((begin + step) % total, width)
            if words.cell_words(sheet.rows[row][column]):
                self.table.go_to((row, column), tell=True)
                self._passed((row, column))
                return

    def choose(self, key: Hashable | None) -> None:
        if not isinstance(key, tuple):
            return
        number, row, column = key
        if number != self._number:
            self.tables.show_choices([(value, "") for value in self.tables.values()], str(number))
            self._show_table(number)
        self.table.go_to((row, column))

    def focus(self) -> None:
        self.table.setFocus(Qt.FocusReason.OtherFocusReason)

    def picture_of(self, key: Hashable) -> int:
        assert isinstance(key, tuple)
        number, row, column = key
        sheets = self._extraction.sheets
        return sheets[number].rows[row][column].picture if number < len(sheets) else 0

    def boxes(self, picture: int) -> Sequence[PlacedBox]:
        sheet = self._sheet()
        parts = self.table.parts()
        found = []
        for row in self._rows_near(sheet):
            for column, cell in enumerate(sheet.rows[row]):
                if cell.box is None or cell.picture != picture:
                    continue
                tone = "good" if (row, column) in parts else _tone(cell)
                said = words.cell_heard(sheet.columns[column], cell)
                found.append(PlacedBox((self._number, row, column), cell.box, tone, 0, said))
        return found

    def _rows_near(self, sheet: Sheet) -> range:
        width = max(1, len(sheet.columns))
        many = max(1, _MOST_BOXES // width)
        here = self.table.here()
        begin = max(0, min((here[0] if here is not None else 0) - many // 2, len(sheet.rows) - many))
        return range(begin, min(len(sheet.rows), begin + many))

    # Copies and corrections.

    def copies(self) -> Sequence[Copy]:
        return [Copy(form, tr(said)) for form, said in _COPIES]

    def copied(self, form: str) -> str:
        if form == "csv":
            return csv(self._extraction, mark=False).decode()
        if form == "markdown":
            return markdown(self._extraction)
        return tsv(self._extraction)

    def copy_selected(self) -> None:
        """Put the selected cells on the clipboard, as spreadsheets take them."""
        rows = self.table.selected()
        if rows:
            lines = ("\t".join(" ".join(text.split()) for text in row) for row in rows)
            QGuiApplication.clipboard().setText("\n".join(lines))

    def _edited(self, place: Place, text: str) -> None:
        self.edited.emit((self._number, place, text))


def _tone(cell: Cell) -> str:
    if cell.misread:
        return "trouble"
    return _TONES.get(cell.presence, "plain")
