"""The list of what goes along, unfolded, switched and pinned by mouse and keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QFrame, QMenu, QTreeView

from kireji.ui.chat.context.delegate import LineDelegate, Zone
from kireji.ui.chat.context.lines import Shown
from kireji.ui.chat.context.tree_model import ContextModel, Index
from kireji.ui.icons import pixmap
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_STEP = 16
_ARROW = 12
_LEAST_LINES = 4
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class ContextTree(QTreeView):
    """Shows sources and attachments; Space switches, P pins, Delete takes a source or an attachment out.

    Args:
        theme: Colours and text size.
    """

    switched = Signal(object, object, object)
    """Of a `Shown`, the `Node` or None for the whole, and whether it is on now."""
    pinned = Signal(object, object, object)
    """The same for a pin."""
    removed = Signal(object)
    """A `Shown` that the person wants out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._model = ContextModel(self)
        self._lines = LineDelegate(theme, self)
        self._unfolded: set[tuple[tuple[str, str], str]] = set()
        self.setModel(self._model)
        self.setItemDelegate(self._lines)
        self.setHeaderHidden(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("What goes along"))
        self.setAccessibleDescription(tr("Space switches a line on or off, P pins it, Delete takes it out."))
        self.header().setStretchLastSection(True)
        self.header().setMinimumSectionSize(0)
        self.expanded.connect(self._note_unfolded)
        self.collapsed.connect(self._note_folded)
        self.verticalScrollBar().valueChanged.connect(self._fetch)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def lines(self) -> ContextModel:
        """What is listed."""
        return self._model

    def show_lines(self, shown: Sequence[Shown]) -> None:
        """List these; what was unfolded stays so, and the current line stays current."""
        current = self._current()
        if self._model.show(shown):
            self._restore(current)
        self.viewport().update()

    def search(self, words: str) -> None:
        """List only what has these words in its path."""
        current = self._current()
        self._model.search(words)
        self._restore(current)
        if not self.currentIndex().isValid() and self._model.rowCount():
            first = self._model.index(0, 0)
            below = self._model.index(0, 0, first) if self._model.searching else first
            self.setCurrentIndex(below if below.isValid() else first)
            self.scrollToTop()

    def rows_height(self) -> int:
        """What all lines need that are unfolded, in logical pixels; at least a few."""
        rows, index = 0, self._model.index(0, 0)
        while index.isValid() and rows < 100:
            rows += 1
            index = self.indexBelow(index)
        return max(_LEAST_LINES, rows) * self._lines.height() + 2 * self.frameWidth()

    def _current(self) -> tuple[tuple[str, str], str] | None:
        index = self.currentIndex()
        return self._key(index) if index.isValid() else None

    def _key(self, index: Index) -> tuple[tuple[str, str], str]:
        shown, node = self._model.shown(index), self._model.node(index)
        assert shown is not None
        return shown.key, node.name if node is not None else ""

    def _restore(self, current: tuple[tuple[str, str], str] | None) -> None:
        tops = self._model.tops()
        if self._model.searching:
            for index in tops:
                self.setExpanded(index, True)
        else:
            if len(tops) == 1:  # what else is there to look at
                self._unfolded.add(self._key(tops[0]))
            for key, name in sorted(self._unfolded, key=lambda one: one[1]):
                self.setExpanded(self._model.find(key, name), True)
        if current is not None:
            self.setCurrentIndex(self._model.find(*current))
        self._fetch()

    def _note_unfolded(self, index: Index) -> None:
        if not self._model.searching:
            self._unfolded.add(self._key(index))
        self._fetch()

    def _note_folded(self, index: Index) -> None:
        if not self._model.searching:
            self._unfolded.discard(self._key(index))

    def _fetch(self) -> None:
        """Make more lines of a long folder as soon as the last of those that are made is seen."""
        index = self.indexAt(QPoint(2, 2))
        bottom = self.viewport().height()
        while index.isValid() and self.visualRect(index).top() <= bottom:
            above = index.parent()
            if index.row() == self._model.rowCount(above) - 1 and self._model.canFetchMore(above):
                self._model.fetchMore(above)
            index = self.indexBelow(index)

    # What is done.

    def switch(self, index: Index) -> None:
        """Turn the switch of a line."""
        shown, line = self._model.shown(index), self._model.line(index)
        if shown is not None and line.on is not None:
            self.switched.emit(shown, self._model.node(index), not line.on)

    def pin(self, index: Index) -> None:
        """Pin a line, or no longer."""
        shown, line = self._model.shown(index), self._model.line(index)
        if shown is not None and line.pinned is not None:
            self.pinned.emit(shown, self._model.node(index), not line.pinned)

    def _remove(self, index: Index) -> None:
        shown = self._model.shown(index)
        if shown is not None and self._model.node(index) is None:
            self.removed.emit(shown)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid() or index != self.currentIndex():
            super().mouseReleaseEvent(event)
            return
        event.accept()
        zone = self._lines.zone(index, point)
        if zone is Zone.SWITCH:
            self.switch(index)
        elif zone is Zone.PIN:
            self.pin(index)
        elif self._model.hasChildren(index) and self.visualRect(index).contains(point):
            self.setExpanded(index, not self.isExpanded(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, key = self.currentIndex(), Qt.Key(event.key())
        if not index.isValid() or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().keyPressEvent(event)
            return
        if key == Qt.Key.Key_Space:
            self.switch(index)
        elif key == Qt.Key.Key_P:
            self.pin(index)
        elif key in _REMOVE:
            self._remove(index)
        elif key in _ENTER:
            self.setExpanded(index, not self.isExpanded(index))
        elif key == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.currentIndex()
        if not index.isValid():
            return
        line = self._model.line(index)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if line.on is not None:
            words = tr("Leave out") if line.on else tr("Let it go along")
            menu.addAction(words).triggered.connect(self._switch_current)
        if line.pinned is not None:
            words = tr("No longer before all others") if line.pinned else tr("Pin: before all others")
            menu.addAction(words).triggered.connect(self._pin_current)
        if self._model.node(index) is None:
            menu.addAction(tr("Remove")).triggered.connect(self._remove_current)
        if not menu.isEmpty():
            menu.popup(event.globalPos())

    def _switch_current(self) -> None:
        self.switch(self.currentIndex())

    def _pin_current(self) -> None:
        self.pin(self.currentIndex())

    def _remove_current(self) -> None:
        self._remove(self.currentIndex())

    # How it looks.

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        if not self._model.hasChildren(index):
            return
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        folded = "chevron-left" if rtl else "chevron-right"
        name = "chevron-down" if self.isExpanded(index) else folded
        edge = self._theme.px(_ARROW)
        step = self.indentation()
        left = rect.left() if rtl else rect.right() + 1 - step
        drawing = pixmap(name, self._theme.colours.muted, edge, self.devicePixelRatioF())
        painter.drawPixmap(left + (step - edge) // 2, rect.top() + (rect.height() - edge) // 2, drawing)

    def _dress(self) -> None:
        self.setIndentation(self._theme.px(_STEP))
        self.scheduleDelayedItemsLayout()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fetch()
        return super().viewportEvent(event)
