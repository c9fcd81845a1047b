"""A list of entries with several lines each, which can be gone to; no entry is a widget."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from kireji.ui.chat.words import is_right_to_left
from kireji.ui.parts import focus_pen
from kireji.ui.theme import Theme
from kireji.ui.tokens import RADIUS_CONTROL, SPACE, TYPE_BODY, TYPE_LABEL, TYPE_SMALL

_Index = QModelIndex | QPersistentModelIndex
_ENTRY = Qt.ItemDataRole.UserRole + 1
_MOST_LINES = 12
_LONGEST = 1_200
"""Characters of a line that are shown."""
MOST = 2_000
"""Entries that are shown."""


class Line(NamedTuple):
    """One line of an entry, which wraps.

    Args:
        words: What it says.
        role: ink, muted, small, warn, ok or error.
    """

    words: str
    role: str = "ink"


class Entry(NamedTuple):
    """One entry.

    Args:
        key: What it is told as.
        lines: From above to below.
        plate: In front of it, such as a number; empty for none.
    """

    key: Hashable
    lines: tuple[Line, ...]
    plate: str = ""

    @property
    def text(self) -> str:
        """All of it, for screen readers and the clipboard."""
        plate = f"{self.plate}. " if self.plate else ""
        return plate + "\n".join(line.words for line in self.lines)


class EntryList(QListView):
    """Shows entries; arrows go through them.

    Args:
        theme: Colours and text size.
        name: For screen readers.
    """

    went = Signal(object)
    """The key of the entry that is gone to."""
    copied = Signal(str)
    """The text of the entry whose copy was asked for."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[Entry, ...] = ()
        self._told = True
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setItemDelegate(_Entries(theme, self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSpacing(1)
        self.setMouseTracking(True)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show these from the first."""
        self._entries = tuple(entries[:MOST])
        self._told = False
        self._items.clear()
        for entry in self._entries:
            item = QStandardItem()
            item.setData(entry, _ENTRY)
            item.setData(entry.text, Qt.ItemDataRole.AccessibleTextRole)
            self._items.appendRow(item)
        self._told = True

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What is shown."""
        return self._entries

    def go_to(self, key: Hashable | None) -> None:
        """Go to an entry without telling; None goes to none."""
        place = next((place for place, entry in enumerate(self._entries) if entry.key == key), None)
        self._told = False
        if place is None:
            self.clearSelection()
        else:
            self.setCurrentIndex(self._items.index(place, 0))
            self.scrollTo(self.currentIndex())
        self._told = True

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        entry = current.data(_ENTRY)
        if self._told and isinstance(entry, tuple):
            self.went.emit(entry[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        entry = self.currentIndex().data(_ENTRY)
        if event.matches(QKeySequence.StandardKey.Copy) and isinstance(entry, Entry):
            self.copied.emit(entry.text)
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()


class _Entries(QStyledItemDelegate):
    """Sets lines under each other, each at the side where its script begins."""

    _SIZES = {"ink": TYPE_BODY, "muted": TYPE_LABEL}  # noqa: RUF012 # never changed

    def __init__(self, theme: Theme, view: EntryList) -> None:
        super().__init__(view)
        self._theme = theme
        self._view = view

    def _plate_width(self) -> int:
        return self._theme.px(TYPE_SMALL) * 2 + SPACE[0]

    def _laid(self, entry: Entry, width: float) -> list[tuple[QTextLayout, float, str]]:
        """Every line with where it begins from above, and its role."""
        laid, y = [], 0.0
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        for line in entry.lines:
            font = QFont(self._view.font())
            font.setPixelSize(self._theme.px(self._SIZES.get(line.role, TYPE_SMALL)))
            layout = QTextLayout(" ".join(line.words[:_LONGEST].split()), font)
            rtl = is_right_to_left(line.words)
            side = Qt.AlignmentFlag.AlignRight if mirrored or rtl else Qt.AlignmentFlag.AlignLeft
            option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            option.setTextDirection(Qt.LayoutDirection.RightToLeft if rtl else Qt.LayoutDirection.LeftToRight)
            layout.setTextOption(option)
            layout.beginLayout()
            height, count = 0.0, 0
            while count < _MOST_LINES and (row := layout.createLine()).isValid():
                row.setLineWidth(max(20.0, width))
                row.setPosition(QPointF(0, height))
                height += row.height()
                count += 1
            layout.endLayout()
            laid.append((layout, y, line.role))
            y += height + 2
        laid.append((QTextLayout(), y, ""))
        return laid

    def _room(self, entry: Entry) -> float:
        plate = self._plate_width() if entry.plate else 0
        return self._view.viewport().width() - 2 * SPACE[2] - plate - 2

    def sizeHint(self, _option: QStyleOptionViewItem, index: _Index) -> QSize:
        entry = index.data(_ENTRY)
        height = self._laid(entry, self._room(entry))[-1][1]
        return QSize(80, round(height) + 2 * SPACE[1])

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = index.data(_ENTRY)
        colours = self._theme.colours
        rect = QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state = QStyle.StateFlag(option.state)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(QColor(colours.accent_soft))
            painter.setPen(focus_pen(colours) if self._view.hasFocus() else Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), RADIUS_CONTROL - 2, RADIUS_CONTROL - 2)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(colours.raised))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.drawRoundedRect(rect, RADIUS_CONTROL - 2, RADIUS_CONTROL - 2)
        else:
            painter.fillRect(QRectF(rect.left(), rect.bottom(), rect.width(), 1), QColor(colours.line))
        inside = rect.adjusted(SPACE[2], SPACE[1], -SPACE[2], -SPACE[1])
        if entry.plate:
            inside = self._paint_plate(painter, inside, entry.plate)
        inks = {"ink": colours.ink, "warn": colours.warn, "ok": colours.ok, "error": colours.error}
        for layout, y, role in self._laid(entry, inside.width())[:-1]:
            painter.setPen(QColor(inks.get(role, colours.muted)))
            layout.draw(painter, QPointF(inside.left(), inside.top() + y))
        painter.restore()

    def _paint_plate(self, painter: QPainter, inside: QRectF, words: str) -> QRectF:
        mirrored = self._view.layoutDirection() == Qt.LayoutDirection.RightToLeft
        width = self._plate_width()
        font = QFont(self._view.font())
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.colours.accent))
        left = inside.right() - width if mirrored else inside.left()
        side = Qt.AlignmentFlag.AlignRight if mirrored else Qt.AlignmentFlag.AlignLeft
        at = side | Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(QRectF(left, inside.top() + 2, width, inside.height()), at, words)
        return inside.adjusted(0, 0, -width, 0) if mirrored else inside.adjusted(width, 0, 0, 0)
