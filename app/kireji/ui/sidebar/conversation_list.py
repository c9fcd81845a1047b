"""The list of conversations: choosing, selecting several, renaming, and the keys for what can be done with them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu

from kireji.core.history import ConversationSummary
from kireji.ui.parts import restyle
from kireji.ui.sidebar.commands import Command, ConversationMenu, Order
from kireji.ui.sidebar.list_model import ConversationModel, Index
from kireji.ui.sidebar.order import Shelf
from kireji.ui.sidebar.rows import RowDelegate
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

_SELECTING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_MOST, _KEPT = 2000, 400
"""Rows that may be known at the top of the list, and how many of them stay when there are more."""
_THIS = QItemSelectionModel.SelectionFlag.ClearAndSelect


class ConversationList(QListView):
    """Shows conversations; what was read of them stays where it is while others come, go and move.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """The number of a conversation to open."""
    ordered = Signal(object)
    """An `Order`."""
    undo_wanted = Signal()
    left_above = Signal()
    """The keyboard went up from the first row."""
    selection_changed = Signal()
    editing = Signal(object)
    """The field in which a title is edited now."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = ConversationModel()
        self.rows.setParent(self)
        self._rows = RowDelegate(theme, self)
        self._menu = ConversationMenu(self)
        self._anchor: tuple[QPersistentModelIndex, int] | None = None
        self._kept: set[int] = set()
        self._current: int | None = None
        self._keep_place()
        self.setModel(self.rows)
        self.rows.modelReset.connect(self._restore_selection)  # the last to be told, when the selection was cleared
        self.setItemDelegate(self._rows)
        self.setUniformItemSizes(True)  # layout does not ask for each of ten thousand rows
        self.setAccessibleName(tr("Conversations"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._menu.chosen.connect(self.ordered)
        self.selectionModel().selectionChanged.connect(self._selected)
        self._rows.editing.connect(self.editing)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._restyle)

    # What is open, what is selected.

    def mark(self, conversation: int | None) -> None:
        """Show which conversation is open; the selection goes there unless the person is at work in the list."""
        self.rows.set_open(conversation)
        if self.hasFocus():
            return
        index = self.rows.find(conversation)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, _THIS)
        else:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()

    def selected(self) -> list[ConversationSummary]:
        """What is selected, from above."""
        found = (self.rows.entry(index) for index in sorted(self.selectedIndexes(), key=QModelIndex.row))
        return [entry for entry in found if isinstance(entry, ConversationSummary)]

    def select(self, conversation: int) -> None:
        """Put keyboard and selection on a row that is known."""
        index = self.rows.find(conversation)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, _THIS)
            self.scrollTo(index)

    def rename(self, conversation: int) -> None:
        """Let the person edit a title in its row."""
        index = self.rows.find(conversation)
        if index.isValid() and index.flags() & Qt.ItemFlag.ItemIsEditable:
            self.scrollTo(index)
            self.setCurrentIndex(index)
            self.edit(index)

    def next_to(self, conversation: int | None, direction: int) -> int | None:
        """The conversation above (-1) or below (1) another one."""
        found = self.rows.step(self.rows.find(conversation), direction)
        return found.id if found is not None else None

    def menu_for(self, summaries: list[ConversationSummary]) -> QMenu:
        """A menu with what can be done with these."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._menu.fill(menu, summaries)
        return menu

    def _choose(self, index: QModelIndex) -> None:
        entry = self.rows.entry(index)
        # What was deleted is restored before it is read: an answer in it would be lost with it.
        if isinstance(entry, ConversationSummary) and self.rows.shelf is not Shelf.REMOVED:
            self.chosen.emit(entry.id)

    def _selected(self) -> None:
        self.viewport().update()  # a row looks different when it is one of several
        self.selection_changed.emit()

    def _restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        restyle(self)

    # Mouse and keyboard.

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        at = self.indexAt(event.position().toPoint())
        super().mouseReleaseEvent(event)
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers() & _SELECTING
        if plain and at.isValid() and self.selectionModel().isSelected(at):
            self._choose(at)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            at = self.indexAt(event.pos())
            if not at.flags() & Qt.ItemFlag.ItemIsSelectable:
                return
            if not self.selectionModel().isSelected(at):
                self.selectionModel().setCurrentIndex(at, _THIS)
            self._open_menu(event.globalPos())
        else:
            self._open_menu(None)
        event.accept()

    def _open_menu(self, place: QPoint | None) -> None:
        chosen = self.selected()
        if not chosen:
            return
        if place is None:
            row = self.visualRect(self.currentIndex())
            place = self.viewport().mapToGlobal(row.center())
        menu = self.menu_for(chosen)
        menu.popup(place)
        if menu.actions():
            menu.setActiveAction(menu.actions()[0])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A title's field leaves some keys over, such as the one that ends it; they are not meant for the list.
        editing = self.state() is QAbstractItemView.State.EditingState
        if editing or not self._handled(event):
            super().keyPressEvent(event)

    def _handled(self, event: QKeyEvent) -> bool:
        chosen = self.selected()
        ids = tuple(one.id for one in chosen)
        key, modifiers = event.key(), event.modifiers()
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_wanted.emit()
        elif key == Qt.Key.Key_Delete and ids and self.rows.shelf is not Shelf.REMOVED:
            self.ordered.emit(Order(Command.REMOVE, ids))
        elif key == Qt.Key.Key_F2 and len(ids) == 1:
            self.rename(ids[0])
        elif key == Qt.Key.Key_F10 and modifiers == Qt.KeyboardModifier.ShiftModifier:
            self._open_menu(None)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._enter(ids)
        elif key == Qt.Key.Key_Up and not modifiers & _SELECTING and self._at_the_top():
            self.left_above.emit()
        else:
            return False
        return True

    def _enter(self, ids: tuple[int, ...]) -> None:
        if self.rows.shelf is not Shelf.REMOVED:
            self._choose(self.currentIndex())
        elif ids:
            self.ordered.emit(Order(Command.RESTORE, ids))

    def _at_the_top(self) -> bool:
        current = self.currentIndex()
        return not current.isValid() or self.rows.step(current, -1) is None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and (first := self.rows.step(QModelIndex(), 1)) is not None:
            self.select(first.id)

    # The place is kept while rows change.

    def _keep_place(self) -> None:
        """Be told of changes before Qt's own view is, which would move the keyboard in its own way."""
        rows = self.rows
        rows.rowsAboutToBeInserted.connect(self._anchor_down)
        rows.rowsAboutToBeRemoved.connect(self._about_to_remove)
        rows.rowsAboutToBeMoved.connect(self._about_to_move)
        rows.modelAboutToBeReset.connect(self._remember_selection)

    def _about_to_remove(self, _parent: QModelIndex, first: int, last: int) -> None:
        current = self.currentIndex().row()
        if first <= current <= last:
            # Whoever deletes by keyboard goes on with the next row, or the one above where none is left.
            after = self.rows.step(self.rows.index(last, 0), 1) or self.rows.step(self.rows.index(first, 0), -1)
            if after is not None:
                self.selectionModel().setCurrentIndex(self.rows.find(after.id), _THIS)
        self._anchor_down(_parent, first, last)

    def _about_to_move(self, _parent: QModelIndex, first: int, last: int, *_where: object) -> None:
        self._anchor_down(_parent, first, last)

    def _anchor_down(self, _parent: QModelIndex, first: int, last: int) -> None:
        """Remember the row at the upper edge, other than those that change."""
        value, height = self.verticalScrollBar().value(), self._rows.height()
        if self._anchor is not None or value <= 0:
            return
        row = value // height
        if first <= row <= last:
            row = last + 1
        index = self.rows.index(row, 0)
        if index.isValid():
            self._anchor = (QPersistentModelIndex(index), row * height - value)

    def dataChanged(self, first: Index, last: Index, roles: Sequence[int] = ()) -> None:
        # Qt's own list lays all rows out anew, though none has become higher.
        QAbstractItemView.dataChanged(self, first, last, list(roles))

    def doItemsLayout(self) -> None:
        super().doItemsLayout()
        if self._anchor is not None:
            index, offset = self._anchor
            self._anchor = None
            if index.isValid():
                self.updateGeometries()
                self.verticalScrollBar().setValue(index.row() * self._rows.height() - offset)

    def _scrolled(self, value: int) -> None:
        if value == 0 and self.rows.known > _MOST:
            # Layout goes through all rows that are known, so who is back at the top need not know so many.
            self.rows.forget_below(_KEPT)

    def _remember_selection(self) -> None:
        self._kept = {one.id for one in self.selected()}
        entry = self.rows.entry(self.currentIndex())
        self._current = entry.id if isinstance(entry, ConversationSummary) else None

    def _restore_selection(self) -> None:
        index = self.rows.find(self._current)
        if index.isValid():
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
        for conversation in self._kept:
            found = self.rows.find(conversation)
            if found.isValid():
                self.selectionModel().select(found, QItemSelectionModel.SelectionFlag.Select)
