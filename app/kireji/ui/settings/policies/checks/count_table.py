"""A small table of numbers with headings, as high as it is."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableWidget, QTableWidgetItem

from kireji.ui.theme import Theme
from kireji.ui.tokens import TYPE_LABEL

_ROW = 15
"""Of a row beside its letters, in logical pixels."""
_NAMES = 150
"""Widest column of names, in logical pixels at the usual text size."""


class CountTable(QTableWidget):
    """Arrow keys go through its cells; where there is too little room it scrolls sideways.

    Args:
        theme: Colours and text size.
        name: For screen readers.
    """

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setStyleSheet("QHeaderView::section { border: none; }")  # lines only below the headings
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        theme.changed.connect(self._fit)

    def show_rows(
        self, columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], *, corner: str = "", bold: bool = False
    ) -> None:
        """Show these.

        Args:
            columns: Their headings.
            rows: The heading and the cells of each.
            corner: What rows and columns mean, for screen readers and the tool tip.
            bold: Whether the diagonal stands out.
        """
        self.clear()
        self.setColumnCount(len(columns))
        self.setRowCount(len(rows))
        self.setHorizontalHeaderLabels(list(columns))
        self.setVerticalHeaderLabels([heading for heading, _ in rows])
        self.setAccessibleDescription(corner)
        strong = QFont()
        strong.setWeight(QFont.Weight.DemiBold)
        for down, (heading, cells) in enumerate(rows):
            for across, words in enumerate(cells):
                item = QTableWidgetItem(words)
                item.setTextAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{heading}, {columns[across]}: {words}")
                if bold and down == across:
                    item.setFont(strong)
                self.setItem(down, across, item)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
        self._fit()

    def cells(self) -> list[list[str]]:
        """What it shows."""
        return [
            [
                item.text() if (item := self.item(down, across)) is not None else ""
                for across in range(self.columnCount())
            ]
            for down in range(self.rowCount())
        ]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self._copied())
            return
        super().keyPressEvent(event)

    def _copied(self) -> str:
        heads = [_words(self.horizontalHeaderItem(at)) for at in range(self.columnCount())]
        lines = [["", *heads]]
        for down, cells in enumerate(self.cells()):
            lines.append([_words(self.verticalHeaderItem(down)), *cells])
        return "\n".join("\t".join(line) for line in lines)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._height()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        height = self._theme.px(TYPE_LABEL) + _ROW
        self.verticalHeader().setDefaultSectionSize(height)
        self.horizontalHeader().setFixedHeight(height)
        self.verticalHeader().setMaximumWidth(self._theme.px(_NAMES))
        self.resizeColumnsToContents()
        self._height()

    def _height(self) -> None:
        row = self.verticalHeader().defaultSectionSize()
        wide = self.horizontalHeader().length() > self.viewport().width()
        bar = self.horizontalScrollBar().sizeHint().height() if wide else 0
        self.setFixedHeight(row * (self.rowCount() + 1) + bar + 2)


def _words(item: QTableWidgetItem | None) -> str:
    return "" if item is None else item.text()
